/** How far apart the pairs are: counts, means and the largest distances, in one pass. */
import { ExactSum } from "../core/exact-sum.js";
import type { Shape } from "../ndarray/shape.js";
import { indexAlong, indexOf } from "./indices.js";
import type { ChannelComparison } from "./channels.js";
import { ChannelTally } from "./channels.js";
import type { Numbers, Operand } from "./operand.js";
import type { Closeness } from "./tolerances.js";
import { type UlpBucket, type UlpDType, ulpDistance, UlpHistogram } from "./ulp.js";

/** The pair that is furthest apart in some sense. */
export interface Furthest {
  /** How far. */
  readonly value: number;
  /** Where, in each dimension. */
  readonly index: readonly number[];
  /** The reference's number there. */
  readonly reference: number;
  /** The candidate's number there. */
  readonly candidate: number;
}

/** How far apart the pairs of two arrays of one shape are. */
export interface Distances {
  /** How many pairs there are. */
  readonly elements: number;
  /** How many of them are not equal within the tolerance. */
  readonly mismatches: number;
  /** Where the first of those is; null without one. */
  readonly firstMismatch: readonly number[] | null;
  /** How many pairs are of two finite numbers: those that the distances below are of. */
  readonly finite: number;
  /** The mean of |candidate - reference|; null without a finite pair. */
  readonly meanAbsolute: number | null;
  /** The mean of candidate - reference; null without a finite pair. */
  readonly bias: number | null;
  /** The largest |candidate - reference|; null without a finite pair. */
  readonly absolute: Furthest | null;
  /** The largest |candidate - reference| / |reference| where the reference is not 0. */
  readonly relative: Furthest | null;
  /** The largest distance in units in the last place. */
  readonly ulp: Furthest | null;
  /** The dtype whose units in the last place are counted; "integer" counts whole numbers. */
  readonly ulpDtype: UlpDType;
  /** How many pairs are how many units in the last place apart, by powers of 2. */
  readonly ulps: readonly UlpBucket[];
}

/** Two arrays of one shape, and what counts as equal. */
export interface Pairs {
  readonly reference: Operand;
  readonly candidate: Operand;
  readonly shape: Shape;
  readonly isClose: Closeness;
  readonly equalNan: boolean;
  readonly ulpDtype: UlpDType;
  /** Along which channels are told; null for none. */
  readonly axis: number | null;
}

/** Goes through all pairs once. */
export function measureDistances(pairs: Pairs): {
  distances: Distances;
  channels: ChannelComparison[] | null;
} {
  const { reference, candidate, shape, axis } = pairs;
  const { values: r } = reference;
  const { values: c } = candidate;
  const whole = new Tally(pairs);
  const channelOf = axis === null ? null : indexAlong(shape, axis);
  const channels = Array.from({ length: axis === null ? 0 : shape[axis] }, (_, i) => new ChannelTally(i));
  for (let i = 0; i < r.length; i++) {
    const difference = differenceAt(pairs, i);
    const matches = matchesAt(pairs, r[i], c[i], difference);
    whole.add(i, difference, matches);
    if (channelOf) channels[channelOf(i)].add(difference, matches);
  }
  return {
    distances: whole.result(),
    channels: axis === null ? null : channels.map((channel) => channel.result()),
  };
}

/** candidate - reference; of integers of 64 bits exact before it is rounded. */
function differenceAt({ reference, candidate }: Pairs, i: number): number {
  if (reference.integers && candidate.integers) return Number(candidate.integers[i] - reference.integers[i]);
  return candidate.values[i] - reference.values[i];
}

function matchesAt(
  { isClose, equalNan }: Pairs,
  reference: number,
  candidate: number,
  difference: number,
): boolean {
  if (difference === 0) return true;
  if (Number.isFinite(reference) && Number.isFinite(candidate))
    return isClose(reference, candidate, difference);
  if (Number.isNaN(reference)) return equalNan && Number.isNaN(candidate);
  return reference === candidate;
}

class Tally {
  #mismatches = 0;
  #first = -1;
  #finite = 0;
  readonly #absolute = new Largest();
  readonly #relative = new Largest();
  readonly #ulp = new Largest();
  readonly #histogram = new UlpHistogram();
  readonly #sum = new ExactSum();
  readonly #bias = new ExactSum();

  readonly #reference: Numbers;
  readonly #candidate: Numbers;

  constructor(private readonly pairs: Pairs) {
    this.#reference = pairs.reference.values;
    this.#candidate = pairs.candidate.values;
  }

  add(i: number, difference: number, matches: boolean): void {
    if (!matches) {
      if (this.#mismatches === 0) this.#first = i;
      this.#mismatches++;
    }
    const r = this.#reference[i];
    const c = this.#candidate[i];
    if (!Number.isFinite(r) || !Number.isFinite(c)) return;
    this.#finite++;
    const { ulpDtype } = this.pairs;
    const size = Math.abs(difference);
    const distance = ulpDtype === "integer" ? size : ulpDistance(ulpDtype, r, c);
    this.#histogram.add(distance);
    this.#absolute.offer(size, i);
    if (r !== 0) this.#relative.offer(size / Math.abs(r), i);
    this.#ulp.offer(distance, i);
    if (difference === 0) return;
    this.#sum.add(size);
    this.#bias.add(difference);
  }

  result(): Distances {
    const { reference, candidate, shape, ulpDtype } = this.pairs;
    const furthest = ({ value, at }: Largest): Furthest | null =>
      at < 0
        ? null
        : {
            value,
            index: indexOf(shape, at),
            reference: reference.values[at],
            candidate: candidate.values[at],
          };
    const mean = (sum: ExactSum): number | null => (this.#finite === 0 ? null : sum.dividedBy(this.#finite));
    return {
      elements: reference.length,
      mismatches: this.#mismatches,
      firstMismatch: this.#first < 0 ? null : indexOf(shape, this.#first),
      finite: this.#finite,
      meanAbsolute: mean(this.#sum),
      bias: mean(this.#bias),
      absolute: furthest(this.#absolute),
      relative: furthest(this.#relative),
      ulp: furthest(this.#ulp),
      ulpDtype,
      ulps: this.#histogram.buckets(),
    };
  }
}

/** The largest of the numbers that it was offered, and the first place of it. */
class Largest {
  value = -1;
  at = -1;

  offer(value: number, at: number): void {
    if (value <= this.value) return;
    this.value = value;
    this.at = at;
  }
}
