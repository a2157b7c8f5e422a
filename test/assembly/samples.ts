/** Numbers to feed to kernels: the special values of each type among ordinary ones. */
import type { Random } from "../support/random.js";
import { read, store } from "../support/kernels.js";
import type { Stored, Tag, Value } from "../support/kernels.js";

interface FloatFormat {
  /**
   * Exponents of the largest and of the smallest normal number, and bits of the mantissa after the
   * point.
   */
  top: number;
  bottom: number;
  fraction: number;
}

const FORMATS: Record<"f16" | "bf16" | "f32" | "f64", FloatFormat> = {
  f16: { top: 15, bottom: -14, fraction: 10 },
  bf16: { top: 127, bottom: -126, fraction: 7 },
  f32: { top: 127, bottom: -126, fraction: 23 },
  f64: { top: 1023, bottom: -1022, fraction: 52 },
};

function floatSpecials({ top, bottom, fraction }: FloatFormat): number[] {
  const epsilon = 2 ** -fraction;
  const largest = (2 - epsilon) * 2 ** top;
  const smallest = epsilon * 2 ** bottom;
  const positive = [
    0,
    0.5,
    1,
    1 + epsilon,
    3,
    largest,
    2 ** bottom,
    2 ** bottom - smallest,
    smallest,
    Infinity,
  ];
  return [...positive, ...positive.map((x) => -x), NaN];
}

const INTEGER_SPECIALS: readonly bigint[] = [
  0n,
  1n,
  -1n,
  2n ** 53n + 1n,
  -(2n ** 53n) - 1n,
  2n ** 31n,
  -(2n ** 32n) - 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];

/** The special values of a computing or half type. */
export function specials(tag: Tag): readonly Value[] {
  return tag in FORMATS ? floatSpecials(FORMATS[tag as keyof typeof FORMATS]) : INTEGER_SPECIALS;
}

/** Ordinary numbers of many sizes; those of a half type within its range. */
function ordinary(tag: Tag, random: Random): Value {
  if (!(tag in FORMATS))
    return BigInt.asIntN(64, BigInt(random.integer(-1e9, 1e9)) ** BigInt(random.integer(1, 3)));
  return random.normal() * 2 ** random.integer(-6, 6);
}

/** `n` stored numbers, two in five of them special. */
export function samples(tag: Tag, n: number, random: Random): Stored {
  const special = specials(tag);
  return store(
    tag,
    Array.from({ length: n }, () => (random.chance(0.4) ? random.pick(special) : ordinary(tag, random))),
  );
}

/** `n` stored numbers without special values. */
export function ordinarySamples(tag: Tag, n: number, random: Random): Stored {
  return store(
    tag,
    Array.from({ length: n }, () => ordinary(tag, random)),
  );
}

/**
 * The numbers of `stored` as the type that is computed with, f32 for halves, holds them: all
 * exactly.
 */
export function numbers(tag: Tag, stored: Stored): number[] {
  return read(tag, stored) as number[];
}
