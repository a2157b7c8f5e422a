/** The losses of margins as problems of rows: of tensors and typed arrays alike. */
import { type ClassLayout, rowsOf } from "../ndarray/class-rows.js";
import type { DType } from "../ndarray/dtype.js";
import type { Elements } from "../ndarray/window.js";
import { labelOutOfRange, type MarginTerms, outOfRange } from "./margin-checks.js";
import { readClasses, readWeights, type RowProblem } from "./row-problem.js";
import type { RowLoss } from "./rowwise.js";

/** What such a loss is computed of. */
export interface MarginOperands {
  readonly row: RowLoss;
  readonly input: Elements;
  /** A class for each row, or as many places for labels as there are numbers. */
  readonly target: Elements;
  readonly weight: Elements | null;
  readonly layout: ClassLayout;
  readonly dtype: DType;
  /** 0 for each row that counts for nothing; null where all count. */
  readonly kept: Uint8Array | null;
  readonly terms: MarginTerms | null;
}

/** Throws torch's error for a class that there is not, in a row that counts. */
export function marginProblem(operands: MarginOperands): RowProblem {
  const { row, input, target, weight, layout, dtype, kept, terms } = operands;
  const { classes } = layout;
  const rules = row.takesLabels
    ? { ignoreIndex: -1, kept: kept && placesOf(kept, classes), refuse: labelOutOfRange }
    : { ignoreIndex: null, kept, refuse: outOfRange };
  return {
    row,
    input,
    layout,
    dtype,
    classes: readClasses(target, { classes, ...rules }),
    probabilities: null,
    weight: weight && readWeights(weight),
    smoothing: 0,
    ...(terms && { margin: terms }),
  };
}

/** What says of each place of a row what there is for the row. */
function placesOf(kept: Uint8Array, places: number): Uint8Array {
  return Uint8Array.from({ length: kept.length * places }, (_, i) => kept[Math.floor(i / places)]);
}

/** What a mean divides by: how many rows count, whatever their weights are. */
export function countOfRows(layout: ClassLayout, kept: Uint8Array | null): number {
  return kept ? kept.reduce((count, byte) => count + Number(byte !== 0), 0) : rowsOf(layout);
}
