import { InputError } from "../input-error.js";
import type { Allocate } from "../readers/c-order.js";
import type { Elements } from "../readers/dtypes.js";
import type { ArrayReader } from "../readers/reader.js";

/** Elements of several arrays that belong together. They are overwritten after the next ones came. */
export interface Chunk {
  /** How many elements came before. */
  readonly offset: number;
  readonly length: number;
  /** One for each array. */
  readonly elements: readonly Elements[];
}

/**
 * Reads arrays side by side, `length` elements at once, into memory of its own. While one chunk is
 * computed, the next is read.
 *
 * @throws InputError where one array ends before the other
 */
export async function* chunksOf(
  readers: readonly ArrayReader[],
  length: number,
  allocate: Allocate,
): AsyncGenerator<Chunk, void, void> {
  const rooms = [0, 1].map(() => readers.map(({ held }) => allocate(held, length)));
  const fill = (room: readonly Elements[]): Promise<number[]> => {
    const filled = Promise.all(readers.map((reader, i) => reader.read(room[i])));
    // Whoever stops in the middle does not wait for it.
    filled.catch(() => undefined);
    return filled;
  };
  let next = fill(rooms[0]);
  for (let offset = 0, turn = 0; ; turn = 1 - turn) {
    const counts = await next;
    checkAlike(readers, counts, offset, length);
    const [count] = counts;
    if (count === length) next = fill(rooms[1 - turn]);
    const elements = rooms[turn].map((room) => (room as Uint8Array).subarray(0, count));
    if (count > 0) yield { offset, length: count, elements };
    if (count < length) return;
    offset += count;
  }
}

function checkAlike(
  readers: readonly ArrayReader[],
  counts: readonly number[],
  offset: number,
  length: number,
): void {
  const at = counts.findIndex((count) => count !== counts[0]);
  if (at < 0) return;
  const sides = [0, at].map((i) => {
    const more = counts[i] === length ? "at least " : "";
    return `${more}${(offset + counts[i]).toLocaleString("en")} (${readers[i].name})`;
  });
  throw new InputError(`expected as many elements in each array, got ${sides.join(" and ")}`);
}
