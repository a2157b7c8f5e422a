import { describe, expect, test } from "vitest";
import { Bins } from "../../src/picture/bins.js";

/** All cells that have points, with where they begin. */
function cellsOf(bins: Bins): [x: number, y: number, count: number][] {
  const cells: [number, number, number][] = [];
  bins.forEach((i, j, count) => cells.push([bins.x!.start(i), bins.y!.start(j), count]));
  return cells.sort(([a, b], [c, d]) => a - c || b - d);
}

function add(bins: Bins, xs: readonly number[], ys: readonly number[]): void {
  bins.reach([Math.min(...xs), Math.max(...xs)], [Math.min(...ys), Math.max(...ys)]);
  bins.add(Float64Array.from(xs), Float64Array.from(ys), xs.length);
}

describe("bins", () => {
  test("are as wide as the range needs, and no wider", () => {
    const bins = new Bins(4, 1);
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
    const bins = new Bins(8, 1);
    add(bins, numbers, [0, 0]);
    expect(cellsOf(bins).reduce((sum, [, , count]) => sum + count, 0)).toBe(2);
    expect(bins.x!.bins).toBeLessThanOrEqual(8);
    expect(Number.isFinite(bins.x!.start(bins.x!.bins))).toBe(numbers[1] < 1e300);
  });
});
