/**
 * Tensors as plain lists of JavaScript numbers. A view shares the cells of its base and says by
 * index which of them it shows, so that aliasing is plain to see; nothing here knows the library's
 * memory.
 */
import { fit, type RealDType } from "../ndarray/naive.js";
import type { Value } from "../support/kernels.js";
import { type FloatDType, roundUnits, sumUnits } from "../support/rational.js";

/** From the lowest to the highest: what two of them promote to is the higher, but for two pairs. */
const ORDER: readonly RealDType[] = [
  "bool",
  "uint8",
  "int8",
  "int16",
  "int32",
  "int64",
  "float16",
  "bfloat16",
  "float32",
  "float64",
];

export const isFloat = (dtype: RealDType): boolean => ORDER.indexOf(dtype) >= ORDER.indexOf("float16");

function category(dtype: RealDType): number {
  return dtype === "bool" ? 0 : isFloat(dtype) ? 2 : 1;
}

export function promote(a: RealDType, b: RealDType): RealDType {
  const [low, high] = ORDER.indexOf(a) < ORDER.indexOf(b) ? [a, b] : [b, a];
  if (low === "uint8" && high === "int8") return "int16";
  if (low === "float16" && high === "bfloat16") return "float32";
  return high;
}

export class Model {
  private distinct: boolean | null = null;

  constructor(
    readonly dtype: RealDType,
    readonly shape: readonly number[],
    readonly cells: Value[],
    /** The cell of each element, in row-major order. */
    readonly index: readonly number[],
  ) {}

  static of(dtype: RealDType, shape: readonly number[], values: readonly Value[]): Model {
    const cells = values.map((value) => fit(dtype, value));
    return new Model(
      dtype,
      shape,
      cells,
      cells.map((_, i) => i),
    );
  }

  get numel(): number {
    return this.index.length;
  }

  get values(): Value[] {
    return this.index.map((i) => this.cells[i]);
  }

  get numbers(): number[] {
    return this.index.map((i) => Number(this.cells[i]));
  }

  /** Whether no cell is shown twice: what shows one twice is not written. */
  get writable(): boolean {
    return (this.distinct ??= new Set(this.index).size === this.index.length);
  }

  view(shape: readonly number[], index: readonly number[]): Model {
    return new Model(this.dtype, shape, this.cells, index);
  }

  write(values: readonly Value[]): void {
    values.forEach((value, i) => (this.cells[this.index[i]] = fit(this.dtype, value)));
  }

  /** The positions of this model's elements, in the order of `shape`, which it is broadcast to. */
  broadcast(shape: readonly number[]): Model {
    const strides = stridesOf(this.shape);
    const lead = shape.length - this.shape.length;
    const steps = shape.map((_, d) => (d < lead || this.shape[d - lead] === 1 ? 0 : strides[d - lead]));
    return this.view(
      shape,
      positions(shape, steps).map((i) => this.index[i]),
    );
  }

  transposed(a: number, b: number): Model {
    const order = this.shape.map((_, d) => (d === a ? b : d === b ? a : d));
    const strides = stridesOf(this.shape);
    const shape = order.map((d) => this.shape[d]);
    const steps = order.map((d) => strides[d]);
    return this.view(
      shape,
      positions(shape, steps).map((i) => this.index[i]),
    );
  }

  slice(row: number): Model {
    const [, ...rest] = this.shape;
    const size = sizeOf(rest);
    return this.view(rest, this.index.slice(row * size, (row + 1) * size));
  }
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((n, size) => n * size, 1);
}

function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, d) => sizeOf(shape.slice(d + 1)));
}

function positions(shape: readonly number[], steps: readonly number[]): number[] {
  let list = [0];
  shape.forEach((size, d) => {
    list = list.flatMap((start) => Array.from({ length: size }, (_, i) => start + i * steps[d]));
  });
  return list;
}

export type ModelOperand = Model | number;

/** Tensors with dimensions decide; 0-d ones, then numbers, only raise the category. */
export function resultType(operands: readonly ModelOperand[]): RealDType {
  const ranks: (RealDType | null)[] = [null, null, null];
  for (const x of operands) {
    const rank = typeof x === "number" ? 2 : x.shape.length === 0 ? 1 : 0;
    const dtype = typeof x === "number" ? (Number.isInteger(x) ? "int64" : "float32") : x.dtype;
    const before = ranks[rank];
    ranks[rank] = before === null ? dtype : promote(before, dtype);
  }
  const raise = (high: RealDType | null, low: RealDType | null): RealDType | null =>
    high === null || low === null
      ? (high ?? low)
      : category(low) > category(high)
        ? promote(high, low)
        : high;
  return raise(raise(ranks[0], ranks[1]), ranks[2])!;
}

/** The shape that two shapes broadcast to; null where they do not. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] | null {
  const length = Math.max(a.length, b.length);
  const padded = [a, b].map((shape) => [...Array<number>(length - shape.length).fill(1), ...shape]);
  const sizes = padded[0].map((size, d) => (size === 1 ? padded[1][d] : size));
  return sizes.every((size, d) => padded[1][d] === 1 || padded[1][d] === size) ? sizes : null;
}

/**
 * The exact sum in float64, over the divisor, rounded to the dtype from there: to a half type by way
 * of float32.
 */
export function exactSum(values: readonly number[], dtype: FloatDType, divisor = 1): number {
  if (divisor === 0) return NaN;
  if (!values.every(Number.isFinite)) return values.reduce((a, b) => a + b, 0) / divisor;
  return fit(dtype, roundUnits(sumUnits(values), "float64") / divisor) as number;
}

/** What is wrong with `found`; null where it is `expected`. */
export function difference(found: readonly Value[], expected: readonly Value[]): string | null {
  if (found.length !== expected.length) return `${found.length} elements, expected ${expected.length}`;
  const at = found.findIndex((value, i) => !Object.is(value, expected[i]));
  return at < 0 ? null : `[${at}] of ${found.length} is ${show(found[at])}, expected ${show(expected[at])}`;
}

function show(value: Value): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
