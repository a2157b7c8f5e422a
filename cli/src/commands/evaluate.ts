import { type Command, InvalidArgumentError, Option } from "commander";
import { evaluate, type Inputs, type Result } from "../evaluation/evaluate.js";
import { LOSSES } from "../evaluation/losses.js";
import { type Asked, askedFor, METRICS } from "../evaluation/metrics.js";
import { FLOAT_DTYPES, type FloatDtype } from "../evaluation/cast.js";
import { InputError } from "../input-error.js";
import type { Terminal } from "../program.js";
import { Picture } from "../picture/picture.js";
import { numelOf } from "../readers/reader.js";
import { checkDrawn, writeDrawn } from "../report/files.js";
import { jsonReport } from "../report/json.js";
import { NO_PROGRESS, progressBar } from "../report/progress.js";
import { textReport } from "../report/text.js";
import { collect } from "./csv-options.js";
import { type GivenFiles, inputsOf, withInputs } from "./inputs.js";
import { addReadOptions } from "./read-options.js";

interface EvaluateOptions extends GivenFiles {
  metric?: string[];
  loss?: string[];
  perOutput?: number;
  dtype?: FloatDtype;
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
    .option(
      "--metric <names>",
      `some of ${Object.keys(METRICS).join(", ")}, or a quantile of |error| such as q0.9`,
      collect,
    )
    .option(
      "--loss <names>",
      `means of some of ${Object.keys(LOSSES).join(", ")}; huber=2 gives a parameter, "mine=abs(p - t)" a formula`,
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
    .option("--mask <file>", "booleans, or numbers that are 0 or 1: pairs where one is 0 are left out")
    .option(
      "--per-output <dimension>",
      "a result for each index of this dimension; -1 is the last",
      dimension,
    )
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
  const asked = askedFor(options.loss ?? [], options.metric ?? [], options.weight !== undefined);
  checkDrawn(options);
  return withInputs(inputsOf(predictions, targets, options), options, async (inputs) => {
    const picture = options.report || options.plot ? new Picture() : undefined;
    const result = await evaluateWith(inputs, { asked, picture, ...options }, terminal);
    const report = options.json ? [jsonReport(inputs, result)] : textReport(inputs, result);
    for (const line of report) terminal.log(line);
    if (picture) {
      for (const line of await writeDrawn(options, picture, inputs, result)) terminal.complain(line);
    }
    return result.partial ? 130 : 0;
  });
}

async function evaluateWith(
  inputs: Inputs,
  request: { asked: Asked; picture?: Picture } & EvaluateOptions,
  terminal: Terminal,
): Promise<Result> {
  const shape = inputs.prediction.shape ?? inputs.target.shape;
  const bar = request.quiet ? NO_PROGRESS : progressBar(terminal.stderr, shape && numelOf(shape));
  const { signal, release } = terminal.interruption();
  const { asked, nan, perOutput, dtype, picture } = request;
  try {
    const result = await evaluate(inputs, {
      asked,
      nan,
      perOutput,
      dtype,
      picture,
      progress: bar.update,
      signal,
    });
    if (result.elements === 0 && !result.partial)
      throw new InputError(`${inputs.prediction.name}: expected elements, got none`);
    return result;
  } finally {
    bar.stop();
    release();
  }
}
