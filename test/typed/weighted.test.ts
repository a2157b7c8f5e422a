/**
 * Weighted losses of arrays have the bits of the tensors' composed ones, step by step, in every mix
 * of dtypes and places.
 */
import { F, full, getNumThreads, setNumThreads, tensor, tidy } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { allocate } from "lossgrad/arrays";
import type { ArrayOperand } from "lossgrad/arrays";
import { afterEach, describe, expect, it } from "vitest";
import { ARRAY_LOSSES, bytesOf, HOMES, operandAt, rounded, tensorBytes } from "../support/arrays.js";
import type { Options } from "../support/arrays.js";
import { WEIGHTED, type Weighted } from "../support/losses.js";
import { Random } from "../support/random.js";
import { FLOAT_DTYPES } from "../support/rational.js";

const BLOCK = 16384;
const REDUCTIONS = ["mean", "sum", "none"] as const;

/** Numbers about 0; integers that a half cannot hold where `dtype` is int32 or int64. */
function numbers(n: number, dtype: DType, seed: number): Tensor {
  const random = new Random(seed);
  const wide = dtype === "int32" || dtype === "int64";
  const next = (): number => (wide ? random.integer(-5000, 5000) : random.normal() * 3);
  return tensor(Float64Array.from({ length: n }, next)).to(dtype);
}

/** Loss and gradient of tensors, from the composed operations. */
function onTensors(
  loss: Weighted,
  operands: readonly Tensor[],
  reduction: (typeof REDUCTIONS)[number],
  computed: (x: Tensor) => Tensor = (x) => x,
): { value: Tensor; grad: Tensor } {
  const [x, y, weight] = operands;
  const leaf = x.detach().requiresGrad_();
  const terms = F[loss](computed(leaf), computed(y), { weight, reduction: "none" });
  if (reduction === "none") {
    terms.backward(full(terms.shape, 1, { dtype: terms.dtype }));
    return { value: terms, grad: leaf.grad! };
  }
  const value = F[loss](computed(leaf), computed(y), { weight, reduction });
  value.backward();
  return { value, grad: leaf.grad! };
}

/** What arrays give: numbers rounded as the tensors' loss is, arrays as their bytes. */
function onArrays(
  loss: Weighted,
  [prediction, target, weight]: readonly ArrayOperand[],
  options: Options,
  dtype: DType,
): unknown[] {
  const { value, grad } = ARRAY_LOSSES[loss].valueAndGrad(prediction, target, { ...options, weight });
  const alone = ARRAY_LOSSES[loss](prediction, target, { ...options, weight });
  return [value, alone, grad].map((x) => (typeof x === "number" ? rounded(dtype, x) : bytesOf(x)));
}

function expected({ value, grad }: { value: Tensor; grad: Tensor }): unknown[] {
  const one = value.shape.length > 0 ? tensorBytes(value) : value.item();
  return [one, one, tensorBytes(grad)];
}

describe.each(WEIGHTED)("weighted %s of arrays", (loss) => {
  it.each(FLOAT_DTYPES)("has the bits of tensors for %s and operands of every dtype", (dtype) => {
    for (const target of [...FLOAT_DTYPES, "int8"] as const) {
      for (const weight of [...FLOAT_DTYPES, "int8", "int64"] as const) {
        for (const n of [1, 67]) {
          tidy(() => {
            const operands = [numbers(n, dtype, n), numbers(n, target, n + 1), numbers(n, weight, n + 2)];
            const arrays = operands.map((x, i) => operandAt(HOMES[i], x));
            for (const reduction of REDUCTIONS) {
              const found = onTensors(loss, operands, reduction);
              expect(
                onArrays(loss, arrays, { reduction }, found.value.dtype),
                `${target}, ${weight}, ${reduction} of ${n}`,
              ).toEqual(expected(found));
            }
          });
        }
      }
    }
  });

  it.each(FLOAT_DTYPES)("has the bits of tensors for %s in blocks, the last of one element", (dtype) => {
    for (const weight of [dtype, "int32"] as const) {
      tidy(() => {
        const n = BLOCK + 1;
        const operands = [numbers(n, dtype, 1), numbers(n, dtype, 2), numbers(n, weight, 3)];
        for (const homes of [HOMES, [HOMES[1], HOMES[1], HOMES[1]]]) {
          const arrays = operands.map((x, i) => operandAt(homes[i], x));
          for (const reduction of REDUCTIONS) {
            const found = onTensors(loss, operands, reduction);
            expect(
              onArrays(loss, arrays, { reduction }, found.value.dtype),
              `${weight}, ${reduction}`,
            ).toEqual(expected(found));
          }
        }
      });
    }
  });

  it.each(FLOAT_DTYPES)("is computed in %s where that is asked for", (dtype) => {
    for (const own of [...FLOAT_DTYPES, "int8"] as const) {
      tidy(() => {
        const operands = [numbers(67, own === "int8" ? "float32" : own, 1), numbers(67, own, 2)];
        const weight = numbers(67, dtype, 3);
        for (const reduction of REDUCTIONS) {
          const found = onTensors(loss, [...operands, weight], reduction, (x) => x.to(dtype));
          const arrays = [...operands, weight].map((x) => operandAt("foreign", x));
          expect(onArrays(loss, arrays, { reduction, dtype }, dtype), `${own}, ${reduction}`).toEqual(
            expected(found),
          );
        }
      });
    }
  });

  it("of integers among themselves is that of float64", () => {
    const [x, y] = [Int8Array.of(-128, 3, 0), Uint8Array.of(255, 1, 0)];
    for (const reduction of REDUCTIONS) {
      const weight = Int16Array.of(2, -1, 7);
      const asFloats = ARRAY_LOSSES[loss](Float64Array.from(x), Float64Array.from(y), {
        reduction,
        weight: Float64Array.from(weight),
      });
      expect(ARRAY_LOSSES[loss](x, y, { reduction, weight })).toEqual(asFloats);
    }
  });

  it("of a number as the target equals that of as many", () => {
    const n = BLOCK + 5;
    for (const dtype of FLOAT_DTYPES) {
      tidy(() => {
        const [p, weight] = [numbers(n, dtype, 1), numbers(n, dtype, 2)].map((x) => operandAt("foreign", x));
        const many = operandAt("foreign", full([n], 0.3, { dtype }));
        for (const reduction of ["mean", "none"] as const) {
          const options = { reduction, weight };
          const { value, grad } = ARRAY_LOSSES[loss].valueAndGrad(p, 0.3, options);
          const all = ARRAY_LOSSES[loss].valueAndGrad(p, many, options);
          expect([bytesOf(grad), value]).toEqual([bytesOf(all.grad), all.value]);
        }
      });
    }
  });

  it.each(FLOAT_DTYPES)("treats special numbers and weights as tensors do, in %s", (dtype) => {
    const special = [0, -0, 1, -2.5, Infinity, -Infinity, NaN, 60000, 2 ** -24, 3e38];
    const triples = special.flatMap((a) => special.flatMap((b) => special.map((c) => [a, b, c] as const)));
    tidy(() => {
      const operands = [0, 1, 2].map((i) => tensor(triples.map((triple) => triple[i])).to(dtype));
      const { value, grad } = onTensors(loss, operands, "none");
      const [p, t, weight] = operands.map((x) => operandAt("foreign", x));
      const found = ARRAY_LOSSES[loss].valueAndGrad(p, t, { reduction: "none", weight });
      const read = (array: unknown): unknown => tensor(array as Float32Array, { dtype }).tolist();
      expect([read(found.value), read(found.grad)]).toEqual([value.tolist(), grad.tolist()]);
    });
  });

  it("of nothing is 0 as a sum, NaN as a mean, and an empty array", () => {
    const [x, weight] = [new Float32Array(0), new Float32Array(0)];
    expect(ARRAY_LOSSES[loss].valueAndGrad(x, 1, { weight })).toEqual({ value: NaN, grad: x });
    expect(ARRAY_LOSSES[loss](x, x, { weight, reduction: "sum" })).toBe(0);
    expect(ARRAY_LOSSES[loss](x, x, { weight, reduction: "none" })).toEqual(x);
  });
});

/** Three arrays of n numbers that repeat. */
function repeating(make: (n: number) => Float32Array, n: number): Float32Array[] {
  return [7, 5, 3].map((period) => {
    const array = make(n);
    for (let i = 0; i < n; i++) array[i] = (i % period) - 1;
    return array;
  });
}

describe.each([
  ["foreign", (n: number) => new Float32Array(n)],
  ["in place", (n: number) => allocate("float32", n)],
] as const)("a %s output that is an operand of a weighted loss", (_, make) => {
  it.each([5, BLOCK + 7])("is replaced, %i elements", (n) => {
    for (const loss of WEIGHTED) {
      for (const which of [0, 1, 2]) {
        for (const reduction of REDUCTIONS) {
          const [x, y, weight] = repeating(make, n);
          const expected = ARRAY_LOSSES[loss].valueAndGrad(x, y, { reduction, weight });
          const grad = [x, y, weight][which];
          const found = ARRAY_LOSSES[loss].valueAndGrad(x, y, { reduction, weight, grad });
          expect(found.grad).toBe(grad);
          expect(bytesOf(grad)).toEqual(bytesOf(expected.grad));
          if (reduction === "none") expect(bytesOf(found.value)).toEqual(bytesOf(expected.value));
          else expect(found.value).toBe(expected.value);
        }
        const [x, y, weight] = repeating(make, n);
        const expected = ARRAY_LOSSES[loss](x, y, { reduction: "none", weight });
        const out = [x, y, weight][which];
        expect(ARRAY_LOSSES[loss](x, y, { reduction: "none", weight, out })).toBe(out);
        expect(bytesOf(out)).toEqual(bytesOf(expected));
      }
    }
  });
});

describe("threads", () => {
  const before = getNumThreads();
  afterEach(() => {
    setNumThreads(before);
  });

  it("do not change a weighted loss", () => {
    const [x, y, weight] = repeating((n) => allocate("float32", n), 5 * BLOCK);
    const results = [1, 2].map((count) => {
      setNumThreads(count);
      const { value, grad } = ARRAY_LOSSES.l1Loss.valueAndGrad(x, y, { weight });
      return [value, bytesOf(grad)];
    });
    expect(results[1]).toEqual(results[0]);
  });
});
