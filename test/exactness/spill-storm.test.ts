/**
 * The same bits when every result is moved out at every allocation as when none is: whatever an
 * operation reads and writes stays where it is until its end, and what it does not use may move.
 * See src/core/operation.ts and test/support/storm.ts.
 */
import { F, full, manualSeed, ones, rand, randn, setNumThreads, tensor, zeros } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { BLOCK } from "../../src/core/block.js";
import { hashOf } from "../support/bytes.js";
import { ALL_LOSSES, type AnyLoss, callOf, lossOf, type Reduction, traitsOf } from "../support/losses.js";
import { Random } from "../support/random.js";
import { SLOW } from "../support/slow.js";
import { inStorm } from "../support/storm.js";

const FLOATS = ["float16", "bfloat16", "float32", "float64"] as const;
const INTEGERS = ["uint8", "int8", "int16", "int32", "int64"] as const;
const COMPLEX = ["complex64", "complex128"] as const;
const REDUCTIONS: readonly Reduction[] = ["none", "mean", "sum"];
/** A part of a block; several blocks with a rest. */
const LENGTHS = SLOW ? [2 * BLOCK + 5] : [7];

/**
 * A result, which may be moved out: what a user made never is. The same numbers for the same seed.
 */
function result(shape: readonly number[], dtype: DType, seed: number): Tensor {
  const random = new Random(seed);
  const n = shape.reduce((product, size) => product * size, 1);
  const numbers = Float64Array.from({ length: n }, () => random.integer(1, 100) / 4);
  return tensor(numbers).to(dtype).clone().reshape(shape);
}

/** A leaf whose elements are a result's. */
function leaf(shape: readonly number[], dtype: DType, seed: number): Tensor {
  return result(shape, dtype, seed).detach().requiresGrad_();
}

function bitsOf(tensors: readonly (Tensor | null)[]): (string | null)[] {
  return tensors.map((x) => x && `${x.dtype} [${x.shape.join()}] ${hashOf(x.detach().clone().array())}`);
}

/**
 * The bits of what `run` gives, read after all of it was computed, and once more after reading the
 * rest.
 */
function bits(run: () => readonly (Tensor | null)[]): (string | null)[][] {
  const results = run();
  return [bitsOf(results), bitsOf(results)];
}

function expectSameBits(run: () => readonly (Tensor | null)[]): void {
  const calm = bits(run);
  expect(calm[1]).toEqual(calm[0]);
  const stormy = inStorm((storm) => {
    const found = bits(run);
    expect(storm.gusts).toBeGreaterThan(0);
    return found;
  });
  expect(stormy).toEqual(calm);
}

/** Slopes at every element that differ from one another. */
function backward(loss: Tensor, upstream: number, options = {}): void {
  const shape = loss.shape;
  loss.backward(
    shape.length === 0 ? full([], upstream).to(loss.dtype) : result(shape, loss.dtype, 99),
    options,
  );
}

describe("a storm", () => {
  it("moves results out and back to other places, and leaves what a user looks at", () => {
    inStorm((storm) => {
      const x = result([100], "float32", 1);
      const view = result([100], "float32", 2).array();
      const before = [x.clone().array().byteOffset, view.byteOffset, view[5]];
      const { gusts } = storm;
      const sum = x.add(result([100], "float32", 3));
      expect(storm.gusts).toBeGreaterThan(gusts + 2);
      expect(sum.sub(x).tolist()).toEqual(result([100], "float32", 3).tolist());
      expect([view.byteOffset, view[5]]).toEqual(before.slice(1));
    });
  });
});

describe.each(LENGTHS)("in a storm, of %i elements,", (n) => {
  describe.each(ALL_LOSSES)("%s", (loss: AnyLoss) => {
    it.each(FLOATS.flatMap((dtype) => REDUCTIONS.map((reduction) => [dtype, reduction] as const)))(
      "of %s, %s: the value and both gradients",
      (dtype, reduction) => {
        expectSameBits(() => {
          const [x, y] = [leaf([n], dtype, 1), leaf([n], dtype, 2)];
          const value = lossOf(loss, x, y, reduction);
          backward(value, 0.5);
          return [value, x.grad, y.grad];
        });
        for (const which of ["input", "target"]) {
          expectSameBits(() => {
            const [x, y] = [result([n], dtype, 1), result([n], dtype, 2)];
            (which === "input" ? x : y).requiresGrad_();
            const value = lossOf(loss, x, y, reduction);
            // A target that is only compared has no gradient.
            if (!value.requiresGrad) return [value];
            backward(value, 1, { retainGraph: true });
            backward(value, 3);
            return [value, x.grad, y.grad];
          });
        }
      },
    );

    it("of two dtypes, strided and broadcast operands, and weights", () => {
      expectSameBits(() => {
        const x = leaf([n, 3], "float16", 1);
        const y = leaf([3, n], "float32", 2);
        const row = result([3], "float64", 3);
        const weight = leaf([n, 3], "float32", 4);
        const values = REDUCTIONS.flatMap((reduction) => [
          lossOf(loss, x, y.t(), reduction),
          lossOf(loss, x, row.expand(n, 3), reduction),
        ]);
        const weighted = traitsOf(loss).takesWeight
          ? REDUCTIONS.map((reduction) => callOf(loss)(x, y.t(), { reduction, weight }))
          : [];
        for (const value of [...values, ...weighted]) backward(value, 2);
        return [...values, ...weighted, x.grad, y.grad, weight.grad];
      });
    });

    it("twice differentiated", () => {
      expectSameBits(() => {
        const [x, y] = [leaf([n], "float32", 1), leaf([n], "float32", 2)];
        for (const reduction of REDUCTIONS) {
          backward(lossOf(loss, x, y, reduction), 2, { createGraph: true });
          const { grad } = x;
          x.grad = null;
          if (grad!.requiresGrad) grad!.square().sum().backward();
        }
        return [x.grad, y.grad?.detach() ?? null];
      });
    });
  });

  it.each(INTEGERS)("L1 of %s", (dtype) => {
    expectSameBits(() => {
      const [x, y] = [result([n], dtype, 1), result([n], dtype, 2)];
      const [wide, narrow] = [result([n, 2], dtype, 3), result([n, 1], "uint8", 4)];
      return REDUCTIONS.filter((reduction) => reduction !== "mean").flatMap((reduction) => [
        F.l1Loss(x, y, { reduction }),
        F.l1Loss(wide, narrow.expand(n, 2), { reduction }),
      ]);
    });
  });

  it.each(COMPLEX)("L1 of %s", (dtype) => {
    expectSameBits(() => {
      const [x, y] = [leaf([n], dtype, 1), leaf([n], dtype, 2)];
      const values = REDUCTIONS.map((reduction) => F.l1Loss(x.mul(y), y.sub(x.conj()), { reduction }));
      for (const value of values) backward(value, 2);
      return [...values, x.grad, y.grad, x.abs(), x.neg(), x.sum(), x.reshape(n, 1).sum({ dim: 1 })];
    });
  });

  it.each([...FLOATS, ...INTEGERS])("arithmetic, comparisons and views of %s", (dtype) => {
    expectSameBits(() => {
      const [x, y] = [result([n, 2], dtype, 1), result([2, n], dtype, 2).t()];
      const row = result([2], "float32", 3);
      return [
        ...([
          x.add(y),
          x.sub(row),
          x.mul(y),
          x.div(row),
          x.add(y, { alpha: 3 }),
          x.eq(y),
          x.lt(row),
        ] as Tensor[]),
        ...[x.abs(), x.neg(), x.sign(), x.sqrt(), x.relu(), x.clamp({ min: 3, max: 9 }), x.square()],
        ...[x.pow(2), x.pow(3), x.pow(0), x.t(), x.t().reshape(-1), y.reshape(-1), x.at(1), y.at(-1)],
        ...[x.sum(), x.sum({ dim: 0 }), y.sum({ dim: 1, keepdim: true }), x.sum().add(1)],
      ];
    });
  });

  it.each(FLOATS)(
    "powers, means, products of matrices and their gradients, of %s",
    (dtype) => {
      expectSameBits(() => {
        const x = leaf([n, 2], dtype, 1);
        const y = leaf([2, n], dtype, 2);
        const wide = dtype === "float64" ? dtype : "float32";
        const product = y.to(wide).matmul(x.to(wide));
        const parts = [
          ...[product.at(0).mean(), x.pow(0.5).sum(), x.pow(-1).mean(), x.pow(1.7).sum(), x.square().mean()],
          ...[x.mul(y.t()).sum(), x.div(y.t()).mean(), x.sub(y.t()).abs().mean({ dim: 1 }).sum()],
        ];
        for (const part of parts) part.backward();
        return [...parts, x.grad, y.grad];
      });
    },
    120_000,
  );

  it.each([...FLOATS, ...INTEGERS, ...COMPLEX])(
    "changes in place of %s, of overlapping views too",
    (dtype) => {
      expectSameBits(() => {
        const x = result([n, 2], dtype, 1);
        const y = result([n, 2], dtype, 2);
        x.add_(y).sub_(1).mul_(y.at(0));
        x.at(1).copy_(x.at(0));
        y.fill_(3).add_(x);
        if (n === 7) x.reshape(2, 7).t().copy_(x);
        return [x, y, x.clone().zero_()];
      });
    },
  );

  it("conversions from and to every dtype", () => {
    const all = ["bool", ...INTEGERS, ...FLOATS, ...COMPLEX] as const;
    expectSameBits(() => all.flatMap((from) => all.map((to) => result([n], from, 1).to(to))));
  });

  it("random samples and filled tensors", () => {
    expectSameBits(() => {
      manualSeed(3);
      return FLOATS.flatMap((dtype) => [
        ...[rand([n], { dtype }), randn([n], { dtype }), ones([n], { dtype }), zeros([n, 1], { dtype })],
        full([n], 2, { dtype }),
      ]);
    });
  });
});

describe("in a storm, shared among threads,", () => {
  it.each(ALL_LOSSES)("%s: the value and the gradient", (loss) => {
    setNumThreads(2);
    expectSameBits(() => {
      const [x, y] = [leaf([8 * BLOCK], "float32", 1), result([8 * BLOCK], "float32", 2)];
      const values = REDUCTIONS.map((reduction) => lossOf(loss, x, y, reduction));
      for (const value of values) backward(value, 2);
      return [...values, x.grad];
    });
  });
});

it("a training loop of a small network in a storm ends at the same weights", () => {
  expectSameBits(() => {
    const weights = [leaf([3, 8], "float32", 1), leaf([8, 1], "float32", 2)];
    const [inputs, targets] = [zeros([20, 3]).add(0.25), zeros([20, 1])];
    for (let step = 0; step < 20; step++) {
      F.huberLoss(inputs.matmul(weights[0]).relu().matmul(weights[1]), targets).backward();
      for (const weight of weights) {
        weight.data = weight.data.sub(weight.grad!.mul(0.01));
        weight.grad = null;
      }
    }
    return weights;
  });
});
