import * as ort from "onnxruntime-web";
import { tensor } from "lossgrad";
import { beforeAll, expect, test } from "vitest";
import { reconstruct, toOnnx, train, training } from "../../autoencoder.js";
import { loadDigits } from "../../support/digits.js";
import { imageSize, toUnit } from "../../support/image.js";
import { kinds, type Kind } from "../anomalies.js";
import { score } from "../detector.js";
import { inspect, report, type Findings } from "../main.js";
import { goodShare } from "../pipeline.js";

let findings: Findings;

beforeAll(async () => {
  findings = await inspect(() => undefined);
});

const seen = () => findings.frames.flatMap(({ seen }) => seen);

function shareOfAlarms(kind: Kind | null): number {
  const errors = seen().filter(({ truth }) => truth === kind);
  return errors.filter(({ error }) => error > findings.threshold).length / errors.length;
}

test("ONNX Runtime Web computes from the model file what lossgrad's tensors compute", async () => {
  const images = loadDigits().unseen.subarray(0, 20 * imageSize);
  const trained = train(images, { ...training, batch: 5 }, () => undefined);
  const session = await ort.InferenceSession.create(toOnnx(trained));
  const image = new ort.Tensor("float32", toUnit(images), [20, imageSize]);
  const { reconstruction } = await session.run({ image });
  const expected = reconstruct(trained, tensor(image)).array();
  expect(reconstruction.dims).toEqual([20, imageSize]);
  // Sums of up to 784 float32 products of size 1, in another order: 784 · 2⁻²⁴ at worst.
  const apart = (reconstruction.data as Float32Array).map((value, i) => Math.abs(value - expected[i]));
  expect(Math.max(...apart)).toBeLessThan(784 * 2 ** -24);
  expect(expected.some((value) => value > 0.5)).toBe(true);
});

test("unseen good images raise an alarm about as seldom as the good images that set the threshold", () => {
  const rate = shareOfAlarms(null);
  expect(rate).toBeGreaterThan(0);
  expect(rate).toBeLessThan(3 * (1 - goodShare));
});

test.each(["dust", "negative", "relief"] as const)("nearly every image with %s raises an alarm", (kind) => {
  expect(shareOfAlarms(kind)).toBeGreaterThan(0.9);
});

test.each(["scratch", "shifted"] as const)("more than half of the images with %s raise an alarm", (kind) => {
  expect(shareOfAlarms(kind)).toBeGreaterThan(0.5);
});

test("transposed digits pass: strokes are what the model rebuilds", () => {
  expect(shareOfAlarms("transposed")).toBeLessThan(0.2);
});

test("three alarms in four are at an anomaly, three anomalies in four raise an alarm", () => {
  const { precision, recall } = score(seen(), findings.threshold);
  expect(precision).toBeGreaterThan(0.75);
  expect(recall).toBeGreaterThan(0.75);
});

test("a frame's error is the mean of its images' errors", () => {
  for (const { error, seen } of findings.frames) {
    expect(error).toBeCloseTo(seen.reduce((sum, image) => sum + image.error, 0) / seen.length, 6);
  }
});

test("the report has the threshold, a row for each kind, precision and recall, and both times", () => {
  const lines: string[] = [];
  report(findings, (line) => lines.push(line));
  const text = lines.join("\n");
  expect(text).toContain(`threshold ${findings.threshold.toFixed(4)}`);
  for (const kind of kinds) expect(text).toMatch(new RegExp(`│ ${kind} +│ anomaly │ +\\d+ │`));
  expect(text).toMatch(/precision [\d.]+ % \(\d+ of \d+ alarms\), recall [\d.]+ % \(\d+ of \d+ anomalies\)/);
  expect(text).toMatch(/inference \d+\.\d+ ms, L1 map and errors \d+\.\d+ ms/);
});
