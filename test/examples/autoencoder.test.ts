import { existsSync } from "node:fs";
import { tensor } from "lossgrad";
import { beforeAll, describe, expect, test } from "vitest";
import {
  evaluate,
  reconstruct,
  toOnnx,
  train,
  training,
  type Autoencoder,
} from "../../examples/autoencoder.js";
import { loadDigits, type Digits } from "../../examples/support/digits.js";
import { imageSize, toUnit } from "../../examples/support/image.js";

const installed = existsSync(new URL("../../examples/data/node_modules", import.meta.url));
const needed = Boolean(process.env.LOSSGRAD_REQUIRE_DIGITS);

describe.skipIf(!installed && !needed)(
  "the autoencoder (skipped where `npm run example -- autoencoder` has not installed the digits)",
  () => {
    let digits: Digits;
    let trained: Autoencoder;
    const log: string[] = [];

    beforeAll(() => {
      digits = loadDigits();
      trained = train(digits.training, training, (line) => log.push(line));
    }, 120_000);

    test("the 10,000 digits fall into three sets, of ink and paper in earnest", () => {
      const sets = [digits.training, digits.validation, digits.unseen];
      expect(sets.map(({ length }) => length / imageSize)).toEqual([6000, 1500, 2500]);
      for (const set of sets) expect([set.includes(0), set.includes(255)]).toEqual([true, true]);
    });

    test("it gives unseen digits back with less than a third of the error of the mean image", () => {
      const { error, errorOfMean } = evaluate(trained, digits.training, digits.unseen);
      expect(error).toBeLessThan(errorOfMean / 3);
    });

    test("the error of the mean image is what a plain loop says", () => {
      const seen = digits.training.subarray(0, 20 * imageSize);
      const unseen = digits.unseen.subarray(0, 10 * imageSize);
      let sum = 0;
      for (let pixel = 0; pixel < imageSize; pixel++) {
        let mean = 0;
        for (let i = pixel; i < seen.length; i += imageSize) mean += seen[i] / 255 / 20;
        for (let i = pixel; i < unseen.length; i += imageSize) sum += Math.abs(unseen[i] / 255 - mean);
      }
      expect(evaluate(trained, seen, unseen).errorOfMean).toBeCloseTo(sum / unseen.length, 6);
    });

    test("each loss falls from epoch to epoch", () => {
      for (const loss of ["MSE", "L1"]) {
        const values = log
          .filter((line) => line.includes(`: ${loss} `))
          .map((line) => Number(line.split(" ").at(-1)));
        expect(values.length).toBe(loss === "MSE" ? training.mseEpochs : training.l1Epochs);
        expect(values).toEqual([...values].sort((a, b) => b - a));
        expect(values.at(-1)).toBeLessThan(values[0]);
      }
    });

    test("what it gives back lies between paper and ink, for any input", () => {
      const noise = toUnit(digits.unseen.subarray(0, imageSize)).map((value) => 5 - 10 * value);
      const pixels = reconstruct(trained, tensor(noise).view(1, imageSize)).array();
      expect(pixels.every((value) => value >= 0 && value <= 1)).toBe(true);
    });

    test("the same training gives the same model, bit for bit", () => {
      const few = digits.training.subarray(0, 500 * imageSize);
      const [first, second] = [1, 2].map(() =>
        toOnnx(train(few, { ...training, mseEpochs: 1, l1Epochs: 1 }, () => undefined)),
      );
      expect(Buffer.compare(first, second)).toBe(0);
    });
  },
);
