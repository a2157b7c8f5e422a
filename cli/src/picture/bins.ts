/** Counts of pairs of numbers in bins, of any range: memory is bounded, whatever the data. */
import { Axis } from "./axis.js";

/** The smallest and the largest of some numbers. */
export type Range = readonly [low: number, high: number];

/** How many points lie in each cell of a plane; with one bin for all y it is a histogram of x. */
export class Bins {
  x: Axis | null = null;
  y: Axis | null = null;
  /** Row after row of x. */
  #counts = new Float64Array(0);

  constructor(
    private readonly mostX: number,
    private readonly mostY: number,
  ) {}

  /** Makes room for points whose coordinates lie in these ranges. */
  reach(x: Range, y: Range): void {
    const [seenX, seenY] = [Axis.of(this.mostX, ...x), Axis.of(this.mostY, ...y)];
    this.#spread(this.x?.joined(seenX) ?? seenX, this.y?.joined(seenY) ?? seenY);
  }

  /** Counts n points, which are in reach. */
  add(xs: Float64Array, ys: Float64Array, n: number): void {
    const [x, y, counts] = [this.x!, this.y!, this.#counts];
    // By a power of two, a product is as exact as a quotient.
    const [perX, perY] = [1 / x.width, 1 / y.width];
    const { first: x0, bins } = x;
    const { first: y0 } = y;
    for (let i = 0; i < n; i++) {
      counts[(Math.floor(ys[i] * perY) - y0) * bins + Math.floor(xs[i] * perX) - x0]++;
    }
  }

  /** Calls `visit` with each cell that has points. */
  forEach(visit: (x: number, y: number, count: number) => void): void {
    const bins = this.x?.bins ?? 1;
    this.#counts.forEach((count, i) => {
      if (count > 0) visit(i % bins, Math.floor(i / bins), count);
    });
  }

  #spread(x: Axis, y: Axis): void {
    const [fromX, fromY] = [this.x, this.y];
    const same = [[x, fromX] as const, [y, fromY] as const].every(
      ([to, from]) => from?.exponent === to.exponent && from.first === to.first && from.last === to.last,
    );
    if (same) return;
    const counts = new Float64Array(x.bins * y.bins);
    this.forEach((i, j, count) => {
      counts[y.binOf(j, fromY!) * x.bins + x.binOf(i, fromX!)] += count;
    });
    [this.x, this.y, this.#counts] = [x, y, counts];
  }
}
