/** When two numbers count as equal: torch.testing.assert_close's rule, or a distance in ULP. */
import { type DType, isFloating, promoteTypes, roundFloat } from "../ndarray/dtype.js";
import type { ComparedDType } from "./operand.js";
import { EPSILON, type UlpDType, ulpDistance } from "./ulp.js";

/** What counts as equal. */
export type Tolerance =
  | {
      /** |candidate - reference| may be atol + rtol |reference|. */
      readonly rtol: number;
      /** The part that does not depend on the reference. */
      readonly atol: number;
    }
  | {
      /** So many units in the last place may lie between them. */
      readonly ulp: number;
    };

/** [rtol, atol] of torch.testing.assert_close; other dtypes must be equal. */
const DEFAULTS: Readonly<Partial<Record<ComparedDType, readonly [rtol: number, atol: number]>>> = {
  float16: [1e-3, 1e-5],
  bfloat16: [1.6e-2, 1e-5],
  float32: [1.3e-6, 1e-5],
  float64: [1e-7, 1e-7],
};

/** The looser of the two dtypes' tolerances, as torch takes them. */
export function defaultTolerance(a: ComparedDType, b: ComparedDType): { rtol: number; atol: number } {
  const [one, other] = [DEFAULTS[a] ?? [0, 0], DEFAULTS[b] ?? [0, 0]];
  return { rtol: Math.max(one[0], other[0]), atol: Math.max(one[1], other[1]) };
}

/** The dtype that two dtypes are compared in: torch.promote_types, unsigned integers as int64. */
export function commonDType(a: ComparedDType, b: ComparedDType): DType {
  const [one, other] = [a, b].map((dtype): DType => (isUnsigned(dtype) ? "int64" : (dtype as DType)));
  return promoteTypes(one, other);
}

function isUnsigned(dtype: ComparedDType): boolean {
  return dtype === "uint16" || dtype === "uint32" || dtype === "uint64";
}

/** The dtype whose units in the last place are counted: the coarser of the floats. */
export function ulpDTypeOf(a: ComparedDType, b: ComparedDType): UlpDType {
  const [one, other] = [a, b].map((dtype): UlpDType => (dtype in DEFAULTS ? (dtype as UlpDType) : "integer"));
  return EPSILON[one] >= EPSILON[other] ? one : other;
}

/** Whether a pair of finite numbers, `difference` apart, counts as equal. */
export type Closeness = (reference: number, candidate: number, difference: number) => boolean;

/**
 * torch.isclose computes the difference and what it may be in the operands' dtype, rounding each
 * step; at the border the verdict depends on it. Integers are compared exactly here, where torch
 * rounds them to float32.
 */
export function closenessOf(tolerance: Tolerance, a: ComparedDType, b: ComparedDType): Closeness {
  if ("ulp" in tolerance) {
    const dtype = ulpDTypeOf(a, b);
    return (reference, candidate) => ulpDistance(dtype, reference, candidate) <= tolerance.ulp;
  }
  const { rtol, atol } = tolerance;
  const common = commonDType(a, b);
  if (!isFloating(common)) {
    return (reference, _, difference) => Math.abs(difference) <= atol + rtol * Math.abs(reference);
  }
  const inner = common === "float64" ? "float64" : "float32";
  const [r, t] = [roundFloat(inner, rtol), roundFloat(inner, atol)];
  const round = common === "float32" ? Math.fround : (x: number): number => roundFloat(common, x);
  return (reference, candidate) => {
    const expected = round(reference);
    const actual = round(candidate);
    if (actual === expected) return true;
    const error = Math.abs(round(actual - expected));
    return Number.isFinite(error) && error <= round(t + Math.abs(round(r * expected)));
  };
}
