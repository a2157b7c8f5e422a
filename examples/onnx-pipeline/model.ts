import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { modelFile, run as train } from "../autoencoder.js";
import type { Digits } from "../support/digits.js";
import type { Log } from "../support/print.js";

/**
 * The model of examples/autoencoder.ts: trained now, if it was not yet or if the program has
 * changed since.
 */
export function loadModel(digits: Digits, log: Log): Uint8Array<ArrayBuffer> {
  const program = fileURLToPath(new URL("../autoencoder.ts", import.meta.url));
  const upToDate = existsSync(modelFile) && statSync(modelFile).mtimeMs >= statSync(program).mtimeMs;
  if (!upToDate) train(digits, log);
  return new Uint8Array(readFileSync(modelFile));
}
