/** The entry "lossgrad/slim/arrays": "lossgrad/arrays" without its binary, which `init` takes. */
export * from "../arrays/index.js";
export { type BinarySource, init } from "../core/init.js";
