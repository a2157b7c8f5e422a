/**
 * The state of an accumulator as bytes and as JSON. Both are canonical: accumulators that took the
 * same elements in, in whatever cut and order, write the same.
 *
 *     bytes   0   4  "LGAC"
 *             4   4  version
 *             8   4  length of the whole
 *            12   4  CRC-32 of all that follows
 *            16   8  count
 *            24   …  sum, weights: each is
 *                        4  exponent (signed)
 *                        4  number of digits, negative for a negative integer
 *                     4 · n  digits of the integer in base 2^32, the lowest first
 *                    3 · 8  how many +Infinity, -Infinity and NaN
 *             …   …  name of the loss; 2 bytes: number of parameters; of each its name and a float64.
 *                    A name is 2 bytes of length, and UTF-8
 *
 * All numbers are little-endian. JSON has the same fields, and the checksum of the bytes that they
 * make; what stands under `approximately` is for people and is never read.
 */
import { describeValue } from "../core/describe.js";
import { exactSumOf, type ExactValue } from "../core/exact-value.js";
import { takeTyped, nameOf, type TypedData } from "../ndarray/typed.js";

/** All that an accumulator knows. */
export interface AccumulatorState {
  readonly loss: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly count: number;
  readonly sum: ExactValue;
  readonly weights: ExactValue;
}

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

/** What `JSON.stringify` writes of an accumulator. */
export interface LossAccumulatorJSON {
  /** "lossgrad.LossAccumulator". */
  format: string;
  /** Version of the format. */
  version: number;
  /** Name of the loss. */
  loss: string;
  /** Its parameter by name. */
  parameters: Record<string, number>;
  /** Number of elements. */
  count: number;
  /** Sum of the terms. */
  sum: ExactSumJSON;
  /** Sum of the weights. */
  weights: ExactSumJSON;
  /** CRC-32 of the state as bytes, in hexadecimal. */
  checksum: string;
  /** For people; not read. What is not finite is a word. */
  approximately: { sum: number | string; mean: number | string };
}

const VERSION = 1;
const FORMAT = "lossgrad.LossAccumulator";
const MAGIC = [0x4c, 0x47, 0x41, 0x43];
const HEADER = 16;
/** Digits of the largest sum: 2^2151 in units of 2^-1074. */
const MOST_DIGITS = 68;
const DECIMAL = /^(0|-?[1-9][0-9]{0,699})$/;

/** An error of reading a state, which no part of it survives. */
function refused(caller: string, expected: string, got: string): RangeError {
  return new RangeError(`${caller}: expected ${expected}, got ${got}`);
}

export function toBytes(state: AccumulatorState): Uint8Array<ArrayBuffer> {
  const body: number[] = [];
  put(body, 8, state.count);
  putSum(body, state.sum);
  putSum(body, state.weights);
  putText(body, state.loss);
  const names = Object.keys(state.parameters).sort();
  put(body, 2, names.length);
  for (const name of names) {
    putText(body, name);
    const float = new DataView(new ArrayBuffer(8));
    float.setFloat64(0, state.parameters[name], true);
    put(body, 8, float.getBigUint64(0, true));
  }
  const head = [...MAGIC];
  put(head, 4, VERSION);
  put(head, 4, HEADER + body.length);
  put(head, 4, checksumOf(body));
  return Uint8Array.of(...head, ...body);
}

/** Appends an integer in two's complement. */
function put(bytes: number[], size: number, value: number | bigint): void {
  let rest = BigInt(value);
  for (let i = 0; i < size; i++, rest >>= 8n) bytes.push(Number(rest & 0xffn));
}

function putText(bytes: number[], text: string): void {
  const encoded = new TextEncoder().encode(text);
  put(bytes, 2, encoded.length);
  bytes.push(...encoded);
}

function putSum(bytes: number[], { integer, exponent, ...specials }: ExactValue): void {
  const digits: number[] = [];
  for (let rest = integer < 0n ? -integer : integer; rest > 0n; rest >>= 32n)
    put(digits, 4, rest & 0xffffffffn);
  put(bytes, 4, exponent);
  put(bytes, 4, integer < 0n ? -digits.length / 4 : digits.length / 4);
  bytes.push(...digits);
  put(bytes, 8, specials.positiveInfinity);
  put(bytes, 8, specials.negativeInfinity);
  put(bytes, 8, specials.nan);
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

/** Reads what `toBytes` wrote; throws at anything else. */
export function fromBytes(caller: string, given: unknown): AccumulatorState {
  if (nameOf(given) !== "Uint8Array") {
    throw new TypeError(`${caller}: expected a Uint8Array, got ${describeValue(given)}`);
  }
  const bytes = Uint8Array.from(takeTyped(caller, "bytes", given as TypedData) as ArrayLike<number>);
  checkHeader(caller, bytes);
  const reader = new Reader(caller, bytes);
  const count = reader.unsigned(8);
  const [sum, weights] = [reader.sum(), reader.sum()];
  const loss = reader.text();
  const parameters: [string, number][] = [];
  for (let left = reader.unsigned(2); left > 0; left--) parameters.push([reader.text(), reader.float()]);
  const state = { loss, parameters: Object.fromEntries(parameters), count, sum, weights };
  checkState(caller, state);
  // One way to write a state is right: zeros in front, other orders and bytes behind are not.
  const canonical = toBytes(state);
  if (canonical.length !== bytes.length || canonical.some((byte, i) => byte !== bytes[i])) {
    throw refused(caller, "a state as toBytes writes it", "one that is written in another way");
  }
  return state;
}

function checkHeader(caller: string, bytes: Uint8Array): void {
  if (bytes.length < HEADER) {
    throw refused(caller, `a state of more than ${HEADER} bytes`, `${bytes.length} bytes`);
  }
  if (!MAGIC.every((byte, i) => byte === bytes[i])) {
    throw refused(caller, 'the bytes of an accumulator, which begin with "LGAC"', "others");
  }
  const view = new DataView(bytes.buffer);
  checkVersion(caller, view.getUint32(4, true));
  const length = view.getUint32(8, true);
  if (length !== bytes.length) {
    throw refused(caller, `a state of ${length} bytes, as it says`, `${bytes.length} bytes`);
  }
  if (view.getUint32(12, true) !== checksumOf(bytes.subarray(HEADER))) throw corrupt(caller);
}

function checkVersion(caller: string, version: unknown): void {
  if (version === VERSION) return;
  const newer = typeof version === "number" && version > VERSION;
  const way = newer ? "; a newer lossgrad wrote it, and reads it" : "";
  throw refused(caller, `a state of version ${VERSION}`, `version ${describeValue(version)}${way}`);
}

function corrupt(caller: string): RangeError {
  return refused(
    caller,
    "a state as it was written",
    "one whose checksum differs: it was changed on its way",
  );
}

/** Takes a state's bytes one after another. */
class Reader {
  private at = HEADER;

  constructor(
    private readonly caller: string,
    private readonly bytes: Uint8Array,
  ) {}

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

  text(): string {
    return new TextDecoder().decode(this.take(this.unsigned(2)));
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

export function toJSON(state: AccumulatorState, sum: number, mean: number): LossAccumulatorJSON {
  return {
    format: FORMAT,
    version: VERSION,
    loss: state.loss,
    parameters: { ...state.parameters },
    count: state.count,
    sum: { ...state.sum, integer: String(state.sum.integer) },
    weights: { ...state.weights, integer: String(state.weights.integer) },
    checksum: hexChecksum(state),
    approximately: { sum: shown(sum), mean: shown(mean) },
  };
}

/** JSON has no Infinity and no NaN. */
function shown(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function hexChecksum(state: AccumulatorState): string {
  return checksumOf(toBytes(state).subarray(HEADER)).toString(16).padStart(8, "0");
}

/** Reads what `toJSON` gave, each property once; throws at anything else. */
export function fromJSON(caller: string, given: unknown): AccumulatorState {
  if (typeof given === "string") {
    throw new TypeError(`${caller}: expected an object, got a string; pass JSON.parse(text)`);
  }
  const { format, version, loss, parameters, count, sum, weights, checksum } = recordOf(
    caller,
    "an object",
    given,
  );
  if (format !== FORMAT) throw refused(caller, `format "${FORMAT}"`, describeValue(format));
  checkVersion(caller, version);
  if (typeof loss !== "string") throw refused(caller, "loss to be a name", describeValue(loss));
  const state = {
    loss,
    parameters: { ...recordOf(caller, "parameters", parameters) } as Record<string, number>,
    count: count as number,
    sum: readSum(caller, "sum", sum),
    weights: readSum(caller, "weights", weights),
  };
  checkState(caller, state);
  if (checksum !== hexChecksum(state)) throw corrupt(caller);
  return state;
}

function recordOf(caller: string, word: string, value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new TypeError(`${caller}: expected ${word} as toJSON gives it, got ${describeValue(value)}`);
}

function readSum(caller: string, word: string, value: unknown): ExactValue {
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

/** Throws unless the state is one that additions can lead to. */
function checkState(caller: string, state: AccumulatorState): void {
  const { count, parameters } = state;
  checkCount(caller, "count", count);
  for (const [name, value] of Object.entries(parameters)) {
    if (!Number.isFinite(value)) {
      throw refused(
        caller,
        `parameter ${describeValue(name).slice(0, 80)} to be finite`,
        describeValue(value),
      );
    }
  }
  for (const word of ["sum", "weights"] as const) checkSum(caller, word, state[word], count);
}

function checkSum(caller: string, word: string, sum: ExactValue, count: number): void {
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

function checkCount(caller: string, word: string, value: unknown): void {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0)) return;
  throw refused(caller, `${word} to be a whole number from 0 up`, describeValue(value));
}
