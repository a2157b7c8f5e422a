/** PyTorch as a rival: a Python process that times itself, asked for one sample at a time over a pipe. */
import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Answer, Pass, Rival } from "./contest.js";
import { type Operands, SEED } from "./operands.js";

const SCRIPT = fileURLToPath(new URL("./torch_rival.py", import.meta.url));

interface Versions {
  torch: string;
  python: string;
  threads: number;
  capability: string;
}

/** PyTorch by the first Python that imports it: LOSSGRAD_PYTHON, the system's own, or the path's; null where none does. */
export async function startTorch(): Promise<Rival | null> {
  const imports = (python: string | undefined): python is string =>
    python !== undefined && spawnSync(python, ["-c", "import torch"]).status === 0;
  const python = [process.env.LOSSGRAD_PYTHON, "/usr/bin/python3", "python3"].find(imports);
  if (python === undefined) return null;
  const rival = new TorchRival(python);
  await rival.start();
  return rival;
}

class TorchRival implements Rival {
  name = "torch";
  about = "";
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly lines: AsyncIterator<string>;

  constructor(python: string) {
    // Debian's build of torch 1.13 warns of its own imports.
    this.child = spawn(python, ["-W", "ignore", SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async start(): Promise<void> {
    const { torch, python, threads, capability } = (await this.read()) as Versions;
    this.name = `torch ${torch}`;
    this.about =
      `\`l1_loss\`; with gradients \`grad = None\`, \`l1_loss\`, \`backward()\`: ${threads} thread, ` +
      `${capability} kernels, Python ${python}`;
  }

  async prepare({ n }: Operands): Promise<void> {
    await this.ask({ do: "prepare", n, seed: SEED });
  }

  async answer(pass: Pass): Promise<Answer> {
    return (await this.ask({ do: "answer", pass })) as Answer;
  }

  async time(pass: Pass, repeats: number): Promise<number> {
    return (await this.ask({ do: "time", pass, repeats })) as number;
  }

  close(): void {
    this.child.stdin.end();
  }

  private ask(request: object): Promise<unknown> {
    this.child.stdin.write(JSON.stringify(request) + "\n");
    return this.read();
  }

  private async read(): Promise<unknown> {
    const line = await this.lines.next();
    if (line.done) throw new Error("the PyTorch process ended; its last words are above");
    return JSON.parse(line.value) as unknown;
  }
}
