/**
 * A tour of nn.L1Loss, every statement of its description shown running: `npm run example l1-loss`.
 *
 * A PyTorch user reads it beside the original, test/fixtures/walkthroughs/l1_loss.py, and a test
 * compares every line that the two print.
 */
import { nn, onWarning, ones, tensor, zeros, type Tensor } from "lossgrad";
import { isMain } from "./support/main.js";
import { float, floats, printer, size, type Log } from "./support/print.js";

type Loss = (input: Tensor, target: Tensor) => Tensor;

function whatItIs(log: Log): void {
  const print = printer(log);
  print("# L1Loss");

  print("\n## What it is");
  print("The mean absolute error (MAE), a loss for regression.");
  const zero = zeros([4]);
  const errors = tensor([1.0, 2.0, 4.0, 8.0]);
  print("errors:             ", errors);
  print("L1, linear:         ", new nn.L1Loss({ reduction: "none" })(errors, zero));
  print("MSE, quadratic:     ", new nn.MSELoss({ reduction: "none" })(errors, zero));
  print("mean absolute error:", new nn.L1Loss()(errors, zero));
}

function formula(log: Log): void {
  const print = printer(log);
  print("\n## Formula");
  print("L(y, ŷ) = (1/n) · Σ |yᵢ − ŷᵢ|");
  const yPred = tensor([2.5, 0.0, 2.0, 7.0]);
  const yTrue = tensor([3.0, -0.5, 2.0, 8.0]);
  const n = yPred.numel();
  const absolute = yTrue.sub(yPred).abs();
  print("'none': |yᵢ − ŷᵢ|         ", absolute, new nn.L1Loss({ reduction: "none" })(yPred, yTrue));
  print("'sum':  Σ |yᵢ − ŷᵢ|       ", absolute.sum(), new nn.L1Loss({ reduction: "sum" })(yPred, yTrue));
  print(
    "'mean': (1/n) Σ |yᵢ − ŷᵢ| ",
    absolute.sum().div(n),
    new nn.L1Loss({ reduction: "mean" })(yPred, yTrue),
  );
}

function takingArguments(log: Log): void {
  const print = printer(log);
  print("\n## Arguments");
  const yPred = tensor([2.5, 0.0, 2.0, 7.0]);
  const yTrue = tensor([3.0, -0.5, 2.0, 8.0]);
  for (const reduction of ["mean", "sum", "none"] as const) {
    print(`reduction='${reduction}':`, new nn.L1Loss({ reduction })(yPred, yTrue));
  }
  print("default:", new nn.L1Loss().reduction);
  try {
    // @ts-expect-error: TypeScript knows the three reductions
    new nn.L1Loss({ reduction: "average" })(yPred, yTrue);
  } catch (error) {
    print("error:", (error as Error).message);
  }
  const warnings: string[] = [];
  onWarning((warning) => warnings.push(warning));
  print("sizeAverage=false:", new nn.L1Loss({ sizeAverage: false })(yPred, yTrue));
  print("reduce=false:", new nn.L1Loss({ reduce: false })(yPred, yTrue));
  onWarning(null);
  for (const warning of warnings) print("warning:", warning);
}

function whenToUseIt(log: Log): void {
  const print = printer(log);
  print("\n## When to use it: outliers");
  const measurements = tensor([9.8, 10.1, 10.0, 9.9, 60.0], { dtype: "float64" });
  print("measurements, the last one wrong:", measurements);

  function bestGuess(lossFn: Loss): number {
    const guess = tensor(0.0, { dtype: "float64" }).requiresGrad_();
    let lr = 1.0;
    for (let attempt = 0; attempt < 300; attempt++) {
      lossFn(guess.expand(5), measurements).backward();
      guess.data.sub_(guess.grad!.data.mul(lr));
      guess.grad = null;
      lr *= 0.97;
    }
    return Number(guess.item());
  }

  print(`MSE settles at the mean:   ${bestGuess(new nn.MSELoss()).toFixed(2)}`);
  print(`L1 settles at the median:  ${bestGuess(new nn.L1Loss()).toFixed(2)}`);
  print(`Huber settles in between:  ${bestGuess(new nn.HuberLoss()).toFixed(2)}`);
}

function exampleUsage(log: Log): void {
  const print = printer(log);
  print("\n## Example usage");
  const lossFn = new nn.L1Loss();

  // Predictions and targets
  const yPred = tensor([2.5, 0.0, 2.0, 7.0]);
  const yTrue = tensor([3.0, -0.5, 2.0, 8.0]);

  const loss = lossFn(yPred, yTrue);
  print(loss.item()); // mean absolute error
}

function comparison(log: Log): void {
  const print = printer(log);
  print("\n## Comparison with MSE, and with both combined: Huber");
  const errorsBothSides = tensor([-10.0, -2.0, -0.5, 0.0, 0.5, 2.0, 10.0]);

  function valuesAndSlopes(lossFn: Loss): [Tensor, Tensor] {
    const prediction = errorsBothSides.clone().requiresGrad_();
    const values = lossFn(prediction, zeros([7]));
    values.sum().backward();
    return [values.detach(), prediction.grad!];
  }

  print("error:", errorsBothSides);
  for (const [name, lossFn] of [
    ["MSE", new nn.MSELoss({ reduction: "none" })],
    ["L1", new nn.L1Loss({ reduction: "none" })],
    ["Huber", new nn.HuberLoss({ reduction: "none", delta: 1.0 })],
    ["SmoothL1", new nn.SmoothL1Loss({ reduction: "none", beta: 0.5 })],
  ] as const) {
    const [values, slopes] = valuesAndSlopes(lossFn);
    print(`${name} loss:    `, values);
    print(`${name} gradient:`, slopes);
  }
  shareOfAnOutlier(log);
}

function shareOfAnOutlier(log: Log): void {
  const print = printer(log);
  print("Eight predictions are off by 1 and one is off by 20; the share of that one:");
  const predictions = tensor([1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 20.0], {
    dtype: "float64",
  }).requiresGrad_();
  for (const [name, lossFn] of [
    ["MSE", new nn.MSELoss({ reduction: "none" })],
    ["L1", new nn.L1Loss({ reduction: "none" })],
    ["Huber", new nn.HuberLoss({ reduction: "none" })],
  ] as const) {
    const values = lossFn(predictions, zeros([9], { dtype: "float64" }));
    values.sum().backward();
    const slopes = predictions.grad!.abs();
    const lossShare = Number(values.at(8).div(values.sum()).item());
    const slopeShare = Number(slopes.at(8).div(slopes.sum()).item());
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
    print(
      `${name}: ${percent(lossShare)} of the loss, ${percent(slopeShare)} of the pull (the gradients' sizes)`,
    );
    predictions.grad = null;
  }
}

function typicalSystems(log: Log): void {
  const print = printer(log);
  print("\n## Typical systems");
  print("Regression networks and robust regression: examples/robust-regression.ts");
  print("An autoencoder, two values through one, by absolute reconstruction error:");
  const batch = tensor([[1.0, 2.0], [2.0, 4.1], [-1.0, -1.9], [3.0, 6.0]], { dtype: "float64" }); // prettier-ignore
  const encoder = tensor([[0.5], [0.1]], { dtype: "float64" }).requiresGrad_();
  const decoder = tensor([[0.1, 0.5]], { dtype: "float64" }).requiresGrad_();
  const l1 = new nn.L1Loss();
  for (let epoch = 0; epoch < 301; epoch++) {
    const loss = l1(batch.matmul(encoder).matmul(decoder), batch);
    if (epoch % 100 === 0) print(`epoch ${epoch}: ${Number(loss.item()).toFixed(4)}`);
    loss.backward();
    for (const parameter of [encoder, decoder]) {
      parameter.data.sub_(parameter.grad!.data.mul(0.05 * 0.99 ** epoch));
      parameter.grad = null;
    }
  }
  print("Image to image, any shape will do:");
  const image = tensor([[[0.0, 0.5], [1.0, 0.25]], [[0.1, 0.2], [0.3, 0.4]], [[1.0, 1.0], [0.0, 0.0]]]); // prettier-ignore
  const translated = tensor([[[0.0, 0.25], [1.0, 0.5]], [[0.1, 0.1], [0.1, 0.1]], [[0.5, 1.0], [0.5, 0.0]]]); // prettier-ignore
  print("shape:", size(image.shape), "L1:", new nn.L1Loss()(translated, image));
}

function slowerConvergence(log: Log): void {
  const print = printer(log);
  print("\n## Pitfall 1: slower convergence than MSE");
  print("From 10 towards 0 with lr = 0.1; L1's gradient is 1 at every step, MSE's is largest far away:");

  function descend(lossFn: Loss, lr: number, attempts: number): [number, number][] {
    const guess = tensor(10.0, { dtype: "float64" }).requiresGrad_();
    const path: [number, number][] = [];
    for (let attempt = 0; attempt < attempts; attempt++) {
      const loss = lossFn(guess, tensor(0.0, { dtype: "float64" }));
      loss.backward();
      path.push([Number(guess.item()), Number(guess.grad!.item())]);
      guess.data.sub_(guess.grad!.data.mul(lr));
      guess.grad = null;
    }
    return path;
  }

  const l1Path = descend(new nn.L1Loss(), 0.1, 120);
  const msePath = descend(new nn.MSELoss(), 0.1, 120);
  const huberPath = descend(new nn.HuberLoss(), 0.1, 120);
  const place = ([guess, gradient]: [number, number]) =>
    `at ${guess.toFixed(4)}, gradient ${gradient.toFixed(4)}`;
  for (const attempt of [0, 5, 10, 20, 50, 80, 95]) {
    print(`step ${attempt}: L1 ${place(l1Path[attempt])}; MSE ${place(msePath[attempt])}`);
  }
  for (const [name, path] of [
    ["L1", l1Path],
    ["MSE", msePath],
    ["Huber", huberPath],
  ] as const) {
    // prettier-ignore
    const steps = path.findIndex(([guess]) => Math.abs(guess) < 0.15);
    print(`${name}: within 0.15 after ${steps} steps`);
  }
  print("And since the gradient does not shrink, a fixed lr steps over the minimum for ever (lr = 0.3):");
  for (const [attempt, step] of [...descend(new nn.L1Loss(), 0.3, 38).entries()].slice(-4)) {
    print(`step ${attempt}: ${place(step)}`);
  }
}

function scalingMatters(log: Log): void {
  const print = printer(log);
  print("\n## Pitfall 2: scaling matters");
  const metres = tensor([1.62, 1.75, 1.81]);
  const metresPredicted = tensor([1.6, 1.8, 1.8]);
  print("heights in metres:     ", new nn.L1Loss()(metresPredicted, metres));
  print("the same in millimetres:", new nn.L1Loss()(metresPredicted.mul(1000), metres.mul(1000)));
  print(
    "Two targets a row, rooms and price: the price drowns the rooms, though the rooms are predicted badly.",
  );
  const homes = tensor([[2.0, 250000.0], [3.0, 310000.0], [5.0, 520000.0]]); // prettier-ignore
  const homesPredicted = tensor([[4.0, 249000.0], [1.0, 312000.0], [3.0, 519000.0]]); // prettier-ignore
  const error = new nn.L1Loss({ reduction: "none" })(homesPredicted, homes);
  print("error by column:", error.mean({ dim: 0 }));
  print("L1 over both:", new nn.L1Loss()(homesPredicted, homes));
  const spread = homes
    .sub(homes.mean({ dim: 0 }))
    .square()
    .mean({ dim: 0 })
    .sqrt();
  print("each column's standard deviation:", spread);
  print("error by column, normalized:", error.div(spread).mean({ dim: 0 }));
  print("L1 over both, normalized:", new nn.L1Loss()(homesPredicted.div(spread), homes.div(spread)));
}

function choiceOfReduction(log: Log): void {
  const print = printer(log);
  print("\n## Pitfall 3: the choice of reduction");
  print("'mean' divides the gradient by the batch size, 'sum' lets it grow with the batch:");
  for (const batch of [1, 4, 16]) {
    const [byMean, bySum] = (["mean", "sum"] as const).map((reduction) => {
      const weight = tensor(2.0).requiresGrad_();
      new nn.L1Loss({ reduction })(weight.mul(ones([batch])), zeros([batch])).backward();
      return Number(weight.grad!.item()).toFixed(1);
    });
    print(`batch of ${batch}: gradient of a shared weight ${byMean} with 'mean', ${bySum} with 'sum'`);
  }
  print("Each sample's own gradient:");
  for (const reduction of ["mean", "sum"] as const) {
    const prediction = tensor([3.0, 1.0, 4.0, 1.0]).requiresGrad_();
    new nn.L1Loss({ reduction })(prediction, zeros([4])).backward();
    print(`'${reduction}':`, prediction.grad);
  }
  print(
    "Batches of unequal size: the mean of their means is not the mean, the sum of their sums is the sum.",
  );
  const batches = [tensor([1.0, 1.0, 1.0, 1.0]), tensor([9.0])];
  const means = batches.map((part) => Number(new nn.L1Loss()(part, zeros([part.numel()])).item()));
  const sums = batches.map((part) =>
    Number(new nn.L1Loss({ reduction: "sum" })(part, zeros([part.numel()])).item()),
  );
  print("means:", floats(means), "their mean:", float((means[0] + means[1]) / 2));
  print("sums:", floats(sums), "by 5 samples:", float((sums[0] + sums[1]) / 5));
}

function inSummary(log: Log): void {
  const print = printer(log);
  print("\n## In summary");
  print(
    new nn.L1Loss(),
    "is the mean absolute error: robust to outliers, simple, with a gradient of constant size.",
  );
  print(new nn.HuberLoss(), "is smoother near the target and as robust far from it.");
}

/** Runs every section in the description's order. */
export function run(log: Log): void {
  whatItIs(log);
  formula(log);
  takingArguments(log);
  whenToUseIt(log);
  exampleUsage(log);
  comparison(log);
  typicalSystems(log);
  slowerConvergence(log);
  scalingMatters(log);
  choiceOfReduction(log);
  inSummary(log);
}

if (isMain(import.meta.url)) run(console.log);
