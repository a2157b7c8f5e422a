/**
 * The names of `lossgrad/metrics` without its binary, which `init` takes.
 *
 * @module lossgrad/slim/metrics
 */
export * from "../metrics/index.js";
export { type BinarySource, init } from "../core/init.js";
