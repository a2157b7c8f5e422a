/** The part of bins that is drawn, in cells that an eye tells apart. */
import type { Axis } from "../../picture/axis.js";
import type { Bins } from "../../picture/bins.js";

/** Of the points, so many are outside on either side where outliers would hide the others. */
const TAIL = 0.001;

/** Cells along one axis: `many` bins each, from bin `from` to bin `to`. */
interface Cells {
  readonly axis: Axis;
  readonly from: number;
  readonly to: number;
  readonly many: number;
}

export interface Cell {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
  readonly count: number;
}

/** What is drawn of bins, and how many points lie outside. */
export interface View {
  readonly cells: readonly Cell[];
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly outside: number;
}

/** At most `wide` by `high` cells. */
export function viewOf(bins: Bins, wide: number, high: number): View {
  const sums = [new Float64Array(bins.x!.bins), new Float64Array(bins.y!.bins)];
  bins.forEach((i, j, count) => {
    sums[0][i] += count;
    sums[1][j] += count;
  });
  const [x, y] = [cellsOf(bins.x!, sums[0], wide), cellsOf(bins.y!, sums[1], high)];
  const cells = new Map<string, Cell>();
  let outside = 0;
  bins.forEach((i, j, count) => {
    if (i < x.from || i > x.to || j < y.from || j > y.to) {
      outside += count;
      return;
    }
    const [[x1, x2], [y1, y2]] = [endsOf(x, i), endsOf(y, j)];
    const key = `${x1} ${y1}`;
    cells.set(key, { x1, x2, y1, y2, count: (cells.get(key)?.count ?? 0) + count });
  });
  return { cells: [...cells.values()], x: domainOf(x), y: domainOf(y), outside };
}

function cellsOf(axis: Axis, sums: Float64Array, most: number): Cells {
  const total = sums.reduce((sum, count) => sum + count, 0);
  let [from, to] = [0, sums.length - 1];
  for (let below = sums[from]; below < total * TAIL; below += sums[from]) from++;
  for (let above = sums[to]; above < total * TAIL; above += sums[to]) to--;
  // Tails that take little room are no outliers.
  if (2 * (to - from + 1) > sums.length) [from, to] = [0, sums.length - 1];
  return { axis, from, to, many: Math.ceil((to - from + 1) / most) };
}

function endsOf({ axis, from, many }: Cells, i: number): [number, number] {
  const start = i - ((i - from) % many);
  return [axis.start(start), axis.start(start + many)];
}

function domainOf({ axis, from, to, many }: Cells): [number, number] {
  return [axis.start(from), axis.start(from + Math.ceil((to - from + 1) / many) * many)];
}
