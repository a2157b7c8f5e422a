/** The entry "lossgrad/slim": "lossgrad" without its binary, which `init` takes. */
export { type BinarySource, init } from "../core/init.js";
export * from "../public.js";
