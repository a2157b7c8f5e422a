import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { huberLoss, l1Loss, mseLoss, smoothL1Loss } from "lossgrad/arrays";
import { beforeAll, expect, test } from "vitest";
import { lossOf, type Evaluate } from "../custom-gradient.js";
import { fitLine, gradientOf, losses, run, slopeAtTie } from "../main.js";

/** Each formula's slope, with PyTorch's 0 at ties. */
const slopes: [string, Evaluate, (d: number) => number][] = [
  ["L1", (p, t) => l1Loss.valueAndGrad(p, t), Math.sign],
  ["MSE", (p, t) => mseLoss.valueAndGrad(p, t), (d) => 2 * d],
  ["SmoothL1", (p, t) => smoothL1Loss.valueAndGrad(p, t), (d) => (Math.abs(d) < 1 ? d : Math.sign(d))],
  ["Huber", (p, t) => huberLoss.valueAndGrad(p, t), (d) => (Math.abs(d) < 1 ? d : Math.sign(d))],
];

/** Ties, both sides of them, and both sides of Huber's delta; every difference is exact. */
const predictions = [-3, -1, -0.5, 0, 0.25, 1, 2, 5];
const targets = [1, -1, 0, 0, 0, 0, 0, 5];

beforeAll(async () => {
  await tf.setBackend("cpu");
});

test.each(slopes)("%s: tfjs gets the formula's slope, 0 at ties", (_, evaluate, slope) => {
  const gradient = gradientOf(lossOf(evaluate), tf.tensor1d(predictions), tf.tensor1d(targets));
  expect(Array.from(gradient)).toEqual(predictions.map((p, i) => slope(p - targets[i]) / predictions.length));
});

test.each(Object.entries(losses))("%s: value and gradient are tfjs's own away from ties", (_, loss) => {
  const [prediction, target] = [1, 2].map((seed) => tf.randomNormal([40, 25], 0, 1, "float32", seed));
  const [ours, theirs] = [loss.ours, loss.theirs].map((f) => ({
    value: f(prediction, target).dataSync()[0],
    gradient: gradientOf(f, prediction, target),
  }));
  // A value near 1 and gradients of 1/1000, each to a few units in the last place of float32.
  expect(Math.abs(ours.value - theirs.value)).toBeLessThan(4 * 2 ** -24 * Math.max(1, ours.value));
  ours.gradient.forEach((g, i) => expect(Math.abs(g - theirs.gradient[i])).toBeLessThan(4 * 2 ** -24 * 1e-3));
});

test("at a tie, L1's gradient is PyTorch's 0 by lossgrad and 1 by tfjs", () => {
  expect([slopeAtTie(losses.L1.ours), slopeAtTie(losses.L1.theirs)]).toEqual([0, 1]);
});

test("the gradient goes on through what made the prediction, and takes an upstream factor", () => {
  const x = tf.tensor1d([1, 2, 3]);
  const loss = lossOf((p, t) => l1Loss.valueAndGrad(p, t, { reduction: "sum" }));
  const gradient = tf.grad((x) => tf.mul(3, loss(tf.square(x), tf.tensor1d([0, 9, 0]))))(x);
  expect(Array.from(gradient.dataSync())).toEqual([3 * 2, -3 * 4, 3 * 6]);
});

test("the target has the opposite gradient, in the shape of the tensors", () => {
  const loss = lossOf((p, t) => mseLoss.valueAndGrad(p, t));
  const [prediction, target] = [tf.ones([2, 3]), tf.zeros([2, 3])];
  const [p, t] = tf.grads((p, t) => loss(p, t))([prediction, target]);
  expect([p.shape, t.shape]).toEqual([[2, 3], [2, 3]]); // prettier-ignore
  expect(Array.from(t.dataSync())).toEqual(Array.from(p.dataSync(), (value) => -value));
});

test("tensors of other shapes are refused, though they have as many elements", () => {
  const loss = lossOf((p, t) => l1Loss.valueAndGrad(p, t));
  expect(() => loss(tf.zeros([2, 3]), tf.zeros([3, 2]))).toThrow(
    "lossOf: expected two tensors of one shape, got [2, 3] and [3, 2]",
  );
});

test("no tensor is left behind, with a gradient and without", () => {
  const loss = lossOf((p, t) => huberLoss.valueAndGrad(p, t));
  const [prediction, target] = [tf.randomNormal([100]), tf.zeros([100])];
  const before = tf.memory().numTensors;
  for (let i = 0; i < 20; i++) {
    loss(prediction, target).dispose();
    tf.grad((p) => loss(p, target))(prediction).dispose();
  }
  expect(tf.memory().numTensors).toBe(before);
});

test.each(Object.entries(losses))(
  "%s: a layer learns the same line as by tfjs's own loss",
  async (_, loss) => {
    const [ours, theirs] = [await fitLine(loss.ours, 100), await fitLine(loss.theirs, 100)];
    expect(ours.history.at(-1)).toBeLessThan(0.8 * ours.history[0]);
    expect(ours.slope).toBeCloseTo(theirs.slope, 4);
    expect(ours.intercept).toBeCloseTo(theirs.intercept, 4);
    expect(ours.tensorsLeft).toBe(0);
  },
);

test("the program prints both comparisons", async () => {
  const lines: string[] = [];
  await run((line) => lines.push(line));
  const text = lines.join("\n");
  expect(text.match(/│ (L1|Huber) +│/g)).toHaveLength(6);
  expect(text).toContain("tensors left");
});
