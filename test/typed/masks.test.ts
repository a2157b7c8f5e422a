/**
 * Masked losses of arrays have the bits of the tensors' masked losses, and nothing that is left out
 * shows.
 */
import { full, getNumThreads, setNumThreads, tensor, tidy } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { allocate } from "lossgrad/arrays";
import { afterEach, describe, expect, it } from "vitest";
import { ARRAY_LOSSES, bytesOf, HOMES, operandAt, rounded, tensorBytes } from "../support/arrays.js";
import { callOf, LOSSES, rowOf } from "../support/losses.js";
import { Random } from "../support/random.js";
import { FLOAT_DTYPES } from "../support/rational.js";
import { expectRefused } from "../support/refuse.js";

const BLOCK = 16384;
const REDUCTIONS = ["mean", "sum", "none"] as const;
const SPECIAL = [NaN, Infinity, -Infinity, 3e38, -0];

/** Numbers about 0; where `mask` is 0, special ones among them. */
function numbers(mask: Uint8Array, dtype: DType, seed: number): Tensor {
  const random = new Random(seed);
  const next = (kept: number): number =>
    kept || random.chance(0.3) ? random.normal() : random.pick(SPECIAL);
  return tensor(Float64Array.from(mask, next)).to(dtype);
}

/** Bytes of which about half are 0, and the others anything else. */
function maskOf(n: number, seed: number): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length: n }, () => (random.chance(0.5) ? 0 : random.integer(1, 255)));
}

/** The loss of tensors and its gradient by the input. */
function onTensors(run: (x: Tensor) => Tensor, x: Tensor): { loss: Tensor; grad: Tensor } {
  const leaf = x.detach().requiresGrad_();
  const loss = run(leaf);
  loss.backward(loss.shape.length > 0 ? full(loss.shape, 1, { dtype: loss.dtype }) : undefined);
  return { loss, grad: leaf.grad! };
}

const CASES = LOSSES.flatMap((loss) =>
  [false, true]
    .filter((weighted) => !weighted || rowOf(loss).weightedMean !== null)
    .map((weighted) => [weighted ? "weighted" : "plain", loss, weighted] as const),
);

describe.each(CASES)("a mask of the %s %s", (_, loss, weighted) => {
  it.each(FLOAT_DTYPES)("has the bits of tensors in %s, at every home and reduction", (dtype) => {
    for (const n of [1, 5, 67, BLOCK + 3]) {
      tidy(() => {
        const bytes = maskOf(n, n);
        const mask = tensor(bytes);
        const [x, y, w] = [1, 2, 3].map((seed) => numbers(bytes, dtype, seed * n));
        for (const reduction of REDUCTIONS) {
          const options = { mask, reduction, ...(weighted ? { weight: w.abs() } : {}) };
          const expected = onTensors((leaf) => callOf(loss)(leaf, y, options), x);
          for (const home of HOMES) {
            const [p, t] = [operandAt(home, x), operandAt(home, y)];
            const given = {
              mask: operandAt(home, mask),
              reduction,
              ...(weighted ? { weight: operandAt(home, w.abs()) } : {}),
            };
            const { value, grad } = ARRAY_LOSSES[loss].valueAndGrad(p, t, given);
            const alone = ARRAY_LOSSES[loss](p, t, given);
            const text = `${reduction} of ${n}, ${home}`;
            expect(bytesOf(grad), text).toEqual(tensorBytes(expected.grad));
            if (reduction === "none") {
              const bits = tensorBytes(expected.loss);
              expect([bytesOf(value), bytesOf(alone)], text).toEqual([bits, bits]);
            } else {
              expect([rounded(dtype, value), value], text).toEqual([expected.loss.item(), alone]);
            }
          }
        }
      });
    }
  });

  it("that keeps nothing is 0 as a sum, and NaN as a mean, with a gradient of +0", () => {
    for (const n of [1, 60, BLOCK + 3]) {
      const [x, mask] = [new Float32Array(n).fill(NaN), new Uint8Array(n)];
      const given = { mask, ...(weighted ? { weight: new Float32Array(n).fill(Infinity) } : {}) };
      const zeros = bytesOf(new Float32Array(n));
      const mean = ARRAY_LOSSES[loss].valueAndGrad(x, 2, given);
      expect([mean.value, bytesOf(mean.grad)]).toEqual([NaN, zeros]);
      const sum = ARRAY_LOSSES[loss].valueAndGrad(x, 2, { ...given, reduction: "sum" });
      expect([sum.value, bytesOf(sum.grad)]).toEqual([0, zeros]);
      expect(bytesOf(ARRAY_LOSSES[loss](x, 2, { ...given, reduction: "none" }))).toBe(zeros);
    }
  });

  it("that keeps all is no mask", () => {
    const ones = new Uint8Array(67).fill(7);
    const [x, y, w] = [1, 2, 3].map((seed) => operandAt("foreign", numbers(ones, "float32", seed)));
    const given = weighted ? { weight: w } : {};
    expect(ARRAY_LOSSES[loss].valueAndGrad(x, y, { ...given, mask: ones })).toEqual(
      ARRAY_LOSSES[loss].valueAndGrad(x, y, given),
    );
  });

  it("goes over integers and operands of several dtypes as well", () => {
    const mask = Uint8Array.of(1, 0, 1, 1);
    const [x, y] = [Int8Array.of(-128, 3, 7, 0), Uint8Array.of(255, 9, 0, 1)];
    const given = weighted ? { weight: Int16Array.of(2, 5, 1, 1) } : {};
    const kept = (array: Int8Array | Uint8Array | Int16Array): Float64Array =>
      Float64Array.from(array).filter((_, i) => mask[i]);
    const few = weighted ? { weight: kept(given.weight!) } : {};
    for (const reduction of ["mean", "sum"] as const) {
      const expected = ARRAY_LOSSES[loss](kept(x), kept(y), { ...few, reduction });
      expect(ARRAY_LOSSES[loss](x, y, { ...given, mask, reduction })).toBe(expected);
      expect(ARRAY_LOSSES[loss](y, x, { ...given, mask, reduction })).toBe(expected);
      expect(ARRAY_LOSSES[loss](Float64Array.from(x), y, { ...given, mask, reduction })).toBe(expected);
    }
  });

  it.each([
    ["foreign", (n: number) => new Float32Array(n)],
    ["in place", (n: number) => allocate("float32", n)],
  ] as const)("holds where the gradient replaces an operand, %s", (_, make) => {
    for (const n of [5, BLOCK + 7]) {
      const bytes = maskOf(n, n);
      const operands = (): Float32Array[] =>
        [1, 2, 3].map((seed) => {
          const array = make(n);
          array.set(numbers(bytes, "float32", seed).tolist() as number[]);
          return array;
        });
      for (const reduction of REDUCTIONS) {
        for (const which of weighted ? [0, 1, 2] : [0, 1]) {
          const [x, y, weight] = operands();
          const mask = allocate("uint8", n);
          mask.set(bytes);
          const given = { mask, reduction, ...(weighted ? { weight } : {}) };
          const expected = ARRAY_LOSSES[loss].valueAndGrad(x, y, given);
          const grad = [x, y, weight][which];
          const found = ARRAY_LOSSES[loss].valueAndGrad(x, y, { ...given, grad });
          expect([found.grad, bytesOf(grad)]).toEqual([grad, bytesOf(expected.grad)]);
          if (reduction === "none") expect(bytesOf(found.value)).toBe(bytesOf(expected.value));
          else expect(found.value).toBe(expected.value);
        }
      }
    }
  });
});

describe("masks", () => {
  it("of bytes give bytes, also where the result replaces the mask", () => {
    const [x, y] = [Uint8Array.of(1, 5, 9), Uint8Array.of(2, 2, 2)];
    for (const mask of [Uint8Array.of(1, 0, 1), allocate("uint8", 3)]) {
      mask.set([1, 0, 1]);
      expect(ARRAY_LOSSES.l1Loss(x, y, { mask, reduction: "none" })).toEqual(Uint8Array.of(1, 0, 7));
      expect(ARRAY_LOSSES.l1Loss(x, y, { mask, reduction: "none", out: mask })).toBe(mask);
      expect(Array.from(mask)).toEqual([1, 0, 7]);
    }
  });

  it("may be bools of another runtime, or clamped bytes", () => {
    const x = Float32Array.of(1, NaN, 5);
    for (const mask of [
      { data: Uint8Array.of(1, 0, 1), dims: [3], type: "bool" },
      { data: Uint8Array.of(1, 0, 1), shape: [3], dtype: "bool" },
      Uint8ClampedArray.of(1, 0, 1),
    ]) {
      expect(ARRAY_LOSSES.l1Loss(x, 0, { mask })).toBe(3);
    }
  });

  it("that are none, or of another length, are refused", () => {
    const x = Float32Array.of(1, 2, 3);
    for (const loss of LOSSES) {
      const calls = [
        (mask: unknown) => ARRAY_LOSSES[loss](x, 0, { mask: mask as Uint8Array }),
        (mask: unknown) => ARRAY_LOSSES[loss].valueAndGrad(x, 0, { mask: mask as Uint8Array }),
      ];
      for (const run of calls) {
        const call = (mask: unknown) => () => run(mask);
        expectRefused(
          call(Uint8Array.of(1)),
          RangeError,
          `${loss}: expected prediction and mask of one length, got 3 and 1`,
        );
        expectRefused(call(Float32Array.of(1, 0, 1)), TypeError, "expected mask to be a Uint8Array or bools");
        expectRefused(call([true, false, true]), TypeError, "expected mask to be a typed array");
        expectRefused(call(1), TypeError, "expected mask to be a typed array");
      }
    }
  });

  it("leave dimensions to tensors, with the way out", () => {
    for (const options of [{ dim: 1 }, { keepdim: true }, { dim: 1, shape: [2, 3] }]) {
      expectRefused(
        () => ARRAY_LOSSES.mseLoss(new Float32Array(6), 0, options as object),
        TypeError,
        "since typed arrays have no dimensions; call it with the subarray() of each row, or use tensors",
      );
    }
  });
});

describe("threads", () => {
  const before = getNumThreads();
  afterEach(() => {
    setNumThreads(before);
  });

  it("do not change a masked loss", () => {
    const n = 9 * BLOCK;
    const [x, mask] = [allocate("float32", n), allocate("uint8", n)];
    mask.set(maskOf(n, 1));
    for (let i = 0; i < n; i++) x[i] = mask[i] ? (i % 7) - 1 : NaN;
    const results = [1, 2].map((count) => {
      setNumThreads(count);
      const { value, grad } = ARRAY_LOSSES.huberLoss.valueAndGrad(x, 1, { mask });
      return [value, bytesOf(grad)];
    });
    expect(results[1]).toEqual(results[0]);
  });
});
