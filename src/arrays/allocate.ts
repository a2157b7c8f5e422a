/** Typed arrays that lie in the linear memory, where kernels read and write them in place. */
import { type DType, dtypes, checkDType, isComplex } from "../array/dtype.js";
import type { TypedData } from "../array/typed.js";
import { describeValue } from "../core/describe.js";
import { memory } from "../core/memory.js";
import { outsideScopes } from "../core/scope.js";
import { Storage } from "../core/storage.js";

/** A Uint16Array of the bits of 16-bit floats that says which: it can be handed back as it is. */
export type HalfArray = Uint16Array & { readonly dtype: "float16" | "bfloat16" };

/** The arrays of `allocate`, by dtype. float16 gives a Float16Array where the engine has it, else a HalfArray. */
export interface AllocatedArrays {
  /** Numbers or bits, as the engine has it. */
  float16: TypedData;
  /** The upper halves of float32 numbers. */
  bfloat16: HalfArray;
  /** Single precision. */
  float32: Float32Array;
  /** Double precision. */
  float64: Float64Array;
  /** Signed bytes. */
  int8: Int8Array;
  /** Signed, two bytes. */
  int16: Int16Array;
  /** Signed, four bytes. */
  int32: Int32Array;
  /** Signed, eight bytes. */
  int64: BigInt64Array;
  /** Unsigned bytes. */
  uint8: Uint8Array;
}

/** Where an allocated array lies, and what keeps the place: the bytes are freed when nobody holds the storage any more. */
interface Place {
  readonly storage: Storage;
  readonly address: number;
}

/**
 * A property of allocated arrays. Asking for `array.buffer` would tell as much, but takes longer than the loss of a short array on
 * engines where it is a call (35 ns on Node 20, measured).
 */
const PLACE = Symbol("lossgrad.place");
type Placed = TypedData & { readonly [PLACE]?: Place };

/** Where `data` lies in the linear memory, if `allocate` made it or a part of it by `subarray`; else undefined. */
export function placeOf(data: TypedData): Place | undefined {
  return (data as Placed)[PLACE];
}

/** Two for each of four operands, and two for what is between them (weighted.ts). */
const WINDOWS = 10;

/** The engine's Float16Array; undefined where it has none. */
export const Float16Array = (globalThis as { Float16Array?: new (...parameters: unknown[]) => TypedData })
  .Float16Array;

/** Says of an array of bits what they are. */
export function tagHalf(array: Uint16Array, dtype: "float16" | "bfloat16"): HalfArray {
  return Object.defineProperty(array, "dtype", { value: dtype }) as HalfArray;
}

/**
 * A typed array of `n` zeros in the linear memory: the losses read and write it in place, where any other array is copied through a
 * window of the size of a cache.
 *
 * It is freed when the array, and what `subarray` made of it, is garbage. A view that is made by hand of `array.buffer` does not hold the
 * memory: keep the array as long. Where memory cannot be shared (a page that is not cross-origin isolated), the array is detached
 * when the linear memory grows, by another `allocate` too, and a loss says so: allocate once there, and take parts by `subarray`.
 *
 * @throws TypeError for a dtype that is unknown, bool or complex; RangeError for a length that is no non-negative integer, and when the
 *   memory cannot hold the array
 * @example
 * const prediction = allocate("float32", 3);
 * prediction.set([1, 2, 4]);
 * l1Loss(prediction, 1); // 1.3333333333333333
 */
export function allocate<D extends keyof AllocatedArrays>(dtype: D, n: number): AllocatedArrays[D] {
  checkDType("allocate", dtype);
  if ((dtype as DType) === "bool" || isComplex(dtype)) {
    throw new TypeError(`allocate: expected a dtype of real numbers, got ${dtype}`);
  }
  if (!Number.isInteger(n) || n < 0) {
    throw new RangeError(
      `allocate: expected a length that is a non-negative integer, got ${describeValue(n)}`,
    );
  }
  const { size } = dtypes[dtype];
  if (n * size >= 2 ** 32) {
    throw new RangeError(
      `allocate: expected less than 4 GiB, got ${n} elements of ${dtype}: ${n * size} bytes`,
    );
  }
  reserveWindows();
  // The array holds it, whatever scope is open.
  const storage = outsideScopes(() => Storage.allocate(n * size, "user"));
  const address = storage.pin();
  const own = dtypes[dtype].array;
  const make = dtype === "float16" ? (Float16Array ?? own) : own;
  const array = new make(memory().buffer, address, n) as Float32Array;
  array.fill((dtype === "int64" ? 0n : 0) as number);
  if (make === Uint16Array) tagHalf(array as never, dtype as "float16" | "bfloat16");
  return place(array, storage) as unknown as AllocatedArrays[D];
}

/** Windows of the losses, made before an array is: where memory cannot be shared, making one later might detach the array. */
function reserveWindows(): void {
  if (memory().shared) return;
  for (let index = 0; index < WINDOWS; index++) memory().window(index);
}

/** Ties `array` to the storage that it lies in. Its own `subarray` does the same to the parts that it makes. */
function place<A extends Uint8Array | Float32Array>(array: A, storage: Storage): A {
  Object.defineProperty(array, PLACE, { value: { storage, address: array.byteOffset } satisfies Place });
  return Object.defineProperty(array, "subarray", { value: subarrayInPlace });
}

function subarrayInPlace(this: Uint8Array, begin?: number, end?: number): Uint8Array {
  const part = Uint8Array.prototype.subarray.call(this, begin, end);
  const { dtype } = this as unknown as Partial<HalfArray>;
  if (dtype !== undefined) tagHalf(part as never, dtype);
  return place(part, placeOf(this)!.storage);
}
