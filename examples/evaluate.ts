/**
 * The main job: evaluates predictions against targets with every loss and reduction.
 *
 *     npm start
 *     npm start -- predictions.csv targets.csv
 */
import { parseArgs } from "node:util";
import { F, onesLike, tidy, type Tensor } from "lossgrad";
import { filePairs, floatDtypes, seattlePairs, type FloatDtype, type Pairs } from "./support/dataset.js";
import { InputError } from "./support/input-error.js";
import { isMain } from "./support/main.js";
import type { Log } from "./support/print.js";
import { stopwatch, type Stopwatch } from "./support/stopwatch.js";
import { table } from "./support/table.js";

const usage = `Usage: npm start -- [options] [predictions targets]

Evaluates predictions against targets, two files of equal shape, with every loss and reduction.
Without files: tomorrow's temperature in Seattle forecast by today's.

A file is .npy, or CSV with a column of numbers under a header (or without one, if it is the only column).

Options:
  --column NAME   the CSV column to read; given twice, the first is for predictions, the second for targets
  --dtype DTYPE   ${floatDtypes.join(", ")}; otherwise float32 for CSV and an .npy file's own
  --help          this text`;

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

function report({ title, predictions, targets }: Pairs, evaluations: Evaluation[], log: Log): void {
  const pairs = predictions.numel();
  const dtypes = [...new Set([predictions.dtype, targets.dtype])].join(" against ");
  log(title);
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

const prefixes = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [1, ""],
  [1e-3, "m"],
  [1e-6, "µ"],
  [1e-9, "n"],
] as const;

/** 1234567 as "1.23 M", and 1.2e-6 with unit s as "1.20 µs". */
function withUnit(value: number, unit = ""): string {
  const [factor, prefix] = prefixes.find(([least]) => value >= least) ?? [1, ""];
  const three = { minimumSignificantDigits: 3, maximumSignificantDigits: 3 };
  return `${(value / factor).toLocaleString("en", three)} ${prefix}${unit}`;
}

function choosePairs(args: string[]): Pairs | null {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      column: { type: "string", multiple: true },
      dtype: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return null;
  const dtype = values.dtype as FloatDtype | undefined;
  if (dtype !== undefined && !floatDtypes.includes(dtype)) {
    throw new InputError(`--dtype: expected one of ${floatDtypes.join(", ")}, got ${dtype}`);
  }
  const columns = values.column ?? [];
  if (columns.length > 2) throw new InputError("--column: at most two, one for each file");
  if (positionals.length === 0 && columns.length === 0) return seattlePairs(dtype);
  if (positionals.length === 2) return filePairs(positionals[0], positionals[1], { dtype, columns });
  throw new InputError(`expected two files, predictions and targets, got ${positionals.length}; see --help`);
}

/** The program: prints to `log`, problems of the input to `complain`, and returns the exit code. */
export function main(args: string[], log: Log, complain: Log, watch: Stopwatch = stopwatch): number {
  try {
    const pairs = choosePairs(args);
    if (pairs) report(pairs, evaluate(pairs.predictions, pairs.targets, watch), log);
    else log(usage);
    return 0;
  } catch (error) {
    if (!isInputError(error)) throw error;
    complain(`evaluate: ${error.message}`);
    return 2;
  }
}

/** Ours, or parseArgs': an option that does not exist or lacks its value. */
function isInputError(error: unknown): error is Error {
  if (error instanceof InputError) return true;
  return (
    error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith("ERR_PARSE_ARGS")
  );
}

if (isMain(import.meta.url)) process.exitCode = main(process.argv.slice(2), console.log, console.error);
