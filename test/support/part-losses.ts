/**
 * The losses of rows, sets, sequences and images, each with a case of it: operands by their shapes,
 * with labels where there are some. Tests of tensors, typed arrays and masks iterate over it.
 */
import { F, tensor } from "lossgrad";
import type { Tensor } from "lossgrad";
import { Random } from "./random.js";

export type Floats = typeof Float32Array | typeof Float64Array;

/** An operand: random numbers of a shape, or labels. */
export interface PartOperand {
  readonly shape: readonly number[];
  readonly labels?: readonly number[];
  /** Random numbers, made of ones between 0 and 1. */
  readonly of?: (share: number, index: number) => number;
}

export interface PartCase {
  readonly name: string;
  readonly operands: readonly PartOperand[];
  /** Arguments behind the operands that are no arrays of elements. */
  readonly plain?: readonly unknown[];
  /** Options of the loss's own, which are not as by default. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The shape of the losses of the parts, and the dimensions of the first operand that it lacks. */
  readonly parts: readonly number[];
  readonly dims: readonly number[];
  /** Whether `weight` is of parts, where it else is PyTorch's. */
  readonly weighs: boolean;
  /** Which operands have a gradient. */
  readonly differentiable: readonly number[];
}

const signed = (share: number): number => 4 * share - 2;
const sized = (...shape: number[]): PartOperand => ({ shape, of: signed });
const shares = (...shape: number[]): PartOperand => ({ shape });
/** Boxes whose edges are in order. */
const boxes: PartOperand = { shape: [5, 4], of: (share, i) => share + (i % 4 > 1 ? 1 : 0) };

export const PART_CASES: readonly PartCase[] = [
  {
    name: "cosineEmbeddingLoss",
    operands: [sized(4, 5), sized(4, 5), { shape: [4], labels: [1, -1, -1, 1] }],
    options: { margin: -0.5 },
    parts: [4],
    dims: [1],
    weighs: true,
    differentiable: [0, 1],
  },
  {
    name: "tripletMarginLoss",
    operands: [sized(4, 5), sized(4, 5), sized(4, 5)],
    options: { margin: 3, p: 3, swap: true },
    parts: [4],
    dims: [1],
    weighs: true,
    differentiable: [0, 1, 2],
  },
  {
    name: "multilabelSoftMarginLoss",
    operands: [sized(4, 3), shares(4, 3)],
    options: {},
    parts: [4],
    dims: [1],
    weighs: false,
    differentiable: [0, 1],
  },
  {
    name: "multiMarginLoss",
    operands: [sized(4, 5), { shape: [4], labels: [0, 4, 2, 2] }],
    options: { p: 2, margin: 0.75 },
    parts: [4],
    dims: [1],
    weighs: false,
    differentiable: [0],
  },
  {
    name: "multilabelMarginLoss",
    operands: [sized(4, 3), { shape: [4, 3], labels: [0, -1, 0, 2, 1, -1, -1, 0, 0, 1, 1, 2] }],
    options: {},
    parts: [4],
    dims: [1],
    weighs: true,
    differentiable: [0],
  },
  {
    name: "ctcLoss",
    operands: [
      { shape: [6, 3, 4], of: (share) => -0.5 - 2 * share },
      { shape: [3, 2], labels: [1, 2, 3, 3, 2, 0] },
    ],
    plain: [
      [6, 5, 4],
      [2, 2, 1],
    ],
    options: { zeroInfinity: true },
    parts: [3],
    dims: [0, 2],
    weighs: true,
    differentiable: [0],
  },
  {
    name: "diceLoss",
    operands: [shares(3, 2, 5), shares(3, 2, 5)],
    options: { smooth: 0.5, squared: true, dim: [-1] },
    parts: [3, 2],
    dims: [2],
    weighs: true,
    differentiable: [0, 1],
  },
  {
    name: "jaccardLoss",
    operands: [shares(3, 7), shares(3, 7)],
    options: { smooth: 0.5 },
    parts: [3],
    dims: [1],
    weighs: true,
    differentiable: [0, 1],
  },
  {
    name: "generalizedBoxIouLoss",
    operands: [boxes, boxes],
    options: { eps: 1e-3 },
    parts: [5],
    dims: [1],
    weighs: true,
    differentiable: [0, 1],
  },
  {
    name: "ensembleCrpsLoss",
    operands: [sized(4, 6), sized(4)],
    options: { fair: true },
    parts: [4],
    dims: [1],
    weighs: true,
    differentiable: [0, 1],
  },
  {
    name: "pearsonLoss",
    operands: [sized(5, 4), sized(5, 4)],
    options: { dim: 0, eps: 1e-6 },
    parts: [4],
    dims: [0],
    weighs: true,
    differentiable: [0, 1],
  },
  {
    name: "ssim",
    operands: [shares(3, 8, 9), shares(3, 8, 9)],
    options: { windowSize: 5, dataRange: 2, sigma: 1 },
    parts: [3],
    dims: [1, 2],
    weighs: true,
    differentiable: [0, 1],
  },
  {
    name: "msSsim",
    operands: [shares(3, 8, 9), shares(3, 8, 9)],
    options: { windowSize: 3, weights: [0.25, 0.75] },
    parts: [3],
    dims: [1, 2],
    weighs: true,
    differentiable: [0, 1],
  },
  {
    name: "psnr",
    operands: [shares(3, 2, 5), shares(3, 2, 5)],
    options: { dataRange: 2, dim: -1 },
    parts: [3, 2],
    dims: [2],
    weighs: true,
    differentiable: [0, 1],
  },
  {
    name: "msSsimL1Loss",
    operands: [shares(3, 8, 9), shares(3, 8, 9)],
    options: { windowSize: 5, sigmas: [0.5, 1], alpha: 0.5 },
    parts: [3],
    dims: [1, 2],
    weighs: true,
    differentiable: [0, 1],
  },
];

export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1);

/** The operands as arrays: floats of one type, and labels as int32. */
export function arraysOf({ operands }: PartCase, floats: Floats, seed = 1): (Float64Array | Int32Array)[] {
  const random = new Random(seed);
  return operands.map(({ shape, labels, of = (share) => share }) =>
    labels
      ? Int32Array.from(labels)
      : (new floats(sizeOf(shape)).map((_, i) => of(random.next(), i)) as Float64Array),
  );
}

/** The same as tensors: labels are of int64. */
export function tensorsOf({ operands }: PartCase, arrays: readonly (Float64Array | Int32Array)[]): Tensor[] {
  return arrays.map((array, i) => {
    const { shape, labels } = operands[i];
    const data = labels ? BigInt64Array.from(labels, BigInt) : array;
    return tensor(data).reshape([...shape]);
  });
}

export type AnyCall = (...args: unknown[]) => Tensor;

/** The loss of tensors. */
export function callPart(
  { name, plain = [] }: PartCase,
  operands: readonly Tensor[],
  options: object,
): Tensor {
  return (F as unknown as Record<string, AnyCall>)[name](...operands, ...plain, options);
}

/** Which parts count in tests of masks: two of three. */
export const keptOf = ({ parts }: PartCase): Uint8Array =>
  Uint8Array.from({ length: sizeOf(parts) }, (_, i) => Number(i % 3 !== 1));
export const weightsOf = ({ parts }: PartCase): Float64Array =>
  Float64Array.from({ length: sizeOf(parts) }, (_, i) => (i % 3 === 1 ? NaN : 0.5 + i / 4));

/** The arrays with junk where parts are left out: NaN, and labels that there are not. */
export function withJunk(given: PartCase, arrays: readonly (Float64Array | Int32Array)[]): typeof arrays {
  const { operands, parts, dims } = given;
  const out = tensor(keptOf(given))
    .reshape([...parts])
    .eq(0);
  const spread = dims.reduce((mask, dim) => mask.unsqueeze(dim), out);
  return arrays.map((array, i) => {
    const { shape, labels } = operands[i];
    const isFirst = shape.length === operands[0].shape.length;
    // The labels of sequences lie in rows.
    const isRow = !isFirst && shape.length > parts.length;
    const where = isFirst ? spread : isRow ? out.unsqueeze(1) : out;
    const flags = where
      .expand([...shape])
      .clone()
      .flatten()
      .tolist() as boolean[];
    return array.map((x: number, at: number) => (flags[at] ? (labels ? 99 : NaN) : x));
  });
}
