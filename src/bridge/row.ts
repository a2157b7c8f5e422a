/** What is known of a loss of tensors that typed arrays have as well. */
import { numelOf, readDims, type Shape } from "../ndarray/shape.js";
import { without } from "../nn/composed.js";
import type { Tensor } from "../tensor/tensor.js";
import type { ReadOperand } from "../typed/operands.js";

export interface BridgeOperand {
  /** What messages call it. */
  readonly word: string;
  /** Whether it holds classes or labels, which are never converted. */
  readonly isLabel?: true;
}

export interface BridgeRow {
  /** Name of the function. */
  readonly name: string;
  readonly operands: readonly BridgeOperand[];
  /** Arguments behind the operands that are handed over as they are. */
  readonly plain?: readonly string[];
  /** Its options beside those of all losses. */
  readonly own: readonly string[];
  /** Whether `weight` has a factor for each class, or for each number. */
  readonly hasFactors?: true;
  /** The shapes of the operands, where the first one has a known shape or none. */
  readonly shapes: (
    row: BridgeRow,
    operands: readonly ReadOperand[],
    known: Shape | null,
    plain: readonly unknown[],
  ) => Shape[];
  /** The shape of the losses, where that is not the first operand's without the last dimension. */
  readonly parts?: (shape: Shape, own: Readonly<Record<string, unknown>>) => Shape;
  /** The loss of tensors: the operands, what is handed over as it is, and options. */
  readonly loss: (...args: unknown[]) => Tensor;
}

type Shapes = BridgeRow["shapes"];

/** Operands of one shape; `otherwise` gives it where the first one has none. */
export function alike(otherwise: (operands: readonly ReadOperand[], row: BridgeRow) => Shape): Shapes {
  return (row, operands, known) => {
    const shape = known ?? otherwise(operands, row);
    return operands.map((operand) => checked(row, operand, shape));
  };
}

/** All elements of an array without a shape as one row, set or image. */
export const inOne = ([{ length }]: readonly ReadOperand[]): Shape => [length];

/** The last operand has an element for each row of the others. */
export const withRows: Shapes = (row, operands, known) => {
  const last = operands.length - 1;
  const shape = known ?? rowsIn(operands[0].length, operands[last].length);
  if (!shape) throw noShape(row, operands, "[2, 3]");
  return operands.map((operand, i) => checked(row, operand, i < last ? shape : shape.slice(0, -1)));
};

function rowsIn(length: number, rows: number): Shape | null {
  if (rows === 0) return [0, 1];
  return length % rows === 0 ? [rows, length / rows] : null;
}

/** The shape without the dimensions that an option names, or else these. */
export function lacking(shape: Shape, dim: unknown, otherwise: readonly number[]): Shape {
  return without(shape, readDims(dim, { ndim: shape.length }) ?? otherwise);
}

/** The shape itself, where the operand has as many elements. */
export function checked({ name }: BridgeRow, { word, length }: ReadOperand, shape: Shape): Shape {
  if (length === numelOf(shape)) return shape;
  throw new RangeError(`${name}: expected ${word} of shape [${shape.join(", ")}], got an array of ${length}`);
}

/** The error for arrays that need a shape. */
export function noShape({ name }: BridgeRow, operands: readonly ReadOperand[], example: string): RangeError {
  const lengths = operands.map(({ word, length }) => `${length} of ${word}`).join(", ");
  return new RangeError(
    `${name}: expected a shape beside arrays without one, such as { shape: ${example} }, got ${lengths}`,
  );
}
