import { type Command, InvalidArgumentError, Option } from "commander";
import { evaluate, type Inputs, type Result } from "../evaluation/evaluate.js";
import { LOSSES, METRICS, metricsByName, usualMetrics, wordsOf } from "../evaluation/metrics.js";
import { InputError, UsageError } from "../input-error.js";
import type { Terminal } from "../program.js";
import { DTYPES } from "../readers/dtypes.js";
import { openArray, type ReadOptions } from "../readers/open.js";
import { type ArrayReader, numelOf } from "../readers/reader.js";
import { jsonReport } from "../report/json.js";
import { NO_PROGRESS, progressBar } from "../report/progress.js";
import { textReport } from "../report/text.js";

interface EvaluateOptions {
  metric?: string[];
  loss?: string[];
  nan?: "propagate" | "omit" | "error";
  weight?: string;
  mask?: string;
  perOutput?: number;
  tensor?: string[];
  raw?: string[];
  json?: true;
  quiet?: true;
}

const EXAMPLES = `
Examples:
  lossgrad evaluate predictions.npy targets.npy
  lossgrad evaluate predictions.npy targets.npy --loss l1,huber=0.5 --metric r2,q0.95
  lossgrad evaluate model.safetensors model.safetensors --tensor output --tensor expected
  python predict.py | lossgrad evaluate - https://example.org/targets.npy --json`;

/** `lossgrad evaluate`: predictions against targets. */
export function addEvaluate(program: Command, terminal: Terminal): void {
  const collect = (value: string, previous: string[] | undefined): string[] => [...(previous ?? []), value];
  program
    .command("evaluate")
    .summary("evaluate predictions against targets")
    .description(
      "Evaluates predictions against targets: two arrays of one shape, of any size. A file is npy or safetensors, also " +
        "in gzip; an http(s) address; or - for standard input.",
    )
    .argument("<predictions>", "what was predicted")
    .argument("<targets>", "what really came")
    .option(
      "--metric <names>",
      `some of ${Object.keys(METRICS).join(", ")}, or a quantile of |error| such as q0.9`,
      collect,
    )
    .option(
      "--loss <names>",
      `means of some of ${Object.keys(LOSSES).join(", ")}; huber=2 gives a parameter`,
      collect,
    )
    .addOption(
      new Option(
        "--nan <policy>",
        "what becomes of pairs with a NaN: the result is NaN, they are left out, or an error",
      )
        .choices(["propagate", "omit", "error"])
        .default("propagate"),
    )
    .option("--weight <file>", "how much each pair counts")
    .option("--mask <file>", "bools or bytes: pairs where one is 0 are left out")
    .option(
      "--per-output <dimension>",
      "a result for each index of this dimension; -1 is the last",
      dimension,
    )
    .option(
      "--tensor <name>",
      "the tensor of a safetensors file; twice: first of the predictions, then of the targets",
      collect,
    )
    .option(
      "--raw <dtype>",
      `read files without a header as elements of ${Object.keys(DTYPES).join(", ")}; may be given twice`,
      collect,
    )
    .option("--json", "print JSON, with all digits")
    .option("--quiet", "show no progress")
    .addHelpText("after", EXAMPLES)
    .action(async (predictions: string, targets: string, options: EvaluateOptions) => {
      terminal.exitCode = await run(predictions, targets, options, terminal);
    });
}

function dimension(value: string): number {
  if (/^-?\d{1,2}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("Expected a whole number.");
}

async function run(
  predictions: string,
  targets: string,
  options: EvaluateOptions,
  terminal: Terminal,
): Promise<number> {
  const asked = askedFor(options);
  const files = [predictions, targets, options.weight, options.mask];
  if (files.filter((file) => file === "-").length > 1)
    throw new UsageError("expected - once, for one of the files");
  const open: ArrayReader[] = [];
  try {
    const inputs = await openAll(predictions, targets, options, open);
    const result = await evaluateWith(inputs, { ...asked, ...options }, terminal);
    const report = options.json ? [jsonReport(inputs, result)] : textReport(inputs, result);
    for (const line of report) terminal.log(line);
    return result.partial ? 130 : 0;
  } finally {
    for (const reader of open) await reader.close();
  }
}

/** Names of metrics and losses, which are checked before any file is opened. */
function askedFor({ metric, loss, weight }: EvaluateOptions): { metrics: string[]; losses: string[] } {
  const losses = wordsOf("loss", loss ?? []);
  const named = wordsOf("metric", metric ?? []);
  const metrics = named.length + losses.length > 0 ? named : usualMetrics(weight !== undefined);
  metricsByName(metrics, losses, {});
  return { metrics, losses };
}

async function openAll(
  predictions: string,
  targets: string,
  options: EvaluateOptions,
  open: ArrayReader[],
): Promise<Inputs> {
  for (const name of ["tensor", "raw"] as const) {
    const times = options[name]?.length ?? 0;
    if (times > 2)
      throw new UsageError(`--${name}: expected it at most twice, once for each file, got it ${times} times`);
  }
  const opened = async (path: string, at: 0 | -1): Promise<ArrayReader> => {
    const one = (values: string[] | undefined): string | undefined => values?.at(at);
    const how: ReadOptions = { tensor: one(options.tensor), raw: one(options.raw) };
    const reader = await openArray(path, how);
    open.push(reader);
    return reader;
  };
  const [prediction, target] = [await opened(predictions, 0), await opened(targets, -1)];
  const others = { weight: options.weight, mask: options.mask };
  const rest: { weight?: ArrayReader; mask?: ArrayReader } = {};
  for (const role of ["weight", "mask"] as const) {
    const path = others[role];
    if (path !== undefined) open.push((rest[role] = await openArray(path)));
  }
  return { prediction, target, ...rest };
}

async function evaluateWith(
  inputs: Inputs,
  request: { metrics: string[]; losses: string[] } & EvaluateOptions,
  terminal: Terminal,
): Promise<Result> {
  const shape = inputs.prediction.shape ?? inputs.target.shape;
  const bar = request.quiet ? NO_PROGRESS : progressBar(terminal.stderr, shape && numelOf(shape));
  const { signal, release } = terminal.interruption();
  const { metrics, losses, nan, perOutput } = request;
  try {
    const result = await evaluate(inputs, { metrics, losses, nan, perOutput, progress: bar.update, signal });
    if (result.elements === 0 && !result.partial)
      throw new InputError(`${inputs.prediction.name}: expected elements, got none`);
    return result;
  } finally {
    bar.stop();
    release();
  }
}
