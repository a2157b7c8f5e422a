/** Whether a hypothesis explains a difference: how little it leaves, beside what there was. */
import { ExactSum } from "../../core/exact-sum.js";
import type { Hypothesis, Residual } from "./fault.js";
import { type Judge, residualOf } from "./residual.js";
import { medianOf } from "./sample.js";

/** Undone, a fault must leave less than this part of the difference. */
export const FACTOR = 50;
/** On a few places, the same with some allowance for their choice. */
export const SCREEN_FACTOR = 20;
/** One pair in so many may still differ, by however much. */
const MOST_SPOILT = 7;
/** So many elements must speak for each number that is fitted; fewer would fit by themselves. */
const EACH_FITTED = 8;
/** And for any other explanation. */
const FEWEST = 2;

type Sides = Pick<Hypothesis, "left" | "right" | "covers">;

/** Differences at some places: whole, and the one in the middle, which a few wild ones do not move. */
export interface Measured {
  readonly residual: Residual;
  readonly median: number;
}

export function measured(sides: Sides, judge: Judge, places: readonly number[]): Measured {
  const { left, right, covers } = sides;
  const sizes = places.flatMap((i) => {
    const size = !covers || covers(i) ? Math.abs(right(i) - left(i)) : NaN;
    return Number.isFinite(size) ? [size] : [];
  });
  const residual = residualOf(sides, judge, places.length, places);
  return { residual, median: sizes.length === 0 ? 0 : medianOf(sizes) };
}

/** How far the numbers that are to be explained are from their middle, which a constant would leave. */
export interface Variation {
  readonly mean: number;
  readonly median: number;
  /** The share of those that are not in the middle: no others tell one explanation from another. */
  readonly share: number;
}

export function variationOf({ left, covers, middle }: Hypothesis, places: readonly number[]): Variation {
  const there = places.filter((i) => (!covers || covers(i)) && Number.isFinite(left(i)));
  if (there.length === 0) return { mean: 0, median: 0, share: 0 };
  const center = medianOf(there.map(left));
  const sizes = there.map((i) => Math.abs(left(i) - (middle ? middle(i) : center)));
  const sum = new ExactSum();
  for (const size of sizes) sum.add(size);
  return {
    mean: sum.dividedBy(sizes.length),
    median: medianOf(sizes),
    share: sizes.filter((size) => size > 0).length / sizes.length,
  };
}

/** Whether there are enough elements to speak for a hypothesis. */
export function isTold({ fitted = 0 }: Hypothesis, { share }: Variation, numel: number): boolean {
  return share * numel >= Math.max(FEWEST, EACH_FITTED * fitted);
}

/**
 * Whether what is left is little. `before` is null where the arrays have no pairs as they are.
 *
 * - Nothing is left but what tolerances and rounding allow, and that is little beside how much the
 *   numbers vary; or
 * - less than one pair in seven is left; or
 * - the differences are a small part of what they were, and of how much the numbers vary: in the
 *   mean, and in the middle, so that neither a few wild elements nor many that are 0 decide.
 */
export function explains(
  after: Residual,
  afterMedian: number,
  before: Measured | null,
  variation: Variation,
  factor: number,
): boolean {
  if (after.compared === 0) return false;
  const isLittle = after.meanAbsolute * factor <= variation.mean;
  if (after.mismatches === 0 && isLittle) return true;
  const differed = before?.residual.mismatches ?? after.compared;
  const few = after.mismatches * MOST_SPOILT < differed;
  if (few && variation.median > 0 && afterMedian * factor <= variation.median) return true;
  const mean = before?.residual.meanAbsolute ?? Infinity;
  const median = before?.median ?? Infinity;
  // Pairs of which one is not finite are in no mean.
  return (
    isLittle &&
    after.meanAbsolute * factor <= mean &&
    afterMedian * factor <= median &&
    after.mismatches <= differed
  );
}

/** What is less simple has to leave far less. */
export function isClearlyBetter(one: Residual, other: Residual): boolean {
  const [few, many] = [one, other].map(({ mismatches, compared }) => mismatches * MOST_SPOILT < compared);
  return few === many ? one.meanAbsolute * 4 < other.meanAbsolute : few;
}
