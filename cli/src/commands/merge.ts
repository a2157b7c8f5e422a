import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { Merging } from "../evaluation/merging.js";
import { shardWords } from "../evaluation/shard.js";
import { holdsPicture, readState, type StateFile } from "../evaluation/state.js";
import { InputError } from "../input-error.js";
import type { Terminal } from "../program.js";
import { type Drawn, writeDrawn, writeFile } from "../report/files.js";
import { checkOutputs } from "./outputs.js";
import { isQueryResult, readQueryResult } from "../sql/result.js";
import { jsonReport } from "../report/json.js";
import { textReport } from "../report/text.js";

const EXAMPLES = `
Examples:
  lossgrad evaluate p.npy t.npy --shard 0/2 --state s0.json
  lossgrad evaluate p.npy t.npy --shard 1/2 --state s1.json
  lossgrad merge s*.json
  lossgrad merge s0*.json --state tens.json, then lossgrad merge tens.json s1*.json
  lossgrad merge s*.json --report report.html, of states that were written with --for-report`;

interface MergeOptions extends Drawn {
  readonly state?: string;
  readonly json?: true;
}

/** `lossgrad merge`: the states of shards to one result. */
export function addMerge(program: Command, terminal: Terminal): void {
  program
    .command("merge")
    .summary("merge the states of shards")
    .description(
      "Merges the states that lossgrad evaluate --shard --state wrote, or what ClickHouse printed for queries of lossgrad sql, in " +
        "any order: the result has the same bits as that of one run.",
    )
    .argument("<states...>", "the files of all shards")
    .option("--report <file>", "write a report with plots: one .html file that needs nothing else")
    .option("--plot <file>", "write the plots alone, as .svg or .png")
    .option("--state <file>", "write what all of them amount to: a state again, also of some shards only")
    .option("--json", "print JSON, with all digits")
    .addHelpText("after", EXAMPLES)
    .action(async (paths: string[], options: MergeOptions) => {
      await run(paths, options, terminal);
    });
}

async function run(paths: readonly string[], options: MergeOptions, terminal: Terminal): Promise<void> {
  const { state, report, plot, json } = options;
  // A state may be written over one of those that were merged into it.
  await checkOutputs(options, []);
  const merging = new Merging();
  for (const path of paths) {
    for (const file of statesIn(path, await textOf(path))) {
      checkPicture(file, options);
      merging.add(file);
    }
  }
  const { missing } = merging;
  // Some shards have a state, and no result.
  const isPart = state !== undefined && missing.ranges.length > 0 && (report ?? plot) === undefined;
  if (isPart) {
    terminal.complain(`${writeFile(state, merging.text())}; not yet in it: ${shardWords(missing)}`);
    return;
  }
  const evaluated = merging.whole();
  if (state !== undefined) writeFile(state, merging.text());
  const { result } = evaluated;
  for (const line of json ? [jsonReport(result)] : textReport(result)) terminal.log(line);
  for (const line of await writeDrawn(options, evaluated)) terminal.complain(line);
}

/** @throws InputError for a state that lacks what a report draws, if one is asked for */
function checkPicture(file: StateFile, { report, plot }: Drawn): void {
  if (holdsPicture(file) || (report ?? plot) === undefined) return;
  const option = report === undefined ? "--plot" : "--report";
  throw new InputError(
    `${file.path}: expected a state with what ${option} draws, got one without; ` +
      "lossgrad evaluate --state writes such with --for-report",
  );
}

function statesIn(path: string, text: string): StateFile[] {
  return isQueryResult(text) ? readQueryResult(path, text) : [readState(path, text)];
}

/** A state has some kilobytes, with a picture a megabyte, and with thousands of groups hundreds of it. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new InputError(`${path}: ${code === "ENOENT" ? "no such file" : message}`);
  }
}
