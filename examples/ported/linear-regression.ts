/**
 * Linear regression from scratch, then with a layer and nn.MSELoss, then with nn.HuberLoss as the
 * exercise asks: `npm run example -- ported/linear-regression`.
 *
 * Follows synthetic-regression-data.md, linear-regression-scratch.md and
 * linear-regression-concise.md of https://github.com/d2l-ai/d2l-en (23d7a5a). Its Trainer is a
 * plain loop here, and its examples are shuffled by torch's generator, where Python's own has no
 * twin in JavaScript.
 */
import { F, manualSeed, nn, noGrad, normal, optim, rand, randn, tensor, type Tensor, zeros } from "lossgrad";
import { isMain } from "../support/main.js";
import type { Log } from "../support/print.js";
import type { Numbers } from "./support.js";

const W = tensor([2, -3.4]);
const B = 4.2;
const [NUM_TRAIN, NUM_VAL, BATCH_SIZE, MAX_EPOCHS, LR] = [1000, 1000, 32, 3, 0.03];

type Loss = (yHat: Tensor, y: Tensor) => Tensor;

interface Model {
  forward: (x: Tensor) => Tensor;
  w: Tensor;
  b: Tensor;
}

/** Features and labels: y = X·w + b and noise of 0.01. */
function syntheticRegressionData(): [Tensor, Tensor] {
  const n = NUM_TRAIN + NUM_VAL;
  const x = randn(n, W.size(0));
  const noise = randn(n, 1).mul(0.01);
  const y = x.matmul(W.reshape(-1, 1)).add(B).add(noise);
  return [x, y];
}

/** The model from scratch: weights of a normal distribution, and a bias of 0. */
function linearRegressionScratch(): Model {
  const w = normal(0, 0.01, [2, 1], { requiresGrad: true });
  const b = zeros(1).requiresGrad_();
  return { forward: (x) => x.matmul(w).add(b), w, b };
}

/** The concise model: a layer, begun anew with the same distribution. */
function linearRegression(): Model {
  const net = new nn.Linear(2, 1);
  net.weight.data.normal_(0, 0.01);
  net.bias!.data.fill_(0);
  return { forward: net, w: net.weight, b: net.bias! };
}

/** The loss from scratch: half of the squared error. */
function halfSquare(yHat: Tensor, y: Tensor): Tensor {
  return yHat.sub(y).pow(2).div(2).mean();
}

/** 0, 1, … in random order (Fisher and Yates). */
function shuffledIndices(count: number): number[] {
  const draws = rand([count], { dtype: "float64" }).tolist() as number[];
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(draws[i] * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Batches of examples that come in random order. */
function* trainDataloader([x, y]: [Tensor, Tensor]): Generator<[Tensor, Tensor]> {
  const indices = shuffledIndices(NUM_TRAIN);
  for (let i = 0; i < NUM_TRAIN; i += BATCH_SIZE) {
    const batch = indices.slice(i, i + BATCH_SIZE); // A list as an index, as in torch
    yield [x.at(batch), y.at(batch)];
  }
}

function fit({ forward, w, b }: Model, lossFn: Loss): { losses: number[]; validation: number[] } {
  const optimizer = new optim.SGD([w, b], { lr: LR });
  const [losses, validation]: number[][] = [[], []];
  const data = syntheticRegressionData();
  const [xVal, yVal] = [data[0].at(`${NUM_TRAIN}:`), data[1].at(`${NUM_TRAIN}:`)];
  for (let epoch = 0; epoch < MAX_EPOCHS; epoch++) {
    for (const [x, y] of trainDataloader(data)) {
      const loss = lossFn(forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      losses.push(Number(loss.item()));
      optimizer.step();
    }
    validation.push(Number(noGrad(() => lossFn(forward(xVal), yVal)).item()));
  }
  return { losses, validation };
}

export function run(log: Log): Numbers {
  const numbers: Numbers = {};
  for (const [name, makeModel, lossFn] of [
    ["scratch", linearRegressionScratch, halfSquare],
    ["concise", linearRegression, new nn.MSELoss()],
    ["huber", linearRegression, F.huberLoss],
  ] as const) {
    manualSeed(0);
    const model = makeModel();
    const { losses, validation } = fit(model, lossFn);
    log(`${name}:`);
    noGrad(() => {
      log(`error in estimating w: ${String(W.sub(model.w.reshape(...W.shape)))}`);
      log(`error in estimating b: ${String(model.b.neg().add(B))}`);
    });
    Object.assign(numbers, {
      [`${name}.losses`]: losses,
      [`${name}.validation`]: validation,
      [`${name}.w`]: model.w,
      [`${name}.b`]: model.b,
    });
  }
  return numbers;
}

if (isMain(import.meta.url)) run(console.log);
