/**
 * A program by way of the elementwise kernels of the binary: for places that do not compile modules
 * at run time, and as the oracle of those that are emitted. Blocks are cut into chunks, so that
 * what is between the instructions stays in the first cache.
 */
import type { BinaryKernel, Kernels, UnaryKernel } from "../core/kernels.js";
import { BLOCK } from "../core/block.js";
import type { LinearMemory } from "../core/memory.js";
import { cPow } from "../ndarray/c-pow.js";
import { dtypes } from "../ndarray/dtype.js";
import { type Place, type Plan, planOf, SCRATCH_REGISTER, type Step, ZEROS } from "./plan.js";
import type { Program } from "./program.js";
import type { BlockKernel, TermsKernel } from "./provider.js";
import { FIRST_SLOT, REGISTER_WINDOWS, REGISTERS, TERMS } from "./windows.js";

/** Elements of a chunk. */
const CHUNK = 1024;
/** Registers in one window: each has room for CHUNK elements of 8 bytes. */
const PER_WINDOW = BLOCK / CHUNK;

type AnyKernel = (...parameters: number[]) => number;

/** One chunk of a block: where it lies, and how long it is. */
interface Chunk {
  readonly addresses: readonly number[];
  readonly start: number;
  readonly n: number;
  readonly numbers: number;
}

export class Interpreter implements BlockKernel, TermsKernel {
  private readonly half: "f16" | "bf16" | null;
  private readonly tag: "f32" | "f64";
  /** Bytes of an element in memory, and in the computing type. */
  private readonly size: number;
  private readonly wide: 4 | 8;

  constructor(
    private readonly program: Program,
    private readonly memory: LinearMemory,
  ) {
    const { storage, size, compute } = dtypes[program.dtype];
    this.half = storage === "f16" || storage === "bf16" ? storage : null;
    this.tag = compute as "f32" | "f64";
    this.size = size;
    this.wide = compute === "f64" ? 8 : 4;
  }

  run(addresses: readonly number[], n: number, numbers: number): number {
    const terms = this.memory.window(TERMS);
    this.terms(addresses, n, numbers, terms);
    return this.hasSum ? this.added(terms, n) : 0;
  }

  rows(addresses: readonly number[], rows: number, length: number, numbers: number, sums: number): void {
    const terms = this.memory.window(TERMS);
    this.terms(addresses, rows * length, numbers, terms);
    for (let row = 0; row < rows; row++) {
      this.memory.f64[(sums >> 3) + row] = this.added(terms + row * length * this.wide, length);
    }
  }

  terms(addresses: readonly number[], n: number, numbers: number, terms: number): void {
    const plan = planOf(this.program);
    if (this.program.masked) this.memory.clear(this.register(ZEROS), CHUNK * 8);
    for (let start = 0; start < n; start += CHUNK) {
      this.chunk(plan, { addresses, start, n: Math.min(CHUNK, n - start), numbers }, terms);
    }
  }

  private get hasSum(): boolean {
    return this.program.outputs.some(({ role }) => role === "sum");
  }

  private added(terms: number, n: number): number {
    return this.memory.kernels[`terms_${this.tag}`](terms, n, this.half ? 1 : 0);
  }

  private chunk(plan: Plan, chunk: Chunk, terms: number): void {
    for (const step of plan.steps) this.compute(step, chunk);
    const { operands, masked, outputs } = this.program;
    let stored = operands + (masked ? 1 : 0);
    outputs.forEach(({ role }, i) => {
      const from = this.selected(this.at(plan.outputs[i], chunk), chunk);
      const { start, n } = chunk;
      if (role === "sum") this.copy(from, terms + start * this.wide, n * this.wide);
      else this.store(from, chunk.addresses[stored++] + start * this.size, n);
    });
  }

  private store(from: number, to: number, n: number): void {
    if (this.half) this.memory.kernels[`convert_f32_${this.half}`](from, to, n);
    else this.copy(from, to, n * this.wide);
  }

  private copy(from: number, to: number, bytes: number): void {
    this.memory.copy(to, from, bytes);
  }

  /** Numbers at `address`, but 0 where the mask is 0. */
  private selected(address: number, { addresses, start, n }: Chunk): number {
    const { masked, operands } = this.program;
    if (!masked) return address;
    const out = this.register(SCRATCH_REGISTER);
    const mask = addresses[operands] + start;
    this.memory.kernels[`where_${this.wide}`](mask, address, this.register(ZEROS), out, n);
    return out;
  }

  private compute({ name, inputs, out, exponent }: Step, chunk: Chunk): void {
    const { kernels } = this.memory;
    const { n } = chunk;
    const [x, y, z] = inputs.map((place) => this.at(place, chunk));
    const to = this.register(out);
    const scratch = this.register(SCRATCH_REGISTER);
    switch (name) {
      case "decode":
        kernels[`convert_${this.half!}_f32`](x, to, n);
        break;
      case "copy":
        this.copy(x, to, n * this.wide);
        break;
      case "spread":
        kernels[`maximum_${this.tag}`](x, 0, x, 0, to, n);
        break;
      case "round":
        kernels[`convert_f32_${this.half!}`](x, scratch, n);
        kernels[`convert_${this.half!}_f32`](scratch, to, n);
        break;
      case "where":
        kernels[`convert_${this.tag}_bool`](x, scratch, n);
        kernels[`where_${this.wide}`](scratch, y, z, to, n);
        break;
      case "pow":
        this.power(x, exponent!, to, n);
        break;
      default:
        this.kernel(name, inputs, [x, y, z], to, n);
    }
  }

  private power(x: number, exponent: number, to: number, n: number): void {
    const { wide, memory } = this;
    const values = wide === 8 ? memory.f64 : memory.f32;
    const [from, into] = [x / wide, to / wide];
    for (let i = 0; i < n; i++) values[into + i] = cPow(values[from + i], exponent);
  }

  /** Any other kernel of one or two operands, or of one and two numbers. */
  private kernel(
    name: string,
    inputs: readonly Place[],
    [x, y, z]: readonly number[],
    to: number,
    n: number,
  ): void {
    const kernel = this.memory.kernels[`${name}_${this.tag}` as keyof Kernels] as AnyKernel;
    if (inputs.length === 1) {
      (kernel as UnaryKernel)(x, to, n, 0, 0);
      return;
    }
    if (inputs.length === 3) {
      (kernel as UnaryKernel)(x, to, n, this.numberAt(y), this.numberAt(z));
      return;
    }
    const [xStep, yStep] = inputs.map(({ kind }) => (kind === "number" ? 0 : 16));
    (kernel as BinaryKernel)(x, xStep, y, yStep, to, n);
  }

  private numberAt(address: number): number {
    return this.wide === 8 ? this.memory.f64[address >> 3] : this.memory.f32[address >> 2];
  }

  private at({ kind, index }: Place, { addresses, start, numbers }: Chunk): number {
    if (kind === "register") return this.register(index);
    return kind === "number" ? numbers + 16 * index : addresses[index] + start * this.size;
  }

  private register(index: number): number {
    const { operands, outputs } = this.program;
    const window = Math.floor(index / PER_WINDOW);
    // Behind the slots of operands, mask and outputs.
    const behind = 2 * (FIRST_SLOT + operands + 1 + outputs.length);
    const at = window < REGISTER_WINDOWS ? REGISTERS + window : behind + window;
    return this.memory.window(at) + (index % PER_WINDOW) * (CHUNK * 8);
  }
}
