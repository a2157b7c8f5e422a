/** The PyTorch process that answers cases: one JSON line there, one back. */
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("./oracle.py", import.meta.url));

/** The first Python that can import torch, or null: LOSSGRAD_PYTHON, the system's own, whatever is on the path. */
export function pythonWithTorch(): string | null {
  const candidates = [process.env.LOSSGRAD_PYTHON, "/usr/bin/python3", "python3"];
  const works = (python: string | undefined): python is string =>
    python !== undefined && spawnSync(python, ["-c", "import torch, numpy"]).status === 0;
  return candidates.find(works) ?? null;
}

export class TorchProcess {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly lines: AsyncIterator<string>;

  constructor(python: string) {
    this.child = spawn(python, [SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** The versions, which the process writes first. */
  async versions(): Promise<{ torch: string; python: string }> {
    return (await this.read()) as { torch: string; python: string };
  }

  /** The answers to a batch of cases, in order. The next batch may be asked before these are read. */
  ask(cases: readonly unknown[]): void {
    this.child.stdin.write(JSON.stringify(cases) + "\n");
  }

  async read(): Promise<unknown> {
    const line = await this.lines.next();
    if (line.done) throw new Error("the PyTorch process ended; its last words are above");
    return JSON.parse(line.value) as unknown;
  }

  close(): void {
    this.child.stdin.end();
  }
}
