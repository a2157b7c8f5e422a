import * as lossgrad from "lossgrad/slim";
import * as arrays from "lossgrad/slim/arrays";
import { compute, computeOnThreads } from "./compute.js";

/**
 * With the binary at `wasm` (undefined: it is there), on two threads that start from the file at
 * `workerUrl`.
 */
export async function computeSlim(wasm, workerUrl) {
  if (wasm) await lossgrad.init(wasm);
  lossgrad.setNumThreads(2, { workerUrl });
  return `${compute(lossgrad, arrays)} ${await computeOnThreads(lossgrad, 30_000)}`;
}
