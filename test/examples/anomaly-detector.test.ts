import { expect, test } from "vitest";
import { anomalies, dice, kinds, type Relief } from "../../examples/onnx-pipeline/anomalies.js";
import { errorMeter, quantile, score } from "../../examples/onnx-pipeline/detector.js";
import { goodFrames, imagesPerFrame, spoil } from "../../examples/onnx-pipeline/frames.js";
import { imageSize } from "../../examples/support/image.js";
import { readVegaJson } from "../../examples/support/vega.js";

const relief = readVegaJson("volcano.json") as Relief;
const bytes = Uint8Array.from({ length: 40 * imagesPerFrame * imageSize }, (_, i) => (i * 37) % 256);
const good = goodFrames(bytes);
const frames = spoil(good, relief);

/** What ONNX Runtime calls a tensor, as far as lossgrad reads one. */
const tensorOf = (data: Float32Array) => ({
  data,
  dims: [data.length / imageSize, imageSize],
  type: "float32",
});

test("errors are the L1 map and its means, as a plain loop says", () => {
  const [a, b] = [good[0].pixels, good[1].pixels];
  const { map, images, frame } = errorMeter(imagesPerFrame)(tensorOf(a), tensorOf(b));
  const expected = a.map((value, i) => Math.abs(value - b[i]));
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Array.from(map)).toEqual(Array.from(expected));
  expect(images).toHaveLength(imagesPerFrame);
  images.forEach((error, i) => {
    expect(error).toBeCloseTo(mean(expected.slice(i * imageSize, (i + 1) * imageSize)), 6);
  });
  expect(frame).toBeCloseTo(mean(expected), 6);
});

test("a frame that comes back as it was has no error at all", () => {
  const { map, images, frame } = errorMeter(imagesPerFrame)(
    tensorOf(good[0].pixels),
    tensorOf(good[0].pixels),
  );
  expect([...images, frame, Math.max(...map)].every((error) => error === 0)).toBe(true);
});

test.each([
  [0, 1],
  [0.25, 1],
  [0.26, 2],
  [0.5, 2],
  [0.75, 3],
  [1, 4],
])("quantile %d of 4, 1, 3, 2 is %d: the least value that this share does not exceed", (q, expected) => {
  expect(quantile([4, 1, 3, 2], q)).toBe(expected);
});

test("an error that equals the threshold is no alarm", () => {
  expect(score([{ error: 0.5, truth: "dust" }], 0.5).alarms).toBe(0);
});

test("precision counts alarms at anomalies, recall anomalies with an alarm", () => {
  const seen = [
    { error: 0.9, truth: "dust" },
    { error: 0.8, truth: null },
    { error: 0.1, truth: "relief" },
    { error: 0.7, truth: "negative" },
    { error: 0.2, truth: null },
  ] as const;
  const expected = { alarms: 3, hits: 2, anomalies: 3, precision: 2 / 3, recall: 2 / 3 };
  expect(score(seen, 0.5)).toEqual(expected);
});

test("without alarms there is no precision, without anomalies no recall", () => {
  expect(score([], 0.5)).toMatchObject({ precision: NaN, recall: NaN });
});

test("frames hold whole sheets; a rest is left out", () => {
  expect(goodFrames(bytes.subarray(0, bytes.length - 1))).toHaveLength(39);
});

test("images that are said to be good are as they were, the others are not", () => {
  frames.forEach(({ pixels, truth }, f) => {
    truth.forEach((kind, i) => {
      const [now, before] = [pixels, good[f].pixels].map((all) =>
        Buffer.from(all.slice(i * imageSize, (i + 1) * imageSize).buffer),
      );
      expect(now.equals(before)).toBe(kind === null);
    });
  });
});

test("some frames are spoilt, in one to four places, and spoiling again gives the same", () => {
  const places = frames.map(({ truth }) => truth.filter((kind) => kind !== null).length);
  expect([...new Set(places)].sort()).toEqual([0, 1, 2, 3, 4]);
  spoil(good, relief).forEach(({ pixels, truth }, f) => {
    expect(truth).toEqual(frames[f].truth);
    expect(Buffer.compare(Buffer.from(pixels.buffer), Buffer.from(frames[f].pixels.buffer))).toBe(0);
  });
});

test.each(kinds)("%s gives an image between paper and ink, and leaves the good one alone", (kind) => {
  const image = good[0].pixels.slice(0, imageSize);
  const altered = anomalies[kind](image, dice(5), relief);
  expect(altered).toHaveLength(imageSize);
  expect(altered.every((value) => value >= 0 && value <= 1)).toBe(true);
  expect(image).toEqual(good[0].pixels.slice(0, imageSize));
});
