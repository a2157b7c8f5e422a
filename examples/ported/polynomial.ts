/**
 * sin(x) from -π to π by a polynomial of degree 3, with nn.Sequential: `npm run example --
 * ported/polynomial`.
 *
 * Follows "PyTorch: nn" of "Learning PyTorch with Examples",
 * beginner_source/examples_nn/polynomial_nn.py of https://github.com/pytorch/tutorials; the seed is
 * added.
 */
import { linspace, manualSeed, nn, noGrad, stack } from "lossgrad";
import { isMain } from "../support/main.js";
import type { Log } from "../support/print.js";
import type { Numbers } from "./support.js";

export function run(log: Log): Numbers {
  manualSeed(0);
  // Input and output
  const x = linspace(-Math.PI, Math.PI, 2000);
  const y = x.sin();

  // The input tensor (x, x², x³)
  const xx = stack(
    [1, 2, 3].map((p) => x.pow(p)),
    -1,
  );

  const model = new nn.Sequential(new nn.Linear(3, 1), new nn.Flatten(0, 1));
  const lossFn = new nn.MSELoss({ reduction: "sum" });

  const learningRate = 1e-6;
  const losses: number[] = [];
  for (let t = 0; t < 2000; t++) {
    const yPred = model(xx);

    const loss = lossFn(yPred, y);
    losses.push(loss.item());
    if (t % 100 === 99) log(`${t} ${losses[t].toFixed(2)}`);

    model.zeroGrad();
    loss.backward();
    noGrad(() => {
      // param -= learning_rate * param.grad
      for (const param of model.parameters()) param.sub_(param.grad!.mul(learningRate));
    });
  }

  const [linearLayer] = [...model].filter((module) => module instanceof nn.Linear);
  const [[a, b, c]] = linearLayer.weight.tolist() as number[][];
  const bias = linearLayer.bias!.item();
  log(`Result: y = ${bias.toFixed(2)} + ${a.toFixed(2)} x + ${b.toFixed(2)} x^2 + ${c.toFixed(2)} x^3`);
  return { losses, weight: linearLayer.weight, bias: linearLayer.bias! };
}

if (isMain(import.meta.url)) run(console.log);
