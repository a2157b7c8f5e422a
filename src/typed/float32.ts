/**
 * The way of two float32 arrays without conversions, weights or threads: up to one block, which a
 * kernel sums in one call. What is left out here is what costs more than such a call: objects for
 * operands, a walk over blocks, names to look up, options to copy. Whatever is not that simple, or
 * wrong, is left to the general way (evaluate.ts), which gives the same bits.
 */
import { areOneMemory } from "../ndarray/overlap.js";
import { bufferOf, byteOffsetOf, lengthOf, nameOf } from "../ndarray/typed.js";
import { type Place, placeOf } from "../ndarray/view.js";
import { isProvided } from "../core/binary.js";
import { BLOCK } from "../core/block.js";
import type { Kernels } from "../core/kernels.js";
import { type LinearMemory, memory, staging } from "../core/memory.js";
import type { LossRow, ParameterName } from "../loss/losses.js";
import type { RawOptions } from "./request.js";
import type { ShortLoops } from "./short.js";

/**
 * Lengths from which the kernels win over the loops of short.ts. Measured on Node 20 and 24, L1:
 * copying operands and calling costs what the loop needs for about 50 elements; a call in place,
 * what it needs for 20.
 */
const COPIED = 48;
const IN_PLACE = 20;
/**
 * Below this length terms are added in float64 (assembly/loops/reduce.ts), where no sum of float32
 * terms overflows.
 */
const PAIRWISE = 512;

const NOTHING = /* @__PURE__ */ new Float32Array(0);

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
  /** The copying kit's windows as arrays, over the memory as it was at `seen`. */
  private xs: Float32Array = NOTHING;
  private ys: Float32Array = NOTHING;
  private seen: Float32Array = NOTHING;
  /** What the kernel wrote into the window, as long as the last output. */
  private written: Float32Array = NOTHING;

  constructor(
    private readonly row: LossRow,
    private readonly loops: ShortLoops | null,
  ) {}

  /** The mean or sum; NaN when the general way must say what it is. */
  value(x: unknown, y: unknown, options: RawOptions): number {
    if (!(isProvided() && isFloat32(x) && isFloat32(y))) return NaN;
    const p = this.parameter(options, "");
    if (!(p >= 0)) return NaN;
    const { reduction } = options;
    if (reduction !== undefined && reduction !== "mean" && reduction !== "sum") return NaN;
    const n = x.length;
    if (n === 0 || n > BLOCK || n !== y.length) return NaN;
    const a = placeOf(x);
    const b = placeOf(y);
    // Nothing of the caller's runs any more that could change a length.
    if (!(hasLength(x, a, n) && hasLength(y, b, n))) return NaN;
    const sum = a && b && n >= IN_PLACE ? this.sumInPlace(a.address, b.address, n, p) : this.sum(x, y, n, p);
    return reduction === "sum" ? sum : sum / n;
  }

  /**
   * The mean or sum, and its gradient in `options.grad` or a new array; null when the general way
   * must give them.
   */
  valueAndGrad(x: unknown, y: unknown, options: RawOptions): { value: number; grad: Float32Array } | null {
    if (!(isProvided() && isFloat32(x) && isFloat32(y))) return null;
    const p = this.parameter(options, "grad");
    if (!(p >= 0)) return null;
    const { reduction, grad: given } = options;
    if (reduction !== undefined && reduction !== "mean" && reduction !== "sum") return null;
    const n = x.length;
    if (n === 0 || n > BLOCK || n !== y.length) return null;
    const grad = given === undefined ? new Float32Array(n) : given;
    if (!isFloat32(grad)) return null;
    const divisor = reduction === "sum" ? 1 : n;
    const norm = Math.fround(this.row.factor / divisor);
    const a = placeOf(x);
    const b = placeOf(y);
    const to = placeOf(grad);
    if (!(hasLength(x, a, n) && hasLength(y, b, n) && hasLength(grad, to, n))) return null;
    let sum: number;
    if (a && b && to) {
      if (inPart(a.address - to.address, n) || inPart(b.address - to.address, n)) return null;
      sum = this.sumAndSlopeInPlace(a.address, b.address, n, p, to.address, norm);
    } else {
      if (overlapsInPart(grad, x, n) || overlapsInPart(grad, y, n)) return null;
      if (this.loops && n < COPIED) sum = this.loops.sumAndSlope(x, y, n, p, grad, norm);
      else if (this.copyIn(x, y)) sum = this.sumAndSlopeCopied(n, p, grad, norm);
      else return null;
    }
    return Number.isFinite(sum) || n < PAIRWISE ? { value: sum / divisor, grad } : null;
  }

  /**
   * beta or delta as float32, 0 for a loss without. NaN where the general way must look at it,
   * below the least float32 or wrong, and where `options` are not but these: a reduction, the
   * loss's parameter, and `destination`.
   */
  private parameter(options: RawOptions, destination: string): number {
    const { parameter } = this.row;
    if (options === NO_OPTIONS) return parameter === null ? 0 : parameter.default;
    if (typeof options !== "object" || options === null || Array.isArray(options)) return NaN;
    for (const key in options) {
      if (key !== "reduction" && key !== destination && key !== parameter?.name) return NaN;
    }
    if (parameter === null) return 0;
    const { [parameter.name as ParameterName]: given = parameter.default } = options;
    const p = typeof given === "number" && given < Infinity ? Math.fround(given) : NaN;
    return p > 0 ? p : NaN;
  }

  private sumInPlace(x: number, y: number, n: number, p: number): number {
    return (this.inPlace ??= this.kit(memory())).sum(x, y, n, p);
  }

  private sum(x: Float32Array, y: Float32Array, n: number, p: number): number {
    if (this.loops && n < COPIED) return this.loops.sum(x, y, n, p);
    if (!this.copyIn(x, y)) return NaN;
    const kit = this.copied!;
    return kit.sum(kit.x, kit.y, n, p);
  }

  /**
   * Copies operands of up to a block into the windows, and nothing beyond them: another thread may
   * make an array over growable shared memory longer at any time. False where it has become longer
   * than a window.
   */
  private copyIn(x: Float32Array, y: Float32Array): boolean {
    const kit = (this.copied ??= this.kit(staging()));
    const { f32 } = kit.memory;
    if (this.seen !== f32) {
      this.xs = f32.subarray(kit.x >>> 2, (kit.x >>> 2) + BLOCK);
      this.ys = f32.subarray(kit.y >>> 2, (kit.y >>> 2) + BLOCK);
      this.seen = f32;
    }
    try {
      this.xs.set(x);
      this.ys.set(y);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * NaN, with nothing written, where an operand is replaced that the general way may have to read
   * again.
   */
  private sumAndSlopeInPlace(x: number, y: number, n: number, p: number, out: number, norm: number): number {
    if (n >= PAIRWISE && (out === x || out === y)) return NaN;
    return (this.inPlace ??= this.kit(memory())).sumslope(x, y, out, n, p, norm, p);
  }

  /**
   * The same of the operands in the windows. `out` is an operand's memory or apart; NaN or
   * Infinity, with nothing written, as above.
   */
  private sumAndSlopeCopied(n: number, p: number, out: Float32Array, norm: number): number {
    const kit = this.copied!;
    const { f32 } = kit.memory;
    const sum = kit.sumslope(kit.x, kit.y, kit.out, n, p, norm, p);
    if (n >= PAIRWISE && !Number.isFinite(sum)) return sum;
    // A view costs more than its copy: kept for the next call of this length. Growth leaves it with
    // no elements.
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

/**
 * Whatever class extends it, of another realm too; but no proxy of one, and no object that merely
 * inherits from one.
 */
function isFloat32(value: unknown): value is Float32Array {
  return nameOf(value) === "Float32Array";
}

/**
 * Whether x truly has the n elements that its `length` says, which a class or a property of the
 * caller's may have answered. An array of `allocate` has what its place has. The engine's accessor
 * is a call (6 ns on Node 20, measured), where `x.length` is none.
 */
function hasLength(x: Float32Array, place: Place | undefined, n: number): boolean {
  return (place ? place.length : lengthOf(x)) === n;
}

/**
 * Whether two arrays of n numbers that begin `distance` bytes apart would overlap, but not be the
 * same.
 */
function inPart(distance: number, n: number): boolean {
  return distance !== 0 && distance < 4 * n && -distance < 4 * n;
}

/**
 * Whether `out` shares a part of an operand's memory, but not all of it. The offsets decide first:
 * to ask for them, and for the buffer, are calls on some engines (10 and 17 ns each on Node 20,
 * measured), and arrays at one offset share all of their memory or none.
 */
function overlapsInPart(out: Float32Array, x: Float32Array, n: number): boolean {
  const [to, from] = [byteOffsetOf(out), byteOffsetOf(x)];
  return inPart(from - to, n) && areOneMemory(bufferOf(out), bufferOf(x), Math.max(from, to));
}
