/**
 * A JavaScript rival in a process of its own: answers JSON lines on standard input, one each. See
 * ../process.ts.
 *
 *     serve.ts MODULE ARGUMENT...     starts MODULE's rival: ./tfjs.js, ./onnx.js, ...
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Pass } from "../contest.js";
import { countWrongGradients, type FormulaName, FORMULAS } from "../formulas.js";

/** One rival. */
export interface Implementation {
  readonly version: string;
  /** What is timed. */
  readonly about: string;
  /** L1 alone unless told otherwise. */
  readonly losses?: readonly FormulaName[];
  /** Takes the operands over; frees what the last call made. */
  prepare(x: Float32Array, y: Float32Array, loss: FormulaName): void;
  /** A run; gives the mean. */
  value(): number | Promise<number>;
  /** A run of forward and backward; gives the mean. */
  valueAndGradient?(): number;
  /** The gradient of the last run. */
  readGradient?(): Float32Array;
}

type Start = (...args: string[]) => Promise<Implementation>;

interface Request {
  readonly do: "prepare" | "answer" | "time";
  readonly n: number;
  readonly file: string;
  readonly loss: FormulaName;
  readonly pass: Pass;
  readonly repeats: number;
}

const reply = (message: object) => process.stdout.write(JSON.stringify(message) + "\n");
// What libraries say of themselves must not come between the answers.
console.log = console.info = console.error;

const [module, ...args] = process.argv.slice(2);
let rival: Implementation;
let x = new Float32Array(0);
let y = x;
let formula = FORMULAS.l1;

function work(pass: Pass): () => number | Promise<number> {
  return pass === "value" ? () => rival.value() : () => rival.valueAndGradient!();
}

function prepare({ n, file, loss }: Request): void {
  // A buffer of its own, aligned as typed arrays are.
  const bytes = new Uint8Array(readFileSync(file)).buffer;
  x = new Float32Array(bytes, 0, n);
  y = new Float32Array(bytes, 4 * n, n);
  formula = FORMULAS[loss];
  rival.prepare(x, y, loss);
}

async function answer({ pass }: Request): Promise<object> {
  const mean = await work(pass)();
  const gradient = pass === "gradient" ? rival.readGradient!() : null;
  return { mean, wrongGradients: gradient ? countWrongGradients({ x, y }, gradient, formula) : 0 };
}

async function time({ pass, repeats }: Request): Promise<object> {
  const run = work(pass);
  let sum = 0;
  const start = performance.now();
  for (let i = 0; i < repeats; i++) {
    const mean = run();
    // Waiting for what is there costs microseconds.
    sum += typeof mean === "number" ? mean : await mean;
  }
  // The sum is an answer too, so that the compiler cannot drop the work.
  return { seconds: (performance.now() - start) / 1000, sum };
}

const handlers = { prepare, answer, time };

try {
  const { start } = (await import(module)) as { start: Start };
  rival = await start(...args);
  const { version, about, losses } = rival;
  const passes = rival.valueAndGradient ? ["value", "gradient"] : ["value"];
  reply({ ok: { version, about, passes, losses } });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request;
    reply({ ok: await handlers[request.do](request) });
  }
} catch (error) {
  reply({ error: (error as Error).message });
}
process.exit();
