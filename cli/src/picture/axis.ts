import { PictureError } from "./counts.js";

/** An axis as a state holds it: its width and its ends. */
export type AxisJSON = readonly [exponent: number, first: number, last: number];

/**
 * Bins whose ends are multiples of a power of two. Where numbers come that they do not hold, two
 * neighbours become one, exactly, until all fit: so the bins depend on the smallest and the largest
 * number alone, in whatever order the data came.
 */
export class Axis {
  private constructor(
    /** How many bins there may be. */
    readonly most: number,
    /** A bin is 2^exponent wide. */
    readonly exponent: number,
    /** Which multiples of the width the first and the last bin that are needed begin at. */
    readonly first: number,
    readonly last: number,
  ) {}

  /** The narrowest bins, at most `most` of them, that hold the finite numbers `low` and `high`. */
  static of(most: number, low: number, high: number): Axis {
    // Below these bits of a number there is nothing to be seen.
    const exponent = Math.max(exponentOf(low), exponentOf(high)) - FINEST;
    const width = 2 ** exponent;
    return fitting(most, exponent, Math.floor(low / width), Math.floor(high / width));
  }

  /** The narrowest that hold what either holds. */
  joined(other: Axis): Axis {
    const exponent = Math.max(this.exponent, other.exponent);
    const [a, b] = [this, other].map(({ first, last, exponent: own }) => {
      const many = 2 ** (exponent - own);
      return [Math.floor(first / many), Math.floor(last / many)] as const;
    });
    return fitting(this.most, exponent, Math.min(a[0], b[0]), Math.max(a[1], b[1]));
  }

  static fit(most: number, exponent: number, first: number, last: number): Axis {
    return new Axis(most, exponent, first, last);
  }

  /** @throws PictureError for what is no axis of at most `most` bins */
  static fromJSON(most: number, json: unknown): Axis {
    const [exponent, first, last] = (Array.isArray(json) ? json : []) as unknown[];
    const areWhole = [exponent, first, last].every(Number.isSafeInteger);
    const axis = new Axis(most, exponent as number, first as number, last as number);
    if (areWhole && axis.bins >= 1 && axis.bins <= most && Number.isFinite(axis.width) && axis.width > 0) {
      return axis;
    }
    throw new PictureError(`expected an axis of up to ${most} bins, got ${JSON.stringify(json)}`);
  }

  toJSON(): AxisJSON {
    return [this.exponent, this.first, this.last];
  }

  equals({ exponent, first, last }: Axis): boolean {
    return this.exponent === exponent && this.first === first && this.last === last;
  }

  get width(): number {
    return 2 ** this.exponent;
  }

  get bins(): number {
    return this.last - this.first + 1;
  }

  /** Where bin i begins, or bin i - 1 ends. */
  start(i: number): number {
    return (this.first + i) * this.width;
  }

  /** The bin here of bin i of a finer axis. */
  binOf(i: number, finer: Axis): number {
    return Math.floor((finer.first + i) / 2 ** (this.exponent - finer.exponent)) - this.first;
  }
}

function fitting(most: number, exponent: number, first: number, last: number): Axis {
  let [e, from, to] = [exponent, first, last];
  for (; to - from >= most; e++) [from, to] = [Math.floor(from / 2), Math.floor(to / 2)];
  return Axis.fit(most, e, from, to);
}

const FINEST = 30;
/** Nearer to 0 nothing is told apart, so that the ends of bins are normal numbers. */
const LEAST = -970;

function exponentOf(x: number): number {
  return Math.max(LEAST, Math.floor(Math.log2(Math.abs(x))));
}
