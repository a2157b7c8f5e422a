/**
 * Random shapes: 0-d, empty, every length through the lanes, whole vectors, several dimensions, and
 * broadcast pairs.
 */
import type { Random } from "../support/random.js";

/**
 * Shapes of two operands that broadcast together, each with the shape of its leaf where that is
 * expanded first.
 */
export interface ShapePair {
  first: number[];
  second: number[];
  firstLeaf?: number[];
  secondLeaf?: number[];
}

export function shape(random: Random): number[] {
  switch (
    random.weighted({ scalar: 8, empty: 3, line: 40, vectors: 20, several: 25, long: 0.7, blocks: 0.05 })
  ) {
    case "scalar":
      return [];
    case "empty":
      return random.pick([[0], [2, 0], [0, 3]]);
    case "line":
      return [random.integer(1, 67)];
    case "vectors":
      return [16 * random.integer(1, 16)];
    case "several":
      return Array.from({ length: random.integer(2, 4) }, () => random.integer(1, 5));
    case "long":
      return [random.integer(1000, 5000)];
    case "blocks":
      return [random.integer(16_000, 70_000)];
  }
}

export function shapePair(random: Random): ShapePair {
  const full = shape(random);
  if (!random.chance(0.2)) return { first: full, second: full };
  const [first, second] = random.chance(0.5) ? [full, smaller(random, full)] : [smaller(random, full), full];
  const pair: ShapePair = random.chance(0.3) ? { first: smaller(random, full), second } : { first, second };
  if (random.chance(0.3)) pair.firstLeaf = squeezed(random, pair.first);
  if (random.chance(0.3)) pair.secondLeaf = squeezed(random, pair.second);
  return pair;
}

export function product(sizes: readonly number[]): number {
  return sizes.reduce((size, n) => size * n, 1);
}

/** A shape that broadcasts to this one: some sizes 1, perhaps without its first dimensions. */
function smaller(random: Random, full: readonly number[]): number[] {
  return squeezed(random, full).slice(random.chance(0.4) ? random.integer(0, full.length) : 0);
}

function squeezed(random: Random, full: readonly number[]): number[] {
  return full.map((size) => (random.chance(0.5) ? 1 : size));
}
