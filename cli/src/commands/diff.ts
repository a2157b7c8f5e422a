import { type Command, InvalidArgumentError } from "commander";
import type { CompareOptions } from "lossgrad/compare";
import { diff, type Difference } from "../comparison/diff.js";
import { UsageError } from "../input-error.js";
import type { Terminal } from "../program.js";
import { differenceJson, differenceText } from "../report/difference.js";
import { writeFile } from "../report/files.js";
import { checkOutputs } from "./outputs.js";
import {
  addFileOptions,
  checkUsed,
  type Formats,
  type GivenReadOptions,
  readOptionsOf,
} from "./read-options.js";

interface DiffOptions extends GivenReadOptions {
  rtol?: number;
  atol?: number;
  ulp?: number;
  axis?: number;
  equalNan?: true;
  report?: string;
  json?: true;
}

const EXAMPLES = `
Examples:
  lossgrad diff python.npy browser.npy
  lossgrad diff python.npy browser.npy --axis 1 --rtol 1e-3 --atol 1e-5
  lossgrad diff model.safetensors converted.safetensors
  lossgrad diff activations/python activations/browser --json`;

/** `lossgrad diff`: what differs between two arrays, and why. */
export function addDiff(program: Command, terminal: Terminal): void {
  const command = program
    .command("diff")
    .summary("compare two arrays, or all arrays of two models, and say why they differ")
    .description(
      "Compares a candidate with a reference: whether they are equal, how far apart, and what explains it, such as swapped " +
        "channels or a missing softmax. Folders, and files of several arrays (npz, safetensors), are compared by names, " +
        "layer by layer. " +
        "The exit code is 0 if they are equal and 1 if they differ.",
    )
    .argument("<reference>", "what is right, such as what Python computed: a file or a folder")
    .argument("<candidate>", "what is checked")
    .option("--rtol <number>", "how far apart numbers may be, relative to the reference; with --atol", amount)
    .option("--atol <number>", "and besides; otherwise both as torch.testing.assert_close has them", amount)
    .option("--ulp <number>", "how many units in the last place they may be apart instead", amount)
    .option("--axis <dimension>", "tell how each index of this dimension compares; -1 is the last", dimension)
    .option("--equal-nan", "a NaN is equal to a NaN")
    .option("--report <file>", "write a report with plots: one .html file that needs nothing else")
    .option("--json", "print JSON, with all digits")
    .addHelpText("after", EXAMPLES)
    .action(async (reference: string, candidate: string, options: DiffOptions) => {
      terminal.exitCode = await run([reference, candidate], options, terminal);
    });
  addFileOptions(command);
}

function amount(value: string): number {
  const number = /^[\d.]+(e[+-]?\d+)?$/i.test(value) ? Number(value) : NaN;
  if (number >= 0) return number;
  throw new InvalidArgumentError("Expected a number from 0 on.");
}

function dimension(value: string): number {
  if (/^-?\d{1,2}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("Expected a whole number.");
}

async function run(
  paths: readonly [string, string],
  options: DiffOptions,
  terminal: Terminal,
): Promise<number> {
  if (paths[0] === "-" && paths[1] === "-") throw new UsageError("expected - once, for one of the files");
  await checkOutputs(options, paths);
  const ways = readOptionsOf(options, true);
  const difference = await diff(paths, ways, toleranceOf(options));
  checkUsed(options, formatsOf(difference));
  const report = options.json ? [differenceJson(difference)] : differenceText(difference);
  for (const line of report) terminal.log(line);
  if (options.report !== undefined) {
    const { differenceReport } = await import("../report/difference-report.js");
    terminal.complain(writeFile(options.report, differenceReport(difference)));
  }
  return difference.equal ? 0 : 1;
}

function formatsOf(difference: Difference): Formats {
  const all = difference.kind === "arrays" ? [difference.compared] : difference.layers;
  return {
    prediction: all.map(({ reference }) => reference.format),
    target: all.map(({ candidate }) => candidate.format),
  };
}

function toleranceOf({ rtol, atol, ulp, axis, equalNan }: DiffOptions): CompareOptions {
  if ((rtol === undefined) !== (atol === undefined)) {
    throw new UsageError(
      `expected both --rtol and --atol, or neither, got no --${rtol === undefined ? "rtol" : "atol"}`,
    );
  }
  if (ulp !== undefined && rtol !== undefined)
    throw new UsageError("expected either --ulp or --rtol and --atol, got all of them");
  return { rtol, atol, ulp, axis, equalNan: equalNan ?? false };
}
