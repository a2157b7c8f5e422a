import { describe, expect, test } from "vitest";
import { ErrorMap, type ErrorMapJSON } from "../../src/picture/error-map.js";
import { imageIn } from "../../src/picture/image.js";

const npy = { prediction: { name: "p", format: "npy", dtype: "float32", shape: null } } as const;
const png = { prediction: { name: "p", format: "png", dtype: "uint8", shape: null } } as const;
const layoutOf = (
  shape: readonly number[] | null,
  order: "C" | "F" = "C",
  data: typeof npy | typeof png = npy,
) => imageIn({ data, shape, order });

describe("arrays that are images", () => {
  test.each([
    ["channels last", [9, 8, 3], { height: 9, width: 8, down: 24, right: 3, images: 1, channels: 3 }],
    ["channels first", [1, 9, 8], { height: 9, width: 8, down: 8, right: 1, images: 1, channels: 1 }],
    ["several, NCHW", [5, 3, 9, 8], { height: 9, width: 8, down: 8, right: 1, images: 5, channels: 3 }],
    ["several, NHWC", [5, 9, 8, 4], { height: 9, width: 8, down: 32, right: 4, images: 5, channels: 4 }],
  ])("%s", (_, shape, layout) => {
    expect(layoutOf(shape)).toEqual(layout);
  });

  test("of files in grey, and in Fortran's order", () => {
    const grey = { height: 2, width: 3, down: 3, right: 1, images: 1, channels: 1 };
    expect(layoutOf([2, 3], "C", png)).toEqual(grey);
    expect(layoutOf([9, 8, 3], "F")).toMatchObject({ down: 1, right: 9 });
  });

  test.each([[null], [[100]], [[100, 100]], [[100, 100, 2]], [[7, 100, 3]], [[2, 2, 9, 8, 3]]])(
    "%j is none",
    (shape) => {
      expect(layoutOf(shape)).toBe(null);
    },
  );
});

describe("the mean |error| of pixels", () => {
  const layout = layoutOf([8, 8, 3])!;

  test("is over channels, and says nothing where all is masked or not finite", () => {
    const map = new ErrorMap(layout);
    const [p, t] = [new Float64Array(192), new Float64Array(192)];
    p.set([1, -2, 3, 5, NaN, 7], 0);
    p.set([8, Infinity, 9], 189);
    const mask = new Uint8Array(192).fill(1);
    mask.set([0, 1, 0], 189);
    map.take(0, p, t, mask);
    const means = map.means();
    expect([means[0], means[1], means[2]]).toEqual([2, 6, 0]);
    expect(means[63]).toBeNaN();
  });

  test("of more pixels than cells is that of squares", () => {
    const map = new ErrorMap(layoutOf([192, 100, 1])!);
    expect([map.step, map.columns, map.rows]).toEqual([2, 50, 96]);
    const p = Float64Array.from({ length: 19_200 }, (_, i) => (i % 100 < 2 && i < 200 ? 4 : 1));
    map.take(0, p, new Float64Array(19_200), null);
    expect([...map.means().subarray(0, 2)]).toEqual([4, 1]);
  });

  test("has the same bits however the data are cut, merged and scaled", () => {
    const error = (i: number): number => Math.sin(i) * 2 ** ((i * 7) % 60);
    const p = Float64Array.from({ length: 192 * 4 }, (_, i) => error(i));
    const [t, images] = [new Float64Array(p.length), layoutOf([4, 8, 8, 3])!];
    const whole = new ErrorMap(images);
    whole.take(0, p, t, null);
    const merged = new ErrorMap(images);
    for (const [from, to] of [
      [500, 768],
      [0, 1],
      [1, 500],
    ]) {
      // prettier-ignore
      const part = new ErrorMap(images);
      part.take(from, p.subarray(from, to), t.subarray(from, to), null);
      merged.merge(JSON.parse(JSON.stringify(part)) as ErrorMapJSON);
    }
    expect(merged.toJSON()).toEqual(whole.toJSON());
    expect(merged.means()).toEqual(whole.means());
    const plain = whole.means().map((_, cell) => {
      let sum = 0;
      for (let k = 0; k < 12; k++) sum += Math.abs(error(Math.floor(k / 3) * 192 + cell * 3 + (k % 3)));
      return sum / 12;
    });
    whole.means().forEach((mean, i) => {
      expect(Math.abs(mean - plain[i]) / plain[i]).toBeLessThan(2 ** -12);
    });
  });

  test("holds the largest and the smallest numbers", () => {
    const map = new ErrorMap(layout);
    map.take(0, Float64Array.of(Number.MAX_VALUE, 0, 0, 5e-324, 0, 0), new Float64Array(6), null);
    const [large, small] = map.means();
    expect([large / Number.MAX_VALUE > 0.333, Number.isFinite(large), small]).toEqual([true, true, 0]);
  });
});
