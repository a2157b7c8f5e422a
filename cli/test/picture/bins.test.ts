import { describe, expect, test } from "vitest";
import { Bins, type BinsJSON } from "../../src/picture/bins.js";
import { PictureError } from "../../src/picture/counts.js";

/** All cells that have points, with where they begin. */
function cellsOf(bins: Bins): [x: number, y: number, count: number][] {
  const cells: [number, number, number][] = [];
  bins.forEach((i, j, count) => cells.push([bins.x!.start(i), bins.y!.start(j), count]));
  return cells.sort(([a, b], [c, d]) => a - c || b - d);
}

function add(bins: Bins, xs: readonly number[], ys: readonly number[]): void {
  bins.reach([Math.min(...xs), Math.max(...xs)], [Math.min(...ys), Math.max(...ys)]);
  bins.add(xs.length, Float64Array.from(xs), Float64Array.from(ys));
}

describe("bins", () => {
  test("are as wide as the range needs, and no wider", () => {
    const bins = new Bins(4);
    add(bins, [0, 1, 2, 3, 3.5], [0, 0, 0, 0, 0]);
    expect(bins.x!.width).toBe(1);
    expect(cellsOf(bins)).toEqual([[0, 0, 1], [1, 0, 1], [2, 0, 1], [3, 0, 2]]); // prettier-ignore
  });

  test("become wider where numbers come that they do not hold, and lose none", () => {
    const bins = new Bins(4, 4);
    add(bins, [0, 1, 2, 3], [0, 0, 1, 1]);
    add(bins, [-8, 7], [0, 3]);
    expect(bins.x!.width).toBe(4);
    expect(cellsOf(bins)).toEqual([[-8, 0, 1], [0, 0, 2], [0, 1, 2], [4, 3, 1]]); // prettier-ignore
  });

  test("depend on the data alone, not on their order", () => {
    const points = Array.from({ length: 400 }, (_, i) => [Math.sin(i) * 10 ** (i % 5), Math.cos(i * i)]);
    const found = [1, 7, 400].map((step) => {
      const bins = new Bins(64, 16);
      const ordered = step === 7 ? [...points].reverse() : points;
      for (let i = 0; i < ordered.length; i += step) {
        const some = ordered.slice(i, i + step);
        add(bins, some.map(([x]) => x), some.map(([, y]) => y)); // prettier-ignore
      }
      return cellsOf(bins);
    });
    expect(found[0].reduce((sum, [, , count]) => sum + count, 0)).toBe(400);
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });

  test.each([
    ["zeros alone", [0, 0]],
    ["the smallest numbers", [-5e-324, 5e-324]],
    ["the largest numbers", [-Number.MAX_VALUE, Number.MAX_VALUE]],
    ["equal numbers", [1e10, 1e10]],
  ])("hold %s", (_, numbers) => {
    const bins = new Bins(8);
    add(bins, numbers, [0, 0]);
    expect(cellsOf(bins).reduce((sum, [, , count]) => sum + count, 0)).toBe(2);
    expect(bins.x!.bins).toBeLessThanOrEqual(8);
    expect(Number.isFinite(bins.x!.start(bins.x!.bins))).toBe(numbers[1] < 1e300);
  });
});

describe("bins of parts", () => {
  const points = Array.from({ length: 300 }, (_, i) => [Math.sin(i) * 8 ** (i % 4), Math.cos(i * i)]);
  const binsOf = (some: readonly number[][]): Bins => {
    const bins = new Bins(32, 8);
    if (some.length > 0) add(bins, some.map(([x]) => x), some.map(([, y]) => y)); // prettier-ignore
    return bins;
  };

  test("merge to those of all, in any order, as JSON holds them", () => {
    const parts = [0, 40, 41, 41, 250].map((from, i, all) => points.slice(from, all[i + 1]));
    for (const order of [parts, [...parts].reverse()]) {
      const bins = new Bins(32, 8);
      for (const part of order) bins.merge(JSON.parse(JSON.stringify(binsOf(part))) as BinsJSON);
      expect(bins.toJSON()).toEqual(binsOf(points).toJSON());
    }
  });

  test.each([
    ["an axis of more bins", { x: [0, 0, 32], y: [0, 0, 0], counts: [] }],
    ["an axis from its end on", { x: [0, 3, 2], y: [0, 0, 0], counts: [] }],
    ["a width of 0", { x: [-2000, 0, 1], y: [0, 0, 0], counts: [] }],
    ["no axis", { x: null, y: [0, 0, 0], counts: [] }],
    ["more counts", { x: [0, 0, 1], y: [0, 0, 0], counts: [1, 1, 1] }],
    ["counts that are not whole", { x: [0, 0, 1], y: [0, 0, 0], counts: [0.5] }],
    ["gaps without end", { x: [0, 0, 1], y: [0, 0, 0], counts: [-9e15] }],
    ["no counts", { x: [0, 0, 1], y: [0, 0, 0], counts: { length: 1 } }],
  ])("are refused with %s", (_, json) => {
    expect(() => {
      new Bins(32, 8).merge(json as unknown as BinsJSON);
    }).toThrow(PictureError);
  });
});
