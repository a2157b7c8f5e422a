/** Counts of pairs of numbers in bins, of any range: memory is bounded, whatever the data. */
import { Axis, type AxisJSON } from "./axis.js";
import { type CountsJSON, countsToJSON, forEachCount } from "./counts.js";

/** The smallest and the largest of some numbers. */
export type Range = readonly [low: number, high: number];

/** Bins as a state holds them; null without points. */
export type BinsJSON = { readonly x: AxisJSON; readonly y: AxisJSON; readonly counts: CountsJSON } | null;

/** The one bin of all y, where only x is told apart. */
const ANY: Range = [0, 0];

/** How many points lie in each cell of a plane; with one bin for all y it is a histogram of x. */
export class Bins {
  x: Axis | null = null;
  y: Axis | null = null;
  /** Row after row of x. */
  #counts = new Float64Array(0);

  constructor(
    private readonly mostX: number,
    private readonly mostY = 1,
  ) {}

  /** Makes room for points whose coordinates lie in these ranges. */
  reach(x: Range, y: Range = ANY): void {
    this.#hold(Axis.of(this.mostX, ...x), Axis.of(this.mostY, ...y));
  }

  /** Counts the first n of these points, which are in reach. */
  add(n: number, xs: Float64Array, ys: Float64Array | null = null): void {
    const [x, y, counts] = [this.x!, this.y!, this.#counts];
    // By a power of two, a product is as exact as a quotient.
    const [perX, perY] = [1 / x.width, 1 / y.width];
    const { first: x0, bins } = x;
    const { first: y0 } = y;
    if (ys === null) {
      for (let i = 0; i < n; i++) counts[Math.floor(xs[i] * perX) - x0]++;
      return;
    }
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

  toJSON(): BinsJSON {
    const { x, y } = this;
    return x && y && { x: x.toJSON(), y: y.toJSON(), counts: countsToJSON(this.#counts) };
  }

  /** Counts the points of others, as if they had come here. @throws PictureError for what are no bins */
  merge(other: BinsJSON): void {
    if (other === null) return;
    const [fromX, fromY] = [Axis.fromJSON(this.mostX, other.x), Axis.fromJSON(this.mostY, other.y)];
    this.#hold(fromX, fromY);
    const [x, y, counts] = [this.x!, this.y!, this.#counts];
    forEachCount(other.counts, fromX.bins * fromY.bins, (i, count) => {
      const [column, row] = [x.binOf(i % fromX.bins, fromX), y.binOf(Math.floor(i / fromX.bins), fromY)];
      counts[row * x.bins + column] += count;
    });
  }

  /** Widens the axes until they hold what these hold. */
  #hold(heldX: Axis, heldY: Axis): void {
    const [fromX, fromY] = [this.x, this.y];
    const [x, y] = [fromX?.joined(heldX) ?? heldX, fromY?.joined(heldY) ?? heldY];
    if (fromX?.equals(x) && fromY?.equals(y)) return;
    const counts = new Float64Array(x.bins * y.bins);
    this.forEach((i, j, count) => {
      counts[y.binOf(j, fromY!) * x.bins + x.binOf(i, fromX!)] += count;
    });
    [this.x, this.y, this.#counts] = [x, y, counts];
  }
}
