/**
 * Vectors of a program's dtype as assembly/lanes.ts has them, as instructions: how elements are
 * read, rounded, stored and added up. The bits are the same; why each step is as it is stands
 * there.
 */
import type { ProgramDType } from "../program.js";
import {
  type Code,
  extractF64,
  type FunctionBuilder,
  get,
  load,
  loadLane,
  scalar,
  shuffle,
  type Simd,
  simd,
  store,
  storeLane,
  V128,
  vector,
} from "./wasm.js";

interface Format {
  readonly half: "f16" | "bf16" | null;
  /** The type that is computed with. */
  readonly tag: "f32" | "f64";
  /** Bytes of an element in memory. */
  readonly size: number;
  /** Lanes of a vector of the computing type. */
  readonly width: number;
}

export const FORMATS: Readonly<Record<ProgramDType, Format>> = {
  float16: { half: "f16", tag: "f32", size: 2, width: 4 },
  bfloat16: { half: "bf16", tag: "f32", size: 2, width: 4 },
  float32: { half: null, tag: "f32", size: 4, width: 4 },
  float64: { half: null, tag: "f64", size: 8, width: 2 },
};

const ZERO = vector(0, 0, 0, 0);
/** The upper 16 bits of each lane, side by side in the low 64 bits. */
const UPPER_HALVES = [2, 3, 6, 7, 10, 11, 14, 15, 2, 3, 6, 7, 10, 11, 14, 15];
/** The low and the high four lanes of even and odd lanes taken by turns. */
const BY_TURNS = [
  [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23],
  [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31],
] as const;
/** The second half of a vector in both halves. */
const SECOND = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const INFINITY_32 = 0x7f800000;
/** Bits of 2^112 and of 65536, 65520, 2^-14 and 0.5 in float32. */
const TWO_112 = 0x77800000;
const ABOVE_F16 = 0x47800000;
const ROUNDS_TO_INFINITY = 0x477ff000;
const LEAST_NORMAL_F16 = 0x38800000;
const HALF_32 = 0x3f000000;

export class Lanes {
  private readonly constants = new Map<readonly number[], Code>();

  constructor(
    readonly format: Format,
    private readonly fn: FunctionBuilder,
  ) {}

  /** An instruction of the computing type. */
  op(name: string, ...inputs: Code[]): Code {
    return simd(`${this.format.tag === "f32" ? "f32x4" : "f64x2"}${name}` as Simd, ...inputs);
  }

  /** 0 in all lanes. */
  get zero(): Code {
    return this.format.tag === "f32" ? this.fn.constant32(0) : this.fn.constant64(0n);
  }

  get one(): Code {
    return this.format.tag === "f32"
      ? this.fn.constant32(0x3f800000)
      : this.fn.constant64(0x3ff0000000000000n);
  }

  /** All bits but the sign. */
  get magnitude(): Code {
    return this.format.tag === "f32"
      ? this.fn.constant32(0x7fffffff)
      : this.fn.constant64(0x7fffffffffffffffn);
  }

  /** A constant as four words. */
  constant(words: readonly number[]): Code {
    let code = this.constants.get(words);
    if (!code) this.constants.set(words, (code = this.made(words)));
    return code;
  }

  private made(words: readonly number[]): Code {
    const [first, second] = words;
    if (words.every((word) => word === first)) return this.fn.constant32(first);
    if (words.some((word, i) => word !== words[i % 2])) {
      return this.fn.once(`vector ${words.join()}`, () => vector(...words));
    }
    return this.fn.constant64((BigInt(second) << 32n) | BigInt(first >>> 0));
  }

  /** The two vectors in a word of eight halves: those at even and those at odd places. */
  evens(word: Code): Code {
    return this.widen(simd("i32x4ShiftLeft", word, this.bits(16)));
  }

  odds(word: Code): Code {
    if (this.format.half === "f16") return this.widen(word);
    return this.widen(simd("and", word, this.fn.constant32(0xffff0000 | 0)));
  }

  /** Four halves in the low 64 bits, as f32. */
  decode(halves: Code): Code {
    return this.widen(simd("i32x4ShiftLeft", simd("i32x4ExtendLow", halves), this.bits(16)));
  }

  private bits(count: number): Code {
    return [0x41, count];
  }

  /** Halves in the upper 16 bits of each lane, as f32. */
  private widen(upper: Code): Code {
    const { fn } = this;
    if (this.format.half === "bf16") return upper;
    const shifted = simd("and", simd("i32x4ShiftRight", upper, this.bits(3)), fn.constant32(0x8fffe000 | 0));
    const scaled = fn.keep(simd("f32x4Multiply", shifted, fn.constant32(TWO_112)));
    const special = simd("f32x4AtLeast", simd("f32x4Abs", scaled), fn.constant32(ABOVE_F16));
    return simd("or", scaled, simd("and", special, fn.constant32(INFINITY_32)));
  }

  /** Four f32 as halves in the upper 16 bits of each lane, zeros below. */
  round(value: Code): Code {
    const { fn } = this;
    const isNaN = fn.keep(simd("f32x4NotEqual", value, value));
    if (this.format.half === "bf16") {
      const odd = simd("and", simd("i32x4ShiftRightUnsigned", value, this.bits(16)), fn.constant32(1));
      const raised = simd("i32x4Add", simd("i32x4Add", value, fn.constant32(0x7fff)), odd);
      const rounded = simd("and", raised, fn.constant32(0xffff0000 | 0));
      return fn.keep(simd("select", fn.constant32(0x7fc00000), rounded, isNaN));
    }
    const sign = fn.keep(simd("and", value, fn.constant32(0x80000000 | 0)));
    const magnitude = fn.keep(simd("xor", value, sign));
    const odd = simd("and", simd("i32x4ShiftRightUnsigned", magnitude, this.bits(13)), fn.constant32(1));
    const rebiased = simd("i32x4Subtract", magnitude, fn.constant32(0x38000000 - 0xfff));
    const normal = simd("i32x4ShiftRightUnsigned", simd("i32x4Add", rebiased, odd), this.bits(13));
    const raised = simd("f32x4Add", magnitude, fn.constant32(HALF_32));
    const subnormal = simd("i32x4Subtract", raised, fn.constant32(HALF_32));
    const small = simd("f32x4LessThan", magnitude, fn.constant32(LEAST_NORMAL_F16));
    const finite = simd("select", subnormal, normal, small);
    const large = simd("f32x4AtLeast", magnitude, fn.constant32(ROUNDS_TO_INFINITY));
    const bounded = simd("select", fn.constant32(0x7c00), finite, large);
    const half = simd("select", fn.constant32(0x7e00), bounded, isNaN);
    return fn.keep(simd("or", simd("i32x4ShiftLeft", half, this.bits(16)), sign));
  }

  /** What `round` gave as f32 again. */
  unround(rounded: Code): Code {
    return this.widen(rounded);
  }

  /** Bytes that one vector's elements take in memory. */
  get step(): number {
    return this.format.size * this.format.width;
  }

  /** The last k elements, 0 < k < width; zeros in the other lanes. */
  loadTail(address: Code, k: Code): Code {
    const elements = this.tail(this.format.size, address, k);
    return this.format.half ? this.decode(elements) : elements;
  }

  /** The same of elements that have `size` bytes, as they are stored. */
  private tail(size: number, address: Code, k: Code): Code {
    const { fn } = this;
    const elements = fn.local(V128);
    fn.set(elements, loadLane(size, address, 0, ZERO));
    this.otherLanes(k, (lane) => {
      fn.set(elements, loadLane(size, address, lane, get(elements)));
    });
    return get(elements);
  }

  /** Runs `body` for each lane but the first, where it is one of k. */
  private otherLanes(k: Code, body: (lane: number) => void): void {
    for (let lane = 1; lane < this.format.width - 1; lane++) {
      this.fn.when(scalar("i32GreaterThan", k, this.bits(lane)), () => {
        body(lane);
      });
    }
  }

  /** Stores a vector of numbers, halves as `round` gives them. */
  store(address: Code, offset: number, value: Code): Code {
    if (!this.format.half) return store(address, offset, value);
    return [address, this.narrow(value), 0xfd, 0x5b, 0, offset, 0];
  }

  private narrow(rounded: Code): Code {
    return shuffle(rounded, rounded, UPPER_HALVES);
  }

  /** Stores the first k lanes. */
  storeTail(address: Code, value: Code, k: Code): void {
    const narrow = this.format.half ? this.fn.keep(this.narrow(value)) : value;
    this.storeLanes(this.format.size, address, narrow, k);
  }

  private storeLanes(size: number, address: Code, value: Code, k: Code): void {
    this.fn.push(storeLane(size, address, 0, value));
    this.otherLanes(k, (lane) => {
      this.fn.push(storeLane(size, address, lane, value));
    });
  }

  /** Stores the first k lanes in the computing type. */
  storeWideTail(address: Code, value: Code, k: Code): void {
    this.storeLanes(16 / this.format.width, address, value, k);
  }

  /** A word of eight halves from its two rounded vectors. */
  word(even: Code, odd: Code): Code {
    return simd("or", simd("i32x4ShiftRightUnsigned", even, this.bits(16)), odd);
  }

  /** The two vectors of a word in the order of their elements, half 0 or 1. */
  byTurns(even: Code, odd: Code, half: 0 | 1): Code {
    return shuffle(even, odd, BY_TURNS[half]);
  }

  /** All ones in lanes whose byte of the mask is not 0. */
  mask(address: Code, offset: number): Code {
    if (this.format.width === 4) return this.chosen(load("load32Zero", address, offset));
    const pair: Code = [address, ZERO, 0xfd, 0x55, 0, offset, 0];
    return this.chosen(pair);
  }

  private chosen(bytes: Code): Code {
    const { fn } = this;
    const words = simd("i32x4ExtendLow", simd("i16x8ExtendLow", bytes));
    if (this.format.width === 4) return simd("i32x4NotEqual", words, fn.constant32(0));
    return simd("i64x2NotEqual", simd("i64x2ExtendLow", words), fn.constant64(0n));
  }

  /** The masks of the even and of the odd elements of a word of halves. */
  wordMasks(address: Code, offset: number): [even: Code, odd: Code] {
    const { fn } = this;
    const bytes = load("load64Zero", address, offset);
    const chosen = fn.keep(simd("i16x8NotEqual", simd("i16x8ExtendLow", bytes), fn.constant32(0)));
    const even = simd("i32x4ShiftRight", simd("i32x4ShiftLeft", chosen, this.bits(16)), this.bits(16));
    return [fn.keep(even), fn.keep(simd("i32x4ShiftRight", chosen, this.bits(16)))];
  }

  /** The same of the last k elements. */
  maskTail(address: Code, k: Code): Code {
    return this.chosen(this.tail(1, address, k));
  }

  /** All ones in the first k lanes. */
  firstLanes(k: Code): Code {
    if (this.format.width === 2) return vector(-1, -1, 0, 0);
    return simd("i32x4LessThan", vector(0, 1, 2, 3), simd("i32x4Splat", k));
  }

  /** Advances the running sums (low, high) by a vector, see assembly/lanes.ts. */
  addTo(low: number, high: number, x: Code): void {
    const { fn } = this;
    if (this.format.tag === "f32") {
      fn.set(low, simd("f64x2Add", get(low), simd("f64x2Promote", x)));
      fn.set(high, simd("f64x2Add", get(high), simd("f64x2Promote", shuffle(x, x, SECOND))));
      return;
    }
    const sum = fn.keep(simd("f64x2Add", get(high), x));
    const kept = fn.keep(simd("f64x2Subtract", sum, get(high)));
    const lostOfHigh = simd("f64x2Subtract", get(high), simd("f64x2Subtract", sum, kept));
    const lost = simd("f64x2Add", lostOfHigh, simd("f64x2Subtract", x, kept));
    fn.set(low, simd("f64x2Add", get(low), lost));
    fn.set(high, sum);
  }

  /** Ends the function with the sum that the running sums hold. */
  total(low: number, high: number, f64: () => number): Code {
    const { fn } = this;
    if (this.format.tag === "f32") {
      const both = fn.keep(simd("f64x2Add", get(low), get(high)));
      return scalar("f64Add", extractF64(both, 0), extractF64(both, 1));
    }
    const held = (value: Code): Code => {
      const local = f64();
      fn.set(local, value);
      return get(local);
    };
    const [a, b] = [held(extractF64(get(high), 0)), held(extractF64(get(high), 1))];
    const sum = held(scalar("f64Add", a, b));
    const isNotFinite = scalar(
      "f64NotEqual",
      scalar("f64Subtract", sum, sum),
      [0x44, 0, 0, 0, 0, 0, 0, 0, 0],
    );
    fn.returnWhen(isNotFinite, sum);
    const kept = held(scalar("f64Subtract", sum, a));
    const lostOfA = scalar("f64Subtract", a, scalar("f64Subtract", sum, kept));
    const lost = scalar("f64Add", lostOfA, scalar("f64Subtract", b, kept));
    const first = scalar("f64Add", lost, extractF64(get(low), 0));
    return scalar("f64Add", sum, scalar("f64Add", first, extractF64(get(low), 1)));
  }
}
