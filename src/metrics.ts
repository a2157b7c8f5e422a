/**
 * Metrics of predictions and targets that come chunk after chunk, and merge to the same bits in
 * whatever cuts and order. The WebAssembly binary is inlined.
 *
 * @module lossgrad/metrics
 */
import "./core/inlined.js";

export * from "./metrics/index.js";
