/**
 * Room for chunks in the linear memory, used again by the next evaluation. What is left to the
 * garbage collector comes back late, since it sees none of that memory's size: hundreds of shards
 * would take gigabytes.
 */
import { allocate } from "lossgrad/arrays";
import { bytesOf, type Elements, type Held } from "../readers/dtypes.js";
import type { Rooms } from "./chunks.js";

/** Those that nobody uses, by dtype and length. */
const free = new Map<string, Elements[]>();
let freeBytes = 0;
/** Room of evaluations that differ: beyond this, it is left to the garbage collector. */
const MOST_FREE = 2 ** 26;

export const ROOMS: Rooms = { borrow, giveBack };

/** Room for some elements, which hold anything. */
function borrow(dtype: Held, length: number): Elements {
  const found = free.get(`${dtype} ${length}`)?.pop();
  if (!found) return allocate(dtype, length);
  freeBytes -= bytesOf(found).length;
  return found;
}

function giveBack(dtype: Held, room: Elements): void {
  const { length: bytes } = bytesOf(room);
  if (freeBytes + bytes > MOST_FREE) {
    free.clear();
    freeBytes = 0;
  }
  freeBytes += bytes;
  const key = `${dtype} ${room.length}`;
  const list = free.get(key) ?? [];
  free.set(key, list);
  list.push(room);
}
