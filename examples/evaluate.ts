/**
 * The main job: evaluates predictions against targets with every loss and reduction.
 *
 *     npm start
 *     npm start -- predictions.csv targets.csv
 */
import { F, onesLike, tidy, type Tensor } from "lossgrad";
import { filePairs, seattlePairs, type Pairs } from "./support/dataset.js";
import { parseOptions, usage } from "./support/evaluate-options.js";
import { InputError, visible } from "../cli/src/input-error.js";
import { isMain } from "./support/main.js";
import type { Log } from "./support/print.js";
import { stopwatch, type Stopwatch } from "./support/stopwatch.js";
import { table } from "./support/table.js";
import { withUnit } from "./support/units.js";

const losses = [
  ["L1", F.l1Loss],
  ["MSE", F.mseLoss],
  ["SmoothL1", F.smoothL1Loss],
  ["Huber", F.huberLoss],
] as const;
const reductions = ["mean", "sum", "none"] as const;

/** What one loss with one reduction gives for a set of predictions. */
export interface Evaluation {
  loss: string;
  reduction: (typeof reductions)[number];
  /** One number, or for "none" the least and the greatest of the elements' losses. */
  value: number | [number, number];
  /** The Euclidean norm of the gradient of the predictions; for "none", of the elements' sum. */
  gradientNorm: number;
  /** Median time of the loss alone, and of the loss with its gradient. */
  seconds: number;
  secondsWithGradient: number;
}

/** Evaluates every loss with every reduction, and times each. */
export function evaluate(predictions: Tensor, targets: Tensor, watch: Stopwatch = stopwatch): Evaluation[] {
  const tasks = losses.flatMap(([name, loss]) =>
    reductions.map((reduction) => {
      const first = loss(predictions, targets, { reduction });
      const value = reduction === "none" ? extremes(first) : Number(first.item());
      const leaf = predictions.detach().requiresGrad_();
      const upstream = onesLike(first);
      first.dispose();
      const withGradient = () => {
        leaf.grad = null;
        const result = loss(leaf, targets, { reduction });
        result.backward(upstream);
        result.dispose();
      };
      const alone = () => {
        loss(predictions, targets, { reduction }).dispose();
      };
      withGradient();
      const gradient = leaf.grad!;
      const gradientNorm = tidy(() => Number(gradient.to("float64").square().sum().sqrt().item()));
      leaf.grad = null;
      gradient.dispose();
      return { name, reduction, value, gradientNorm, alone, withGradient };
    }),
  );
  for (const { alone, withGradient } of tasks) {
    watch.warmUp(alone);
    watch.warmUp(withGradient);
  }
  return tasks.map(({ name, reduction, value, gradientNorm, alone, withGradient }) => ({
    loss: name,
    reduction,
    value,
    gradientNorm,
    seconds: watch.medianSeconds(alone),
    secondsWithGradient: watch.medianSeconds(withGradient),
  }));
}

function extremes(values: Tensor): [number, number] {
  let [least, greatest] = [Infinity, -Infinity];
  tidy(() => {
    for (const value of values.to("float64").array<Float64Array>()) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
  });
  return [least, greatest];
}

function report({ title, predictions, targets, notes }: Pairs, evaluations: Evaluation[], log: Log): void {
  const pairs = predictions.numel();
  const dtypes = [...new Set([predictions.dtype, targets.dtype])].join(" against ");
  log(visible(title));
  for (const note of notes) log(visible(`note: ${note}`));
  log(`${pairs.toLocaleString("en")} pairs, ${dtypes}, shape [${predictions.shape.join(", ")}]`);
  const head = ["loss", "reduction", "value", "‖gradient‖", "time", "elements/s", "time with gradient"];
  const rows = evaluations.map((row) => [
    row.loss,
    row.reduction,
    Array.isArray(row.value) ? row.value.map(digits).join(" … ") : digits(row.value),
    digits(row.gradientNorm),
    withUnit(row.seconds, "s"),
    withUnit(pairs / row.seconds),
    withUnit(row.secondsWithGradient, "s"),
  ]);
  log(table(head, rows));
  log(
    "value: for none, the least and the greatest of the elements' losses; ‖gradient‖: of the predictions, Euclidean",
  );
  log(
    "time: median of one loss through the public API; with gradient: loss and backward(); elements/s: pairs by time",
  );
}

function digits(value: number): string {
  return String(Number(value.toPrecision(7)));
}

async function choosePairs(args: string[]): Promise<Pairs | null> {
  const { help, paths, options } = parseOptions(args);
  if (help) return null;
  const [predictions, targets] = paths;
  if (paths.length === 2) return filePairs(predictions, targets, options);
  const asked = Object.values(options.asked ?? {}).flat();
  if (paths.length === 0 && asked.length === 0) return seattlePairs(options.dtype);
  throw new InputError(`expected two files, predictions and targets, got ${paths.length}; see --help`);
}

/** The program: prints to `log`, problems of the input to `complain`, and returns the exit code. */
export async function main(
  args: string[],
  log: Log,
  complain: Log,
  watch: Stopwatch = stopwatch,
): Promise<number> {
  try {
    const pairs = await choosePairs(args);
    if (pairs) report(pairs, evaluate(pairs.predictions, pairs.targets, watch), log);
    else log(usage);
    return 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    complain(`evaluate: ${error.message}`);
    return 1;
  }
}

if (isMain(import.meta.url)) process.exitCode = await main(process.argv.slice(2), console.log, console.error);
