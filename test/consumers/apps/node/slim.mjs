// The binary as its file's URL.
import { computeSlim } from "../slim.js";

console.log(await computeSlim(new URL(import.meta.resolve("lossgrad/lossgrad.wasm"))));
