/**
 * How states of sums are written, as bytes and as JSON: what accumulators and metrics share. A state
 * begins with a header, and a checksum of the rest.
 *
 *     bytes   0   4  magic, which says what it is a state of
 *             4   4  version
 *             8   4  length of the whole
 *            12   4  CRC-32 of all that follows
 *
 * All numbers are little-endian. An exact sum is
 *
 *             4  exponent (signed)
 *             4  number of digits, negative for a negative integer
 *          4 · n  digits of the integer in base 2^32, the lowest first
 *         3 · 8  how many +Infinity, -Infinity and NaN
 */
import { describeValue } from "../core/describe.js";
import { exactSumOf, type ExactValue } from "../core/exact-value.js";
import { nameOf, takeTyped, type TypedData } from "../ndarray/typed.js";

/** An exact sum in JSON: integer · 2^exponent, and how many numbers were not finite. */
export interface ExactSumJSON {
  /** A decimal number, odd or 0. */
  integer: string;
  /** The power of two that it is multiplied by. */
  exponent: number;
  /** How many numbers were +Infinity. */
  positiveInfinity: number;
  /** How many numbers were -Infinity. */
  negativeInfinity: number;
  /** How many numbers were NaN. */
  nan: number;
}

/** What a header says. */
export interface Format {
  /** Four letters. */
  readonly magic: string;
  readonly version: number;
  /** What it is a state of, for messages. */
  readonly noun: string;
  /** What JSON calls it. */
  readonly name: string;
}

const HEADER = 16;
/** Digits of the largest sum: 2^2151 in units of 2^-1074. */
const MOST_DIGITS = 68;
const DECIMAL = /^(0|-?[1-9][0-9]{0,699})$/;

/** An error of reading a state, which no part of it survives. */
export function refused(caller: string, expected: string, got: string): RangeError {
  return new RangeError(`${caller}: expected ${expected}, got ${got}`);
}

/** Takes what a state says, one thing after another. */
export class Writer {
  private readonly bytes: number[] = [];

  /** Appends an integer in two's complement. */
  integer(size: number, value: number | bigint): void {
    let rest = BigInt(value);
    for (let i = 0; i < size; i++, rest >>= 8n) this.bytes.push(Number(rest & 0xffn));
  }

  float(value: number): void {
    const float = new DataView(new ArrayBuffer(8));
    float.setFloat64(0, value, true);
    this.integer(8, float.getBigUint64(0, true));
  }

  /** A text, behind its length of `size` bytes. */
  text(text: string, size = 2): void {
    const encoded = new TextEncoder().encode(text);
    this.integer(size, encoded.length);
    for (const byte of encoded) this.bytes.push(byte);
  }

  sum({ integer, exponent, ...specials }: ExactValue): void {
    const size = integer < 0n ? -integer : integer;
    const digits = Math.ceil(size === 0n ? 0 : size.toString(16).length / 8);
    this.integer(4, exponent);
    this.integer(4, integer < 0n ? -digits : digits);
    this.integer(4 * digits, size);
    this.integer(8, specials.positiveInfinity);
    this.integer(8, specials.negativeInfinity);
    this.integer(8, specials.nan);
  }

  /** The state behind its header. */
  finish({ magic, version }: Format): Uint8Array<ArrayBuffer> {
    const { bytes } = this;
    const state = new Uint8Array(HEADER + bytes.length);
    state.set(bytes, HEADER);
    for (let i = 0; i < 4; i++) state[i] = magic.charCodeAt(i);
    const view = new DataView(state.buffer);
    view.setUint32(4, version, true);
    view.setUint32(8, state.length, true);
    view.setUint32(12, checksumOf(bytes), true);
    return state;
  }
}

/** CRC-32, as of zip and PNG. */
function checksumOf(bytes: Iterable<number>): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

/** The checksum in the header of a state, in hexadecimal. */
export function hexChecksum(state: Uint8Array<ArrayBuffer>): string {
  return new DataView(state.buffer).getUint32(12, true).toString(16).padStart(8, "0");
}

/** The bytes of a state, whose header is right. */
export function takeState(caller: string, format: Format, given: unknown): Uint8Array<ArrayBuffer> {
  if (nameOf(given) !== "Uint8Array") {
    throw new TypeError(`${caller}: expected a Uint8Array, got ${describeValue(given)}`);
  }
  const bytes = Uint8Array.from(takeTyped(caller, "bytes", given as TypedData) as ArrayLike<number>);
  checkHeader(caller, format, bytes);
  return bytes;
}

function checkHeader(caller: string, format: Format, bytes: Uint8Array): void {
  if (bytes.length < HEADER) {
    throw refused(caller, `a state of more than ${HEADER} bytes`, `${bytes.length} bytes`);
  }
  const { magic, noun } = format;
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== magic) {
    throw refused(caller, `the bytes of ${noun}, which begin with "${magic}"`, "others");
  }
  const view = new DataView(bytes.buffer);
  checkVersion(caller, format, view.getUint32(4, true));
  const length = view.getUint32(8, true);
  if (length !== bytes.length) {
    throw refused(caller, `a state of ${length} bytes, as it says`, `${bytes.length} bytes`);
  }
  if (view.getUint32(12, true) !== checksumOf(bytes.subarray(HEADER))) throw corrupt(caller);
}

function checkVersion(caller: string, { version: known }: Format, version: unknown): void {
  if (version === known) return;
  const newer = typeof version === "number" && version > known;
  const way = newer ? "; a newer lossgrad wrote it, and reads it" : "";
  throw refused(caller, `a state of version ${known}`, `version ${describeValue(version)}${way}`);
}

export function corrupt(caller: string): RangeError {
  return refused(
    caller,
    "a state as it was written",
    "one whose checksum differs: it was changed on its way",
  );
}

/** Throws unless `written`, the state that was read as it is written now, are the bytes it was. */
export function checkCanonical(caller: string, written: Uint8Array, bytes: Uint8Array): void {
  // One way to write a state is right: zeros in front, other orders and bytes behind are not.
  if (written.length === bytes.length && written.every((byte, i) => byte === bytes[i])) return;
  throw refused(caller, "a state as toBytes writes it", "one that is written in another way");
}

/** Takes a state's bytes one after another. */
export class Reader {
  private at = HEADER;

  constructor(
    private readonly caller: string,
    private readonly bytes: Uint8Array,
  ) {}

  /** How many bytes are left. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  private take(size: number): Uint8Array {
    const end = this.at + size;
    if (end > this.bytes.length) {
      throw refused(
        this.caller,
        "a whole state",
        `one that ends in the middle, at byte ${this.bytes.length}`,
      );
    }
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  private integer(size: number): bigint {
    return this.take(size).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  unsigned(size: number): number {
    return Number(this.integer(size));
  }

  private signed(): number {
    return Number(BigInt.asIntN(32, this.integer(4)));
  }

  float(): number {
    const bytes = this.take(8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
  }

  text(size = 2): string {
    return new TextDecoder().decode(this.take(this.unsigned(size)));
  }

  sum(): ExactValue {
    const exponent = this.signed();
    const digits = this.signed();
    if (Math.abs(digits) > MOST_DIGITS) {
      throw refused(this.caller, `a sum of at most ${MOST_DIGITS} digits`, `${digits}`);
    }
    const size = this.integer(4 * Math.abs(digits));
    return {
      integer: digits < 0 ? -size : size,
      exponent,
      positiveInfinity: this.unsigned(8),
      negativeInfinity: this.unsigned(8),
      nan: this.unsigned(8),
    };
  }
}

/** The object that `toJSON` gave, of the right format and version, with what else it has. */
export function takeJSON(caller: string, known: Format, given: unknown): Record<string, unknown> {
  if (typeof given === "string") {
    throw new TypeError(`${caller}: expected an object, got a string; pass JSON.parse(text)`);
  }
  const json = recordOf(caller, "an object", given);
  const { format, version } = json;
  if (format !== known.name) throw refused(caller, `format "${known.name}"`, describeValue(format));
  checkVersion(caller, known, version);
  return json;
}

export function sumToJSON(sum: ExactValue): ExactSumJSON {
  return { ...sum, integer: String(sum.integer) };
}

/** JSON has no Infinity and no NaN. */
export function shown(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

export function recordOf(caller: string, word: string, value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new TypeError(`${caller}: expected ${word} as toJSON gives it, got ${describeValue(value)}`);
}

export function sumFromJSON(caller: string, word: string, value: unknown): ExactValue {
  const { integer, exponent, positiveInfinity, negativeInfinity, nan } = recordOf(caller, word, value);
  if (typeof integer !== "string" || !DECIMAL.test(integer)) {
    throw refused(
      caller,
      `${word}.integer to be a decimal number as text`,
      describeValue(integer).slice(0, 80),
    );
  }
  const numbers = { exponent, positiveInfinity, negativeInfinity, nan } as Omit<ExactValue, "integer">;
  return { integer: BigInt(integer), ...numbers };
}

/** Throws unless the sum is one of `count` numbers. */
export function checkSum(caller: string, word: string, sum: ExactValue, count: number): void {
  const { integer, exponent, positiveInfinity, negativeInfinity, nan } = sum;
  checkCount(caller, `${word}.positiveInfinity`, positiveInfinity);
  checkCount(caller, `${word}.negativeInfinity`, negativeInfinity);
  checkCount(caller, `${word}.nan`, nan);
  const special = positiveInfinity + negativeInfinity + nan;
  const isCanonical = integer === 0n ? exponent === 0 : (integer & 1n) === 1n;
  const isPossible = Number.isInteger(exponent) && exactSumOf(sum) !== null;
  if (isCanonical && isPossible && special <= count && (integer === 0n || special < count)) return;
  throw refused(
    caller,
    `${word} to be a sum of ${count} numbers, an odd integer times 2^exponent`,
    "another",
  );
}

export function checkCount(caller: string, word: string, value: unknown): void {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0)) return;
  throw refused(caller, `${word} to be a whole number from 0 up`, describeValue(value));
}
