import { type Command, InvalidArgumentError, Option } from "commander";
import { evaluate, type Inputs, type Result } from "../evaluation/evaluate.js";
import { LOSSES, METRICS, metricsByName, usualMetrics, wordsOf } from "../evaluation/metrics.js";
import { InputError, UsageError } from "../input-error.js";
import type { Terminal } from "../program.js";
import { DTYPES } from "../readers/dtypes.js";
import { addCsvOptions, collect, CSV_OPTIONS, type GivenCsvOptions, readCsvOptions } from "./csv-options.js";
import { openArray, type ReadOptions } from "../readers/open.js";
import { type ArrayReader, numelOf } from "../readers/reader.js";
import { jsonReport } from "../report/json.js";
import { NO_PROGRESS, progressBar } from "../report/progress.js";
import { textReport } from "../report/text.js";

interface EvaluateOptions extends GivenCsvOptions {
  metric?: string[];
  loss?: string[];
  nan?: "propagate" | "omit" | "error";
  weight?: string;
  mask?: string;
  perOutput?: number;
  prediction?: string;
  target?: string;
  column?: string[];
  tensor?: string[];
  array?: string[];
  raw?: string[];
  json?: true;
  quiet?: true;
}

const EXAMPLES = `
Examples:
  lossgrad evaluate predictions.npy targets.npy
  lossgrad evaluate predictions.npy targets.npy --loss l1,huber=0.5 --metric r2,q0.95
  lossgrad evaluate table.csv --prediction forecast --target measured
  lossgrad evaluate model.safetensors --prediction output --target expected
  python predict.py | lossgrad evaluate - https://example.org/targets.npy --json`;

/** `lossgrad evaluate`: predictions against targets. */
export function addEvaluate(program: Command, terminal: Terminal): void {
  const command = program
    .command("evaluate")
    .summary("evaluate predictions against targets")
    .description(
      "Evaluates predictions against targets: two arrays of one shape, of any size. A file is npy, npz, safetensors or CSV, " +
        "also in gzip; an http(s) address; or - for standard input.",
    )
    .argument("<predictions>", "what was predicted")
    .argument("[targets]", "what really came; by default in the first file, as --target says")
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
    .option("--prediction <column>", "of one table of both: the column, or the tensor, of the predictions")
    .option("--target <column>", "and that of the targets")
    .option("--column <name>", 'the column to read, or its place, such as "#2"; may be given twice', collect)
    .option("--array <name>", "the array of an npz; may be given twice", collect)
    .option("--tensor <name>", "the tensor of a safetensors file; may be given twice", collect)
    .option(
      "--raw <dtype>",
      `read files without a header as elements of ${Object.keys(DTYPES).join(", ")}; may be given twice`,
      collect,
    )
    .option("--json", "print JSON, with all digits")
    .option("--quiet", "show no progress")
    .addHelpText("after", EXAMPLES)
    .action(async (predictions: string, targets: string | undefined, options: EvaluateOptions) => {
      terminal.exitCode = await run(predictions, targets, options, terminal);
    });
  addCsvOptions(command);
}

function dimension(value: string): number {
  if (/^-?\d{1,2}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("Expected a whole number.");
}

async function run(
  predictions: string,
  targets: string | undefined,
  options: EvaluateOptions,
  terminal: Terminal,
): Promise<number> {
  const asked = askedFor(options);
  const files = [predictions, targetsOf(predictions, targets, options)] as const;
  if ([...files, options.weight, options.mask].filter((file) => file === "-").length > 1) {
    throw new UsageError("expected - once, for one of the files");
  }
  const open: ArrayReader[] = [];
  try {
    const inputs = await openAll(files, options, open);
    const result = await evaluateWith(inputs, { ...asked, ...options }, terminal);
    const report = options.json ? [jsonReport(inputs, result)] : textReport(inputs, result);
    for (const line of report) terminal.log(line);
    return result.partial ? 130 : 0;
  } finally {
    for (const reader of open) await reader.close();
  }
}

function targetsOf(
  predictions: string,
  targets: string | undefined,
  { prediction, target }: EvaluateOptions,
): string {
  if (targets !== undefined) return targets;
  if (prediction !== undefined && target !== undefined) return predictions;
  throw new UsageError(
    "expected a file of targets, or --prediction and --target, which name two columns or tensors of one file",
  );
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
  [predictions, targets]: readonly [string, string],
  options: EvaluateOptions,
  open: ArrayReader[],
): Promise<Inputs> {
  for (const name of ["column", "tensor", "array", "raw", ...CSV_OPTIONS] as const) {
    const times = options[name]?.length ?? 0;
    if (times > 2)
      throw new UsageError(`--${name}: expected it at most twice, once for each file, got it ${times} times`);
  }
  const { prediction, target, raw, nan } = options;
  const how = (name: string | undefined, at: 0 | -1): ReadOptions => {
    const { csv, encoding } = readCsvOptions(options, at);
    const [column, tensor, array] = (["column", "tensor", "array"] as const).map(
      (kind) => name ?? options[kind]?.at(at),
    );
    return {
      column,
      tensor,
      array,
      raw: raw?.at(at),
      csv: { ...csv, keepMissing: nan === "omit" },
      encoding,
    };
  };
  const ways = [how(prediction, 0), how(target, -1)];
  const opened = async (path: string, way: ReadOptions): Promise<ArrayReader> => {
    const reader = await openArray(path, way);
    open.push(reader);
    return reader;
  };
  return {
    prediction: await opened(predictions, ways[0]),
    target: await opened(targets, ways[1]),
    ...(options.weight === undefined
      ? {}
      : {
          weight: await opened(options.weight, {
            ...ways[0],
            column: undefined,
            tensor: undefined,
            array: undefined,
          }),
        }),
    ...(options.mask === undefined ? {} : { mask: await opened(options.mask, {}) }),
  };
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
