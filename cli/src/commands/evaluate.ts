import { type Command, InvalidArgumentError, Option } from "commander";
import { FLOAT_DTYPES } from "../evaluation/cast.js";
import type { Evaluated } from "../evaluation/evaluate.js";
import { writeGradient } from "../evaluation/gradient.js";
import { stateText } from "../evaluation/state.js";
import type { Terminal } from "../program.js";
import { writeDrawn, writeFile } from "../report/files.js";
import { jsonReport } from "../report/json.js";
import { NO_PROGRESS, progressBar } from "../report/progress.js";
import { textReport } from "../report/text.js";
import { readTask, type Task, type TaskOptions } from "../shards/task.js";
import { checkTogether } from "./combinations.js";
import { shardCount, threadCount } from "./counts.js";
import { collect } from "./csv-options.js";
import { execute, type ExecutionOptions } from "./execute.js";
import { count, LOSS_HELP, METRIC_HELP, nanOption, shardOf } from "./evaluate-options.js";
import { checkGradient } from "./gradient.js";
import { type WantedInputs, withInputs } from "./inputs.js";
import { checkOutputs } from "./outputs.js";
import { addReadOptions } from "./read-options.js";

/** What `lossgrad evaluate` is told; what is not given is not there. */
export interface EvaluateOptions extends Omit<TaskOptions, "drawn" | "worst">, ExecutionOptions {
  worst?: number;
  state?: string;
  forReport?: true;
  grad?: string;
  report?: string;
  plot?: string;
  json?: true;
}

/** How many of the pairs with the largest errors are told. */
const WORST = 10;

const EXAMPLES = `
Examples:
  lossgrad evaluate predictions.npy targets.npy
  lossgrad evaluate predictions.npy targets.npy --loss l1,huber=0.5 --metric r2,q0.95
  lossgrad evaluate predictions.npy targets.npy --loss "mine=sqrt(square(p - t) + 1e-6)"
  lossgrad evaluate logits.npy classes.npy --loss ce
  lossgrad evaluate table.csv --prediction forecast --target measured
  lossgrad evaluate model.safetensors --prediction output --target expected
  python predict.py | lossgrad evaluate - https://example.org/targets.npy --json`;

/** `lossgrad evaluate`: predictions against targets. */
export function addEvaluate(program: Command, terminal: Terminal): void {
  const command = program
    .command("evaluate")
    .summary("evaluate predictions against targets")
    .description(
      "Evaluates predictions against targets: two arrays of one shape, or for --loss ce and nll rows and a class for each, of any " +
        "size. A file is npy, npz, safetensors or CSV, " +
        "also in gzip; an http(s) address; or - for standard input.",
    )
    .argument("<predictions>", "what was predicted")
    .argument("[targets]", "what really came; by default in the first file, as --target says")
    .option("--metric <names>", METRIC_HELP, collect)
    .option("--loss <names>", LOSS_HELP, collect)
    .addOption(nanOption("pairs"))
    .option("--weight <file>", "how much each pair counts")
    .option("--mask <file>", "booleans, or numbers that are 0 or 1: pairs where one is 0 are left out")
    .option(
      "--per-output <dimension>",
      "a result for each index of this dimension; -1 is the last",
      dimension,
    )
    .option("--by <column>", "of the table of predictions: the metrics of each of its groups")
    .option("--worst <count>", "how many of the pairs with the largest errors are told; otherwise 10", count)
    .option("--shard <i/n>", "evaluate one of n parts, which are counted from 0", shardOf)
    .option("--shards <count>", "cut into so many parts, which threads or workers take by turns", shardCount)
    .option(
      "--threads <count>",
      "how many threads of this machine compute; otherwise as many as pay",
      threadCount,
    )
    .option("--redis <url>", "let the machines compute that run lossgrad worker at this Redis")
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
  const { state, grad } = options;
  const task: Task = { predictions, targets, options: taskOptionsOf(options) };
  const reading = readTask(task);
  checkTogether(options, reading.asked.rows ? reading.asked.losses[0] : null);
  const read = Object.values<{ path: string }>(reading.wanted).map(({ path }) => path);
  await checkOutputs(options, read);
  if (grad !== undefined) await checkGradient(reading.asked, reading.wanted);
  const evaluated = await execute(task, reading, options, terminal);
  if (!evaluated) {
    terminal.complain("lossgrad: interrupted before a shard was done");
    return 130;
  }
  const { result } = evaluated;
  const report = options.json ? [jsonReport(result)] : textReport(result);
  for (const line of report) terminal.log(line);
  for (const line of await writeDrawn(options, evaluated)) terminal.complain(line);
  if (result.partial) return 130;
  if (state !== undefined) writeFile(state, stateText(evaluated));
  if (grad !== undefined) await gradient(grad, reading.wanted, options, evaluated, terminal);
  return 0;
}

/** What says where the numbers are computed and what becomes of them, not which they are. */
const LOCAL = [
  "shard",
  "shards",
  "threads",
  "redis",
  "state",
  "forReport",
  "grad",
  "report",
  "plot",
  "json",
  "quiet",
] as const satisfies readonly (keyof EvaluateOptions)[];

function taskOptionsOf(given: EvaluateOptions): TaskOptions {
  const { forReport, report, plot, worst = WORST } = given;
  const isLocal = (name: string): boolean => (LOCAL as readonly string[]).includes(name);
  const options = Object.fromEntries(Object.entries(given).filter(([name]) => !isLocal(name)));
  const drawn = (forReport ?? report ?? plot) !== undefined;
  return { ...(options as Omit<TaskOptions, "drawn" | "worst">), drawn, worst };
}

/** The data are gone through once more, now that it is known what the mean divides by. */
async function gradient(
  path: string,
  wanted: WantedInputs,
  { quiet, dtype, ...options }: EvaluateOptions,
  evaluated: Evaluated,
  terminal: Terminal,
): Promise<void> {
  await withInputs(wanted, options, async (inputs) => {
    const bar = quiet ? NO_PROGRESS : progressBar(terminal.stderr, evaluated.result.elements);
    try {
      const { request } = evaluated.tally;
      await writeGradient(path, inputs, request, { dtype, progress: bar.update }, evaluated);
    } finally {
      bar.stop();
    }
  });
}
