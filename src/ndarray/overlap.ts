/**
 * Whether arrays share bytes. Buffers that are different objects may be one memory: the linear
 * memory has another buffer after each growth, and shared memory comes as a new SharedArrayBuffer
 * from each message, `structuredClone` or growth of a WebAssembly.Memory. All of them begin at the
 * same byte, so that offsets can be compared as addresses, once it is known that the memory is one.
 */
import { memory } from "../core/memory.js";
import { accessor, bufferOf, byteLengthOf, byteOffsetOf, type TypedData } from "./typed.js";

/** No byte in common, the very same bytes, or some. */
type Overlap = "none" | "same" | "part";

/** What `written` has in common with `read`. */
export function overlapOf(written: TypedData, read: TypedData): Overlap {
  const [a, b] = [byteOffsetOf(written), byteOffsetOf(read)];
  const [size, other] = [byteLengthOf(written), byteLengthOf(read)];
  if (a >= b + other || b >= a + size) return "none";
  if (!areOneMemory(bufferOf(written), bufferOf(read), Math.max(a, b))) return "none";
  return a === b && size === other ? "same" : "part";
}

/**
 * Whether two buffers are one memory. Byte `at`, which lies in both, is about to be written in
 * `written`.
 */
export function areOneMemory(written: ArrayBufferLike, read: ArrayBufferLike, at: number): boolean {
  if (written === read) return true;
  if (memory().owns(written) && memory().owns(read)) return true;
  return isShared(written) && isShared(read) && showsThrough(written, read, at);
}

const unsharedLength = /* @__PURE__ */ accessor(ArrayBuffer.prototype, "byteLength");

/**
 * Of another realm too, and where a page that is not isolated has shared memory without the name
 * SharedArrayBuffer.
 */
function isShared(buffer: ArrayBufferLike): boolean {
  try {
    unsharedLength.call(buffer);
    return false;
  } catch {
    return true;
  }
}

/**
 * Whether a change of a byte of `written` is one of `read`. Nothing else tells: no engine says of
 * two SharedArrayBuffers whether they are the same memory. Each bit is changed and changed back, so
 * that another thread that happens to write there is not taken for it. Two buffers that are apart
 * cost the first bit only.
 */
function showsThrough(written: ArrayBufferLike, read: ArrayBufferLike, at: number): boolean {
  const [to, from] = [new Uint8Array(written, at, 1), new Uint8Array(read, at, 1)];
  for (let bit = 1; bit < 256; bit <<= 1) {
    const before = Atomics.load(from, 0);
    Atomics.xor(to, 0, bit);
    const after = Atomics.load(from, 0);
    Atomics.xor(to, 0, bit);
    if ((before ^ after) !== bit) return false;
  }
  return true;
}
