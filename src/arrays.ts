/** The losses on typed arrays: numbers out, nothing to dispose. The entry "lossgrad/arrays". */
import "./core/inlined.js";

export * from "./arrays/index.js";
