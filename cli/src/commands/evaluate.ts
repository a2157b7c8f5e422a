import { writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { evaluate, type Evaluated, type Inputs } from "../evaluation/evaluate.js";
import { askedFor } from "../evaluation/metrics.js";
import type { Shard } from "../evaluation/shard.js";
import { writeGradient } from "../evaluation/gradient.js";
import { stateText } from "../evaluation/state.js";
import type { Request } from "../evaluation/tally.js";
import { FLOAT_DTYPES, type FloatDtype } from "../evaluation/cast.js";
import { InputError, UsageError } from "../input-error.js";
import type { Terminal } from "../program.js";
import { numelOf } from "../readers/reader.js";
import { checkDrawn, writeDrawn } from "../report/files.js";
import { jsonReport } from "../report/json.js";
import { NO_PROGRESS, progressBar } from "../report/progress.js";
import { textReport } from "../report/text.js";
import { collect } from "./csv-options.js";
import { count, LOSS_HELP, METRIC_HELP, shardOf } from "./evaluate-options.js";
import { checkGradient } from "./gradient.js";
import { type GivenFiles, inputsOf, type WantedInputs, withInputs } from "./inputs.js";
import { addReadOptions } from "./read-options.js";

interface EvaluateOptions extends GivenFiles {
  metric?: string[];
  loss?: string[];
  perOutput?: number;
  dtype?: FloatDtype;
  worst: number;
  shard?: Shard;
  state?: string;
  forReport?: true;
  grad?: string;
  report?: string;
  plot?: string;
  json?: true;
  quiet?: true;
}

const EXAMPLES = `
Examples:
  lossgrad evaluate predictions.npy targets.npy
  lossgrad evaluate predictions.npy targets.npy --loss l1,huber=0.5 --metric r2,q0.95
  lossgrad evaluate predictions.npy targets.npy --loss "mine=sqrt(square(p - t) + 1e-6)"
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
    .option("--metric <names>", METRIC_HELP, collect)
    .option("--loss <names>", LOSS_HELP, collect)
    .addOption(
      new Option(
        "--nan <policy>",
        "what becomes of pairs with a NaN: the result is NaN, they are left out, or an error",
      )
        .choices(["propagate", "omit", "error"])
        .default("propagate"),
    )
    .option("--weight <file>", "how much each pair counts")
    .option("--mask <file>", "booleans, or numbers that are 0 or 1: pairs where one is 0 are left out")
    .option(
      "--per-output <dimension>",
      "a result for each index of this dimension; -1 is the last",
      dimension,
    )
    .option("--by <column>", "of the table of predictions: the metrics of each of its groups")
    .option("--worst <count>", "how many of the pairs with the largest errors are told", count, 10)
    .option("--shard <i/n>", "evaluate one of n parts, which are counted from 0", shardOf)
    .option("--state <file>", "write what lossgrad merge makes the whole of")
    .option("--for-report", "the state also holds what lossgrad merge --report draws; takes longer")
    .option("--grad <file>", "write the gradient of the one --loss by the predictions, an npy")
    .addOption(
      new Option("--dtype <dtype>", "round predictions and targets to this dtype first").choices(
        FLOAT_DTYPES,
      ),
    )
    .option("--report <file>", "write a report with plots: one .html file that needs nothing else")
    .option("--plot <file>", "write the plots alone, as .svg or .png")
    .option("--json", "print JSON, with all digits")
    .option("--quiet", "show no progress")
    .addHelpText("after", EXAMPLES)
    .action(async (predictions: string, targets: string | undefined, options: EvaluateOptions) => {
      terminal.exitCode = await run(predictions, targets, options, terminal);
    });
  addReadOptions(command);
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
  const isWeighted = (options.weight ?? options.weightColumn) !== undefined;
  const asked = askedFor(options.loss ?? [], options.metric ?? [], isWeighted);
  const { nan, perOutput, worst, by, state } = options;
  const drawn = [options.report, options.plot, options.forReport].some((one) => one !== undefined);
  if (by !== undefined && perOutput !== undefined)
    throw new UsageError("--by: expected it without --per-output, since each group has one result");
  if (options.forReport && state === undefined)
    throw new UsageError("--for-report: expected it with --state, which holds what a report draws");
  checkDrawn(options);
  const wanted = inputsOf(predictions, targets, options);
  await checkGradient(options, asked, wanted);
  return withInputs(wanted, options, async (inputs) => {
    const request: Request = { asked, nan, perOutput, worst, by: inputs.by?.name ?? null, drawn };
    const evaluated = await evaluateWith(inputs, request, options, terminal);
    const { result } = evaluated;
    const report = options.json ? [jsonReport(result)] : textReport(result);
    for (const line of report) terminal.log(line);
    for (const line of await writeDrawn(options, evaluated)) terminal.complain(line);
    if (result.partial) return 130;
    if (state !== undefined) await writeText(state, stateText(request, evaluated));
    if (options.grad !== undefined)
      await gradient(options.grad, wanted, request, options, evaluated, terminal);
    return 0;
  });
}

/** The data are gone through once more, now that it is known what the mean divides by. */
async function gradient(
  path: string,
  wanted: WantedInputs,
  request: Request,
  options: EvaluateOptions,
  evaluated: Evaluated,
  terminal: Terminal,
): Promise<void> {
  await withInputs(wanted, options, async (inputs) => {
    const bar = options.quiet ? NO_PROGRESS : progressBar(terminal.stderr, evaluated.result.elements);
    try {
      await writeGradient(path, inputs, request, { dtype: options.dtype, progress: bar.update }, evaluated);
    } finally {
      bar.stop();
    }
  });
}

async function evaluateWith(
  inputs: Inputs,
  request: Request,
  { quiet, dtype, shard }: EvaluateOptions,
  terminal: Terminal,
): Promise<Evaluated> {
  const shape = inputs.prediction.shape ?? inputs.target.shape;
  const total = shape && Math.ceil(numelOf(shape) / (shard?.of ?? 1));
  const bar = quiet ? NO_PROGRESS : progressBar(terminal.stderr, total);
  const { signal, release } = terminal.interruption();
  try {
    const evaluated = await evaluate(inputs, request, {
      dtype,
      shard,
      progress: bar.update,
      signal,
    });
    const { elements, partial } = evaluated.result;
    if (elements === 0 && !partial && shard === undefined)
      throw new InputError(`${inputs.prediction.name}: expected elements, got none`);
    return evaluated;
  } finally {
    bar.stop();
    release();
  }
}

async function writeText(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new InputError(`${path}: cannot be written: ${(error as Error).message}`);
  }
}
