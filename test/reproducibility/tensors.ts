/** The set for tensors: losses with their gradients, sums and means, as groups of steps. */
import { F, tensor, tidy } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import type { LossName as Loss } from "../../src/loss/losses.js";
import type { Emit, Group } from "./digest.js";
import { elements, elementsBeside, KINDS } from "./operands.js";
import type { Kind } from "./operands.js";

export type { Loss };
type Options = Readonly<Record<string, number>>;

/**
 * The losses with their parameters: the default, one that float16 rounds, one beyond most
 * differences, and beta = 0.
 */
export const LOSSES: Readonly<Record<Loss, readonly Options[]>> = {
  l1Loss: [{}],
  mseLoss: [{}],
  smoothL1Loss: [{}, { beta: 0.3 }, { beta: 5 }, { beta: 0 }],
  huberLoss: [{}, { delta: 0.3 }, { delta: 5 }],
};
/**
 * Those that take weights. What comes in here is bundled for every engine, so the table is none of
 * it; a test compares.
 */
export const WEIGHTED = ["l1Loss", "mseLoss", "huberLoss"] as const satisfies Loss[];
export const FLOATS: readonly DType[] = ["float16", "bfloat16", "float32", "float64"];
export const INTEGERS: readonly DType[] = ["int8", "int16", "int32", "int64", "uint8"];
const COMPLEX: readonly DType[] = ["complex64", "complex128"];

export const BLOCK = 16384;
/**
 * About the edges of vectors, of eight vectors, and of the 512 elements that are added pairwise.
 */
const SHORT: readonly number[] = [
  0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 23, 24, 31, 32, 33, 47, 48, 63, 64, 67, 127, 255, 511, 512, 513, 1025,
];
/** About the edges of blocks, and more blocks than threads, the last of them a short one. */
const LONG: readonly number[] = [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 33, 17 * BLOCK + 33];

/** Which operands, how many elements, which numbers. */
export interface Draw {
  readonly dtype: DType;
  readonly kind: Kind;
  readonly n: number;
}

/**
 * Every size with ordinary numbers; with others the short ones, two blocks, and enough of them for
 * two threads.
 */
export function drawsOf(dtype: DType): Draw[] {
  return KINDS.flatMap((kind) => {
    const long = kind === "plain" ? LONG : [BLOCK + 1, 4 * BLOCK + 33];
    return [...SHORT, ...long].map((n) => ({ dtype, kind, n }));
  });
}

/** Input, target, and a third operand: an upstream gradient, or weights. */
export function operandsOf({ dtype, kind, n }: Draw) {
  return {
    input: elements(dtype, kind, n, n + 1),
    target: elementsBeside(dtype, kind, n, n + 1),
    third: elements(dtype, "plain", n, n + 2),
  };
}

/** A step whose tensors are freed at its end. */
export function tidied(step: (emit: Emit) => void): (emit: Emit) => void {
  return (emit) => tidy(() => step(emit));
}

/**
 * Emits a result and frees it: what was looked into by array() would wait for the garbage
 * collector, gradients even in a tidy.
 */
export function emitTensor(emit: Emit, result: Tensor | null): void {
  const flat = result!.detach();
  emit(flat.dtype, flat.array());
  flat.dispose();
}

type Call = (input: Tensor, target: Tensor) => Tensor;

/**
 * Value, and gradients of the operands that ask for them: the kernels differ. An upstream gradient
 * of 1, then another.
 */
function emitReduced(emit: Emit, input: Tensor, target: Tensor, loss: Call): void {
  emitTensor(emit, loss(input, target));
  for (const [first, second] of [
    [true, false],
    [false, true],
    [true, true],
  ]) {
    const [x, y] = [input.detach().requiresGrad_(first), target.detach().requiresGrad_(second)];
    const value = loss(x, y);
    value.backward();
    emitTensor(emit, value);
    for (const { grad } of [x, y]) if (grad) emitTensor(emit, grad);
  }
  const x = input.detach().requiresGrad_();
  loss(x, target).mul(0.37).backward();
  emitTensor(emit, x.grad);
}

/**
 * Elementwise values, and both gradients for an upstream gradient that differs from element to
 * element.
 */
function emitElementwise(emit: Emit, input: Tensor, target: Tensor, upstream: Tensor, loss: Call): void {
  emitTensor(emit, loss(input, target));
  const [x, y] = [input.detach().requiresGrad_(), target.detach().requiresGrad_()];
  const values = loss(x, y);
  values.backward(upstream.to(values.dtype));
  for (const result of [values, x.grad, y.grad]) emitTensor(emit, result);
}

/** All parameters up to two blocks; more only show how blocks are divided among threads. */
export function parametersFor(name: Loss, n: number): readonly Options[] {
  return n > BLOCK + 1 ? [{}] : LOSSES[name];
}

function lossGroup(name: Loss, dtype: DType): Group {
  const steps = drawsOf(dtype).map((draw) =>
    tidied((emit) => {
      const { input, target, third } = operandsOf(draw);
      const [x, y, upstream] = [input, target, third].map((data) => tensor(data, { dtype }));
      for (const options of parametersFor(name, draw.n)) {
        emitElementwise(emit, x, y, upstream, (a, b) => F[name](a, b, { ...options, reduction: "none" }));
        for (const reduction of ["mean", "sum"] as const)
          emitReduced(emit, x, y, (a, b) => F[name](a, b, { ...options, reduction }));
      }
    }),
  );
  return { name: `tensor ${name} ${dtype}`, steps };
}

/** With weights, whose gradient comes along. */
function weightedGroup(dtype: DType): Group {
  const steps = drawsOf(dtype)
    .filter(({ n }) => n <= 2 * BLOCK + 33)
    .map((draw) =>
      tidied((emit) => {
        const { input, target, third } = operandsOf(draw);
        for (const name of WEIGHTED) {
          for (const reduction of ["none", "mean", "sum"] as const) {
            const leaves = [input, target, third].map((data) => tensor(data, { dtype, requiresGrad: true }));
            const [x, y, weight] = leaves;
            const loss = F[name](x, y, { weight, reduction });
            loss.backward(reduction === "none" ? x.detach() : null);
            for (const result of [loss, ...leaves.map(({ grad }) => grad)]) emitTensor(emit, result);
          }
        }
      }),
    );
  return { name: `tensor weight ${dtype}`, steps };
}

/** Integers: no mean, no gradient. */
function integerGroup(dtype: DType): Group {
  const steps = drawsOf(dtype).map((draw) =>
    tidied((emit) => {
      const { input, target } = operandsOf(draw);
      const [x, y] = [input, target].map((data) => tensor(data, { dtype }));
      for (const reduction of ["none", "sum"] as const) emitTensor(emit, F.l1Loss(x, y, { reduction }));
      emitTensor(emit, x.sum());
    }),
  );
  return { name: `tensor l1Loss ${dtype}`, steps };
}

/** Complex numbers have L1; its parts are square roots of sums of squares. */
function complexGroup(dtype: DType): Group {
  const steps = drawsOf(dtype)
    .filter(({ n }) => n <= 2 * BLOCK + 33)
    .map((draw) =>
      tidied((emit) => {
        const { input, target } = operandsOf(draw);
        for (const reduction of ["none", "mean", "sum"] as const) {
          const [x, y] = [input, target].map((data) => tensor(data, { dtype, requiresGrad: true }));
          const loss = F.l1Loss(x, y, { reduction });
          loss.sum().backward();
          for (const result of [loss, x.grad, y.grad]) emitTensor(emit, result);
        }
      }),
    );
  return { name: `tensor l1Loss ${dtype}`, steps };
}

/** Sums and means of tensors, whole and by dimension. */
function sumGroup(dtype: DType): Group {
  const steps = drawsOf(dtype).map((draw) =>
    tidied((emit) => {
      const x = tensor(operandsOf(draw).input, { dtype });
      for (const result of [x.sum(), x.mean()]) emitTensor(emit, result);
      if (x.numel() % 3 !== 0) return;
      const rows = x.reshape(3, x.numel() / 3);
      for (const dim of [0, 1]) emitTensor(emit, rows.sum({ dim }));
    }),
  );
  return { name: `tensor sum ${dtype}`, steps };
}

/**
 * Operands that do not lie as the kernels read them: misaligned, transposed, expanded, of another
 * dtype.
 */
function layoutGroup(dtype: DType): Group {
  const steps = [7, 67, 513, BLOCK + 1].map((n) =>
    tidied((emit) => {
      const { input, target } = operandsOf({ dtype, kind: "plain", n: 4 * n });
      const [x, y] = [input, target].map((data) => tensor(data, { dtype }).reshape(4, n));
      const other = tensor(elements("float32", "plain", n, n), { dtype: "float32" });
      const pairs: [Tensor, Tensor][] = [
        [x.at(1), y.at(3)],
        [x.t(), y.t().clone()],
        [x, y.at(2)],
        [x.at(1), tensor(0.3, { dtype }).expand(n)],
        [x.at(1), other],
      ];
      for (const name of Object.keys(LOSSES) as Loss[]) {
        for (const [a, b] of pairs) emitReduced(emit, a, b.expand(a.shape), F[name]);
      }
    }),
  );
  return { name: `tensor layouts ${dtype}`, steps };
}

/** What is hashed of the losses of tensors, their sums and means. */
export const LOSS_GROUPS: readonly Group[] = [
  ...FLOATS.flatMap((dtype) => (Object.keys(LOSSES) as Loss[]).map((name) => lossGroup(name, dtype))),
  ...FLOATS.map(weightedGroup),
  ...FLOATS.map(layoutGroup),
  ...FLOATS.map(sumGroup),
  ...INTEGERS.map(integerGroup),
  ...COMPLEX.map(complexGroup),
];
