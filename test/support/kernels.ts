/**
 * The kernels of both binaries over memories of their own: numbers as they are stored, sentinels,
 * comparison bit by bit.
 */
import { moduleFor } from "../../src/core/binary.js";
import { fromFloat16, toBfloat16, toFloat16 } from "./halves.js";
import { HAS_SHARED_MEMORY } from "./sharing.js";
import { SLOW } from "./slow.js";

/** How an element lies in memory. */
export type Tag = "f16" | "bf16" | "f32" | "f64" | "i8" | "i16" | "i32" | "i64" | "u8" | "bool";
export type Stored =
  | Int8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;
export type Value = number | bigint;
type Kernel = (...args: Value[]) => number | bigint | undefined;

const ARRAYS: Record<Tag, new (length: number) => Stored> = {
  f16: Uint16Array,
  bf16: Uint16Array,
  f32: Float32Array,
  f64: Float64Array,
  i8: Int8Array,
  i16: Int16Array,
  i32: Int32Array,
  i64: BigInt64Array,
  u8: Uint8Array,
  bool: Uint8Array,
};

/**
 * Numbers as they are stored, each rounded to the type; f16 by way of float32, as the kernels
 * compute.
 */
export function store(tag: Tag, values: readonly Value[]): Stored {
  const stored: Record<number, Value> & Stored = new ARRAYS[tag](values.length);
  values.forEach((value, i) => {
    if (tag === "f16") stored[i] = toFloat16(Math.fround(value as number));
    else if (tag === "bf16") stored[i] = toBfloat16(value as number);
    else stored[i] = value;
  });
  return stored;
}

/** The numbers that stored elements stand for. */
export function read(tag: Tag, stored: Stored): Value[] {
  if (tag === "f16") return Array.from(stored as Uint16Array, fromFloat16);
  // A bfloat16 is the upper half of a float32.
  if (tag === "bf16")
    return Array.from(new Float32Array(Uint32Array.from(stored as Uint16Array, (bits) => bits << 16).buffer));
  return Array.from<Value>(stored as Iterable<Value>);
}

/**
 * A byte that no kernel writes by chance twice in a row; as a float of any type, an ordinary
 * number.
 */
const SENTINEL = 0xa5;
const SENTINELS = 0xa5a5a5a5;
/** Bytes before and after an output that must stay as they were. */
export const GUARD = 32;
const PAGES = 24;

export type Words = Uint8Array | Uint16Array | Uint32Array;

/** One of the binaries, with a memory of its own. */
export class Backend {
  readonly kernels: Readonly<Record<string, Kernel>>;
  readonly bytes: Uint8Array;
  private readonly words: Readonly<Record<number, Words>>;

  constructor(
    readonly name: string,
    shared: boolean,
  ) {
    const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared });
    const instance = new WebAssembly.Instance(moduleFor(shared)!, { env: { memory } });
    this.kernels = instance.exports as Record<string, Kernel>;
    this.bytes = new Uint8Array(memory.buffer);
    const wide = new Uint32Array(memory.buffer);
    this.words = { 1: this.bytes, 2: new Uint16Array(memory.buffer), 4: wide, 8: wide };
  }

  write(address: number, stored: Stored, words = wordsOf(stored)): void {
    this.words[stored.BYTES_PER_ELEMENT].set(words, address / words.BYTES_PER_ELEMENT);
  }

  /** A copy of `n` elements. */
  readAt(tag: Tag, address: number, n: number): Stored {
    const stored = new ARRAYS[tag](n);
    new Uint8Array(stored.buffer).set(this.bytes.subarray(address, address + stored.byteLength));
    return stored;
  }

  fill(address: number, length: number): void {
    this.bytes.fill(SENTINEL, address, address + length);
  }

  /** The first byte in [address, address + length) that is not the sentinel, or -1. */
  firstTouched(address: number, length: number): number {
    for (let i = address; i < address + length; i++) if (this.bytes[i] !== SENTINEL) return i;
    return -1;
  }

  /** Whether bytes [0, length) are sentinels. */
  isBlank(length: number): boolean {
    const words = this.words[4];
    const whole = length >> 2;
    for (let i = 0; i < whole; i++) if (words[i] !== SENTINELS) return false;
    return this.firstTouched(whole * 4, length % 4) < 0;
  }

  /**
   * The first element that differs in its bits from `expected`, or -1. Any NaN equals any other.
   */
  firstDifference(tag: Tag, address: number, expected: Stored, words = wordsOf(expected)): number {
    const memory = this.words[expected.BYTES_PER_ELEMENT];
    const start = address / words.BYTES_PER_ELEMENT;
    const perElement = expected.BYTES_PER_ELEMENT / words.BYTES_PER_ELEMENT;
    for (let i = 0; i < words.length; i++) {
      if (memory[start + i] === words[i]) continue;
      const element = Math.floor(i / perElement);
      const first = element * perElement;
      if (!isNaNIn(tag, memory, start + first) || !isNaNIn(tag, words, first)) return element;
    }
    return -1;
  }
}

/** Whether the element whose first word is words[i] is NaN. */
function isNaNIn(tag: Tag, words: Words, i: number): boolean {
  switch (tag) {
    case "f16":
      return (words[i] & 0x7fff) > 0x7c00;
    case "bf16":
      return (words[i] & 0x7fff) > 0x7f80;
    case "f32":
      return (words[i] & 0x7fffffff) > 0x7f800000;
    case "f64": {
      const high = words[i + 1] & 0x7fffffff;
      return high > 0x7ff00000 || (high === 0x7ff00000 && words[i] !== 0);
    }
    default:
      return false;
  }
}

/** The elements as unsigned words of their size, 64-bit ones as two. */
export function wordsOf(stored: Stored): Words {
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: size } = stored;
  if (size === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  return size === 2
    ? new Uint16Array(buffer, byteOffset, byteLength / 2)
    : new Uint32Array(buffer, byteOffset, byteLength / 4);
}

/** Both binaries, where the engine has shared memory at all. */
export const backends: readonly Backend[] = [
  new Backend("lossgrad.wasm", false),
  ...(HAS_SHARED_MEMORY ? [new Backend("lossgrad.threads.wasm", true)] : []),
];

/**
 * The binary that this run tries at every length and alignment: they differ in one byte, which says
 * what memory they import (the build checks it), so that one of them is left to test:slow.
 */
export const backend: Backend = backends[SLOW ? backends.length - 1 : 0];

/** Every length from 0 past twice the unroll of 8 vectors of 4 lanes. */
export const LENGTHS: readonly number[] = Array.from({ length: 68 }, (_, n) => n);
/**
 * Whether operands of `n` elements are tried at every alignment in this run. WebAssembly's loads
 * and stores take any address, so that the suite tries some lengths: without a vector, with one and
 * more, with whole turns and tails.
 */
export function isAtEveryAlignment(n: number): boolean {
  return SLOW || [0, 1, 7, 8, 19, 33, 67, 551].includes(n);
}
/** About the library's block, see src/core/memory.ts. */
export const BLOCK_EDGES: readonly number[] = SLOW ? [16383, 16384, 16385] : [16385];

export function show(value: Value | undefined): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
