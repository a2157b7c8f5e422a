/** Counts as a state holds them: a negative number stands for so many zeros. */
export type CountsJSON = readonly number[];

/** What is wrong with a picture that a state holds. */
export class PictureError extends Error {
  override name = "PictureError";
}

export function countsToJSON(counts: Float64Array): number[] {
  const packed: number[] = [];
  let zeros = 0;
  for (const count of counts) {
    if (count === 0) {
      zeros++;
      continue;
    }
    if (zeros > 0) packed.push(-zeros);
    zeros = 0;
    packed.push(count);
  }
  return packed;
}

/** Calls `visit` with each count that is not 0. @throws PictureError for what are no `length` counts */
export function forEachCount(
  packed: unknown,
  length: number,
  visit: (i: number, count: number) => void,
): void {
  if (!Array.isArray(packed)) throw new PictureError("expected counts");
  let at = 0;
  for (const value of packed as unknown[]) {
    if (!Number.isSafeInteger(value) || value === 0) throw new PictureError("expected counts that are whole");
    const count = value as number;
    if (count > 0) visit(at, count);
    at += count > 0 ? 1 : -count;
    if (at > length) throw new PictureError(`expected at most ${length} counts, got more`);
  }
}
