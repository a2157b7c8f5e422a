/** A call of a loss of rows of numbers: its operands and options, read and checked whole. */
import { describeValue } from "../core/describe.js";
import { checkOptionNames } from "../core/options.js";
import type { Reduction } from "../loss/losses.js";
import { type MarginTerms, readMarginTerms } from "../loss/margin-checks.js";
import { checkReduction } from "../loss/reduction.js";
import { layoutOf, readIgnoreIndex, readLabelSmoothing, type RowOptions } from "../loss/row-checks.js";
import type { RowLoss } from "../loss/rowwise.js";
import { type ClassLayout, rowsOf } from "../ndarray/class-rows.js";
import { type DType, isFloating, isIntegral } from "../ndarray/dtype.js";
import { checkShape, numelOf } from "../ndarray/shape.js";
import { type Given, readGiven } from "./destination.js";
import { checkOperands, computingType, type ReadOperand, readOperand } from "./operands.js";
import { checkRowMask, operandsAmong, readDType } from "./request.js";

/** A call, read and checked whole. */
export interface RowRequest extends RowOptions {
  readonly row: RowLoss;
  readonly reduction: Reduction;
  readonly prediction: ReadOperand;
  readonly target: ReadOperand;
  readonly weight: ReadOperand | null;
  readonly mask: ReadOperand | null;
  readonly layout: ClassLayout;
  readonly dtype: DType;
  readonly asked: DType | null;
  readonly given: Given | null;
  /** Of a loss of margins. */
  readonly terms: MarginTerms | null;
}

export type RawOptions = Readonly<Record<string, unknown>>;

const OPTIONS = ["reduction", "classes", "shape", "mask", "dtype"];

/** Whether the targets may be a probability for each number. */
export function takesProbabilities({ own }: RowLoss): boolean {
  return own.includes("labelSmoothing");
}

/** Whether it is a loss of margins. */
export function isOfMargins({ kernel }: RowLoss): boolean {
  return kernel === "multimargin" || kernel === "multilabelmargin";
}

/** Options first, then operands, whose getters may change one that was read before. */
export function readRequest(
  row: RowLoss,
  destination: "out" | "grad",
  prediction: unknown,
  target: unknown,
  options: RawOptions,
): RowRequest {
  const { name } = row;
  checkOptionNames(name, options, [...OPTIONS, destination, ...row.own]);
  const { reduction = "mean", classes, shape, weight: weights, mask: bytes, dtype: wanted } = options;
  const { [destination]: written } = options;
  const mode = checkReduction(reduction, "enum");
  const read = readOwn(row, options);
  const asked = readDType(name, wanted);
  const sizes = readSizes(name, classes, shape);
  const given = readGiven(written);
  const x = readOperand(name, "prediction", prediction);
  const t = readOperand(name, "target", target);
  const weight = weights === undefined || weights === null ? null : readOperand(name, "weight", weights);
  const mask = bytes === undefined || bytes === null ? null : readOperand(name, "mask", bytes);
  checkOperands(name, operandsAmong(x, t, weight, mask));
  const layout = layoutFor(row, x, t, sizes);
  checkTarget(row, t, x, layout);
  if (weight && weight.length !== layout.classes) {
    throw new RangeError(
      `${name}: expected a weight for each of ${layout.classes} classes, got ${weight.length}`,
    );
  }
  if (mask) checkRowMask(name, mask, rowsOf(layout));
  const own = isIntegral(t.dtype)
    ? isFloating(x.dtype)
      ? x.dtype
      : "float64"
    : computingType(x.dtype, t.dtype);
  const dtype = asked ?? own;
  const operands = { prediction: x, target: t, weight, mask };
  return { row, reduction: mode, ...operands, layout, dtype, asked, given, ...read };
}

/** The options of the loss's own. */
function readOwn(row: RowLoss, options: RawOptions): RowOptions & Pick<RowRequest, "terms"> {
  const { name } = row;
  const { ignoreIndex = -100, labelSmoothing = 0, p = 1, margin = 1 } = options;
  return {
    ignoreIndex: readIgnoreIndex(name, ignoreIndex),
    labelSmoothing: readLabelSmoothing(name, labelSmoothing),
    terms: row.own.includes("margin") ? readMarginTerms(name, p, margin) : null,
  };
}

/** The options classes and shape; null where there is none. */
function readSizes(name: string, classes: unknown, shape: unknown): readonly number[] | number | null {
  if (shape !== undefined && classes !== undefined) {
    throw new TypeError(`${name}: expected classes or shape, got both`);
  }
  if (shape !== undefined) return checkShape(name, shape);
  if (classes === undefined) return null;
  if (typeof classes === "number" && Number.isSafeInteger(classes) && classes > 0) return classes;
  throw new TypeError(
    `${name}: expected classes to be a positive whole number, got ${describeValue(classes)}`,
  );
}

function layoutFor(
  row: RowLoss,
  prediction: ReadOperand,
  target: ReadOperand,
  sizes: readonly number[] | number | null,
): ClassLayout {
  const { name } = row;
  const { length, shape } = prediction;
  const known = sizes ?? (shape && shape.length > 0 ? shape : null);
  if (typeof known === "object" && known !== null) {
    checkSizes(row, length, known);
    return layoutOf(known);
  }
  if (known === null && !row.takesLabels && !isIntegral(target.dtype)) {
    throw new TypeError(
      `${name}: expected classes or shape beside a target of probabilities, got neither; { classes: 10 } says how many ` +
        "numbers a row has",
    );
  }
  const each = row.takesLabels ? length : length / target.length;
  const classes = known ?? (target.length === 0 ? 1 : each);
  const rows = length / classes;
  if (Number.isInteger(classes) && Number.isInteger(rows)) return { outer: rows, classes, inner: 1 };
  throw new RangeError(
    known === null
      ? `${name}: expected as many numbers for each of ${target.length} targets, got a prediction of ${length}`
      : `${name}: expected rows of ${classes} numbers, got a prediction of ${length}`,
  );
}

function checkSizes(row: RowLoss, length: number, sizes: readonly number[]): void {
  const { name } = row;
  if (sizes.length === 0 || numelOf(sizes) !== length) {
    throw new RangeError(
      `${name}: expected a shape of ${length} elements with a dimension of classes, got [${sizes.join(", ")}]`,
    );
  }
  if (sizes.length <= 2 || !isOfMargins(row)) return;
  throw new RangeError(`${name}: expected a shape of rows, (N, C) or (C), got [${sizes.join(", ")}]`);
}

/** Throws unless there is a class for each row, or as many labels or probabilities as numbers. */
function checkTarget(row: RowLoss, target: ReadOperand, prediction: ReadOperand, layout: ClassLayout): void {
  const { name } = row;
  if (row.takesLabels) {
    if (isIntegral(target.dtype) && target.length === prediction.length) return;
    if (isIntegral(target.dtype)) {
      throw new RangeError(
        `${name}: expected a place for a label for each of ${prediction.length} numbers, got ${target.length}`,
      );
    }
  } else if (isIntegral(target.dtype)) {
    const rows = rowsOf(layout);
    if (target.length === rows) return;
    throw new RangeError(`${name}: expected a target for each of ${rows} rows, got ${target.length}`);
  }
  if (!takesProbabilities(row)) {
    throw new TypeError(`${name}: expected target to be of integers, classes, got ${target.dtype}`);
  }
  if (target.length === prediction.length) return;
  throw new RangeError(
    `${name}: expected a probability for each of ${prediction.length} numbers, got ${target.length}`,
  );
}
