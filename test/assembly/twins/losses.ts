/**
 * The losses' kernels again, one number at a time, from the formulas: torch's order of operations,
 * each rounded to the computing type, and to the half type where torch's kernel computes in it.
 */
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "../../support/halves.js";
import type { Value } from "../../support/kernels.js";

export type LossTag = "f16" | "bf16" | "f32" | "f64";
export type Pass = "map" | "sum" | "slope" | "sumslope";
type Round = (x: number) => number;

interface LossTwin {
  /** Of the difference d; p is the loss's parameter. */
  value: (d: number, p: number, round: Round) => number;
  slope: (d: number, p: number, norm: number, round: Round) => number;
  /** Halves that are rounded after each operation; others once, from float32. */
  valueEach: readonly LossTag[];
  slopeEach: readonly LossTag[];
  parameters: readonly number[];
}

export const LOSS_TWINS: Readonly<Record<string, LossTwin>> = {
  l1: {
    value: (d) => Math.abs(d),
    // A product with the sign of d, which is 0 for NaN.
    slope: (d, _p, norm) => (d > 0 ? norm : d < 0 ? -norm : norm * 0),
    valueEach: ["f16", "bf16"],
    slopeEach: [],
    parameters: [0],
  },
  mse: {
    value: (d, _p, round) => round(d * d),
    slope: (d, _p, norm, round) => round(norm * d),
    valueEach: ["f16", "bf16"],
    slopeEach: ["f16", "bf16"],
    parameters: [0],
  },
  smoothl1: {
    value: (d, beta, round) => {
      const z = Math.abs(d);
      if (z >= beta) return round(z - round(0.5 * beta));
      return round(round(round(0.5 * z) * z) / beta);
    },
    slope: (d, beta, norm, round) => round(norm * (Math.abs(d) >= beta ? Math.sign(d) : round(d / beta))),
    valueEach: ["f16"],
    slopeEach: [],
    parameters: [1, 0.3],
  },
  huber: {
    value: (d, delta, round) => {
      const z = Math.abs(d);
      if (z >= delta) return round(delta * round(z - round(0.5 * delta)));
      return round(round(0.5 * z) * z);
    },
    slope: (d, delta, norm, round) => round(norm * (Math.abs(d) >= delta ? Math.sign(d) * delta : d)),
    valueEach: ["bf16"],
    slopeEach: ["f16", "bf16"],
    parameters: [1, 0.3],
  },
};

/** Rounding to the computing type. */
function computing(tag: LossTag): Round {
  return tag === "f64" ? (x) => x : Math.fround;
}

/** Rounding after an operation of a kernel of `tag`. */
function rounding(tag: LossTag, each: readonly LossTag[]): Round {
  if (!each.includes(tag)) return computing(tag);
  if (tag === "f16") return (x) => fromFloat16(toFloat16(Math.fround(x)));
  return (x) => fromBfloat16(toBfloat16(Math.fround(x)));
}

export interface LossScalars {
  p: number;
  norm: number;
  g: number;
}

/** What a map, slope or sumslope kernel writes. */
export function lossOutput(
  loss: string,
  pass: Pass,
  tag: LossTag,
  x: readonly number[],
  y: readonly number[],
  scalars: LossScalars,
): Value[] {
  const twin = LOSS_TWINS[loss];
  const inC = computing(tag);
  const [p, norm, g] = [inC(scalars.p), inC(scalars.norm), inC(scalars.g)];
  const round = rounding(tag, pass === "map" ? twin.valueEach : twin.slopeEach);
  return x.map((a, i) => {
    const d = round(a - y[i]);
    if (pass === "map") return twin.value(d, p, round);
    const slope = twin.slope(d, p, norm, round);
    return pass === "slope" ? round(slope * g) : slope;
  });
}

/** The terms that a sum or sumslope kernel adds: not rounded to halves. */
export function lossTerms(
  loss: string,
  tag: LossTag,
  x: readonly number[],
  y: readonly number[],
  p: number,
): number[] {
  const inC = computing(tag);
  return x.map((a, i) => LOSS_TWINS[loss].value(inC(a - y[i]), inC(p), inC));
}
