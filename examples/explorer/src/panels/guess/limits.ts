/** How much of the ordinates the charts of the game show. */
import type { Range } from "../../chart/range.js";

/** Beyond this a curve leaves the chart: a walk that diverges would press all else flat. */
const CEILING = 1e6;

/** About what is finite, within the ceiling. */
export function limits(rows: readonly (readonly (number | null)[])[]): Range {
  let [low, high] = [0, 1];
  for (const value of rows.flat()) {
    if (value === null) continue;
    low = Math.min(low, Math.max(value, -CEILING));
    high = Math.max(high, Math.min(value, CEILING));
  }
  return [low < 0 ? low * 1.5 : -0.08, high * 1.5];
}
