/** The PyTorch process that answers cases: one JSON line there, one back. */
import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { pythonWith } from "../support/python.js";

const HERE = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
/** The Python that the comparison runs in, or null. */
export function pythonWithTorch(): string[] | null {
  return pythonWith("torch", "numpy");
}

export interface TorchVersion {
  readonly torch: string;
  /** Whether it is 1.13, which lacks a part. */
  readonly old: boolean;
}

export class TorchProcess {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly lines: AsyncIterator<string>;

  constructor([command, ...args]: readonly string[]) {
    const program = [...args, HERE("./oracle.py")];
    this.child = spawn(command, program, { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** torch's version, which the process writes first; whether it is 1.13, which lacks a part. */
  async version(): Promise<TorchVersion> {
    return (await this.read()) as { torch: string; old: boolean };
  }

  /**
   * The answers to a batch of cases, in order. The next batch may be asked before these are read.
   */
  ask(cases: readonly unknown[]): void {
    this.child.stdin.write(JSON.stringify(cases) + "\n");
  }

  async read(): Promise<unknown> {
    const line = await this.lines.next();
    if (line.done) throw new Error("the PyTorch process ended; its last words are above");
    return JSON.parse(line.value) as unknown;
  }

  /** Ends the process, and waits until it has gone. */
  async close(): Promise<void> {
    const gone = this.child.exitCode === null ? once(this.child, "exit") : undefined;
    this.child.stdin.end();
    await gone;
  }
}
