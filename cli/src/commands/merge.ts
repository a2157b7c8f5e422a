import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { mergedResult, readState, type StateFile } from "../evaluation/state.js";
import { InputError } from "../input-error.js";
import type { Terminal } from "../program.js";
import { isQueryResult, readQueryResult } from "../sql/result.js";
import { jsonReport } from "../report/json.js";
import { textReport } from "../report/text.js";

const EXAMPLES = `
Examples:
  lossgrad evaluate p.npy t.npy --shard 0/2 --state s0.json
  lossgrad evaluate p.npy t.npy --shard 1/2 --state s1.json
  lossgrad merge s*.json`;

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
    .option("--json", "print JSON, with all digits")
    .addHelpText("after", EXAMPLES)
    .action(async (paths: string[], { json }: { json?: true }) => {
      const files: StateFile[] = [];
      for (const path of paths) files.push(...statesIn(path, await textOf(path)));
      const result = mergedResult(files);
      for (const line of json ? [jsonReport(result)] : textReport(result)) terminal.log(line);
    });
}

function statesIn(path: string, text: string): StateFile[] {
  return isQueryResult(text) ? readQueryResult(path, text) : [readState(path, text)];
}

/** A state has some kilobytes, and with thousands of groups some hundreds of megabytes. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new InputError(`${path}: ${code === "ENOENT" ? "no such file" : message}`);
  }
}
