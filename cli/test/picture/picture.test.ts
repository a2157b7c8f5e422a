import { describe, expect, test } from "vitest";
import { Picture, type PictureJSON } from "../../src/picture/picture.js";

const side = (...numbers: number[]) => ({
  elements: Float64Array.from(numbers),
  held: "float64" as const,
});

describe("a picture", () => {
  test("counts pairs by the size of their error", () => {
    const picture = new Picture();
    picture.take(side(1, 2, 5, 1), side(1, 1, 1, 2));
    expect(picture.drawn).toBe(4);
    expect(picture.sizes.map(({ count }) => count)).toEqual([1, 2, 1]);
    const [zero, one, four] = picture.sizes.map(({ error }) => error);
    expect(zero).toBe(0);
    // In the middle of buckets that are a sixteenth wide.
    expect([one, four]).toEqual([1 + 1 / 32, 4 + 4 / 32]);
  });

  test("leaves out what is masked, and what is not finite, and counts the latter", () => {
    const picture = new Picture();
    picture.take(side(1, NaN, 3, Infinity, 5), side(1, 2, 3, 4, NaN), 0, Uint8Array.of(1, 1, 0, 1, 1));
    expect([picture.drawn, picture.leftOut]).toEqual([1, 3]);
  });

  test.each([
    ["float16", Uint16Array.of(0x3c00, 0xc000)],
    ["bfloat16", Uint16Array.of(0x3f80, 0xc000)],
    ["int64", BigInt64Array.of(1n, -2n)],
    ["int8", Int8Array.of(1, -2)],
    ["float32", Float32Array.of(1, -2)],
  ] as const)("reads %s", (held, elements) => {
    const picture = new Picture();
    picture.take({ elements, held }, side(0, 0));
    const { residuals } = picture;
    const found: number[] = [];
    residuals.forEach((i) => found.push(residuals.x!.start(i)));
    expect(found.sort((a, b) => a - b)).toEqual([-2, 1]);
  });

  test("of parts merges to that of all", () => {
    const [p, t] = [1, 2].map((scale) =>
      Array.from({ length: 99 }, (_, i) => Math.sin(i * scale) * scale ** i),
    );
    const pictureOf = (from: number, to?: number): Picture => {
      const picture = new Picture();
      picture.take(side(...p.slice(from, to)), side(...t.slice(from, to)));
      return picture;
    };
    const merged = new Picture();
    for (const part of [pictureOf(50), pictureOf(0, 1), pictureOf(1, 50), new Picture()])
      merged.merge(JSON.parse(JSON.stringify(part)) as PictureJSON);
    expect(merged.toJSON()).toEqual(pictureOf(0).toJSON());
  });
});
