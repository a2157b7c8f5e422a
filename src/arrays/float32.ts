/**
 * The way of two float32 arrays without conversions, weights or threads: up to one block, which a kernel sums in one call. What is
 * left out here is what costs more than such a call: objects for operands, a walk over blocks, names to look up, options to copy.
 * Whatever is not that simple, or wrong, is left to the general way (evaluate.ts), which gives the same bits.
 */
import { placeOf } from "../array/view.js";
import { isProvided } from "../core/binary.js";
import { BLOCK } from "../core/block.js";
import type { Kernels } from "../core/kernels.js";
import { type LinearMemory, memory, staging } from "../core/memory.js";
import type { LossRow, ParameterName } from "../nn/losses.js";
import type { RawOptions } from "./request.js";
import type { ShortSum, ShortSumAndSlope } from "./short.js";

/**
 * Lengths from which the kernels win over the loops of short.ts. Measured on Node 20 and 24, L1: copying operands and calling costs
 * what the loop needs for about 50 elements; a call in place, what it needs for 20.
 */
const COPIED = 48;
const IN_PLACE = 20;
/** Below this length terms are added in float64 (assembly/loops/reduce.ts), where no sum of float32 terms overflows. */
const PAIRWISE = 512;

/** No options given. */
export const NO_OPTIONS: Readonly<Record<string, never>> = {};

/** One memory's kernels for a loss, and its windows. */
interface Kit {
  readonly memory: LinearMemory;
  readonly sum: Kernels["l1_sum_f32"];
  readonly sumslope: Kernels["l1_sumslope_f32"];
  readonly x: number;
  readonly y: number;
  readonly out: number;
}

/** One of the four losses. */
export class Float32Loss {
  private inPlace: Kit | null = null;
  private copied: Kit | null = null;
  /** What the kernel wrote into the window, as long as the last output. */
  private written: Float32Array = new Float32Array(0);

  constructor(
    private readonly row: LossRow,
    private readonly shortSum: ShortSum,
    private readonly shortSumAndSlope: ShortSumAndSlope,
  ) {}

  /** The mean or sum; NaN when the general way must say what it is. */
  value(x: unknown, y: unknown, options: RawOptions): number {
    if (!(isProvided() && x instanceof Float32Array && y instanceof Float32Array)) return NaN;
    const n = x.length;
    if (n === 0 || n > BLOCK || n !== y.length || !this.isPlain(options, "")) return NaN;
    const { reduction } = options;
    if (reduction !== undefined && reduction !== "mean" && reduction !== "sum") return NaN;
    const p = this.parameter(options);
    const sum = this.sum(x, y, n, p);
    return reduction === "sum" ? sum : sum / n;
  }

  /** The mean or sum, and its gradient in `options.grad` or a new array; null when the general way must give them. */
  valueAndGrad(x: unknown, y: unknown, options: RawOptions): { value: number; grad: Float32Array } | null {
    if (!(isProvided() && x instanceof Float32Array && y instanceof Float32Array)) return null;
    const n = x.length;
    if (n === 0 || n > BLOCK || n !== y.length || !this.isPlain(options, "grad")) return null;
    const { reduction, grad = new Float32Array(n) } = options;
    if (reduction !== undefined && reduction !== "mean" && reduction !== "sum") return null;
    if (!(grad instanceof Float32Array) || grad.length !== n) return null;
    const p = this.parameter(options);
    const divisor = reduction === "sum" ? 1 : n;
    const norm = Math.fround(this.row.factor / divisor);
    const a = placeOf(x);
    const b = placeOf(y);
    const to = placeOf(grad);
    let sum: number;
    if (a && b && to) {
      if (inPart(a.address - to.address, n) || inPart(b.address - to.address, n)) return null;
      sum = this.sumAndSlopeInPlace(a.address, b.address, n, p, to.address, norm);
    } else {
      if (overlapInPart(x, y, grad, n)) return null;
      sum = this.sumAndSlope(x, y, n, p, grad, norm);
    }
    return Number.isFinite(sum) || n < PAIRWISE ? { value: sum / divisor, grad } : null;
  }

  /** Whether `options` are but these: a reduction, the loss's parameter, and `destination`. */
  private isPlain(options: RawOptions, destination: string): boolean {
    if (options === NO_OPTIONS) return true;
    if (typeof options !== "object" || options === null || Array.isArray(options)) return false;
    const { parameter } = this.row;
    for (const key in options) {
      if (key !== "reduction" && key !== destination && key !== parameter?.name) return false;
    }
    // Below the least float32, or wrong.
    return parameter === null || this.parameter(options) > 0;
  }

  /** beta or delta as float32, 0 for a loss without; NaN where it is no number. */
  private parameter(options: RawOptions): number {
    const { parameter } = this.row;
    if (parameter === null) return 0;
    const { [parameter.name as ParameterName]: given = parameter.default } = options;
    return typeof given === "number" && given < Infinity ? Math.fround(given) : NaN;
  }

  private sum(x: Float32Array, y: Float32Array, n: number, p: number): number {
    if (n < IN_PLACE) return this.shortSum(x, y, n, p);
    const from = placeOf(x);
    const to = placeOf(y);
    if (from && to) return (this.inPlace ??= this.kit(memory())).sum(from.address, to.address, n, p);
    if (n < COPIED) return this.shortSum(x, y, n, p);
    const kit = (this.copied ??= this.kit(staging()));
    const { f32 } = kit.memory;
    f32.set(x, kit.x >>> 2);
    f32.set(y, kit.y >>> 2);
    return kit.sum(kit.x, kit.y, n, p);
  }

  /** NaN, with nothing written, where an operand is replaced that the general way may have to read again. */
  private sumAndSlopeInPlace(x: number, y: number, n: number, p: number, out: number, norm: number): number {
    if (n >= PAIRWISE && (out === x || out === y)) return NaN;
    return (this.inPlace ??= this.kit(memory())).sumslope(x, y, out, n, p, norm, p);
  }

  /** `out` is an operand's memory or apart from it; nothing is written where the sum overflows in float32. */
  private sumAndSlope(
    x: Float32Array,
    y: Float32Array,
    n: number,
    p: number,
    out: Float32Array,
    norm: number,
  ): number {
    if (n < COPIED) return this.shortSumAndSlope(x, y, n, p, out, norm);
    const kit = (this.copied ??= this.kit(staging()));
    const { f32 } = kit.memory;
    f32.set(x, kit.x >>> 2);
    f32.set(y, kit.y >>> 2);
    const sum = kit.sumslope(kit.x, kit.y, kit.out, n, p, norm, p);
    if (n >= PAIRWISE && !Number.isFinite(sum)) return sum;
    // A view costs more than its copy: kept for the next call of this length. Growth leaves it with no elements.
    if (this.written.length !== n) this.written = f32.subarray(kit.out >>> 2, (kit.out >>> 2) + n);
    out.set(this.written);
    return sum;
  }

  private kit(memory: LinearMemory): Kit {
    const { kernel } = this.row;
    // The windows first: making one may grow the memory.
    const [x, y, out] = [memory.window(0), memory.window(2), memory.window(4)];
    const { [`${kernel}_sum_f32` as const]: sum, [`${kernel}_sumslope_f32` as const]: sumslope } =
      memory.kernels;
    return { memory, sum, sumslope, x, y, out };
  }
}

/** Whether two arrays of n numbers that begin `distance` bytes apart would overlap, but not be the same. */
function inPart(distance: number, n: number): boolean {
  return distance !== 0 && distance < 4 * n && -distance < 4 * n;
}

/**
 * Whether `out` shares a part of an operand's memory, but not all of it. The offsets decide first: to ask for them, and for `buffer`, are
 * calls on some engines (10 and 17 ns each on Node 20, measured), and arrays at one offset share all of their memory or none.
 */
function overlapInPart(x: Float32Array, y: Float32Array, out: Float32Array, n: number): boolean {
  const offset = out.byteOffset;
  return (
    (inPart(x.byteOffset - offset, n) && x.buffer === out.buffer) ||
    (inPart(y.byteOffset - offset, n) && y.buffer === out.buffer)
  );
}
