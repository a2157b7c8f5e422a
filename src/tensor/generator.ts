import { roundToBFloat16, roundToFloat16 } from "../core/half.js";
import { fusedFloat32, fusedFloat64 } from "./generator/fused.js";
import { normalPairFloat32 } from "./generator/float32.js";
import { normalPairFloat64 } from "./generator/float64.js";
import { MersenneTwister } from "./generator/mersenne-twister.js";

/** The dtypes that random samples come in. */
export type RandomDType = "float16" | "bfloat16" | "float32" | "float64";

/** The seed of a generator that is given none: torch.Generator's. */
const DEFAULT_SEED = 67280421310721n;
/** From this length on PyTorch fills with normal samples in groups of this length. */
const GROUP = 16;

const group = new Float64Array(GROUP);

/**
 * A stream of random numbers: PyTorch's CPU generator, so that the same seed and the same calls
 * give the same samples.
 *
 * How near to PyTorch (seen on 20,000,000 samples of float32, 3,000,000 of float64, against torch
 * 1.13.1 on x86 with AVX2):
 *
 * - Uniform: equal bits in float32 and float64.
 * - Normal, float32: equal bits. Without AVX2, PyTorch's own samples differ in their last places.
 * - Normal, float64: equal bits in 99.8 %, else within 2 units in the last place: where the C
 *   library's logarithm, sine or cosine is not correctly rounded. Fewer than 16 samples at once are
 *   made in float64 for every dtype, then rounded.
 * - float16 and bfloat16: as in the newest PyTorch, which samples in float32 and then rounds; older
 *   releases drew 11 or 8 bits, and from 16 samples on computed in 16 bits. Read in its source, and
 *   not compared with a running one.
 *
 * Samples are the same in every JavaScript engine.
 *
 * ```ts
 * const samples = new Float32Array(3);
 * new Generator(0).fillUniform("float32", samples);
 * samples; // Float32Array(3) [ 0.49625658988952637, 0.7682217955589294, 0.08847743272781372 ]
 * ```
 */
export class Generator {
  private readonly engine = new MersenneTwister();
  private currentSeed = DEFAULT_SEED;
  /**
   * The second sample of the last pair made for a short request, which is due next; NaN when there
   * is none.
   */
  private spare = NaN;

  /** @param seed as for `manualSeed` */
  constructor(seed: number | bigint = DEFAULT_SEED) {
    this.manualSeed(seed);
  }

  /**
   * Starts the stream over.
   *
   * @param seed an integer from -2^63 to 2^64 - 1; a negative one counts as 2^64 + seed, a fraction
   * is cut off.
   * @throws TypeError if the seed is no number or bigint, RangeError if it is out of range
   */
  manualSeed(seed: number | bigint): this {
    this.currentSeed = toUint64(seed);
    this.engine.seed(Number(BigInt.asIntN(32, this.currentSeed)));
    this.spare = NaN;
    return this;
  }

  /** Starts over from a seed that nobody can foresee, and returns it. */
  seed(): bigint {
    const [seed] = crypto.getRandomValues(new BigUint64Array(1));
    this.manualSeed(seed);
    return seed;
  }

  /** The seed that this stream started from. */
  initialSeed(): bigint {
    return this.currentSeed;
  }

  /** The next integer of [0, 2^32). */
  random(): number {
    return this.engine.next();
  }

  /**
   * Fills `out` with uniform samples of [from, to), each a value of `dtype`.
   *
   * @param out a Float32Array can hold every dtype but float64
   */
  fillUniform(dtype: RandomDType, out: Float32Array | Float64Array, from = 0, to = 1): void {
    if (dtype === "float64") {
      const width = to - from;
      if (from === 0 && width === 1) {
        for (let i = 0; i < out.length; i++) out[i] = this.uniformFloat64();
        return;
      }
      for (let i = 0; i < out.length; i++) out[i] = fusedFloat64(this.uniformFloat64(), width, from);
      return;
    }
    const round = rounding(dtype);
    const [low, high] = [Math.fround(from), Math.fround(to)];
    const width = Math.fround(high - low);
    const isUnit = low === 0 && high === 1;
    const isHalf = dtype !== "float32";
    for (let i = 0; i < out.length; i++) {
      const unit = this.uniformFloat32();
      const sample = round(isUnit ? unit : fusedFloat32(unit, width, low));
      // In 16 bits the highest samples round to the end, which the interval leaves out: PyTorch puts
      // them at its other end.
      out[i] = isHalf && sample === high ? low : sample;
    }
  }

  /**
   * Fills `out` with samples of the normal distribution of `mean` and `std`, each a value of
   * `dtype`.
   *
   * @param out a Float32Array can hold every dtype but float64
   */
  fillNormal(dtype: RandomDType, out: Float32Array | Float64Array, mean = 0, std = 1): void {
    const single = out.length >= GROUP && dtype !== "float64";
    const round = shifted(rounding(dtype), single, mean, std);
    if (out.length < GROUP) {
      for (let i = 0; i < out.length; i++) out[i] = round(this.normalFloat64());
      return;
    }
    const rest = out.length % GROUP;
    const grouped = out.length - rest;
    for (let i = 0; i < grouped; i += GROUP) this.fillGroup(dtype, round, out, i);
    if (rest === 0) return;
    // The last 16 elements are sampled anew. float32 and float64 had drawn uniform samples for all
    // of them by then.
    if (dtype === "float32") for (let i = 0; i < rest; i++) this.uniformFloat32();
    if (dtype === "float64") for (let i = 0; i < rest; i++) this.uniformFloat64();
    this.fillGroup(dtype, round, out, out.length - GROUP);
  }

  /** Pairs the first half of 16 uniform samples with the second. */
  private fillGroup(
    dtype: RandomDType,
    round: (x: number) => number,
    out: Float32Array | Float64Array,
    offset: number,
  ): void {
    const half = GROUP / 2;
    if (dtype === "float64") {
      for (let i = 0; i < GROUP; i++) group[i] = this.uniformFloat64();
      for (let i = 0; i < half; i++) normalPairFloat64(group[i], group[i + half], group, i, i + half);
    } else {
      for (let i = 0; i < GROUP; i++) group[i] = this.uniformFloat32();
      for (let i = 0; i < half; i++) normalPairFloat32(group[i], group[i + half], group, i, i + half);
    }
    for (let i = 0; i < GROUP; i++) out[offset + i] = round(group[i]);
  }

  private uniformFloat32(): number {
    return (this.engine.next() & 0xffffff) * 2 ** -24;
  }

  private uniformFloat64(): number {
    const high = this.engine.next() & 0x1fffff;
    return (high * 2 ** 32 + this.engine.next()) * 2 ** -53;
  }

  /** One normal sample; every second one was computed with the one before. */
  private normalFloat64(): number {
    if (!Number.isNaN(this.spare)) {
      const sample = this.spare;
      this.spare = NaN;
      return sample;
    }
    const angle = this.uniformFloat64();
    normalPairFloat64(this.uniformFloat64(), angle, group, 0, 1);
    this.spare = group[1];
    return group[0];
  }
}

/** A standard sample moved to `mean` and `std`, before it is rounded to its dtype. */
function shifted(
  round: (x: number) => number,
  single: boolean,
  mean: number,
  std: number,
): (x: number) => number {
  if (mean === 0 && std === 1) return round;
  if (!single) return (x) => round(fusedFloat64(x, std, mean));
  const [scale, shift] = [Math.fround(std), Math.fround(mean)];
  return (x) => round(fusedFloat32(x, scale, shift));
}

function rounding(dtype: RandomDType): (x: number) => number {
  switch (dtype) {
    case "float16":
      return roundToFloat16;
    case "bfloat16":
      return roundToBFloat16;
    case "float32":
      return Math.fround;
    case "float64":
      return (x) => x;
  }
}

function toUint64(seed: number | bigint): bigint {
  if (typeof seed !== "number" && typeof seed !== "bigint") {
    throw new TypeError(`manualSeed expected a number or a bigint, but got ${typeof seed}`);
  }
  if (Number.isNaN(seed)) throw new RangeError("cannot convert float NaN to integer");
  if (seed === Infinity || seed === -Infinity)
    throw new RangeError("cannot convert float infinity to integer");
  const integer = typeof seed === "number" ? BigInt(Math.trunc(seed)) : seed;
  if (integer < -(2n ** 63n) || integer >= 2n ** 64n) {
    throw new RangeError("Overflow when unpacking long long");
  }
  return BigInt.asUintN(64, integer);
}
