/** A call of a loss: its operands and options, read and checked whole. */
import { checkDType, type DType, isFloating, promoteTypes } from "../ndarray/dtype.js";
import { describeValue } from "../core/describe.js";
import { checkOptionNames } from "../core/options.js";
import { type LossName, type LossRow, type Reduction, rowWith } from "../loss/losses.js";
import { type ParameterOptions, readParameter } from "../loss/parameter.js";
import { checkReduction } from "../loss/reduction.js";
import { type Given, readGiven } from "./destination.js";
import { checkOperands, checkSameSize, computingType, type ReadOperand, readOperand } from "./operands.js";

const CONSTANT_TARGET = "; a number may stand for a constant target";

/** The options of all losses and passes together, unread. */
export interface RawOptions extends ParameterOptions {
  readonly reduction?: unknown;
  readonly weight?: unknown;
  readonly mask?: unknown;
  readonly dtype?: unknown;
  readonly out?: unknown;
  readonly grad?: unknown;
}

export interface Request {
  readonly caller: LossName;
  readonly row: LossRow;
  /** beta or delta; 0 for a loss without. */
  readonly parameter: number;
  readonly reduction: Reduction;
  readonly prediction: ReadOperand;
  /** A number stands for a constant target. */
  readonly target: ReadOperand | number;
  readonly weight: ReadOperand | null;
  /** Bytes that say which elements count; null where all do. */
  readonly mask: ReadOperand | null;
  /** What the loss is computed in; floating. */
  readonly dtype: DType;
  /** The dtype of unreduced values. */
  readonly resultDType: DType;
  /** Whether it is L1 of two arrays of uint8 without a mask, which has kernels of its own. */
  readonly bytes: boolean;
  /**
   * The dtype that the caller asked for: of the computation, and of what a mean or sum is rounded
   * to.
   */
  readonly asked: DType | null;
  /** What the caller gave to write to. */
  readonly given: Given | null;
}

/** The names of a loss's options; `destination` is where the result goes. */
function optionNames({ parameter, weightedMean }: LossRow, destination: string): string[] {
  const names = ["reduction", "mask", "dtype", destination];
  if (parameter) names.push(parameter.name);
  if (weightedMean) names.push("weight");
  return names;
}

/**
 * Reads a call that writes to `destination`. Whatever runs code of the caller's comes first:
 * options are read once, then operands, whose getters may change one that was read before, which is
 * looked at last. Then nothing can change any more.
 */
export function readRequest(
  caller: LossName,
  loss: LossRow,
  destination: "out" | "grad",
  prediction: unknown,
  target: unknown,
  options: RawOptions,
): Request {
  checkNoDimensions(caller, options);
  checkOptionNames(caller, options, optionNames(loss, destination));
  const {
    reduction = "mean",
    weight: weights,
    mask: bytesOrBools,
    dtype: wanted,
    [destination]: written,
  } = options;
  const parameter = readParameter(caller, loss, options);
  const given = readGiven(written);
  const from = readOperand(caller, "prediction", prediction);
  const to = typeof target === "number" ? target : readOperand(caller, "target", target);
  if (typeof to === "object") checkSameSize(caller, from, to, CONSTANT_TARGET);
  const weight = readWeight(caller, weights, from);
  const mask = readMask(caller, bytesOrBools, from);
  checkOperands(caller, operandsAmong(from, to, weight, mask));
  const asked = readDType(caller, wanted);
  const row = rowWith(loss, parameter);
  const dtype = asked ?? computingType(from.dtype, targetType(from.dtype, to));
  const bytes = row.kernel === "l1" && asked === null && weight === null && areBytes(from, to);
  return {
    caller,
    row,
    parameter,
    reduction: checkReduction(reduction, weight ? "weighted" : "enum"),
    prediction: from,
    target: to,
    weight,
    mask,
    dtype,
    resultDType: asked ?? (bytes ? "uint8" : resultType(row, from, weight, dtype)),
    bytes: bytes && mask === null,
    asked,
    given,
  };
}

/** Those that are arrays. */
export function operandsAmong(...operands: readonly (ReadOperand | number | null)[]): ReadOperand[] {
  return operands.filter((operand) => operand !== null && typeof operand === "object");
}

/** A number counts in the prediction's dtype, or in float64 beside integers. */
export function targetType(prediction: DType, target: ReadOperand | number): DType {
  if (typeof target === "object") return target.dtype;
  return isFloating(prediction) ? prediction : "float64";
}

function readWeight(caller: LossName, value: unknown, prediction: ReadOperand): ReadOperand | null {
  if (value === undefined || value === null) return null;
  const weight = readOperand(caller, "weight", value);
  if (weight.length !== prediction.length) {
    throw new RangeError("Weights and input must have the same size.");
  }
  return weight;
}

/** Bytes, which count where they are not 0. */
export function readMask(caller: string, value: unknown, like: ReadOperand): ReadOperand | null {
  if (value === undefined || value === null) return null;
  const mask = readOperand(caller, "mask", value);
  checkBytes(caller, mask);
  checkSameSize(caller, like, mask);
  return mask;
}

/** Throws unless a mask is one of bytes or bools. */
export function checkBytes(caller: string, { word, dtype }: ReadOperand): void {
  if (dtype === "uint8") return;
  throw new TypeError(
    `${caller}: expected ${word} to be a Uint8Array or bools, got ${dtype}; ` +
      `Uint8Array.from(${word}, (kept) => Number(kept !== 0)) makes one`,
  );
}

/** Throws unless there is a byte for each row. */
export function checkRowMask(caller: string, mask: ReadOperand, rows: number): void {
  checkBytes(caller, mask);
  if (mask.length === rows) return;
  throw new RangeError(
    `${caller}: expected mask to have a byte for each of ${rows} rows, got ${mask.length}`,
  );
}

/** Names dim and keepdim for what they are here, before they are taken for misspelt options. */
export function checkNoDimensions(caller: string, options: unknown): void {
  if (typeof options !== "object" || options === null) return;
  for (const word of ["dim", "keepdim"]) {
    if (!(word in options)) continue;
    throw new TypeError(
      `${caller}: expected no ${word}, since typed arrays have no dimensions; call it with the subarray() of each row, ` +
        "or use tensors",
    );
  }
}

export function readDType(caller: string, value: unknown): DType | null {
  if (value === undefined) return null;
  const dtype = checkDType(caller, value);
  if (isFloating(dtype)) return dtype;
  throw new TypeError(`${caller}: expected dtype to be floating, got ${describeValue(value)}`);
}

function areBytes(prediction: ReadOperand, target: ReadOperand | number): boolean {
  return prediction.dtype === "uint8" && typeof target === "object" && target.dtype === "uint8";
}

function resultType(row: LossRow, prediction: ReadOperand, weight: ReadOperand | null, dtype: DType): DType {
  const own = ownType(row, prediction, dtype);
  return weight ? promoteTypes(own, weight.dtype) : own;
}

/** The dtype of the terms: Huber's have the prediction's, as in torch. */
export function ownType(row: LossRow, { dtype: own }: ReadOperand, dtype: DType): DType {
  return row.inputDecidesDType && isFloating(own) ? own : dtype;
}
