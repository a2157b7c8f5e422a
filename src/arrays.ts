/**
 * The losses on typed arrays: numbers out, nothing to dispose. The WebAssembly binary is inlined.
 *
 * @module lossgrad/arrays
 */
import "./core/inlined.js";

export * from "./bridge/index.js";
export * from "./typed/index.js";
