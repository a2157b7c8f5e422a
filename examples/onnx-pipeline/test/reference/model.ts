/** A small model and images for it: the same bits wherever it is trained. */
import { createHash } from "node:crypto";
import type { Tensor } from "lossgrad";
import { type Autoencoder, train, training } from "../../../autoencoder.js";
import { loadDigits } from "../../../support/digits.js";
import { imageSize, toUnit } from "../../../support/image.js";

export const COUNT = 20;

export interface Trained {
  readonly model: Autoencoder;
  /** Images in a row, of pixels from 0 to 1. */
  readonly images: Float32Array<ArrayBuffer>;
}

export function trainModel(): Trained {
  const bytes = loadDigits().unseen.subarray(0, COUNT * imageSize);
  const model = train(bytes, { ...training, batch: 5 }, () => undefined);
  return { model, images: toUnit(bytes) };
}

/** The numbers that the reference is computed of, by name. */
export function numbersOf({ model, images }: Trained): Record<string, Float32Array> {
  const numbers = ({ data }: Tensor): Float32Array => {
    const elements: Float32Array = data.array();
    return elements.slice();
  };
  const layers = model.layers.flatMap(({ weight, bias }, i) => [
    [`weight${i}`, numbers(weight)] as const,
    [`bias${i}`, numbers(bias)] as const,
  ]);
  return Object.fromEntries([["images", images], ...layers]);
}

/** Tells whether the reference was computed of these numbers. */
export function digestOf(numbers: Readonly<Record<string, Float32Array>>): string {
  const hash = createHash("sha256");
  for (const one of Object.values(numbers)) hash.update(new Uint8Array(one.buffer));
  return hash.digest("hex");
}
