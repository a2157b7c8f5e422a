/** The set for formulas: fused losses, elementary functions, and losses by parts and with masks. */
import { F, fuse, LossAccumulator, tensor } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { ELEMENTARY } from "../support/elementary.js";
import type { Emit, Group } from "./digest.js";
import { elements, KINDS } from "./operands.js";
import { TEXTS } from "./texts.js";
import { BLOCK, drawsOf, emitTensor, FLOATS, LOSSES, operandsOf, tidied, WEIGHTED } from "./tensors.js";
import type { Draw, Loss } from "./tensors.js";

type Call = (operands: readonly Tensor[], options: object) => Tensor;

const FUSED: readonly Call[] = TEXTS.map(({ text, options, arity, values }) => {
  const fused = fuse(text as (...operands: Tensor[]) => Tensor, options);
  return (operands, given) => fused(...operands.slice(0, arity), { ...given, ...values });
});

const REDUCTIONS = ["none", "mean", "sum"] as const;

/** A leaf for each operand, as one of the two of `draw` and the third one. */
function leavesOf(draw: Draw): Tensor[] {
  const { input, target, third } = operandsOf(draw);
  return [input, target, third].map((data) => tensor(data, { dtype: draw.dtype, requiresGrad: true }));
}

/**
 * The value, and the gradients of all leaves that it depends on, for an upstream gradient of ones.
 */
function emitWithGradients(emit: Emit, leaves: readonly Tensor[], loss: Tensor): void {
  loss.backward(loss.ndim === 0 ? null : loss.onesLike());
  emitTensor(emit, loss);
  for (const leaf of leaves) {
    if (leaf.grad) emitTensor(emit, leaf.grad);
    leaf.grad = null;
  }
}

/** All sizes with ordinary numbers; with others the short ones. */
function shortDraws(dtype: DType): Draw[] {
  return drawsOf(dtype).filter(({ kind, n }) => n <= BLOCK + 1 && (kind === "plain" || n <= 67));
}

function fusedGroup(dtype: DType): Group {
  const steps = drawsOf(dtype).map((draw) =>
    tidied((emit) => {
      const leaves = leavesOf(draw);
      const operands = leaves.map((leaf) => leaf.detach());
      // More than two blocks only show how blocks are divided among threads.
      for (const call of draw.n > BLOCK + 1 ? FUSED.slice(-1) : FUSED) {
        for (const reduction of REDUCTIONS) emitWithGradients(emit, leaves, call(leaves, { reduction }));
        // Without gradients other kernels run.
        emitTensor(emit, call(operands, {}));
      }
    }),
  );
  return { name: `tensor fuse ${dtype}`, steps };
}

/** Values and derivatives, of numbers of all sizes. */
function elementaryGroup(dtype: DType): Group {
  const sizes = [0, 1, 7, 67, 513, BLOCK + 33];
  const draws = KINDS.flatMap((kind) => sizes.map((n): Draw => ({ dtype, kind, n })));
  const steps = draws.map((draw) =>
    tidied((emit) => {
      const [x] = leavesOf(draw);
      for (const name of [...ELEMENTARY, "sqrt"] as const) emitWithGradients(emit, [x], x[name]());
      // Exponents that have a kernel: the engine's own pow may differ in the last bit.
      for (const exponent of [2, 3, -1, 0.5]) emitWithGradients(emit, [x], x.pow(exponent));
    }),
  );
  return { name: `tensor elementary ${dtype}`, steps };
}

/** Bools that hold for about half of the elements. */
function maskOf(n: number): Tensor {
  return tensor(elements("uint8", "extreme", n, n + 3), { dtype: "uint8" }).lt(128);
}

const BUILT_IN = (Object.keys(LOSSES) as Loss[]).map(
  (name): Call =>
    ([x, y], options) =>
      F[name](x, y, options),
);
const WITH_WEIGHT = WEIGHTED.map(
  (name): Call =>
    ([x, y, weight], options) =>
      F[name](x, y, { ...options, weight }),
);

function maskGroup(dtype: DType): Group {
  const calls: readonly Call[] = [...BUILT_IN, ...WITH_WEIGHT, ...FUSED];
  const steps = shortDraws(dtype).map((draw) =>
    tidied((emit) => {
      const leaves = leavesOf(draw);
      const mask = maskOf(draw.n);
      for (const call of calls) {
        for (const reduction of REDUCTIONS) {
          emitWithGradients(emit, leaves, call(leaves, { reduction, mask }));
        }
      }
    }),
  );
  return { name: `tensor mask ${dtype}`, steps };
}

interface Parts {
  readonly shape: readonly number[];
  readonly dim: number | readonly number[];
  readonly keepdim?: boolean;
}

/** Rows and columns, short and long, and dimensions that lie apart. */
const PARTS: readonly Parts[] = [
  { shape: [3, 67], dim: 1 },
  { shape: [3, 67], dim: 0, keepdim: true },
  { shape: [513, 5], dim: 0 },
  { shape: [513, 5], dim: -1 },
  { shape: [2, BLOCK + 1], dim: 1 },
  { shape: [BLOCK + 1, 2], dim: 0 },
  { shape: [3, 17, 33], dim: [0, 2], keepdim: true },
  { shape: [3, 17, 33], dim: 1 },
  { shape: [0, 3], dim: 0 },
];

/**
 * Each part of a loss by itself, alone, with weights and with a mask; and sums, means and extremes
 * of tensors.
 */
function dimGroup(dtype: DType): Group {
  const calls: readonly Call[] = [...BUILT_IN, ...WITH_WEIGHT, ...FUSED.slice(0, 4)];
  const steps = PARTS.map(({ shape, dim, keepdim = false }) =>
    tidied((emit) => {
      const n = shape.reduce((product, size) => product * size, 1);
      const leaves = leavesOf({ dtype, kind: "plain", n });
      const operands = (): Tensor[] => leaves.map((leaf) => leaf.reshape([...shape]));
      const mask = maskOf(n).reshape([...shape]);
      for (const call of calls) {
        for (const reduction of ["mean", "sum"] as const) {
          for (const option of [{}, { mask }]) {
            const options = { reduction, dim, keepdim, ...option };
            emitWithGradients(emit, leaves, call(operands(), options));
          }
        }
      }
      emitReductions(emit, leaves[0].detach().reshape([...shape]), { dim, keepdim });
    }),
  );
  return { name: `tensor dim ${dtype}`, steps };
}

function emitReductions(emit: Emit, x: Tensor, options: Pick<Required<Parts>, "dim" | "keepdim">): void {
  const dim = typeof options.dim === "number" ? options.dim : [...options.dim];
  for (const result of [x.sum({ ...options, dim }), x.mean({ ...options, dim })]) emitTensor(emit, result);
}

/** The canonical bytes of an accumulator that took the elements in pieces. */
function accumulatorGroup(dtype: DType): Group {
  const steps = drawsOf(dtype).map((draw) =>
    tidied((emit) => {
      const { input, target } = operandsOf(draw);
      const [x, y] = [input, target].map((data) => tensor(data, { dtype }));
      const half = draw.n >> 1;
      for (const loss of ["l1Loss", "mseLoss"] as const) {
        const total = new LossAccumulator(loss);
        for (const [start, length] of [
          [half, draw.n - half],
          [0, half],
        ]) {
          total.update(x.narrow(0, start, length), y.narrow(0, start, length));
        }
        emit("uint8", total.toBytes());
      }
    }),
  );
  return { name: `tensor accumulator ${dtype}`, steps };
}

/** Everything that is hashed of formulas, masks and parts. */
export const FORMULA_GROUPS: readonly Group[] = [
  ...FLOATS.map(fusedGroup),
  ...FLOATS.map(elementaryGroup),
  ...FLOATS.map(maskGroup),
  ...FLOATS.map(dimGroup),
  ...FLOATS.map(accumulatorGroup),
];
