/**
 * The points: a line with noise, some of them apart below its end, and what was moved and added by
 * hand.
 */
import { manualSeed, rand, randn, type Tensor } from "lossgrad";
import { AREA, type LineState } from "./state.js";

const LEVEL = 1;
const SLOPE = 0.85;
const NOISE = 0.7;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export class Cloud {
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** How many were drawn by chance; what was added follows them. */
  readonly drawn: number;
  /** Those that were moved. */
  readonly moved = new Set<number>();

  constructor({ n, seed, outliers, moved, added }: Readonly<LineState>) {
    this.drawn = Number(n);
    const total = this.drawn + added.length;
    this.x = new Float32Array(total);
    this.y = new Float32Array(total);
    this.scatter(seed, outliers / 100);
    for (const [index, x, y] of moved) {
      if (index >= this.drawn) continue;
      this.moved.add(index);
      this.place(index, { x, y });
    }
    added.forEach(([x, y], i) => this.place(this.drawn + i, { x, y }));
  }

  get length(): number {
    return this.x.length;
  }

  place(index: number, { x, y }: Point): void {
    this.x[index] = x;
    this.y[index] = y;
  }

  /** Whether the point is drawn on top, since it was moved or added. */
  isSpecial(index: number): boolean {
    return index >= this.drawn || this.moved.has(index);
  }

  /**
   * The point nearest to `at`, where a unit of x and of y are so many pixels; null if none is
   * within `reach` of them.
   */
  nearest(at: Point, unit: Point, reach: number): number | null {
    let [best, least]: [number | null, number] = [null, reach * reach];
    for (let i = 0; i < this.length; i++) {
      const [dx, dy] = [(this.x[i] - at.x) * unit.x, (this.y[i] - at.y) * unit.y];
      const distance = dx * dx + dy * dy;
      // Of equals the later: what was added lies on top.
      if (distance <= least) [best, least] = [i, distance];
    }
    return best;
  }

  private scatter(seed: number, share: number): void {
    manualSeed(seed);
    const [along, noise, apart, low] = [rand, randn, rand, rand].map((draw) => take(draw([this.drawn])));
    const outliers = Math.round(share * this.drawn);
    for (let i = 0; i < this.drawn; i++) {
      const x = AREA.x[1] * along[i];
      const y = LEVEL + SLOPE * x + NOISE * noise[i];
      this.place(
        i,
        i < outliers ? { x: 7 + 2.8 * apart[i], y: -3 + 2.5 * low[i] } : { x, y: clamp(y, AREA.y) },
      );
    }
  }
}

export function clamp(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value));
}

function take(tensor: Tensor): Float32Array {
  const values = tensor.array().slice();
  tensor.dispose();
  return values;
}
