/** A call of such a loss: its operands and options, read and checked whole. */
import { describeValue } from "../core/describe.js";
import { takeOptions } from "../core/options.js";
import type { Reduction } from "../loss/losses.js";
import { checkReduction } from "../loss/reduction.js";
import { type DType, isFloating, promoteTypes } from "../ndarray/dtype.js";
import { checkShape, type Shape } from "../ndarray/shape.js";
import { nameOf } from "../ndarray/typed.js";
import { type Given, readGiven } from "../typed/destination.js";
import { type Asked, readAsked } from "../typed/fused-request.js";
import { checkOperands, type ReadOperand, readOperand } from "../typed/operands.js";
import { checkBytes, operandsAmong, readDType } from "../typed/request.js";
import { type BridgeRow, checked } from "./row.js";

export interface BridgeRequest {
  readonly row: BridgeRow;
  readonly operands: readonly ReadOperand[];
  readonly shapes: readonly Shape[];
  /** What floating operands are converted to. */
  readonly dtype: DType;
  readonly reduction: Reduction;
  /** A factor for each part, or for each class or number; null without. */
  readonly weight: Shaped | null;
  /** A byte for each part; null where all count. */
  readonly mask: Shaped | null;
  /** The arguments that are handed over as they are. */
  readonly plain: readonly unknown[];
  /** The options of the loss's own, as tensors have them. */
  readonly own: Readonly<Record<string, unknown>>;
  /** What the caller gave to write the losses of parts to. */
  readonly out: Given | null;
  /** The gradients that are wanted. */
  readonly gradients: readonly Asked[];
  /** Whether they were asked for as a list. */
  readonly listed: boolean;
}

interface Shaped {
  readonly operand: ReadOperand;
  readonly shape: Shape;
}

/** What a call is to give. */
export type Pass = "value" | "gradients";

/**
 * Reads a call. Whatever runs code of the caller's comes first: options are read once, then
 * operands; what any of it did to the operands is looked at last.
 */
export function readBridge(row: BridgeRow, args: readonly unknown[], pass: Pass): BridgeRequest {
  const { name, operands: described, plain: words = [] } = row;
  const count = described.length;
  const { [count + words.length]: options = {} } = args;
  const taken = takeOptions<Record<string, unknown>>(
    name,
    options as Record<string, unknown>,
    optionNames(row, pass),
  );
  const { reduction = "mean", shape, dtype: wanted, weight, mask, out, grad, grads } = taken;
  const mode = checkReduction(reduction, "enum");
  const told = shape === undefined ? null : checkShape(name, shape);
  const asked = readDType(name, wanted);
  const gradients = pass === "value" ? [] : readAsked(name, count, grad, grads);
  const given = pass === "value" ? readGiven(out) : null;
  const plain = words.map((_, i) => listOf(args[count + i]));
  const operands = described.map(({ word }, i) => readOperand(name, word, args[i]));
  const factors = weight == null ? null : readOperand(name, "weight", weight);
  const bytes = mask == null ? null : readOperand(name, "mask", mask);
  checkOperands(name, [...operands, ...operandsAmong(factors, bytes)]);
  for (const { index } of gradients) checkFloating(name, operands[index]);
  const [{ shape: own }] = operands;
  const shapes = row.shapes(row, operands, told ?? (own && own.length > 0 ? own : null), plain);
  const ownOptions = Object.fromEntries(row.own.map((word) => [word, taken[word]]));
  const parts = row.parts?.(shapes[0], ownOptions) ?? shapes[0].slice(0, -1);
  if (bytes) checkBytes(name, bytes);
  return {
    row,
    operands,
    shapes,
    weight: factors && { operand: factors, shape: shapeOfWeight(row, factors, shapes[0], parts) },
    mask: bytes && { operand: bytes, shape: checked(row, bytes, parts) },
    plain,
    dtype: asked ?? commonType(operands.filter((_, i) => !described[i].isLabel)),
    reduction: mode,
    own: ownOptions,
    out: given,
    gradients,
    listed: grads !== undefined,
  };
}

function optionNames({ own }: BridgeRow, pass: Pass): string[] {
  const destinations = pass === "value" ? ["out"] : ["grad", "grads"];
  return ["reduction", "shape", "dtype", "mask", "weight", ...destinations, ...own];
}

/** A copy of an array, which code of the caller's cannot change any more; all else as it is. */
function listOf(given: unknown): unknown {
  const isList = Array.isArray(given) || nameOf(given) !== undefined;
  return isList ? Array.from(given as ArrayLike<unknown>) : given;
}

/** One for each part; or for each class, the numbers of the last dimension, or for each number. */
function shapeOfWeight(row: BridgeRow, factors: ReadOperand, shape: Shape, parts: Shape): Shape {
  if (!row.hasFactors) return checked(row, factors, parts);
  const classes = shape.slice(-1);
  return factors.length === classes[0] ? classes : checked(row, factors, shape);
}

/** torch's promotion of floats; float64 for integers among themselves. */
function commonType(operands: readonly ReadOperand[]): DType {
  const floats = operands.map(({ dtype }) => dtype).filter(isFloating);
  return floats.length > 0 ? floats.reduce(promoteTypes) : "float64";
}

function checkFloating(caller: string, { word, dtype }: ReadOperand): void {
  if (isFloating(dtype)) return;
  throw new TypeError(
    `${caller}: expected a floating ${word}, which has a gradient, got ${describeValue(dtype)}; Float32Array.from(array) ` +
      "converts it",
  );
}
