/**
 * The names of `lossgrad` without its binary, which `init` takes.
 *
 * @module lossgrad/slim
 */
export { type BinarySource, init } from "../core/init.js";
export * from "../public.js";
