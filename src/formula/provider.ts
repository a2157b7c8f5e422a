/**
 * What computes a program, a block at a time: an emitted module where there can be one, else the
 * interpreter.
 */
import { binaryBytes } from "../core/binary.js";
import { EmittedModule } from "../core/emitted.js";
import type { LinearMemory } from "../core/memory.js";
import type { Job } from "../core/threads/job.js";
import { emit } from "./emit/index.js";
import type { Terms } from "./emit/loop.js";
import { Interpreter } from "./interpret.js";
import type { Program } from "./program.js";

/**
 * A program over one memory. Addresses are those of the operands, the mask if there is one, and
 * what is stored.
 */
export interface BlockKernel {
  /**
   * What `run` is to threads, which call it with the addresses, n and the numbers'; absent where it
   * is for one thread.
   */
  readonly forThreads?: Pick<Job, "kernel" | "module">;
  /** Computes n elements, a block at most, and gives the sum of the terms; 0 without one. */
  run(addresses: readonly number[], n: number, numbers: number): number;
  /** The same for rows that follow each other; the sum of each is written as f64 at `sums`. */
  rows(addresses: readonly number[], rows: number, length: number, numbers: number, sums: number): void;
}

/** The same, but the terms are stored at `terms`, in the computing type. */
export interface TermsKernel {
  terms(addresses: readonly number[], n: number, numbers: number, terms: number): void;
}

/**
 * Engines take long to compile a long function, and longer by the square of its parameters (0.4 s
 * for 300 operands in V8, and 8 s for 900): larger programs than this are interpreted.
 */
const MOST_INSTRUCTIONS = 1000;
const MOST_ADDRESSES = 64;

/**
 * How many modules are kept of each memory; the one that was not used for the longest time goes
 * first.
 */
const KEPT = 256;

type Exports = Readonly<Record<"run" | "rows", (...parameters: number[]) => number>>;

/** A module's functions. */
class Emitted implements BlockKernel, TermsKernel {
  /** What `run` is called with: calls with one list are faster than those with a list and more. */
  private readonly parameters: number[] = [];

  readonly forThreads: Pick<Job, "kernel" | "module">;

  constructor(
    private readonly exports: Exports,
    bytes: Uint8Array,
  ) {
    this.forThreads = { kernel: exports.run, module: new EmittedModule(bytes) };
  }

  run(addresses: readonly number[], n: number, numbers: number): number {
    const { parameters } = this;
    const count = addresses.length;
    for (let i = 0; i < count; i++) parameters[i] = addresses[i];
    parameters[count] = n;
    parameters[count + 1] = numbers;
    return this.exports.run(...parameters);
  }

  rows(addresses: readonly number[], rows: number, length: number, numbers: number, sums: number): void {
    this.exports.rows(...addresses, rows, length, numbers, sums);
  }

  terms(addresses: readonly number[], n: number, numbers: number, terms: number): void {
    this.exports.run(...addresses, n, numbers, terms);
  }
}

/** Keys of modules by program, so that none has to be put together twice. */
const keys: Readonly<Record<Terms, WeakMap<Program, string>>> = {
  added: new WeakMap(),
  stored: new WeakMap(),
};

function keyOf(program: Program, terms: Terms): string {
  let key = keys[terms].get(program);
  if (key === undefined) {
    key = `${program.dtype} ${program.masked} ${terms} ${program.key}`;
    keys[terms].set(program, key);
  }
  return key;
}

/** The modules over one memory. */
class Modules {
  /**
   * By key, in the order in which they were used; null for what could not be emitted or compiled.
   */
  private readonly kept = new Map<string, Emitted | null>();
  private last = "";

  constructor(private readonly memory: LinearMemory) {}

  get size(): number {
    return this.kept.size;
  }

  kernelFor(program: Program, terms: Terms): Emitted | null {
    const { kept } = this;
    const key = keyOf(program, terms);
    let found = kept.get(key);
    if (found !== undefined && key === this.last) return found;
    if (found === undefined) found = compiled(program, this.memory, terms);
    // A Map keeps the order of insertion: the first is the one that waited longest.
    kept.delete(key);
    kept.set(key, found);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
    this.last = key;
    return found;
  }
}

const modules = new WeakMap<LinearMemory, Modules>();

function modulesOf(memory: LinearMemory): Modules {
  let found = modules.get(memory);
  if (!found) modules.set(memory, (found = new Modules(memory)));
  return found;
}

/** Which provider tests ask for. */
let forced: "emitted" | "interpreted" | null = null;

/** For tests: computes with the named provider alone, or with whichever can be had again. */
export function forceProvider(name: typeof forced): void {
  forced = name;
}

/** For tests: how many modules are kept of `memory`. */
export function modulesKept(memory: LinearMemory): number {
  return modulesOf(memory).size;
}

function emittedFor(program: Program, memory: LinearMemory, terms: Terms): Emitted | null {
  return forced === "interpreted" ? null : modulesOf(memory).kernelFor(program, terms);
}

function isTooLarge({ code, operands, outputs }: Program): boolean {
  return code.length > MOST_INSTRUCTIONS || operands + outputs.length > MOST_ADDRESSES;
}

/**
 * A module is a way to the same bits in less time: where a place refuses to compile one, for
 * whatever reason, it is not needed.
 */
function compiled(program: Program, memory: LinearMemory, terms: Terms): Emitted | null {
  if (isTooLarge(program)) return null;
  const bytes = emit({ program, terms, shared: memory.shared, library: binaryBytes() });
  if (!bytes) return null;
  try {
    const module = new WebAssembly.Module(bytes);
    const { exports } = new WebAssembly.Instance(module, { env: { memory: memory.wasm } });
    return new Emitted(exports as Exports, bytes);
  } catch (error) {
    if (forced === "emitted") throw error;
    return null;
  }
}

/** What computes `program` over `memory`. */
export function kernelFor(program: Program, memory: LinearMemory): BlockKernel {
  return emittedFor(program, memory, "added") ?? new Interpreter(program, memory);
}

/** What computes the terms of `program`, where all of them are wanted. */
export function termsFor(program: Program, memory: LinearMemory): TermsKernel {
  return emittedFor(program, memory, "stored") ?? new Interpreter(program, memory);
}
