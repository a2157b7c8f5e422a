/** Rows of classes as elements of a metric: their losses, and what a mean divides by. */
import { isIntegral } from "../ndarray/dtype.js";
import { rowsOf } from "../ndarray/class-rows.js";
import { takeOptions } from "../core/options.js";
import { layoutOf, outOfBounds } from "../loss/row-checks.js";
import { readBytes, readClasses, type RowProblem, runRows } from "../loss/row-problem.js";
import type { RowwiseRow } from "../loss/rowwise.js";
import { ForeignArray } from "../ndarray/foreign.js";
import { takeTyped } from "../ndarray/typed.js";
import { placeFor } from "../typed/evaluate.js";
import { checkOperands, elementsOf, type ReadOperand } from "../typed/operands.js";
import { checkRowMask, operandsAmong } from "../typed/request.js";
import { type MetricOperand, readNumbers, UPDATE_OPTIONS, type UpdateOptions } from "./request.js";

/** How rows are computed. */
export interface RowRules {
  readonly weight: readonly number[] | null;
  readonly ignoreIndex: number;
  /** None of losses that do not spread targets. */
  readonly labelSmoothing?: number;
}

interface Given {
  readonly prediction: unknown;
  readonly target: unknown;
  readonly options: UpdateOptions;
}

/** What a metric of elements takes in the place of rows. */
export interface ElementChunk {
  readonly prediction: MetricOperand;
  readonly target: MetricOperand | number;
  readonly options: UpdateOptions;
}

/**
 * Reads and computes rows: an element for each, whose prediction is its loss, and whose target is
 * what it adds to the divisor of a mean. Rows that are ignored are masked.
 */
export function readRowChunk(caller: string, row: RowwiseRow, rules: RowRules, given: Given): ElementChunk {
  const taken = takeOptions<UpdateOptions>(caller, given.options, UPDATE_OPTIONS);
  const prediction = readNumbers(caller, "prediction", given.prediction);
  const target = readNumbers(caller, "target", given.target);
  const mask = taken.mask == null ? null : readNumbers(caller, "mask", taken.mask);
  const layout = layoutFor(caller, prediction, target);
  const rows = rowsOf(layout);
  if (mask) checkRowMask(caller, mask, rows);
  checkWeight(caller, rules, layout.classes);
  const operands = operandsAmong(prediction, target, mask);
  checkOperands(caller, operands);
  const place = placeFor(operands);
  const kept = mask && readBytes(elementsOf(mask, place));
  const { ignoreIndex, labelSmoothing = 0, weight } = rules;
  const classRules = { classes: layout.classes, ignoreIndex, kept, refuse: outOfBounds };
  const classes = readClasses(elementsOf(target, place), classRules);
  const problem: RowProblem = {
    row,
    input: elementsOf(prediction, place),
    layout,
    dtype: "float64",
    classes,
    probabilities: null,
    weight: weight && Float64Array.from(weight),
    smoothing: labelSmoothing,
  };
  const losses = new Float64Array(rows);
  const written = takeTyped(caller, "losses", losses);
  if (layout.classes > 0) runRows(problem, { losses: new ForeignArray(written, "float64", rows, place) });
  const options = { weight: taken.weight, offset: taken.offset, mask: keptAmong(classes) };
  const divisors = weight && Float64Array.from(classes, (one) => (one < 0 ? 0 : weight[one]));
  return { prediction: losses, target: divisors ?? 1, options };
}

/** Bytes for the rows that count; null where all do. */
function keptAmong(classes: Int32Array): Uint8Array | null {
  return classes.includes(-1) ? Uint8Array.from(classes, (one) => Number(one >= 0)) : null;
}

/** How the rows lie in the prediction; throws unless there is a class for each. */
function layoutFor(
  caller: string,
  prediction: ReadOperand,
  target: ReadOperand,
): ReturnType<typeof layoutOf> {
  if (!isIntegral(target.dtype)) {
    throw new TypeError(
      `${caller}: expected target to be of integers, a class for each row, got ${target.dtype}; Int32Array.from(target) ` +
        "converts it",
    );
  }
  const { length, shape } = prediction;
  if (shape && shape.length > 0) {
    const layout = layoutOf(shape);
    const rows = rowsOf(layout);
    if (rows === target.length) return layout;
    throw new RangeError(
      `${caller}: expected a target for each of ${rows} rows of shape [${shape.join(", ")}], got ${target.length}`,
    );
  }
  const classes = target.length === 0 ? 1 : length / target.length;
  const rows = length / classes;
  if (length === rows * classes && Number.isInteger(classes) && rows === target.length) {
    return { outer: rows, classes, inner: 1 };
  }
  throw new RangeError(
    `${caller}: expected as many numbers for each of ${target.length} targets, got a prediction of ${length}`,
  );
}

function checkWeight(caller: string, { weight }: RowRules, classes: number): void {
  if (!weight || weight.length === classes) return;
  throw new RangeError(
    `${caller}: expected rows of ${weight.length} classes, each of which has a weight, got rows of ${classes}`,
  );
}
