/** A rival in another process: it times itself, asked for one sample at a time over a pipe. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Answer, Pass, Rival } from "./contest.js";
import { type Formula, type FormulaName, FORMULAS } from "./formulas.js";
import type { Operands } from "./operands.js";

interface Introduction {
  readonly version: string;
  readonly about: string;
  readonly passes: readonly Pass[];
  /** L1 alone unless it says otherwise. */
  readonly losses?: readonly FormulaName[];
}

type Reply = { readonly ok: unknown } | { readonly error: string };

/** The longest single request is a sample of a slow rival's: seconds. */
const PATIENCE_SECONDS = 120;

export class ProcessRival implements Rival {
  passes: readonly Pass[] = [];
  about = "";
  private losses: readonly FormulaName[] = [];
  private loss: FormulaName = "l1";
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly lines: AsyncIterator<string>;
  private complaints = "";

  private constructor(
    readonly name: string,
    command: string,
    args: readonly string[],
  ) {
    this.child = spawn(command, args, { stdio: "pipe" });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.complaints += text;
    });
    this.child.on("error", ({ message }) => (this.complaints += message));
    // A request to a process that ended fails by the missing reply.
    this.child.stdin.on("error", () => undefined);
  }

  /** Starts the process; rejects with the reason where it cannot do its work here. */
  static async start(name: string, command: string, ...args: string[]): Promise<ProcessRival> {
    const rival = new ProcessRival(name, command, args);
    const { version, about, passes, losses = ["l1"] } = (await rival.read()) as Introduction;
    rival.about = `${version}: ${about}`;
    rival.passes = passes;
    rival.losses = losses;
    return rival;
  }

  get formula(): Formula {
    return FORMULAS[this.loss];
  }

  /** The same process asked for another loss; none where it has only others. */
  asked(loss: FormulaName): ProcessRival[] {
    if (!this.losses.includes(loss)) return [];
    const other = Object.create(this) as ProcessRival;
    other.loss = loss;
    return [other];
  }

  async prepare({ n, file }: Operands): Promise<void> {
    await this.ask({ do: "prepare", n, file, loss: this.loss });
  }

  async answer(pass: Pass): Promise<Answer> {
    return (await this.ask({ do: "answer", pass })) as Answer;
  }

  async time(pass: Pass, repeats: number): Promise<number> {
    return ((await this.ask({ do: "time", pass, repeats })) as { seconds: number }).seconds;
  }

  close(): void {
    this.child.stdin.end();
  }

  /** The last line that tells of an error, or the last of all. */
  private lastWords(): string {
    const lines = this.complaints.split("\n").filter((line) => line.trim() !== "");
    const errors = lines.filter((line) => /error/i.test(line));
    const [said] = (errors.length > 0 ? errors : lines).slice(-1);
    return lines.length === 0 ? "without a word" : `with "${said.trim()}"`;
  }

  private ask(request: object): Promise<unknown> {
    this.child.stdin.write(JSON.stringify(request) + "\n");
    return this.read();
  }

  private async read(): Promise<unknown> {
    const timer = setTimeout(() => this.child.kill(), PATIENCE_SECONDS * 1000);
    try {
      const line = await this.lines.next();
      if (line.done) throw new Error(`its process ended ${this.lastWords()}`);
      const reply = JSON.parse(line.value) as Reply;
      if ("error" in reply) throw new Error(reply.error);
      return reply.ok;
    } finally {
      clearTimeout(timer);
    }
  }
}
