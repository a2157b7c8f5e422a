/** The candidate's elements in another order: what permutes, flips and shifts axes. */
import { contiguousStrides, numelOf, type Shape } from "../../ndarray/shape.js";
import type { Subject, View } from "./fault.js";

/**
 * Where the candidate's element lies that belongs to one of the reference's: for each dimension of
 * the reference and each index in it a number of places, which are added up. NaN means that the
 * candidate has no such element.
 */
export type Tables = readonly Float64Array[];

/** The tables of elements in the reference's own order. */
export function ownTables(shape: Shape): Float64Array[] {
  const strides = contiguousStrides(shape);
  return shape.map((size, d) => Float64Array.from({ length: size }, (_, i) => i * strides[d]));
}

/** The candidate as the tables read it. */
export function relaid({ shape, candidate }: Subject, tables: Tables): View {
  const placeOf = (place: number): number => {
    let rest = place;
    let at = 0;
    for (let d = shape.length - 1; d >= 0; d--) {
      const index = rest % shape[d];
      at += tables[d][index];
      rest = (rest - index) / shape[d];
    }
    return at;
  };
  const at = (place: number): number => candidate.at(placeOf(place));
  const gaps = tables.some((table) => table.some(Number.isNaN));
  return gaps ? { at, covers: (place) => !Number.isNaN(placeOf(place)) } : { at };
}

/** All orders of 0 to n - 1 but the first, those that move least first. */
export function permutations(n: number): number[][] {
  const grow = (head: number[]): number[][] => {
    if (head.length === n) return [head];
    return Array.from({ length: n }, (_, i) => i)
      .filter((i) => !head.includes(i))
      .flatMap((i) => grow([...head, i]));
  };
  return grow([])
    .slice(1)
    .sort((a, b) => moved(a) - moved(b));
}

function moved(permutation: readonly number[]): number {
  return permutation.reduce((sum, from, to) => sum + Math.abs(from - to), 0);
}

/** An axis as messages call it. */
export function axisText(axis: number, shape: Shape): string {
  return `axis ${axis} of [${shape.join(", ")}]`;
}

export function sameNumel({ numel, candidateNumel }: Subject): boolean {
  return numel === candidateNumel && numel > 0;
}

/** How many elements lie behind one index of an axis. */
export function innerOf(shape: Shape, axis: number): number {
  return numelOf(shape.slice(axis + 1));
}
