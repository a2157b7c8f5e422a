/**
 * A guard against slower losses that no noise can break: what a call does, counted, beside recorded
 * numbers. A number that differs is a change of speed. Edit the table only if it is meant, and say
 * why in the commit.
 */
import { F, nn, noGrad, ones, setNumThreads, tensor, tidy, zeros } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { allocate, l1Loss, mseLoss } from "lossgrad/arrays";
import { describe, expect, it, vi } from "vitest";
import type * as Load from "../../src/core/load.js";
import { count, countedKernels, NOTHING } from "./count.js";
import type { Counts } from "./count.js";

vi.mock("../../src/core/load.js", async (importOriginal) => {
  const load = await importOriginal<typeof Load>();
  const instantiate: typeof Load.instantiate = (...args) => countedKernels(load.instantiate(...args));
  return { ...load, instantiate };
});

// Memory as it is by default, shared where possible, but the work of one thread: how several divide
// it is a matter of time.
zeros([1]);
setNumThreads(1);

const BLOCK = 16 * 1024;
/** Less than a block, and four blocks. */
const SHORT = 1024;
const LONG = 4 * BLOCK;
/** The exact sum's digits, cleared for more than one block. */
const DIGITS = 568;
/** A scalar beside an operand, as a vector. */
const SPLAT = 16;

type Expected = Partial<Counts>;
/** Makes operands of n elements, and the call. */
type Make = (n: number) => () => unknown;
type Row = readonly [name: string, make: Make, short: Expected, long: Expected];

const pair = (n: number, dtype: DType = "float32"): [Tensor, Tensor] => [
  ones([n], { dtype }),
  zeros([n], { dtype }),
];
const leafAndTarget = (n: number): [Tensor, Tensor] => [ones([n], { requiresGrad: true }), zeros([n])];
const floats = (n: number): Float32Array => new Float32Array(n).fill(1);
const inPlace = (n: number): Float32Array => allocate("float32", n);

/** Descends once along the gradient, which is read. */
function train(x: Tensor, y: Tensor): void {
  F.mseLoss(x, y).backward();
  noGrad(() => x.sub_(x.grad!, { alpha: 0.1 }));
  x.grad = null;
}

/* prettier-ignore */
const TENSORS: readonly Row[] = [
  ["a mean", (n) => { const [x, y] = pair(n); return () => F.l1Loss(x, y); },
    { kernels: 1 }, { kernels: 4, filled: DIGITS }],
  ["a module's sum", (n) => { const [x, y] = pair(n); const loss = new nn.HuberLoss({ reduction: "sum" }); return () => loss(x, y); },
    { kernels: 1 }, { kernels: 4, filled: DIGITS }],
  ["a mean of halves", (n) => { const [x, y] = pair(n, "float16"); return () => F.smoothL1Loss(x, y); },
    { kernels: 1 }, { kernels: 4, filled: DIGITS }],
  ["elementwise: the result", (n) => { const [x, y] = pair(n); return () => F.l1Loss(x, y, { reduction: "none" }); },
    { kernels: 1, blocks: 1, bytes: 4 * SHORT }, { kernels: 1, blocks: 1, bytes: 4 * LONG }],
  ["a mean with its gradient: nothing but the gradient", (n) => { const [x, y] = leafAndTarget(n); return () => F.l1Loss(x, y); },
    { kernels: 1, blocks: 1, bytes: 4 * SHORT }, { kernels: 4, blocks: 1, bytes: 4 * LONG, filled: DIGITS }],
  ["backward: the gradient is there already", (n) => { const [x, y] = leafAndTarget(n); const loss = F.mseLoss(x, y); return () => { loss.backward(null, { retainGraph: false }); }; },
    {}, {}],
  ["loss, backward, grad = null", (n) => { const [x, y] = leafAndTarget(n); return () => { F.l1Loss(x, y).backward(); x.grad = null; }; },
    { kernels: 1, blocks: 1, bytes: 4 * SHORT }, { kernels: 4, blocks: 1, bytes: 4 * LONG, filled: DIGITS }],
  ["a step: the gradient, its multiple, and a copy of what was read", (n) => { const [x, y] = leafAndTarget(n); return () => { train(x, y); }; },
    { kernels: 3, blocks: 2, bytes: 8 * SHORT, copied: 4 * SHORT, filled: SPLAT },
    { kernels: 6, blocks: 2, bytes: 8 * LONG, copied: 4 * LONG, filled: SPLAT + DIGITS }],
  ["a step in tidy: no copy", (n) => { const [x, y] = leafAndTarget(n); return () => tidy(() => { train(x, y); }); },
    { kernels: 3, blocks: 2, bytes: 8 * SHORT, filled: SPLAT },
    { kernels: 6, blocks: 2, bytes: 8 * LONG, filled: SPLAT + DIGITS }],
  ["two dtypes: a conversion each block", (n) => { const [x, y] = [ones([n], { dtype: "float16" }), zeros([n])]; return () => F.l1Loss(x, y); },
    { kernels: 2 }, { kernels: 8, filled: DIGITS }],
  ["a transposed operand: gathered each block, its strides passed", (n) => { const [x, y] = [ones([32, n / 32]), zeros([n / 32, 32]).t()]; return () => F.l1Loss(x, y); },
    { kernels: 2, copied: 16 }, { kernels: 8, copied: 4 * 16, filled: DIGITS }],
  ["an expanded target: gathered once", (n) => { const [x, y] = [ones([n]), zeros([1]).expand(n)]; return () => F.l1Loss(x, y); },
    { kernels: 2, copied: 8 }, { kernels: 5, copied: 8, filled: DIGITS }],
  ["a weighted mean", (n) => { const [x, y] = pair(n); const weight = ones([n]); return () => F.l1Loss(x, y, { weight }); },
    { kernels: 4, filled: DIGITS }, { kernels: 4 * 4, filled: 2 * DIGITS }],
  ["a sum of bytes", (n) => { const [x, y] = pair(n, "uint8"); return () => F.l1Loss(x, y, { reduction: "sum" }); },
    { kernels: 1 }, { kernels: 1 }],
];

/* prettier-ignore */
const ARRAYS: readonly Row[] = [
  ["a mean: the operands", (n) => { const [x, y] = [floats(n), floats(n)]; return () => l1Loss(x, y); },
    { kernels: 1, copied: 8 * SHORT }, { kernels: 4, copied: 8 * LONG, filled: DIGITS }],
  ["a mean and its gradient: the operands, and the gradient out", (n) => { const [x, y, grad] = [floats(n), floats(n), floats(n)]; return () => l1Loss.valueAndGrad(x, y, { grad }); },
    { kernels: 1, copied: 12 * SHORT }, { kernels: 4, copied: 12 * LONG, filled: DIGITS }],
  ["elementwise: the operands, and the result out", (n) => { const [x, y, out] = [floats(n), floats(n), floats(n)]; return () => l1Loss(x, y, { reduction: "none", out }); },
    { kernels: 1, copied: 12 * SHORT }, { kernels: 4, copied: 12 * LONG }],
  ["halves: their bits", (n) => { const x = { data: new Uint16Array(n), dtype: "bfloat16" } as const; return () => l1Loss(x, x); },
    { kernels: 1, copied: 4 * SHORT }, { kernels: 4, copied: 4 * LONG, filled: DIGITS }],
  ["a number as the target: written once", (n) => { const x = floats(n); return () => mseLoss(x, 0.5); },
    { kernels: 1, copied: 4 * SHORT, filled: 4 * SHORT }, { kernels: 4, copied: 4 * LONG, filled: 4 * BLOCK + DIGITS }],
  ["weights: read for their sum, and for the loss", (n) => { const [x, y, weight] = [floats(n), floats(n), floats(n)]; return () => l1Loss(x, y, { weight }); },
    { kernels: 4, copied: 16 * SHORT, filled: DIGITS }, { kernels: 4 * 4, copied: 16 * LONG, filled: 2 * DIGITS }],
  ["in place, a mean: nothing", (n) => { const [x, y] = [inPlace(n), inPlace(n)]; return () => l1Loss(x, y); },
    { kernels: 1 }, { kernels: 4, filled: DIGITS }],
  ["in place, a mean and its gradient: nothing", (n) => { const [x, y, grad] = [inPlace(n), inPlace(n), inPlace(n)]; return () => mseLoss.valueAndGrad(x, y, { grad }); },
    { kernels: 1 }, { kernels: 4, filled: DIGITS }],
  ["in place, elementwise: nothing", (n) => { const [x, y, out] = [inPlace(n), inPlace(n), inPlace(n)]; return () => l1Loss(x, y, { reduction: "none", out }); },
    { kernels: 1 }, { kernels: 1 }],
];

const CHANGED =
  "a count changed, and so the speed; if that is meant, edit the table and say why in the commit";

/** What the call does once it has been done before: windows are there. */
function counted(make: Make, n: number): Counts {
  make(n)();
  const call = make(n);
  return count(call);
}

describe.each([
  ["tensors take and copy", TENSORS],
  ["arrays copy", ARRAYS],
])("losses of %s no more than recorded:", (_, rows) => {
  it.each(rows)("%s", (_name, make, short, long) => {
    expect({ short: counted(make, SHORT), long: counted(make, LONG) }, CHANGED).toEqual({
      short: { ...NOTHING, ...short },
      long: { ...NOTHING, ...long },
    });
  });
});

describe("short arrays", () => {
  it("cross into WebAssembly only where it pays", () => {
    const calls = [16, 32, 64].flatMap((n) => [
      count(() => l1Loss(floats(n), floats(n))).kernels,
      counted((length) => {
        const x = inPlace(length);
        return () => l1Loss(x, x);
      }, n).kernels,
    ]);
    expect(calls).toEqual([0, 0, 0, 1, 1, 1]);
  });
});

describe("the counting", () => {
  it("sees kernels, blocks, copies and fills", () => {
    const found = count(() => {
      tensor([1, 2, 3]).neg().array().slice();
      new Float64Array(10).fill(1, 2, 5);
      new Float64Array(10).set([1, 2]);
      new Uint16Array(10).copyWithin(0, 5);
    });
    expect(found).toEqual({ kernels: 1, blocks: 2, bytes: 128, copied: 12 + 16 + 10, filled: 24 });
  });
});
