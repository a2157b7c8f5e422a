/** Sums of many rows at once have the bits that the sum of each has by itself. */
import { tensor } from "lossgrad";
import { describe, expect, it } from "vitest";

describe("sums along dimensions", () => {
  /**
   * Rows of both sizes of numbers; some cancel, so that they are added again exactly, and some are
   * special.
   */
  const numbers = (rows: number, length: number): Float32Array =>
    Float32Array.from({ length: rows * length }, (_, i) => {
      const [row, at] = [Math.floor(i / length), i % length];
      if (row % 7 === 3) return at % 2 === 0 ? 1e30 : at === 1 ? 2 ** -40 : -1e30;
      if (row % 11 === 5 && at === 0) return [NaN, Infinity, -Infinity][row % 3];
      return Math.sin(i) * 2 ** (i % 40);
    });

  it.each([
    [9, 1],
    [6000, 3],
    [40, 1000],
    [3, 20000],
  ])("of %d rows of %d have the bits that each row's sum has by itself", (rows, length) => {
    const x = tensor(numbers(rows, length)).reshape(rows, length);
    const alone = Array.from(x, (row) => row.sum().item());
    expect(x.sum({ dim: 1 }).tolist()).toEqual(alone);
    const columns = x.t().clone();
    expect(columns.sum({ dim: 0 }).tolist()).toEqual(alone);
    expect(x.t().sum({ dim: 0 }).tolist()).toEqual(alone);
    expect(x.mean({ dim: 1 }).tolist()).toEqual(Array.from(x, (row) => row.mean().item()));
  });
});
