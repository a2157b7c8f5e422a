/**
 * A TensorFlow.js model that learns by lossgrad's losses.
 *
 *     npm run example -- tfjs-gradient
 *
 * First the gradients beside tfjs's own on the same data; then a line through what films cost and
 * earn (examples/robust-regression.ts), fitted with either.
 */
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import { huberLoss, l1Loss } from "lossgrad/arrays";
import { loadFilms } from "../support/films.js";
import { isMain } from "../support/main.js";
import type { Log } from "../support/print.js";
import { table } from "../support/table.js";
import { lossOf } from "./custom-gradient.js";

/** Huber's threshold, half of the data's unit: errors up to $50 million count squared. */
const delta = 0.5;

type Loss = (prediction: tf.Tensor, target: tf.Tensor) => tf.Tensor;

export const losses: Readonly<Record<string, { ours: Loss; theirs: Loss }>> = {
  L1: {
    ours: lossOf((prediction, target) => l1Loss.valueAndGrad(prediction, target)),
    theirs: (prediction, target) => tf.losses.absoluteDifference(target, prediction),
  },
  Huber: {
    ours: lossOf((prediction, target) => huberLoss.valueAndGrad(prediction, target, { delta })),
    theirs: (prediction, target) => tf.losses.huberLoss(target, prediction, undefined, delta),
  },
};

/** The gradient of `loss` with respect to the predictions. */
export function gradientOf(loss: Loss, prediction: tf.Tensor, target: tf.Tensor): Float32Array {
  return tf.tidy(
    () =>
      tf
        .grad((p) => loss(p, target))(prediction)
        .dataSync() as Float32Array,
  );
}

/** The gradient where prediction and target are equal. */
export function slopeAtTie(loss: Loss): number {
  return tf.tidy(() => gradientOf(loss, tf.tensor1d([0.5]), tf.tensor1d([0.5]))[0]);
}

function compareGradients(log: Log): void {
  const n = 10_000;
  const rows = Object.entries(losses).map(([name, { ours, theirs }]) => {
    const [prediction, target] = [1, 2].map((seed) => tf.randomNormal([n], 0, 1, "float32", seed));
    const [g, other] = [ours, theirs].map((loss) => gradientOf(loss, prediction, target));
    const apart = g.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i])), 0);
    const [tie, tieOfTfjs] = [ours, theirs].map((loss) => slopeAtTie(loss));
    tf.dispose([prediction, target]);
    return [name, "", (apart * n).toExponential(1), tie.toFixed(0), tieOfTfjs.toFixed(0)];
  });
  log(`gradients of ${n.toLocaleString("en")} random numbers, times ${n.toLocaleString("en")}`);
  log(table(["loss", "", "greatest difference", "at a tie: lossgrad", "tfjs"], rows));
  log("At a tie L1's gradient is 0 in PyTorch and here; tfjs gives 1.");
}

export interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** The loss before each step. */
  readonly history: readonly number[];
  /** By how many tensors tfjs holds more at the last step than at the first. */
  readonly tensorsLeft: number;
}

/** Fits earnings by cost with a layer of tfjs. */
export async function fitLine(loss: Loss, steps: number): Promise<Line> {
  const films = loadFilms();
  const x = tf.tensor2d(films.map(({ budget }) => [budget]));
  const y = tf.tensor2d(films.map(({ gross }) => [gross]));
  const model = sequential({
    layers: [layers.dense({ units: 1, inputShape: [1], kernelInitializer: "zeros" })],
  });
  // tfjs hands the truth over first.
  model.compile({ optimizer: tf.train.sgd(0.1), loss: (truth, prediction) => loss(prediction, truth) });
  const held: number[] = [];
  const onEpochEnd = () => void held.push(tf.memory().numTensors);
  const options = {
    epochs: steps,
    batchSize: films.length,
    shuffle: false,
    verbose: 0,
    callbacks: { onEpochEnd },
  };
  const { history } = await model.fit(x, y, options);
  const [slope, intercept] = model.getWeights().map((weight) => weight.dataSync()[0]);
  tf.dispose([x, y]);
  model.dispose();
  return { slope, intercept, history: history.loss as number[], tensorsLeft: held.at(-1)! - held[0] };
}

async function compareFits(log: Log): Promise<void> {
  const steps = 200;
  const rows: string[][] = [];
  for (const [name, { ours, theirs }] of Object.entries(losses)) {
    for (const [by, loss] of [
      ["lossgrad", ours],
      ["tfjs", theirs],
    ] as const) {
      const { slope, intercept, history, tensorsLeft } = await fitLine(loss, steps);
      const numbers = [history[0], history.at(-1)!, slope, intercept].map((value) => value.toFixed(4));
      rows.push([name, by, ...numbers, `${tensorsLeft}`]);
    }
  }
  log(`a line through films, $100 million cost to $100 million earned, ${steps} steps of tfjs's SGD`);
  log(table(["loss", "by", "first", "last", "slope", "intercept", "tensors left"], rows));
}

/** Compares the gradients, then the fits. */
export async function run(log: Log): Promise<void> {
  tf.env().set("PROD", true);
  await tf.setBackend("cpu");
  compareGradients(log);
  await compareFits(log);
}

if (isMain(import.meta.url)) await run(console.log);
