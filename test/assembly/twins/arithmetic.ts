/**
 * The arithmetic kernels again, one number at a time; integers as bigint, wrapped by whoever stores
 * them.
 */
import { ELEMENTARY } from "../../support/elementary.js";
import type { Value } from "../../support/kernels.js";
import { onLanes } from "../../support/vector-functions.js";

type Compute = (x: number) => number;
interface Twin<F extends unknown[], I extends unknown[]> {
  /** Rounding to float32 or float64 is the last step of each operation: `round`. */
  float: (...args: [...F, Compute]) => number;
  integer?: (...args: I) => bigint;
}

type UnaryTwin = Twin<[x: number, p: number, q: number], [x: bigint]>;
type BinaryTwin = Twin<[x: number, y: number], [x: bigint, y: bigint]>;

/** The function of one vector, in its first lane; math/accuracy.test.ts says what that is worth. */
function elementary(name: string): UnaryTwin {
  return { float: (x, p, q, round) => onLanes(name, round === Math.fround ? "f32" : "f64")([x], p, q)[0] };
}

export const UNARY_TWINS: Readonly<Record<string, UnaryTwin>> = {
  neg: { float: (x) => -x, integer: (x) => -x },
  abs: { float: (x) => Math.abs(x), integer: (x) => (x < 0n ? -x : x) },
  // As torch: 0 at NaN, and +0 at -0.
  sign: { float: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0), integer: (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n) },
  sqrt: { float: (x, _p, _q, round) => round(Math.sqrt(x)) },
  // As torch: -0 and NaN stay.
  relu: { float: (x) => (x < 0 ? 0 : x) },
  // As torch: NaN stays, and so does a zero that equals a bound.
  clamp: {
    float: (x, p, q) => {
      const low = x < p ? p : x;
      return q < low ? q : low;
    },
  },
  ...Object.fromEntries(ELEMENTARY.map((name) => [name, elementary(name)])),
};

export const BINARY_TWINS: Readonly<Record<string, BinaryTwin>> = {
  add: { float: (x, y, round) => round(x + y), integer: (x, y) => x + y },
  sub: { float: (x, y, round) => round(x - y), integer: (x, y) => x - y },
  mul: { float: (x, y, round) => round(x * y), integer: (x, y) => x * y },
  div: { float: (x, y, round) => round(x / y) },
  maximum: { float: (x, y) => Math.max(x, y), integer: (x, y) => (x > y ? x : y) },
  minimum: { float: (x, y) => Math.min(x, y), integer: (x, y) => (x < y ? x : y) },
  keep: { float: (x, y) => (y !== 0 ? x : 0) },
  eq: { float: (x, y) => Number(x === y), integer: (x, y) => BigInt(x === y) },
  ne: { float: (x, y) => Number(x !== y), integer: (x, y) => BigInt(x !== y) },
  lt: { float: (x, y) => Number(x < y), integer: (x, y) => BigInt(x < y) },
  le: { float: (x, y) => Number(x <= y), integer: (x, y) => BigInt(x <= y) },
};

function rounding(tag: string): Compute {
  return tag === "f32" ? Math.fround : (x) => x;
}

function integerTwin<T>(name: string, integer: T | undefined): T {
  if (!integer) throw new Error(`no integer twin of ${name}`);
  return integer;
}

export function unaryOutput(name: string, tag: string, x: readonly Value[], p: number, q: number): Value[] {
  const { float, integer } = UNARY_TWINS[name];
  if (tag === "i64") return x.map((value) => integerTwin(name, integer)(value as bigint));
  const round = rounding(tag);
  return x.map((value) => float(value as number, round(p), round(q), round));
}

export function binaryOutput(name: string, tag: string, x: readonly Value[], y: readonly Value[]): Value[] {
  const { float, integer } = BINARY_TWINS[name];
  if (tag === "i64") return x.map((value, i) => integerTwin(name, integer)(value as bigint, y[i] as bigint));
  const round = rounding(tag);
  return x.map((value, i) => float(value as number, y[i] as number, round));
}
