/** Typed arrays that lie in the linear memory, where kernels read and write them in place. */
import { type DType, dtypes, checkDType, isComplex } from "../ndarray/dtype.js";
import type { TypedData } from "../ndarray/typed.js";
import { type HalfArray, viewOf } from "../ndarray/view.js";
import { describeValue } from "../core/describe.js";
import { memory } from "../core/memory.js";
import { Storage } from "../core/storage.js";
import { warn } from "../core/warnings.js";

/**
 * The arrays of `allocate`, by dtype. float16 gives a Float16Array where the engine has it, else a
 * HalfArray.
 */
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

/**
 * A typed array of `n` zeros in the linear memory: the losses read and write it in place, where any
 * other array is copied through a window of the size of a cache.
 *
 * It is freed when the array, and what `subarray` made of it, is garbage. A view that is made by
 * hand of `array.buffer` does not hold the memory: keep the array as long. Where memory cannot be
 * shared (a page that is not cross-origin isolated), the array is detached when the linear memory
 * grows beyond the 16 MiB that it begins with, by another `allocate` too. It then has no elements,
 * what it held and what is written to it is lost, and a loss refuses it; a warning says so once.
 * `reserve(bytes)` before the first array makes room.
 *
 * @throws TypeError for a dtype that is unknown, bool or complex; RangeError for a length that is
 *   no non-negative integer, and when the memory cannot hold the array
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
  memory().makeWindows();
  const storage = Storage.allocate(n * size, "user");
  if (!memory().shared) watch(storage);
  const array = viewOf(storage, dtype, storage.pin(), n) as Float32Array;
  array.fill((dtype === "int64" ? 0n : 0) as number);
  return array as AllocatedArrays[D];
}

/** Storages of arrays that somebody may still hold. */
let held = 0;
const released = /* @__PURE__ */ new FinalizationRegistry<null>(() => {
  held--;
});

/**
 * Counts an array of `storage`, and warns where growth detaches it: a write to it would be lost
 * without a word.
 */
function watch(storage: Storage): void {
  held++;
  released.register(storage, null);
  memory().onDetach ??= () => {
    // Later: a handler of the user's must not run in the middle of an operation.
    if (held > 0) queueMicrotask(warnOfDetached);
  };
}

function warnOfDetached(): void {
  warn(
    "allocate: the linear memory has grown, which detaches the arrays that allocate() gave before where memory is not " +
      "shared. They have no elements any more, and what is written to them is lost. Call reserve(bytes) before the first " +
      "of them, or allocate all of them up front",
  );
}
