/** The terms of a program as rows that are reduced, though no array has them. */
import type { Layout } from "../ndarray/layout.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { numelOf, type Shape } from "../ndarray/shape.js";
import { permute } from "../ndarray/views.js";
import type { Elements } from "../ndarray/window.js";
import { onlyOutputs, type Run } from "./pass.js";
import { Terms } from "./terms.js";
import { FIRST_SLOT, SECOND_SLOT } from "./windows.js";

/**
 * Which elements make up which result. With the dimensions in `order`, those that stay and then
 * those that are reduced, they lie in `rows` rows of `length` elements, one for each result:
 *
 *     shape [2, 3, 4], dims [0, 2]:  order [1, 0, 2],  3 rows of 8 elements
 */
export interface Parts {
  /** The dimensions that are reduced, in ascending order. */
  readonly dims: readonly number[];
  readonly order: readonly number[];
  readonly rows: number;
  readonly length: number;
  /** The shape of the elements, with 1 for each dimension that is reduced. */
  readonly kept: Shape;
  /** The shape of the result. */
  readonly result: Shape;
}

/** A run of a program over arrays of tensors. */
export interface ArrayRun extends Run {
  readonly operands: readonly NdArray[];
  readonly mask: NdArray | null;
  readonly outputs: readonly NdArray[];
}

/** Terms as they lie, and those of each result side by side. */
interface TermRows {
  readonly layout: Layout<Elements>;
  readonly rows: Elements;
}

/** The terms of operands of `shape`; what else the program stores comes along where they lie. */
export function rowsOfTerms(run: ArrayRun, parts: Parts, shape: Shape): TermRows {
  const { dims, order } = parts;
  const inPlace = dims.every((d, i) => d === dims[0] + i);
  const terms = new Terms(inPlace ? run : permuted(run, order), FIRST_SLOT);
  const layout = layOut(terms, parts, inPlace ? shape : null);
  if (layout.inner === 1) return { layout, rows: terms };
  const alone = { ...run, program: onlyOutputs(run.program, "sum"), outputs: [] };
  return { layout, rows: new Terms(permuted(alone, order), SECOND_SLOT) };
}

/** `shape` is null where what is reduced comes last. */
function layOut(x: Elements, { dims, length, rows }: Parts, shape: Shape | null): Layout<Elements> {
  const inner = shape && dims.length > 0 ? numelOf(shape.slice(dims[dims.length - 1] + 1)) : 1;
  return { x, outer: inner === 0 ? 0 : rows / inner, length, inner };
}

/** The same with the dimensions in another order. */
function permuted(run: ArrayRun, order: readonly number[]): ArrayRun {
  const turn = (x: NdArray): NdArray => permute(x, order);
  const { operands, mask, outputs } = run;
  return { ...run, operands: operands.map(turn), mask: mask && turn(mask), outputs: outputs.map(turn) };
}
