/**
 * A straight line, learned with nn.L1Loss and SGD: `npm run example -- ported/workflow`.
 *
 * Follows 01_pytorch_workflow of https://github.com/mrdbourke/pytorch-deep-learning
 * (learnpytorch.io), from its data to the end of its first training loop; the figures are left out.
 */
import { arange, manualSeed, nn, noGrad, optim, randn, type Tensor } from "lossgrad";
import { isMain } from "../support/main.js";
import type { Log } from "../support/print.js";
import type { Numbers } from "./support.js";

/** weights · x + bias, with parameters that begin at random. */
class LinearRegressionModel extends nn.Module {
  weights = new nn.Parameter(randn(1));
  bias = new nn.Parameter(randn(1));
  override forward(x: Tensor): Tensor {
    return this.weights.mul(x).add(this.bias);
  }
}

export function run(log: Log): Numbers {
  // Data with known parameters
  const weight = 0.7;
  const bias = 0.3;
  const x = arange(0, 1, 0.02).unsqueeze(1);
  const y = x.mul(weight).add(bias);

  // The first 80 % to learn from, the others to test with
  const trainSplit = Math.trunc(0.8 * x.size(0));
  // In torch: x[:n] and x[n:]
  const [xTrain, yTrain] = [x.at(`:${trainSplit}`), y.at(`:${trainSplit}`)];
  const [xTest, yTest] = [x.at(`${trainSplit}:`), y.at(`${trainSplit}:`)];

  manualSeed(42);
  const model = new LinearRegressionModel();

  const lossFn = new nn.L1Loss();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
  const losses: number[] = [];
  const testLosses: number[] = [];
  for (let epoch = 0; epoch < 100; epoch++) {
    model.train();
    const loss = lossFn(model(xTrain), yTrain);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    model.eval();

    const testLoss = noGrad(() => lossFn(model(xTest), yTest)); // In torch: inference_mode
    losses.push(Number(loss.item()));
    testLosses.push(Number(testLoss.item()));
    if (epoch % 10 === 0) {
      log(`Epoch: ${epoch} | MAE Train Loss: ${losses[epoch]} | MAE Test Loss: ${testLosses[epoch]} `);
    }
  }

  log("The model learned the following values for weights and bias:");
  log(`weights: ${String(model.weights.data)}, bias: ${String(model.bias.data)}`);
  log("And the original values for weights and bias are:");
  log(`weights: ${weight}, bias: ${bias}`);
  return { losses, testLosses, weights: model.weights, bias: model.bias };
}

if (isMain(import.meta.url)) run(console.log);
