import { arange, tensor } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { ExactSum } from "../../src/core/exact-sum.js";
import { exactValueOf, unitsOf } from "../../src/core/exact-value.js";
import { memory } from "../../src/core/memory.js";
import { operate } from "../../src/core/operation.js";
import { dtypes } from "../../src/ndarray/dtype.js";
import { addExactly, SummedElements } from "../../src/ndarray/exact.js";
import { forEachBlock, Source, Target } from "../../src/ndarray/window.js";
import { INTEGERS, REAL } from "../support/dtypes.js";
import { Random } from "../support/random.js";
import { sumUnits } from "../support/rational.js";

const ONE = 1n << 1074n;

/** The exact sum of a tensor's elements, in units. */
function expected(x: Tensor): bigint {
  const values = x.reshape([-1]).tolist() as (number | bigint | boolean)[];
  if (x.dtype === "int64") return (values as bigint[]).reduce((a, b) => a + b, 0n) * ONE;
  return sumUnits(values.map(Number));
}

function random(dtype: DType, n: number): Tensor {
  const source = new Random(n + 1);
  return tensor(Float64Array.from({ length: n }, () => source.normal() * 50)).to(dtype);
}

/** What an operation that writes x to `out` adds up. */
function written(x: Tensor): ExactSum {
  const sum = new ExactSum();
  const out = new SummedElements(x.dtype, x.numel(), memory(), sum);
  const { storage } = dtypes[x.dtype];
  operate(() => {
    const [from, to] = [new Source(x.nd, storage, 0), new Target(out, storage, 1)];
    forEachBlock(x.numel(), [from, to], (start, n) => {
      const place = to.begin(start);
      const address = from.read(start, n);
      memory().bytes.copyWithin(place, address, address + n * dtypes[x.dtype].size);
      to.end(start, n);
    });
  });
  return sum;
}

describe.each([...REAL, ...INTEGERS, "bool"] as const)("exact sums of %s", (dtype) => {
  it.each([0, 1, 7, 16384, 16385, 50000])("have every one of %i elements, read or written", (n) => {
    const x = random(dtype, n);
    const sum = new ExactSum();
    addExactly(x.nd, sum);
    expect(unitsOf(sum)).toBe(expected(x));
    expect(unitsOf(written(x))).toBe(expected(x));
  });

  it("are those of views, too", () => {
    const x = random(dtype, 24).reshape([4, 6]);
    for (const view of [x.t(), x.narrow(1, 2, 3), x.narrow(0, 0, 1).expand([1000, 6])]) {
      const sum = new ExactSum();
      addExactly(view.nd, sum);
      expect(unitsOf(sum)).toBe(expected(view));
    }
  });
});

describe("exact sums", () => {
  it("of int64 are exact beyond 2^53 and do not wrap", () => {
    const x = tensor([2n ** 63n - 1n, 2n ** 63n - 1n, 2n ** 53n + 1n, -(2n ** 63n), 5n]);
    const sum = new ExactSum();
    addExactly(x.nd, sum);
    expect(unitsOf(sum)).toBe(expected(x));
  });

  it("add to what is there", () => {
    const sum = new ExactSum();
    sum.add(NaN);
    addExactly(arange(0, 5).nd, sum);
    addExactly(arange(0, 5, { dtype: "float64" }).nd, sum);
    expect(exactValueOf(sum)).toMatchObject({ integer: 5n, exponent: 2, nan: 1 });
  });
});
