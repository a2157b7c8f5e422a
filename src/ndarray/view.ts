/**
 * Typed arrays over the linear memory that a user may keep: each holds the storage that it lies in.
 */
import { memory } from "../core/memory.js";
import type { Storage } from "../core/storage.js";
import { type DType, dtypes } from "./dtype.js";
import { bufferOf, byteOffsetOf, lengthOf, type TypedData } from "./typed.js";

/** A Uint16Array of the bits of 16-bit floats that says which: it can be handed back as it is. */
export type HalfArray = Uint16Array & { readonly dtype: "float16" | "bfloat16" };

/** The engine's Float16Array; undefined where it has none. */
export const Float16Array = (globalThis as { Float16Array?: new (...parameters: unknown[]) => TypedData })
  .Float16Array;

/** Says of an array of bits what they are. */
export function tagHalf(array: Uint16Array, dtype: "float16" | "bfloat16"): HalfArray {
  return Object.defineProperty(array, "dtype", { value: dtype }) as HalfArray;
}

/**
 * Where a view lies, and what keeps the place: nobody else gets the bytes as long as somebody holds
 * the storage.
 */
export interface Place {
  /** The view itself: another array may inherit the property from it. */
  readonly view: TypedData;
  readonly storage: Storage;
  readonly address: number;
  readonly length: number;
}

/**
 * A property of views. Asking for `view.buffer` would tell as much, but takes longer than the loss
 * of a short array on engines where it is a call (35 ns on Node 20, measured).
 */
const PLACE = Symbol("lossgrad.place");
type Placed = TypedData & { readonly [PLACE]?: Place };

/**
 * Where `data` lies in the linear memory, if `viewOf` made it or a part of it by `subarray`; else
 * undefined.
 */
export function placeOf(data: TypedData): Place | undefined {
  const { [PLACE]: found } = data as Placed;
  return found?.view === data ? found : undefined;
}

/**
 * `n` numbers at `address`, which `storage.pin()` gave or a view lies behind. Halves are a
 * Float16Array where the engine has it.
 */
export function viewOf(storage: Storage, dtype: DType, address: number, n: number): TypedData {
  const { array } = dtypes[dtype];
  const make = dtype === "float16" ? (Float16Array ?? array) : array;
  const view = new make(memory().buffer, address, n) as Uint8Array;
  if ((make as unknown) === Uint16Array) tagHalf(view as never, dtype as HalfArray["dtype"]);
  return place(view, storage);
}

/** One for all views: to make it anew takes as long as to make a view (measured). */
const SUBARRAY = { value: subarrayInPlace };

/**
 * Ties `view` to the storage that it lies in. Its own `subarray` does the same to the parts that it
 * makes.
 */
function place<A extends Uint8Array>(view: A, storage: Storage): A {
  const value: Place = { view, storage, address: byteOffsetOf(view), length: lengthOf(view) };
  Object.defineProperty(view, PLACE, { value });
  return Object.defineProperty(view, "subarray", SUBARRAY);
}

function subarrayInPlace(this: Uint8Array, begin?: number, end?: number): Uint8Array {
  const part = Uint8Array.prototype.subarray.call(this, begin, end);
  const found = placeOf(this);
  // The method may be called on another array, and a `constructor` of the user's may make its parts
  // elsewhere.
  if (!found || bufferOf(part) !== bufferOf(this)) return part;
  const { dtype } = this as unknown as Partial<HalfArray>;
  if (dtype !== undefined) tagHalf(part as never, dtype);
  return place(part, found.storage);
}
