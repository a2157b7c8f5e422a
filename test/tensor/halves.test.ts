/**
 * Where PyTorch 2.14 computes halves otherwise than operation by operation; it printed the numbers
 * here.
 */
import { fuse, tensor, type Tensor } from "lossgrad";
import { describe, expect, test } from "vitest";
import { fromFloat16 } from "../support/halves.js";

/** The result of `text` on its own, and of what fuse makes of it. */
function bothWays(text: (x: Tensor) => Tensor, x: Tensor): unknown[] {
  return [text(x).tolist(), fuse(text)(x, { reduction: "none" }).tolist()];
}

describe("x plus alpha y", () => {
  test.each(["float16", "bfloat16"] as const)(
    "of %s rounds alpha, and then the sum alone; a number as an element",
    (dtype) => {
      const x = tensor([1, -2, 0.3, 7], { dtype });
      const y = tensor([0.1, 0.3, -0.7, 1.1], { dtype });
      const round = (value: number): number => tensor(value, { dtype }).item();
      const sum = (b: Tensor, sign: number): number[] =>
        (x.tolist() as number[]).map((a, i) => {
          const other = b.ndim === 0 ? b.item() : (b.tolist() as number[])[i];
          return round(a + sign * Math.fround(other * round(-1.7)));
        });
      expect(x.add(y, { alpha: -1.7 }).tolist()).toEqual(sum(y, 1));
      expect(x.sub(y, { alpha: -1.7 }).tolist()).toEqual(sum(y, -1));
      expect(bothWays((a) => a.add(0.3, { alpha: -1.7 }), x)).toEqual(
        Array(2).fill(sum(tensor(0.3, { dtype }), 1)),
      );
      expect(fuse((a, b) => a.add(b, { alpha: -1.7 }))(x, y, { reduction: "none" }).tolist()).toEqual(
        sum(y, 1),
      );
      expect(x.clone().add_(y, { alpha: -1.7 }).tolist()).toEqual(sum(y, 1));
    },
  );

  test("rounds a number of float32 to float32 before it is multiplied", () => {
    // fround(0.3) · fround(-1.1), rounded once more; the product of the doubles is another float32.
    const expected = [Math.fround(1 + Math.fround(Math.fround(1.35) * Math.fround(-2.525)))];
    expect(bothWays((a) => a.add(1.35, { alpha: -2.525 }), tensor([1]))).toEqual([expected, expected]);
  });
});

describe("clamp by numbers", () => {
  test.each(["float16", "bfloat16"] as const)("rounds them to %s, but not for the gradient", (dtype) => {
    const zeros = tensor([0, -0], { dtype });
    expect(bothWays((x) => x.clamp({ max: -1e-45 }), zeros)).toEqual(Array(2).fill([0, -0]));
    expect(bothWays((x) => x.clamp({ min: 1e-45 }), zeros)).toEqual(Array(2).fill([0, -0]));
    const one = tensor([1], { dtype, requiresGrad: true });
    for (const text of [
      (x: Tensor) => x.clamp({ max: 1 - 1e-5 }),
      (x: Tensor) => x.clamp({ min: 1 + 1e-5 }),
    ]) {
      for (const result of [text(one).sum(), fuse(text)(one, { reduction: "sum" })]) {
        one.grad = null;
        result.backward();
        expect([result.item(), (one.grad as Tensor | null)!.item()]).toEqual([1, 0]);
      }
    }
  });
});

describe("a power", () => {
  test("of any exponent rounds it to the dtype of x", () => {
    // 1.7 is 1.703125 in bfloat16, and 1.2e-8 off in float32: much where x is large.
    const base = tensor([1e30], { dtype: "bfloat16" });
    const power = tensor([base.item() ** 0.69921875], { dtype: "bfloat16" });
    expect(base.pow(0.7).tolist()).toEqual(power.tolist());
    const wide = tensor([1e30]).pow(0.7).item();
    expect(Math.abs(wide / Math.fround(1e30) ** Math.fround(0.7) - 1)).toBeLessThan(2 ** -23);
    expect(tensor([1e30], { dtype: "float64" }).pow(0.7).item()).toBe(1e30 ** 0.7);
  });

  test("of 0.5 and -0.5 is C's pow in float16, and a root in the other types", () => {
    const edges = [-Infinity, -0, 0, -2, Infinity, 4];
    const of = (dtype: "float16" | "bfloat16" | "float32"): Tensor => tensor(edges, { dtype });
    expect(bothWays((x) => x.pow(0.5), of("float16"))).toEqual(
      Array(2).fill([Infinity, 0, 0, NaN, Infinity, 2]),
    );
    expect(bothWays((x) => x.pow(-0.5), of("float16"))).toEqual(
      Array(2).fill([0, Infinity, Infinity, NaN, 0, 0.5]),
    );
    for (const dtype of ["bfloat16", "float32"] as const) {
      expect(bothWays((x) => x.pow(0.5), of(dtype))).toEqual(Array(2).fill([NaN, -0, 0, NaN, Infinity, 2]));
      expect(bothWays((x) => x.pow(-0.5), of(dtype))).toEqual(
        Array(2).fill([NaN, -Infinity, Infinity, NaN, 0, 0.5]),
      );
    }
  });

  test.each([0.5, -0.5])("of %s gives every float16 the bits of the rounded root", (exponent) => {
    const x = tensor(
      Array.from({ length: 31_744 }, (_, bits) => fromFloat16(bits)),
      { dtype: "float16" },
    );
    const root = x.to("float32").sqrt();
    const expected = (exponent > 0 ? root : root.pow(-1)).to("float16");
    expect(Number(x.pow(exponent).eq(expected).sum().item())).toBe(x.numel());
  });
});
