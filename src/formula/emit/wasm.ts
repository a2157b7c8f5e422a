/**
 * What is needed of WebAssembly's binary format to write one small module.
 *
 * @see https://webassembly.github.io/spec/core/binary/index.html
 */

/** Bytes, nested as they were put together. */
export type Code = readonly (number | Code)[];

export function flatten(code: Code): number[] {
  const bytes: number[] = [];
  append(code, bytes);
  return bytes;
}

function append(code: Code, bytes: number[]): void {
  for (const part of code) {
    if (typeof part === "number") bytes.push(part);
    else append(part, bytes);
  }
}

/** Types of values; NOTHING is that of a block without a result. */
export const I32 = 0x7f;
export const F64 = 0x7c;
export const V128 = 0x7b;
const NOTHING = 0x40;

/** A number from 0 up as LEB128: seven bits a byte, the lowest first. */
export function unsigned(value: number): number | Code {
  if (value < 0x80) return value;
  const bytes: number[] = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low | 0x80 : low);
  } while (value > 0);
  return bytes;
}

/** A number of 32 bits as signed LEB128. */
function signed(value: number): number | Code {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    bytes.push(value === (low & 0x40 ? -1 : 0) ? low : low | 0x80);
    if (bytes[bytes.length - 1] < 0x80) return bytes;
  }
}

/** The same of 64 bits. */
function signed64(value: bigint): Code {
  const bytes: number[] = [];
  for (;;) {
    const low = Number(value & 0x7fn);
    value >>= 7n;
    if (value === (low & 0x40 ? -1n : 0n)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** Items behind their number. */
export function list(items: Code): Code {
  return [unsigned(items.length), items];
}

/** Bytes behind their number. */
export function sized(code: Code): Code {
  const bytes = flatten(code);
  return [unsigned(bytes.length), bytes];
}

export function text(value: string): Code {
  return sized(Array.from(value, (character) => character.charCodeAt(0)));
}

/** A type of functions. */
export function signature(parameters: readonly number[], results: readonly number[]): Code {
  return [0x60, list(parameters.map((type) => [type])), list(results.map((type) => [type]))];
}

export const get = (local: number): Code => [0x20, unsigned(local)];

/** Whether all that an instruction does is to read a local. */
export const isGet = (code: Code): boolean => code[0] === 0x20;

export const call = (index: number, ...inputs: Code[]): Code => [inputs, 0x10, unsigned(index)];

export const i32 = (value: number): Code => [0x41, signed(value | 0)];
const i64 = (value: bigint): Code => [0x42, signed64(BigInt.asIntN(64, value))];

/** Instructions without SIMD that take all that they need from the stack, by their code. */
const SCALAR = {
  i32LessThan: 0x48,
  i32GreaterThan: 0x4a,
  i32AtLeast: 0x4e,
  f64NotEqual: 0x62,
  i32Add: 0x6a,
  i32Subtract: 0x6b,
  i32Multiply: 0x6c,
  i32And: 0x71,
  i32Or: 0x72,
  i32ShiftRight: 0x75,
  i64Or: 0x84,
  f64Add: 0xa0,
  f64Subtract: 0xa1,
  i64Extend: 0xac,
} as const;

export const scalar = (name: keyof typeof SCALAR, ...inputs: Code[]): Code => [inputs, SCALAR[name]];

/** SIMD instructions behind the prefix 0xfd, by their code. */
const SIMD = {
  load: 0x00,
  store: 0x0b,
  i8x16Shuffle: 0x0d,
  i32x4Splat: 0x11,
  i64x2Splat: 0x12,
  f64x2ExtractLane: 0x21,
  i16x8NotEqual: 0x2e,
  i32x4NotEqual: 0x38,
  i32x4LessThan: 0x39,
  f32x4Equal: 0x41,
  f32x4NotEqual: 0x42,
  f32x4LessThan: 0x43,
  f32x4GreaterThan: 0x44,
  f32x4AtMost: 0x45,
  f32x4AtLeast: 0x46,
  f64x2Equal: 0x47,
  f64x2NotEqual: 0x48,
  f64x2LessThan: 0x49,
  f64x2GreaterThan: 0x4a,
  f64x2AtMost: 0x4b,
  and: 0x4e,
  or: 0x50,
  xor: 0x51,
  select: 0x52,
  load32Zero: 0x5c,
  load64Zero: 0x5d,
  f64x2Promote: 0x5f,
  i16x8ExtendLow: 0x89,
  i32x4ExtendLow: 0xa9,
  i32x4ShiftLeft: 0xab,
  i32x4ShiftRight: 0xac,
  i32x4ShiftRightUnsigned: 0xad,
  i32x4Add: 0xae,
  i32x4Subtract: 0xb1,
  i64x2ExtendLow: 0xc9,
  i64x2NotEqual: 0xd7,
  f32x4Abs: 0xe0,
  f32x4Negate: 0xe1,
  f32x4Root: 0xe3,
  f32x4Add: 0xe4,
  f32x4Subtract: 0xe5,
  f32x4Multiply: 0xe6,
  f32x4Divide: 0xe7,
  f32x4Minimum: 0xe8,
  f32x4Maximum: 0xe9,
  f32x4PseudoMaximum: 0xeb,
  f64x2Negate: 0xed,
  f64x2Root: 0xef,
  f64x2Add: 0xf0,
  f64x2Subtract: 0xf1,
  f64x2Multiply: 0xf2,
  f64x2Divide: 0xf3,
  f64x2Minimum: 0xf4,
  f64x2Maximum: 0xf5,
  f64x2PseudoMaximum: 0xf7,
} as const;

export type Simd = keyof typeof SIMD;

export const simd = (name: Simd, ...inputs: Code[]): Code => [inputs, 0xfd, unsigned(SIMD[name])];

/** What says where an access goes: no promise of an alignment, and an offset. */
const at = (offset: number): Code => [0, unsigned(offset)];

export const load = (name: Simd, address: Code, offset: number): Code => [simd(name, address), at(offset)];

/** Stores a vector. */
export const store = (address: Code, offset: number, value: Code): Code => [
  simd("store", address, value),
  at(offset),
];

/** Codes of accesses to single lanes, by their bytes. */
const LOAD_LANE: Readonly<Record<number, number>> = { 1: 0x54, 2: 0x55, 4: 0x56, 8: 0x57 };
const STORE_LANE: Readonly<Record<number, number>> = { 1: 0x58, 2: 0x59, 4: 0x5a, 8: 0x5b };

/** `vector` with the lane, which has so many bytes, read from its place among others. */
export const loadLane = (size: number, address: Code, lane: number, vector: Code): Code => [
  address,
  vector,
  0xfd,
  unsigned(LOAD_LANE[size]),
  at(lane * size),
  lane,
];

export const storeLane = (size: number, address: Code, lane: number, vector: Code): Code => [
  address,
  vector,
  0xfd,
  unsigned(STORE_LANE[size]),
  at(lane * size),
  lane,
];

export const storeF64 = (address: Code, value: Code): Code => [address, value, 0x39, at(0)];

export const shuffle = (a: Code, b: Code, bytes: readonly number[]): Code => [
  simd("i8x16Shuffle", a, b),
  bytes,
];

export const extractF64 = (vector: Code, lane: number): Code => [simd("f64x2ExtractLane", vector), lane];

/** A constant of 16 bytes, as four words. */
export const vector = (...words: readonly number[]): Code => [
  0xfd,
  0x0c,
  words.map((word) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff)),
];

/** One function: its parameters, locals and instructions. */
export class FunctionBuilder {
  private readonly types: number[] = [];
  /** Locals of vectors that are kept for a while, and how many of them are in use. */
  private readonly pool: number[] = [];
  private used = 0;
  private readonly constants = new Map<string, number>();
  /** What comes before all other instructions: constants for loops. */
  private readonly first: Code[] = [];
  private readonly body: Code[] = [];

  constructor(
    private readonly parameters: readonly number[],
    private readonly results: readonly number[],
    /** The parameter that constants are made from: a count n >= 0, see `constant`. */
    private readonly count: number,
  ) {}

  get signature(): Code {
    return signature(this.parameters, this.results);
  }

  local(type: number): number {
    return this.parameters.length + this.types.push(type) - 1;
  }

  push(code: Code): void {
    this.body.push(code);
  }

  /**
   * What `part` pushes and gives, to be pushed any number of times; the locals that it keeps are
   * free after it.
   */
  repeatable(part: () => Code | null): { readonly code: Code; readonly result: Code | null } {
    const first = this.body.length;
    const result = this.part(part);
    return { code: flatten(this.body.splice(first)), result };
  }

  set(local: number, value: Code): void {
    this.push([value, 0x21, unsigned(local)]);
  }

  /** Puts a vector into a local and gives the instruction that reads it. */
  keep(value: Code): Code {
    const local = (this.pool[this.used++] ??= this.local(V128));
    this.set(local, value);
    return get(local);
  }

  /** The locals that `keep` used in `part` are free after it. */
  part<R>(part: () => R): R {
    const { used } = this;
    const result = part();
    this.used = used;
    return result;
  }

  /** A vector that is made once, before all else. */
  once(key: string, value: () => Code): Code {
    let local = this.constants.get(key);
    if (local === undefined) {
      this.constants.set(key, (local = this.local(V128)));
      this.first.push([value(), 0x21, unsigned(local)]);
    }
    return get(local);
  }

  /**
   * A constant in each lane of 32 bits; made from a count, as `constant` of assembly/lanes.ts does
   * it and says why.
   */
  constant32(bits: number): Code {
    return this.once(`32 ${bits}`, () =>
      simd("i32x4Splat", scalar("i32Or", i32(bits), scalar("i32ShiftRight", get(this.count), i32(31)))),
    );
  }

  /** The same in lanes of 64 bits. */
  constant64(bits: bigint): Code {
    return this.once(`64 ${bits}`, () => {
      const none = scalar("i64Extend", scalar("i32ShiftRight", get(this.count), i32(31)));
      return simd("i64x2Splat", scalar("i64Or", i64(bits), none));
    });
  }

  /** Runs `body` where `condition` holds. */
  when(condition: Code, body: () => void): void {
    this.push([condition, 0x04, NOTHING]);
    body();
    this.push([0x0b]);
  }

  /** Runs `body` once, and again as long as `condition` holds then. */
  loop(body: () => void, condition: Code): void {
    this.push([0x03, NOTHING]);
    body();
    this.push([condition, 0x0d, 0, 0x0b]);
  }

  /** Ends the function with `value` where `condition` holds. */
  returnWhen(condition: Code, value: Code): void {
    this.push([condition, 0x04, NOTHING, value, 0x0f, 0x0b]);
  }

  /** The function as it stands among the others. */
  encode(): Code {
    const locals = this.types.map((type) => [1, type]);
    return sized([list(locals), this.first, this.body, 0x0b]);
  }
}
