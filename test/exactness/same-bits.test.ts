/** The values decide a result, not where they lie, how they are reached, or how the work is cut. */
import { describe, expect, it } from "vitest";
import { empty, memoryStats, tensor, tidy } from "lossgrad";
import type { Tensor } from "lossgrad";
import { hashOf } from "../support/bytes.js";
import { ALL_LOSSES, lossOf, traitsOf } from "../support/losses.js";
import type { AnyLoss } from "../support/losses.js";
import { Random } from "../support/random.js";
import { FLOAT_DTYPES } from "../support/rational.js";
import type { FloatDType } from "../support/rational.js";
import { casesOfRun } from "../support/slow.js";

const BLOCK = 16384;
const CASES = FLOAT_DTYPES.flatMap((dtype) => ALL_LOSSES.map((loss) => [loss, dtype] as const));
/**
 * About the edges of vectors and of blocks; odd, so that rows of that length lie at all alignments.
 */
const LENGTHS = casesOfRun([1, 7, 67, 513, BLOCK + 1, 2 * BLOCK + 33], (n) => n < 2 * BLOCK);

function randomTensor(shape: readonly number[], dtype: FloatDType, seed: number): Tensor {
  const random = new Random(seed);
  const count = shape.reduce((n, size) => n * size, 1);
  return tensor(Float64Array.from({ length: count }, () => random.normal()))
    .to(dtype)
    .reshape([...shape]);
}

/** A target that is only compared has no gradient. */
const bitsOf = (x: Tensor | null): string => (x ? hashOf(x.array()) : "none");

/** Everything that a loss says of two operands: sum, mean, and the gradients, bit by bit. */
function allOf(loss: AnyLoss, x: Tensor, y: Tensor): unknown[] {
  return (["sum", "mean"] as const).flatMap((reduction) => {
    const [a, b] = [x.detach().requiresGrad_(), y.detach().requiresGrad_()];
    const value = lossOf(loss, a, b, reduction);
    value.backward();
    return [lossOf(loss, x, y, reduction).item(), value.item(), bitsOf(a.grad), bitsOf(b.grad)];
  });
}

describe.each(CASES)("%s in %s gives the same bits", (loss, dtype) => {
  it("for a row of a matrix as for a copy of it, at every alignment", () => {
    for (const n of LENGTHS) {
      tidy(() => {
        const rows = n > BLOCK ? 3 : 9;
        const [x, y] = [randomTensor([rows, n], dtype, n), randomTensor([rows, n], dtype, n + 1)];
        for (let row = 1; row < rows; row++) {
          const [a, b] = [x.at(row), y.at(rows - row)];
          expect(allOf(loss, a, b), `row ${row} of ${n}`).toEqual(allOf(loss, a.clone(), b.clone()));
        }
      });
    }
  });

  it("for an expanded operand as for its copy", () => {
    for (const n of LENGTHS) {
      tidy(() => {
        const x = randomTensor([2, n], dtype, n);
        const targets = [
          randomTensor([1], dtype, 5),
          randomTensor([n], dtype, 6),
          randomTensor([2, 1], dtype, 7),
        ];
        for (const target of targets.map((t) => t.expand(2, n))) {
          const copied = target.clone();
          for (const reduction of ["sum", "mean"] as const) {
            expect(lossOf(loss, x, target, reduction).item()).toBe(lossOf(loss, x, copied, reduction).item());
            expect(lossOf(loss, target, x, reduction).item()).toBe(lossOf(loss, copied, x, reduction).item());
          }
        }
      });
    }
  });

  it("for a transposed matrix as for its copy", () => {
    tidy(() => {
      for (const [m, n] of [
        [3, 5],
        [67, 33],
        [131, 129],
      ]) {
        const [x, y] = [randomTensor([m, n], dtype, 1).t(), randomTensor([n, m], dtype, 2)];
        expect(allOf(loss, x, y)).toEqual(allOf(loss, x.clone(), y));
      }
    });
  });

  it("for an operand of another dtype as for it converted", () => {
    const others = FLOAT_DTYPES.filter((other) => other !== dtype);
    for (const n of LENGTHS) {
      tidy(() => {
        for (const other of others) {
          const [x, y] = [randomTensor([n], dtype, n), randomTensor([n], other, n + 1)];
          // float16 and bfloat16 meet in float32.
          const common = x.add(y).dtype;
          const { dtypeOf, prepared } = traitsOf(loss);
          // Without kernels they are computed by operations of tensors, whose sums are rounded once.
          const reduction = prepared ? "sum" : "none";
          // Others convert or round operands on their way, each by itself.
          if (!prepared && (dtypeOf !== "input" || common !== dtype)) continue;
          const result = dtypeOf === "input" ? dtype : common;
          const expected = lossOf(loss, x.to(common), y.to(common), reduction).to(result);
          const found = lossOf(loss, x, y, reduction);
          expect([found.dtype, bitsOf(found)], `with ${other}, ${n}`).toEqual([
            expected.dtype,
            bitsOf(expected),
          ]);
        }
      });
    }
  });

  it("before and after the memory has grown, and twice", () => {
    tidy(() => {
      const [x, y] = [randomTensor([BLOCK + 5], dtype, 1), randomTensor([BLOCK + 5], dtype, 2)];
      const before = allOf(loss, x, y);
      empty([memoryStats().largestFreeBlock + 2 ** 20], { dtype: "uint8" }).dispose();
      expect(allOf(loss, x, y)).toEqual(before);
      expect(allOf(loss, x, y)).toEqual(before);
    });
  });
});

describe.each(FLOAT_DTYPES)("the sum of %s numbers has the same bits", (dtype) => {
  it("however the tensor is shaped, sliced, expanded or transposed back", () => {
    for (const n of [15, 600, 3 * (BLOCK + 1)]) {
      tidy(() => {
        const x = randomTensor([n], dtype, n);
        const sum = x.sum().item();
        const columns = x.reshape(3, n / 3);
        const others = [
          columns,
          columns.t().clone().t(),
          columns.unsqueeze(0).expand(1, 3, n / 3),
          x.expand(2, n).at(1),
        ];
        expect(others.map((other) => other.sum().item())).toEqual(others.map(() => sum));
        expect(columns.sum({ dim: [0, 1] }).item()).toBe(sum);
        const rows = columns.sum({ dim: 1 }).tolist();
        expect(rows).toEqual([0, 1, 2].map((i) => columns.at(i).clone().sum().item()));
        expect(columns.t().sum({ dim: 0 }).tolist()).toEqual(rows);
      });
    }
  });
});
