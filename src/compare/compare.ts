/** `compare`: what differs between two arrays, how far, and why. */
import { sameShape, type Shape, wrapDim } from "../ndarray/shape.js";
import type { ChannelComparison } from "./channels.js";
import { diagnose } from "./diagnosis/diagnose.js";
import type { Diagnosis } from "./diagnosis/fault.js";
import { type Distances, measureDistances } from "./distances.js";
import { type NotFinite, notFiniteIn } from "./not-finite.js";
import { type Comparable, type ComparedDType, type Operand, readOperands, shapesOf } from "./operand.js";
import { type CompareOptions, takeCompareOptions, type TakenCompareOptions } from "./options.js";
import { closenessOf, defaultTolerance, type Tolerance, ulpDTypeOf } from "./tolerances.js";

/** What one of the two arrays is. */
export interface ComparedArray {
  /** The dtype of its elements. */
  readonly dtype: ComparedDType;
  /** The sizes of its dimensions. */
  readonly shape: readonly number[];
  /** Its NaN and infinities. */
  readonly notFinite: NotFinite;
}

/** What `compare` found: plain data, which JSON can hold. */
export interface Comparison {
  /** Whether the shapes are the same and each pair is equal within the tolerance. */
  readonly equal: boolean;
  /** What the reference is. */
  readonly reference: ComparedArray;
  /** What the candidate is. */
  readonly candidate: ComparedArray;
  /** What counted as equal. */
  readonly tolerance: Tolerance;
  /** Whether two NaN counted as equal. */
  readonly equalNan: boolean;
  /** How far apart the pairs are; null for arrays of different shapes. */
  readonly distances: Distances | null;
  /** How each index of `axis` compares; null where none was asked for, or shapes differ. */
  readonly channels: readonly ChannelComparison[] | null;
  /**
   * What explains the difference: a fault, rounding, or that there is none. Null where nothing
   * known explains it.
   */
  readonly diagnosis: Diagnosis | null;
}

/**
 * Compares two arrays: whether they are equal, how far apart they are and where, and what explains
 * the difference.
 *
 * Numbers c and r are equal where |c - r| ≤ atol + rtol |r|, the rule of
 * `torch.testing.assert_close` with its tolerances, or where they are at most `ulp` units in the
 * last place apart. Infinities are equal to themselves, and NaN to NaN with `equalNan`.
 *
 * An operand is a typed array, or a tensor of any shape of lossgrad, ONNX Runtime, transformers.js,
 * tfjs or jax-js, or `{ data, shape, dtype }`. Dtypes may differ; different shapes are never equal.
 *
 * @param reference what is right, such as what Python computed
 * @param candidate what is checked
 * @throws TypeError for an operand or an option of another kind, and for complex numbers
 * @throws RangeError for an axis that there is not, a negative tolerance, and a shape that does not
 *   fit
 * @example
 * const { equal, diagnosis } = compare(
 *   { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] },
 *   { data: Float32Array.of(1, 4, 2, 5, 3, 6), shape: [3, 2] },
 * );
 * equal; // false
 * diagnosis?.name; // "permuted"
 * diagnosis?.parameters; // { permutation: [1, 0] }
 */
export function compare(
  reference: Comparable,
  candidate: Comparable,
  options: CompareOptions = {},
): Comparison {
  const taken = takeCompareOptions("compare", options);
  const [r, c] = readOperands("compare", reference, candidate);
  const shapes = shapesOf("compare", r, c, taken.shape);
  const tolerance = toleranceOf(taken, r, c);
  const isClose = closenessOf(tolerance, r.dtype, c.dtype);
  const { equalNan } = taken;
  const axis = taken.axis === null ? null : axisIn(taken.axis, shapes.reference);
  const pairs = {
    reference: r,
    candidate: c,
    shape: shapes.reference,
    isClose,
    equalNan,
    ulpDtype: ulpDTypeOf(r.dtype, c.dtype),
    axis,
  };
  const measured = sameShape(shapes.reference, shapes.candidate) ? measureDistances(pairs) : null;
  const equal = measured?.distances.mismatches === 0;
  return {
    equal,
    reference: described(r, shapes.reference),
    candidate: described(c, shapes.candidate),
    tolerance,
    equalNan,
    distances: measured?.distances ?? null,
    channels: measured?.channels ?? null,
    diagnosis: taken.diagnose ? diagnose(pairs, shapes.candidate, equal) : null,
  };
}

function toleranceOf({ rtol, atol, ulp }: TakenCompareOptions, r: Operand, c: Operand): Tolerance {
  if (ulp !== null) return { ulp };
  return rtol === null || atol === null ? defaultTolerance(r.dtype, c.dtype) : { rtol, atol };
}

function axisIn(axis: number, shape: Shape): number {
  if (shape.length > 0) return wrapDim(axis, shape.length);
  throw new RangeError(`compare: expected an axis of arrays with dimensions, got ${axis} for a shape of []`);
}

function described({ dtype, values }: Operand, shape: Shape): ComparedArray {
  return { dtype, shape: [...shape], notFinite: notFiniteIn(values, shape) };
}
