/**
 * The names of `lossgrad/arrays` without its binary, which `init` takes.
 *
 * @module lossgrad/slim/arrays
 */
export * from "../bridge/index.js";
export * from "../typed/index.js";
export { type BinarySource, init } from "../core/init.js";
