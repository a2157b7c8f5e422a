/**
 * Seeded operands by their bits, made of integers alone: every engine has the same ones, and none
 * rounds anything.
 */
import type { DType } from "lossgrad";

/**
 * Elements as `tensor` reads them beside a dtype: halves by their bits, complex numbers as
 * interleaved pairs.
 */
export type Elements =
  | Int8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/**
 * What an operand holds.
 *
 *     plain     numbers about 1, half of them of few bits, so that differences meet 0, 1/2 and 1; zeros of both signs, subnormals
 *     extreme   any finite number: differences and sums that overflow or cancel
 *     special   plain, with infinities and NaNs in between
 */
export type Kind = "plain" | "extreme" | "special";
export const KINDS: readonly Kind[] = ["plain", "extreme", "special"];

type FloatDType = "float16" | "bfloat16" | "float32" | "float64";

/**
 * Where exponent and fraction lie in the word that has the sign; below a float64's fraction there
 * are 32 bits more.
 */
interface Layout {
  /** The exponent of Inf and NaN. */
  readonly top: number;
  /** The places of 1 in the exponent, and of the sign. */
  readonly one: number;
  readonly sign: number;
}

function layout(exponent: number, fraction: number): Layout {
  return { top: 2 ** exponent - 1, one: 2 ** fraction, sign: 2 ** (exponent + fraction) };
}

const LAYOUTS: Readonly<Record<FloatDType, Layout>> = {
  float16: layout(5, 10),
  bfloat16: layout(8, 7),
  float32: layout(8, 23),
  float64: layout(11, 20),
};

const INTEGERS = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
} as const;

/** mulberry32, its state kept as an integer. */
class Bits {
  constructor(private state: number) {}

  /** 32 bits. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  below(n: number): number {
    return this.next() % n;
  }
}

/** The upper word of an element, which has the sign; `random` is the one below a float64's. */
function drawWord(bits: Bits, { top, one, sign }: Layout, kind: Kind): number {
  const [random, choice] = [bits.next(), bits.below(64)];
  const place = (exponent: number, mantissa: number): number =>
    (random >>> 31) * sign + exponent * one + mantissa;
  const mantissa = random & (one - 1);
  // An infinity; a NaN, quiet or signalling, with any payload.
  if (kind === "special" && choice < 6) return place(top, choice < 3 ? 0 : mantissa | 1);
  if (choice > 59) return place(0, choice > 61 ? 0 : mantissa);
  if (kind === "extreme") return place(bits.below(top), mantissa);
  const near = top >> 1;
  if (choice % 2 === 0) return place(near - 4 + bits.below(8), mantissa);
  return place(near - 1 + bits.below(2), mantissa & (one - (one >> 2)));
}

function floats(dtype: FloatDType, kind: Kind, n: number, seed: number): Elements {
  const bits = new Bits(seed);
  const form = LAYOUTS[dtype];
  if (dtype !== "float64") {
    const words = dtype === "float32" ? new Uint32Array(n) : new Uint16Array(n);
    for (let i = 0; i < n; i++) words[i] = drawWord(bits, form, kind);
    return words instanceof Uint16Array ? words : new Float32Array(words.buffer);
  }
  const words = new Uint32Array(2 * n);
  for (let i = 0; i < n; i++) {
    words[2 * i + 1] = drawWord(bits, form, kind);
    // Infinities, zeros and numbers of few bits have no lower bits.
    words[2 * i] = (words[2 * i + 1] & ((form.one >> 2) - 1)) === 0 ? 0 : bits.next();
  }
  return new Float64Array(words.buffer);
}

/** Any integers; plain ones are 0 to 63, whose differences do not wrap. */
function integers(dtype: keyof typeof INTEGERS, kind: Kind, n: number, seed: number): Elements {
  const bits = new Bits(seed);
  const elements = new INTEGERS[dtype](n);
  const bytes = bytesOf(elements);
  const { BYTES_PER_ELEMENT: size } = elements;
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = kind !== "plain" ? bits.next() : i % size === 0 ? bits.below(64) : 0;
  }
  return elements;
}

const drawn = new Map<string, Elements>();

/** What `draw` gives, drawn once: every loss has the same operands. */
function once(key: string, draw: () => Elements): Elements {
  const known = drawn.get(key);
  if (known) return known;
  const fresh = draw();
  drawn.set(key, fresh);
  return fresh;
}

/** `n` elements of `dtype`: the same for the same arguments, and not to be written. */
export function elements(dtype: DType, kind: Kind, n: number, seed: number): Elements {
  return once(`${dtype} ${kind} ${n} ${seed}`, () => {
    if (dtype === "complex64") return floats("float32", kind, 2 * n, seed);
    if (dtype === "complex128") return floats("float64", kind, 2 * n, seed);
    return dtype in INTEGERS
      ? integers(dtype as keyof typeof INTEGERS, kind, n, seed)
      : floats(dtype as FloatDType, kind, n, seed);
  });
}

/** `n` elements beside those of `elements` for `seed`: an eighth of them are the same ones. */
export function elementsBeside(dtype: DType, kind: Kind, n: number, seed: number): Elements {
  return once(`${dtype} ${kind} ${n} beside ${seed}`, () => {
    const first = elements(dtype, kind, n, seed);
    const second = elements(dtype, kind, n, ~seed).slice();
    const bits = new Bits(seed ^ 0x5bd1e995);
    const [from, to] = [bytesOf(first), bytesOf(second)];
    const size = first.BYTES_PER_ELEMENT;
    for (let i = 0; i < to.length; i += size) {
      if (bits.below(8) === 0) to.set(from.subarray(i, i + size), i);
    }
    return second;
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: Elements): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
