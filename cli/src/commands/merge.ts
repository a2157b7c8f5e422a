import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { holdsPicture, merged, readState, type StateFile } from "../evaluation/state.js";
import { InputError } from "../input-error.js";
import type { Terminal } from "../program.js";
import { checkDrawn, type Drawn, writeDrawn } from "../report/files.js";
import { jsonReport } from "../report/json.js";
import { textReport } from "../report/text.js";
import { isQueryResult, readQueryResult } from "../sql/result.js";

const EXAMPLES = `
Examples:
  lossgrad evaluate p.npy t.npy --shard 0/2 --state s0.json
  lossgrad evaluate p.npy t.npy --shard 1/2 --state s1.json
  lossgrad merge s*.json
  lossgrad merge s*.json --report report.html, of states that were written with --for-report`;

interface MergeOptions extends Drawn {
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
    .option("--json", "print JSON, with all digits")
    .addHelpText("after", EXAMPLES)
    .action(async (paths: string[], options: MergeOptions) => {
      checkDrawn(options);
      const files: StateFile[] = [];
      for (const path of paths) files.push(...statesIn(path, await textOf(path)));
      checkPictures(files, options);
      const evaluated = merged(files);
      const { result } = evaluated;
      for (const line of options.json ? [jsonReport(result)] : textReport(result)) terminal.log(line);
      for (const line of await writeDrawn(options, evaluated)) terminal.complain(line);
    });
}

function statesIn(path: string, text: string): StateFile[] {
  return isQueryResult(text) ? readQueryResult(path, text) : [readState(path, text)];
}

/** @throws InputError for a state that lacks what a report draws, if one is asked for */
function checkPictures(files: readonly StateFile[], { report, plot }: Drawn): void {
  const option = report === undefined ? "--plot" : "--report";
  const lacking = files.find((file) => !holdsPicture(file));
  if (lacking === undefined || (report ?? plot) === undefined) return;
  throw new InputError(
    `${lacking.path}: expected a state with what ${option} draws, got one without; ` +
      "lossgrad evaluate --state writes such with --for-report",
  );
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
