/**
 * Memory that is not shared, whose growth detaches views: nothing that computes reads or writes one
 * from before. Windows and blocks let it grow now and then; here each does so every time.
 */
import "../support/unshared.js";
import { F, full, Tensor, tensor } from "lossgrad";
import type { DType } from "lossgrad";
import { afterEach, describe, expect, it } from "vitest";
import { BLOCK } from "../../src/core/block.js";
import { memory } from "../../src/core/memory.js";
import { forceProvider } from "../../src/formula/provider.js";
import { hashOf } from "../support/bytes.js";
import { whileDetaching } from "../support/detach.js";
import { ALL_LOSSES, callOf } from "../support/losses.js";
import { arraysOf, callPart, PART_CASES, tensorsOf } from "../support/part-losses.js";
import { Random } from "../support/random.js";
import { leaf, TAKERS } from "../support/takers.js";

const FLOATS = ["float16", "bfloat16", "float32", "float64"] as const;
const INTEGERS = ["uint8", "int8", "int16", "int32", "int64"] as const;

/** Numbers between 0 and 1, or integers, the same for the same seed. */
function numbers(shape: readonly number[], dtype: DType, seed = 1): Tensor {
  const random = new Random(seed);
  const n = shape.reduce((product, size) => product * size, 1);
  const unit = FLOATS.includes(dtype as "float32") ? 128 : 1;
  const data = Float64Array.from({ length: n }, () => random.integer(1, 99) / unit);
  return tensor(data)
    .to(dtype)
    .reshape([...shape]);
}

/** Runs it as ever, and while views are detached: its results have the same bytes. */
function expectSame(run: () => readonly Tensor[]): void {
  const bytes = (): string[] => run().map((x) => hashOf(x.detach().clone().array()));
  const expected = bytes();
  expect(whileDetaching(bytes)).toEqual(expected);
}

/** What a call gives, read: tensors as their numbers. */
function contentsOf(result: unknown): unknown {
  if (result instanceof Tensor) return [result.dtype, result.detach().tolist()];
  return Array.isArray(result) ? result.map(contentsOf) : String(result);
}

/** The loss, and the gradients of the operands that have one. */
function withGradients(loss: Tensor, operands: readonly Tensor[]): Tensor[] {
  loss.backward(full(loss.shape, 1, { dtype: loss.dtype }));
  return [loss, ...operands.flatMap(({ grad }) => grad ?? [])];
}

afterEach(() => {
  forceProvider(null);
});

it("the memory is not shared here", () => {
  expect(memory().shared).toBe(false);
});

describe.each(["emitted", "interpreted"] as const)("%s", (provider) => {
  it.each(ALL_LOSSES)("%s", (loss) => {
    forceProvider(provider);
    const mask = tensor([true, false, true, true, true]);
    for (const dtype of FLOATS) {
      for (const options of [{ reduction: "none" }, { mask }, { dim: [0], reduction: "sum" }]) {
        expectSame(() => {
          const operands = [1, 2].map((seed) => numbers([3, 5], dtype, seed).requiresGrad_());
          return withGradients(callOf(loss)(operands[0], operands[1], options), operands);
        });
      }
    }
  });
});

describe.each(["float32", "float64"] as const)("of %s", (dtype) => {
  it.each(PART_CASES)("$name", (given) => {
    expectSame(() => {
      const operands = tensorsOf(given, arraysOf(given, Float64Array)).map((x, i) =>
        given.differentiable.includes(i) ? x.to(dtype).requiresGrad_() : x,
      );
      return withGradients(callPart(given, operands, given.options), operands);
    });
  });
});

describe.each(FLOATS)("of %s", (dtype) => {
  it("losses of classes, by columns and in rows longer than a block", () => {
    for (const shape of [
      [2, 3, 5],
      [4, 3],
      [2, BLOCK + 9],
    ]) {
      // prettier-ignore
      const classes = tensor(BigInt64Array.from({ length: shape[2] ? 10 : shape[0] }, (_, i) => BigInt(i % 3)));
      for (const reduction of ["none", "mean"] as const) {
        expectSame(() => {
          const x = numbers(shape, dtype).requiresGrad_();
          const target = shape[2] ? classes.reshape([2, 5]) : classes;
          return withGradients(F.crossEntropy(x, target, { reduction }), [x]);
        });
      }
    }
  });

  it("sums whose numbers have to be added one by one, and those along dimensions", () => {
    expectSame(() => {
      const x = numbers([6, 40], dtype);
      const large = x.mul(dtype === "float64" ? 1e308 : 1e38).to(dtype);
      const mixed = large.mul(tensor([[1], [-1], [1], [-1], [1], [0]]).to(dtype));
      return [0, 1].flatMap((dim) => [x.sum(dim), mixed.sum(dim), mixed.t().sum(dim), x.softmax(dim)]);
    });
  });
});

it.each(Object.entries(TAKERS))("%s", (_, { call, options }) => {
  const run = (): unknown => contentsOf(call(leaf(), leaf())(options));
  const expected = run();
  expect(whileDetaching(run)).toEqual(expected);
});

it("the largest elements and their indices, gathered and added at indices", () => {
  expectSame(() => {
    const x = numbers([3, 40], "float32").requiresGrad_();
    const { values, indices } = x.topk(3);
    const found = x.gather(1, indices).add(values).sum();
    return [...withGradients(found, [x]), indices, x.detach().argmax(1)];
  });
});

it.each(INTEGERS)("sums of %s", (dtype) => {
  expectSame(() => {
    const x = numbers([6, 40], dtype);
    return [x.sum(), x.sum(0), x.sum(1), x.t().sum(0)];
  });
});
