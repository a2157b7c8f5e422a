/**
 * Typed arrays of a user's: what they are, where they lie and how long, whatever they say of
 * themselves.
 */
import type { DType } from "./dtype.js";

/** Any typed array, DataView apart. */
export type TypedData = ArrayBufferView & {
  readonly length: number;
  readonly [index: number]: number | bigint;
};

/** dtypes of typed arrays. Uint16Array holds halves, and somebody must say which. */
const DTYPES: Readonly<Record<string, DType>> = {
  Int8Array: "int8",
  Int16Array: "int16",
  Int32Array: "int32",
  BigInt64Array: "int64",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
  Float16Array: "float16",
  Float32Array: "float32",
  Float64Array: "float64",
};

const TYPED_ARRAY = /* @__PURE__ */ Object.getPrototypeOf(Int8Array.prototype) as object;

/**
 * The engine's own accessor of a property, of typed arrays mostly: a class that extends them, or a
 * property of one array, may say anything else. Called in this way it takes no longer than
 * `array.length` (8 ns on Node 20, measured); `Reflect.get` with a receiver takes ten times as
 * long.
 */
export function accessor(prototype: object, key: PropertyKey): (this: unknown) => unknown {
  return Reflect.get(Object.getOwnPropertyDescriptor(prototype, key)!, "get") as (this: unknown) => unknown;
}

const tag = /* @__PURE__ */ accessor(TYPED_ARRAY, Symbol.toStringTag);
const length = /* @__PURE__ */ accessor(TYPED_ARRAY, "length");
const buffer = /* @__PURE__ */ accessor(TYPED_ARRAY, "buffer");
const byteOffset = /* @__PURE__ */ accessor(TYPED_ARRAY, "byteOffset");
const byteLength = /* @__PURE__ */ accessor(TYPED_ARRAY, "byteLength");

/**
 * The typed array's own name, whatever class of a user's extends it; undefined for anything else, a
 * DataView too.
 */
export function nameOf(value: unknown): string | undefined {
  return tag.call(value) as string | undefined;
}

/**
 * How many elements the array has now: none where its buffer is gone or has shrunk away from under
 * it.
 */
export function lengthOf(data: TypedData): number {
  return length.call(data) as number;
}

/** The buffer that the array is a view of. */
export function bufferOf(data: TypedData): ArrayBufferLike {
  return buffer.call(data) as ArrayBufferLike;
}

/** Where in its buffer the array begins. */
export function byteOffsetOf(data: TypedData): number {
  return byteOffset.call(data) as number;
}

/** How many bytes the array's elements take up now. */
export function byteLengthOf(data: TypedData): number {
  return byteLength.call(data) as number;
}

/** The dtype of the elements; null where they are numbers of a type that no dtype has, or bits. */
export function dtypeOf(data: TypedData): DType | null {
  return DTYPES[nameOf(data)!] ?? null;
}

/** The dtypes that hold the numbers of types that no dtype has. */
const HOLDING: Readonly<Record<string, DType>> = {
  Uint16Array: "int32",
  Uint32Array: "int64",
  BigUint64Array: "int64",
};

/** The dtype of a tensor of `data`, whose elements are numbers of a type that no dtype has. */
export function holding(data: TypedData): DType {
  return HOLDING[nameOf(data)!];
}

/**
 * A view of a buffer that is gone has no elements, which would pass for an empty one. `word` says
 * whose it is.
 */
function checkAttached(caller: string, word: string, data: TypedData): void {
  if (lengthOf(data) > 0) return;
  try {
    // Throws where the buffer is gone, and where it has become too small for the array.
    Uint8Array.prototype.keys.call(data);
  } catch {
    throw new TypeError(
      `${caller}: expected ${word} in memory, got one whose buffer was detached or has shrunk. Where ` +
        "memory is not shared, its growth detaches the arrays that allocate() and array() gave: call " +
        "reserve(bytes) before the first of them, or allocate all of them up front. array() can also " +
        "be called again; what an array of allocate() held is lost",
    );
  }
}

declare const TAKEN: unique symbol;
/**
 * A view that `takeTyped` made, or the library itself: what computes asks for these, and never for
 * what a user gave.
 */
export type TakenData = TypedData & { readonly [TAKEN]: true };

type Kind = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TakenData;

/**
 * The elements that `data` has now, as a view of the engine's own class and of a fixed length: a
 * subclass may lie about its length, and an array over a buffer that grows becomes longer during a
 * call. Where the buffer shrinks later, the view has no elements.
 */
export function takeTyped(caller: string, word: string, data: TypedData): TakenData {
  checkAttached(caller, word, data);
  const kind = (globalThis as unknown as Record<string, Kind>)[nameOf(data)!];
  return new kind(bufferOf(data), byteOffsetOf(data), lengthOf(data));
}

/**
 * Throws where `data`, of which `length` elements were taken, has lost them since: by a getter that
 * shrank its buffer, say.
 */
export function checkKept(caller: string, word: string, data: TakenData, length: number): void {
  const now = lengthOf(data);
  if (now === length) return;
  throw new TypeError(
    `${caller}: expected ${word} to keep its ${length} elements during the call, got ${now}: its buffer ` +
      "was detached or shrank while options and operands were read",
  );
}
