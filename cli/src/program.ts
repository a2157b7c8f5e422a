/** The command `lossgrad`, as a function: what it prints and its exit code. */
import { Command, CommanderError } from "commander";
import { addBench } from "./commands/bench.js";
import { addDiff } from "./commands/diff.js";
import { addEvaluate } from "./commands/evaluate.js";
import { addMerge } from "./commands/merge.js";
import { addWorker } from "./commands/worker.js";
import { addSql } from "./commands/sql.js";
import { version } from "./version.js";
import { InputError, UsageError } from "./input-error.js";

/** Where a command's lines go, and what ends it. */
export interface Terminal {
  readonly log: (line: string) => void;
  readonly complain: (line: string) => void;
  /** Where progress is shown. */
  readonly stderr: NodeJS.WriteStream;
  /** A signal that Ctrl-C and SIGTERM give until it is released. */
  readonly interruption: () => { signal: AbortSignal; release: () => void };
  /** 0 done, 1 the data is wrong or differs, 2 the command is wrong, 130 interrupted. */
  exitCode: number;
}

/** All commands and their options. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command("lossgrad");
  program
    .description("Losses and metrics of data larger than memory: exact, and the same bits on every machine.")
    .version(version)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.log(text.trimEnd());
      },
      outputError: (text, write) => {
        // Commander quotes arguments as they are, and puts what was meant into a line of its own.
        const message = text
          .trimEnd()
          .replace(/^error: /, "")
          .replace(/\n(?=\(Did you mean)/, " ");
        write(`lossgrad: ${new UsageError(message).message}\n`);
      },
      writeErr: (text) => {
        terminal.complain(text.trimEnd());
      },
    });
  addEvaluate(program, terminal);
  addMerge(program, terminal);
  addWorker(program, terminal);
  addSql(program, terminal);
  addDiff(program, terminal);
  addBench(program, terminal);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/** Runs a command, and returns its exit code. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync(args, { from: "user" });
    return terminal.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof InputError)) throw error;
    terminal.complain(`lossgrad: ${error.message}`);
    return error instanceof UsageError ? 2 : 1;
  }
}
