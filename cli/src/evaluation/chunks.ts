import { InputError } from "../input-error.js";
import type { Elements, Held } from "../readers/dtypes.js";
import { type ArrayReader, skipElements } from "../readers/reader.js";
import { type Part, WHOLE } from "./shard.js";

/**
 * Elements of several arrays that belong together, one of each or a row. They are overwritten after
 * the next ones came.
 */
export interface Chunk {
  /** How many elements, or rows, came before. */
  readonly offset: number;
  readonly length: number;
  /** One for each array. */
  readonly elements: readonly Elements[];
  /** What each of them holds. */
  readonly held: readonly Held[];
}

/** Where room for chunks comes from, and where it goes when all were taken. */
export interface Rooms {
  readonly borrow: (dtype: Held, length: number) => Elements;
  readonly giveBack: (dtype: Held, room: Elements) => void;
}

/** Arrays that are read side by side. */
interface SideBySide {
  readonly readers: readonly ArrayReader[];
  /** How many elements of each belong together; 1 of those that are not told. */
  readonly widths?: readonly number[];
}

/**
 * Reads arrays side by side, `length` elements or rows at once, into memory that it borrows. While
 * one chunk is computed, the next is read.
 *
 * @throws InputError where one array ends before the other
 */
export async function* chunksOf(
  { readers, widths = readers.map(() => 1) }: SideBySide,
  length: number,
  { borrow, giveBack }: Rooms,
  part: Part = WHOLE,
): AsyncGenerator<Chunk, void, void> {
  const rooms = [0, 1].map(() => readers.map(({ held }, i) => borrow(held, length * widths[i])));
  const [start, end] = "start" in part ? [part.start, part.end ?? Infinity] : [0, Infinity];
  if (start > 0)
    await Promise.all(readers.map((reader, i) => skipElements(reader, start * widths[i], rooms[0][i])));
  /** How many elements the chunk from `offset` on has at most. */
  const wanted = (offset: number): number => Math.min(length, end - offset);
  const fill = (room: readonly Elements[], count: number): Promise<number[]> => {
    const filled = Promise.all(
      readers.map(async (reader, i) => (await reader.read(prefixOf(room[i], count * widths[i]))) / widths[i]),
    );
    // Whoever stops in the middle does not wait for it.
    filled.catch(() => undefined);
    return filled;
  };
  const held = readers.map((reader) => reader.held);
  let next = fill(rooms[0], wanted(start));
  for (let offset = start, turn = 0; ; turn++) {
    const counts = await next;
    const asked = wanted(offset);
    checkAlike(readers, counts, offset, asked);
    const [count] = counts;
    const isLast = count < asked || offset + count >= end;
    if (!isLast) next = fill(rooms[1 - (turn % 2)], wanted(offset + count));
    const isOurs = "start" in part || turn % part.of === part.index;
    const elements = rooms[turn % 2].map((room, i) => prefixOf(room, count * widths[i]));
    if (count > 0 && isOurs) yield { offset, length: count, elements, held };
    if (isLast) {
      for (const room of rooms) room.forEach((one, i) => giveBack(readers[i].held, one));
      return;
    }
    offset += count;
  }
}

function prefixOf(elements: Elements, length: number): Elements {
  return (elements as Uint8Array).subarray(0, length);
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
