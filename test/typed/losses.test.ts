/**
 * Losses of typed arrays: exact sums, and the bits of the tensors' losses, wherever the operands
 * lie.
 */
import { F, full, memoryStats, noGrad, tensor, tidy } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { huberLoss, l1Loss } from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { expectNoMoreThan } from "../support/memory.js";
import { ARRAY_LOSSES, bytesOf, HOMES, operandAt, rounded, tensorBytes } from "../support/arrays.js";
import {
  EXACT_UNIT,
  exactLoss,
  lossOf,
  LOSSES,
  PARAMETERS,
  parameterOf,
  WEIGHTED,
} from "../support/losses.js";
import { Random } from "../support/random.js";
import { inOtherRealm } from "../support/realm.js";
import { errorInUlps, FLOAT_DTYPES } from "../support/rational.js";
import type { FloatDType } from "../support/rational.js";

const BLOCK = 16384;
/**
 * About the edges of vectors, of the loops for short arrays, of pairwise addition, and of blocks.
 */
const LENGTHS = [
  1,
  3,
  4,
  19,
  20,
  21,
  47,
  48,
  49,
  67,
  511,
  512,
  513,
  BLOCK - 1,
  BLOCK,
  BLOCK + 1,
  2 * BLOCK + 33,
];
const CASES = FLOAT_DTYPES.flatMap((dtype) => LOSSES.map((loss) => [loss, dtype] as const));

function randomTensor(n: number, dtype: DType, seed: number): Tensor {
  const random = new Random(seed);
  return tensor(Float64Array.from({ length: n }, () => random.normal())).to(dtype);
}

/** The loss of tensors and its gradient by the input. */
function onTensors(run: (x: Tensor) => Tensor, x: Tensor): { loss: Tensor; grad: Tensor } {
  const leaf = x.detach().requiresGrad_();
  const loss = run(leaf);
  loss.backward(loss.shape.length > 0 ? full(loss.shape, 1, { dtype: loss.dtype }) : undefined);
  return { loss, grad: leaf.grad! };
}

describe.each(CASES)("%s of %s arrays", (loss, dtype) => {
  it("has the bits of tensors at every length, foreign, in place and shared, with and without the gradient", () => {
    for (const n of LENGTHS) {
      tidy(() => {
        const [x, y] = [randomTensor(n, dtype, n), randomTensor(n, dtype, n + 1)];
        for (const reduction of ["mean", "sum"] as const) {
          const expected = onTensors((leaf) => lossOf(loss, leaf, y, reduction), x);
          const values = HOMES.flatMap((home) => {
            const [p, t] = [operandAt(home, x), operandAt(home, y)];
            const { value, grad } = ARRAY_LOSSES[loss].valueAndGrad(p, t, { reduction });
            expect(bytesOf(grad), `gradient of ${n}, ${home}`).toEqual(tensorBytes(expected.grad));
            return [value, ARRAY_LOSSES[loss](p, t, { reduction })];
          });
          values.push(ARRAY_LOSSES[loss](operandAt("in place", x), operandAt("foreign", y), { reduction }));
          expect(values, `${reduction} of ${n}`).toEqual(values.map(() => values[0]));
          expect(rounded(dtype, values[0])).toBe(expected.loss.item());
          expect(
            ARRAY_LOSSES[loss](operandAt("foreign", x), operandAt("shared", y), { reduction, dtype }),
          ).toBe(expected.loss.item());
        }
      });
    }
  });

  const bound = dtype === "float64" ? 2 : 1;
  const unit = dtype === "float64" ? "float64" : "float32";
  it(`is within ${bound} ULP of ${unit} of the exact sum, unrounded`, () => {
    for (const n of LENGTHS.filter((length) => length <= 513)) {
      const [x, y] = [randomTensor(n, dtype, n), randomTensor(n, dtype, n + 1)];
      const units = exactLoss(loss, x.tolist() as number[], y.tolist() as number[]);
      const sum = ARRAY_LOSSES[loss](operandAt("foreign", x), operandAt("foreign", y), { reduction: "sum" });
      expect(errorInUlps(sum as number, units, unit, EXACT_UNIT), `${n} elements`).toBeLessThanOrEqual(bound);
    }
  });

  it("unreduced, has the bits of tensors, as its gradient has", () => {
    for (const n of [1, 67, 2 * BLOCK + 33]) {
      tidy(() => {
        const [x, y] = [randomTensor(n, dtype, n), randomTensor(n, dtype, n + 1)];
        const expected = onTensors((leaf) => lossOf(loss, leaf, y, "none"), x);
        for (const home of HOMES) {
          const [p, t] = [operandAt(home, x), operandAt(home, y)];
          const { value, grad } = ARRAY_LOSSES[loss].valueAndGrad(p, t, { reduction: "none" });
          expect(bytesOf(value)).toEqual(tensorBytes(expected.loss));
          expect(bytesOf(grad)).toEqual(tensorBytes(expected.grad));
          expect(bytesOf(ARRAY_LOSSES[loss](p, t, { reduction: "none" }))).toEqual(
            tensorBytes(expected.loss),
          );
        }
      });
    }
  });

  it("of a number as the target equals that of as many", () => {
    for (const n of [5, 67, BLOCK + 1]) {
      const x = randomTensor(n, dtype, n);
      const y = full([n], 0.3, { dtype });
      const p = operandAt("foreign", x);
      for (const reduction of ["mean", "none"] as const) {
        const many = ARRAY_LOSSES[loss].valueAndGrad(p, operandAt("foreign", y), { reduction });
        const one = ARRAY_LOSSES[loss].valueAndGrad(p, 0.3, { reduction });
        expect(bytesOf(one.grad)).toEqual(bytesOf(many.grad));
        if (reduction === "mean") expect(one.value).toBe(many.value);
        else expect(bytesOf(one.value)).toEqual(bytesOf(many.value));
      }
    }
  });

  it("of an operand of another floating dtype promotes as tensors do", () => {
    for (const other of FLOAT_DTYPES.filter((type) => type !== dtype)) {
      tidy(() => {
        const [x, y] = [randomTensor(67, dtype, 1), randomTensor(67, other, 2)];
        const [p, t] = [operandAt("foreign", x), operandAt("in place", y)];
        for (const reduction of ["mean", "none"] as const) {
          const expected = onTensors((leaf) => lossOf(loss, leaf, y, reduction), x);
          const { value, grad } = ARRAY_LOSSES[loss].valueAndGrad(p, t, { reduction });
          expect(bytesOf(grad)).toEqual(tensorBytes(expected.grad));
          if (reduction === "none") expect(bytesOf(value)).toEqual(tensorBytes(expected.loss));
          else expect(rounded(expected.loss.dtype, value)).toBe(expected.loss.item());
        }
      });
    }
  });

  it("takes its parameter", () => {
    const [x, y] = [randomTensor(67, dtype, 1), randomTensor(67, dtype, 2)];
    for (const parameter of [0.3, 2]) {
      const expected = onTensors((leaf) => lossOf(loss, leaf, y, "mean", parameter), x);
      const { value, grad } = ARRAY_LOSSES[loss].valueAndGrad(
        operandAt("foreign", x),
        operandAt("foreign", y),
        parameterOf(loss, parameter),
      );
      expect([rounded(dtype, value), bytesOf(grad)]).toEqual([
        expected.loss.item(),
        tensorBytes(expected.grad),
      ]);
    }
  });
});

describe.each(WEIGHTED)("weighted %s", (loss) => {
  const weightedOf = (x: Tensor, y: Tensor, weight: Tensor, reduction: "mean" | "sum" | "none"): Tensor =>
    F[loss](x, y, { weight, reduction });

  it.each(FLOAT_DTYPES)("of %s arrays has the bits of tensors, whatever the reduction", (dtype) => {
    for (const n of [1, 67, BLOCK + 5]) {
      tidy(() => {
        const [x, y] = [randomTensor(n, dtype, n), randomTensor(n, dtype, n + 1)];
        const w = randomTensor(n, dtype, n + 2).abs();
        for (const reduction of ["mean", "sum", "none"] as const) {
          const expected = onTensors((leaf) => weightedOf(leaf, y, w, reduction), x);
          for (const home of HOMES) {
            const [p, t, weight] = [x, y, w].map((operand) => operandAt(home, operand));
            const { value, grad } = ARRAY_LOSSES[loss].valueAndGrad(p, t, { reduction, weight });
            const alone = ARRAY_LOSSES[loss](p, t, { reduction, weight });
            expect(bytesOf(grad), `${reduction} of ${n}, ${home}`).toEqual(tensorBytes(expected.grad));
            if (reduction === "none") {
              expect([bytesOf(value), bytesOf(alone)]).toEqual([
                tensorBytes(expected.loss),
                tensorBytes(expected.loss),
              ]);
            } else {
              expect([rounded(dtype, value), value]).toEqual([expected.loss.item(), alone]);
            }
          }
        }
      });
    }
  });

  it("takes a number as the target, and weights that are integers", () => {
    const p = new Float64Array([1, 2, 4]);
    const weight = Int32Array.of(3, 0, 1);
    const asFloats = ARRAY_LOSSES[loss].valueAndGrad(p, new Float64Array(3), {
      weight: Float64Array.from(weight),
    });
    expect(ARRAY_LOSSES[loss].valueAndGrad(p, 0, { weight })).toEqual(asFloats);
  });
});

describe("integers", () => {
  it("are compared without wrapping, in float64", () => {
    expect(l1Loss(Int8Array.of(-128, 127), Int8Array.of(127, -128))).toBe(255);
    expect(l1Loss(Uint8Array.of(1, 5), Uint8Array.of(2, 2), { reduction: "sum" })).toBe(4);
    expect(l1Loss(Int32Array.of(-(2 ** 31)), Int32Array.of(2 ** 31 - 1))).toBe(2 ** 32 - 1);
    expect(l1Loss(BigInt64Array.of(-5n, 2n ** 40n), Int8Array.of(1, 0), { reduction: "sum" })).toBe(
      6 + 2 ** 40,
    );
    const none = l1Loss(Int16Array.of(1, -7), Uint8Array.of(3, 3), { reduction: "none" });
    expect(none).toEqual(Float64Array.of(2, 10));
  });

  it("of uint8 give uint8, at any length", () => {
    for (const n of [0, 1, 15, 16, 33, BLOCK + 7]) {
      const random = new Random(n);
      const x = Uint8Array.from({ length: n }, () => random.integer(0, 255));
      const y = Uint8ClampedArray.from({ length: n }, () => random.integer(0, 255));
      const expected = x.map((value, i) => Math.abs(value - y[i]));
      expect(l1Loss(x, y, { reduction: "none" })).toEqual(expected);
      expect(l1Loss(x, y, { reduction: "sum" })).toBe(expected.reduce((sum, value) => sum + value, 0));
      expect(l1Loss(x, y)).toBe(n === 0 ? NaN : expected.reduce((sum, value) => sum + value, 0) / n);
    }
  });

  it("have the other losses too, and count in the float's dtype beside one", () => {
    const [x, y] = [Int8Array.of(-128, 3), Uint8Array.of(255, 1)];
    expect(ARRAY_LOSSES.mseLoss(x, y, { reduction: "sum" })).toBe(383 ** 2 + 4);
    expect(ARRAY_LOSSES.smoothL1Loss(x, y, { reduction: "none" })).toEqual(Float64Array.of(382.5, 1.5));
    expect(ARRAY_LOSSES.huberLoss(x, 0, { reduction: "sum" })).toBe(127.5 + 2.5);
    const { value, grad } = l1Loss.valueAndGrad(Float32Array.of(0.5, 3), y);
    expect([value, grad]).toEqual([128.25, Float32Array.of(-0.5, 0.5)]);
    expect(l1Loss(x, Float32Array.of(0.1, 3), { reduction: "none" })).toEqual(Float32Array.of(128.1, 0));
  });

  it("beside a fraction are compared with the fraction", () => {
    expect(l1Loss(Int8Array.of(1, 2), 0.25)).toBe(1.25);
  });
});

describe("special values", () => {
  const X = [1, 2, 3, Infinity, -Infinity, NaN, 1, 0, -0, Infinity];
  const Y = [1, 1, 4, 0, 0, 0, NaN, -0, 0, Infinity];

  it.each(FLOAT_DTYPES)("are treated as tensors treat them, in %s", (dtype: FloatDType) => {
    for (const loss of LOSSES) {
      for (const times of [1, 8, 100]) {
        const repeat = (values: number[]): Tensor =>
          tensor(Array.from({ length: times }, () => values).flat(), { dtype });
        const [x, y] = [repeat(X), repeat(Y)];
        const expected = onTensors((leaf) => lossOf(loss, leaf, y, "sum"), x);
        const { value, grad } = ARRAY_LOSSES[loss].valueAndGrad(
          operandAt("foreign", x),
          operandAt("foreign", y),
          {
            reduction: "sum",
          },
        );
        const back = tensor(grad as Float32Array, { dtype }).tolist();
        expect([value, back]).toEqual([expected.loss.item(), expected.grad.tolist()]);
      }
    }
  });

  it("keep a mean finite whose terms overflow in between", () => {
    const x = new Float32Array(1024).fill(3e38);
    const y = new Float32Array(1024);
    expect(l1Loss(x, y)).toBe(Math.fround(3e38));
    expect(l1Loss.valueAndGrad(x, y).value).toBe(Math.fround(3e38));
    expect(l1Loss(new Float64Array(3).fill(1.5e308), 0)).toBe(1.5e308);
  });
});

describe("empty arrays", () => {
  it("have the sum 0, the mean NaN and an empty gradient", () => {
    for (const loss of LOSSES) {
      for (const make of [Float32Array, Float64Array]) {
        const [x, y] = [new make(0), new make(0)];
        expect(ARRAY_LOSSES[loss](x, y)).toBeNaN();
        expect(ARRAY_LOSSES[loss](x, y, { reduction: "sum" })).toBe(0);
        expect(ARRAY_LOSSES[loss](x, y, { reduction: "none" })).toEqual(new make(0));
        expect(ARRAY_LOSSES[loss].valueAndGrad(x, 1)).toEqual({ value: NaN, grad: new make(0) });
      }
    }
  });
});

describe("beta 0", () => {
  it("makes SmoothL1 of L1", () => {
    const [x, y] = [Float32Array.of(1, 2, -0), Float32Array.of(1, 4, 0)];
    expect(ARRAY_LOSSES.smoothL1Loss.valueAndGrad(x, y, { beta: 0 })).toEqual(l1Loss.valueAndGrad(x, y));
  });
});

describe("arrays of other makes", () => {
  function expectReadAsFloat32(x: Float32Array): void {
    const { value, grad } = l1Loss.valueAndGrad(x, Float32Array.of(2, 2, 2));
    expect([value, Array.from(grad)]).toEqual([11 / 3, [-1, 1, 1].map((sign) => Math.fround(sign / 3))]);
    expect(l1Loss(Float32Array.of(0, 0, 0), x, { reduction: "none", out: x })).toBe(x);
    expect(Array.from(x)).toEqual([1, 5, 9]);
  }

  it("that inherit from a typed array are read as its kind", () => {
    class Samples extends Float32Array {}
    expectReadAsFloat32(new Samples([1, 5, 9]));
  });

  it.skipIf(!inOtherRealm)("from another realm are read as their kind", () => {
    const foreign = inOtherRealm!("Float32Array.of(1, 5, 9)") as Float32Array;
    expect(foreign).not.toBeInstanceOf(Float32Array);
    expectReadAsFloat32(foreign);
  });

  it("that count bools are read as 0 and 1", () => {
    const mask = { data: Uint8Array.of(1, 0), dims: [2], type: "bool" };
    expect(l1Loss(Float32Array.of(0.5, 2), mask)).toBe(1.25);
    expect(l1Loss(mask, mask)).toBe(0);
  });
});

describe("what a call leaves behind", () => {
  it("is nothing: foreign arrays of any size do not make the memory grow, weighted ones but for a few blocks", () => {
    const n = 1 << 20;
    const [x, y] = [new Float32Array(n), new Float32Array(n).fill(2)];
    const grad = new Float32Array(n);
    const small = x.subarray(0, 2 * BLOCK);
    const all = (p: Float32Array, t: Float32Array, out: Float32Array): void => {
      l1Loss(p, t);
      l1Loss.valueAndGrad(p, t, { grad: out });
      l1Loss(p, t, { reduction: "none", out });
      l1Loss.valueAndGrad(p, t, { grad: out, weight: t });
      l1Loss(p, 2, { dtype: "float64" });
    };
    all(small, small, new Float32Array(small.length));
    const before = memoryStats();
    all(x, y, grad);
    expectNoMoreThan(before);
  });

  it("is no trace in noGrad or tidy, and neither changes the gradient", () => {
    const [x, y] = [Float32Array.of(1, 2, 3), Float32Array.of(2, 2, 2)];
    const options = { weight: Float32Array.of(1, 2, 3) };
    const expected = l1Loss.valueAndGrad(x, y, options);
    expect(noGrad(() => l1Loss.valueAndGrad(x, y, options))).toEqual(expected);
    expect(tidy(() => [l1Loss.valueAndGrad(x, y, options)])).toEqual([expected]);
  });
});

describe("Huber of integer predictions", () => {
  const [x, y] = [Int32Array.of(1, 5), Float32Array.of(0.5, 0)];

  it("is computed in floats, whose fractions it keeps", () => {
    expect(huberLoss(x, y)).toBe(2.3125);
    expect(huberLoss(x, y, { reduction: "none" })).toEqual(Float32Array.of(0.125, 4.5));
    expect(huberLoss(x, Int32Array.of(0, 0), { reduction: "none" })).toEqual(Float64Array.of(0.5, 4.5));
    expect(huberLoss(x, 0.5, { reduction: "none" })).toEqual(Float64Array.of(0.125, 4));
  });
});

describe("a beta or delta that rounds to 0", () => {
  it.each(FLOAT_DTYPES)("gives equal operands no gradient: %s", (dtype) => {
    for (const [loss, option] of PARAMETERS) {
      for (const n of [1, 17, 60, BLOCK + 1]) {
        for (const reduction of ["none", "mean", "sum"] as const) {
          const x = new Float32Array(n).fill(1);
          const options = { reduction, [option]: 1e-50, dtype };
          const { grad } = ARRAY_LOSSES[loss].valueAndGrad(x, x, options) as { grad: Float32Array };
          expect(grad.every((slope) => slope === 0)).toBe(true);
        }
      }
    }
  });
});
