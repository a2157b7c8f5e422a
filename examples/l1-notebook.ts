/**
 * The notebook of the L1 loss, cell by cell: `npm run example l1-notebook`.
 *
 * A PyTorch user reads it beside the original, test/fixtures/walkthroughs/l1_notebook.py, and a
 * test compares every line that the two print.
 */
import * as Plot from "@observablehq/plot";
import { F, nn, tensor, type Tensor } from "lossgrad";
import { drawFigure, saveFigure, type SaveFigure } from "./support/figure.js";
import { isMain } from "./support/main.js";
import { floats, printer, size, type Log } from "./support/print.js";

const mse = F.mseLoss;

// Sample implementation for descriptive purposes.
function myL1Loss(prediction: Tensor, target: Tensor): Tensor {
  return prediction.sub(target).abs().mean();
}

function myBadLoss(guess: Tensor, answer: Tensor): Tensor {
  return guess.sub(answer).mean();
}

function introducing(log: Log): void {
  const print = printer(log);
  print("### Introducing the L1 loss function");

  const prediction = tensor(5, { dtype: "float16" });
  const target = tensor(2, { dtype: "float16" });

  // My loss function
  let loss = myL1Loss(prediction, target);
  print(loss);

  // This is the loss class that lossgrad provides.
  const l1Loss = new nn.L1Loss();
  loss = l1Loss(prediction, target);
  print(loss);

  // This is the loss function lossgrad provides.
  loss = F.l1Loss(prediction, target);
  print(loss);
}

function withScalar(log: Log): void {
  const print = printer(log);
  print("\n### The L1 loss function with a scalar");

  // Change the prediction to be smaller than the label and see
  // what happens to the gradient.
  for (const value of [10, -6]) {
    const prediction = tensor(value, { dtype: "float64" });
    prediction.requiresGrad_();
    const label = tensor(2, { dtype: "float64" });

    const loss = F.l1Loss(prediction, label);
    loss.backward();

    print("loss Dimensions:", loss.ndim);
    print("loss Shape:", size(loss.shape));
    print(loss);

    print("\nGradient Dimensions:", prediction.grad!.ndim);
    print("Gradient Shape:", size(prediction.grad!.shape));
    print(prediction.grad);
  }
}

function withVector(log: Log): void {
  const print = printer(log);
  print("\n### The L1 loss function with a vector");

  const prediction = tensor([-2, 5, 13], { dtype: "float64" });
  prediction.requiresGrad_();
  const label = tensor([2, 5, 9], { dtype: "float64" });

  const loss = F.l1Loss(prediction, label);
  loss.backward();

  print("loss Dimensions:", loss.ndim);
  print("loss Shape:", size(loss.shape));
  print(loss);

  print("\nGradient Dimensions:", prediction.grad!.ndim);
  print("Gradient Shape:", size(prediction.grad!.shape));
  print(prediction.grad);
}

function badLoss(log: Log): void {
  const print = printer(log);
  print("\n### A bad loss function");

  const prediction = tensor([-2, 5, 13], { dtype: "float64" });
  prediction.requiresGrad_();
  const label = tensor([2, 5, 9], { dtype: "float64" });

  const loss = myBadLoss(prediction, label);
  loss.backward();

  print("loss Dimensions:", loss.ndim);
  print("loss Shape:", size(loss.shape));
  print(loss);

  print("\nGradient Dimensions:", prediction.grad!.ndim);
  print("Gradient Shape:", size(prediction.grad!.shape));
  print(prediction.grad);
}

function guessingGame(log: Log): void {
  const print = printer(log);
  print("\n### The guessing game");

  const guess = tensor([50, 50, 50], { dtype: "float64" });
  guess.requiresGrad_();
  const answer = tensor([2, 77, 91], { dtype: "float64" });
  const loss = mse(guess, answer);

  loss.backward();
  const lr = 1e-1; // This is 0.1
  const step = guess.grad!.data.mul(lr);

  print("loss Dimensions:", loss.ndim);
  print("loss Shape:", size(loss.shape));
  print(loss);

  print("\nGradient Dimensions:", guess.grad!.ndim);
  print("Gradient Shape:", size(guess.grad!.shape));
  print(guess.grad);

  print("\nStep Dimensions:", step.ndim);
  print("Step Shape:", size(step.shape));
  print(step);
}

/** The same game, twenty times: with lr = 10 every step overshoots and the guesses diverge. */
function guessingAgain(log: Log): void {
  const print = printer(log);
  const attempts = 20;
  const answer = tensor([2, 77, 91], { dtype: "float64" });
  const guess = tensor([50, 50, 50], { dtype: "float64" });
  guess.requiresGrad_();

  for (let attempt = 0; attempt < attempts; attempt++) {
    const loss = mse(guess, answer);

    loss.backward();
    const lr = 10;
    const step = guess.grad!.data.mul(lr);
    print(attempt + 1, guess.data, loss.data, guess.grad!.data, step.data);
    guess.data.sub_(step);
    guess.grad = null;
  }
}

function visualizing(log: Log, save: SaveFigure): void {
  const print = printer(log);
  print("\n### Visualizing the L1 loss function");

  const predictions = Array.from({ length: 21 }, (_, i) => tensor(i - 8, { dtype: "float16" }));
  const target = tensor(2, { dtype: "float16" });

  const displayPredictions = predictions.map((p) => Number(p.item()));
  print(floats(displayPredictions));

  const losses = predictions.map((p) => F.l1Loss(p, target));
  const badLosses = predictions.map((p) => myBadLoss(p, target));

  // We cannot do this because we want a loss for every value in x.
  // We do not want a single scalar value.
  // const losses = F.l1Loss(predictions, target);

  const displayLosses = losses.map((l) => Number(l.item()));
  print(floats(displayLosses));

  const displayBadLosses = badLosses.map((l) => Number(l.item()));
  print(floats(displayBadLosses));

  save("l1-loss", plotData("The L1 loss", displayPredictions, displayLosses));
  save("bad-loss", plotData("A bad loss: the mean of the differences", displayPredictions, displayBadLosses));
  save(
    "l1-and-bad-loss",
    plotData("The L1 loss (blue), a bad loss (red)", displayPredictions, displayLosses, displayBadLosses),
  );
}

function plotData(title: string, x: number[], y1: number[], y2?: number[]): string {
  const limits = (values: number[]) => [Math.min(...values) - 5, Math.max(...values) + 5];
  const scatter = (y: number[], fill: string, r: number) => Plot.dot(y, { x, y, fill, r });
  return drawFigure({
    title,
    subtitle: "21 predictions, target 2",
    x: { domain: limits(x), label: "prediction" },
    y: { domain: limits(y1.concat(y2 ?? [])), label: "loss" },
    marks: [
      Plot.ruleY([0], { stroke: "black" }),
      Plot.ruleX([0], { stroke: "black" }),
      scatter(y1, "blue", y2 ? 6.5 : 4.5),
      y2 && scatter(y2, "red", 3.5),
    ],
  });
}

/** Runs every cell in the notebook's order. */
export function run(log: Log, save: SaveFigure): void {
  introducing(log);
  withScalar(log);
  withVector(log);
  badLoss(log);
  guessingGame(log);
  guessingAgain(log);
  visualizing(log, save);
}

if (isMain(import.meta.url)) run(console.log, saveFigure);
