/**
 * Exact sums of float64 values: a superaccumulator.
 *
 * Every finite double is an integer multiple of 2^-1074, below 2^2098 of them. The accumulator
 * holds the running total as one long integer in that unit, cut into limbs of 32 bits:
 *
 *     bit      2143 ......... 2112   ...   95 ... 64   63 ... 32   31 ... 0
 *     limb    |        66        |  ...  |    2     |     1     |    0    |     weight of limb i: 2^(32 i - 1074)
 *
 *     one double: 53 significant bits whose lowest stands at bit `position` = 32 i + shift
 *
 *              limb i+2              limb i+1              limb i
 *     |0000000000000ccccccc|bbbbbbbbbbbbbbbbbbbb|aaaaaaaaaaaaa0000000|
 *                                                            <-shift->
 *
 * A limb is a float64 that holds an integer. It may be negative and may exceed 32 bits: an addition
 * puts less than 2^32 into it, so that 2^21 additions fit below 2^53, where float64 counts exactly.
 * Carries therefore wait; `PENDING` counts how many additions they have waited for. Adding and
 * merging are nothing but exact integer additions, so neither order nor partition of the values can
 * show in the result.
 */

const LIMBS = 67;
/** How many +Infinity, -Infinity and NaN were added. */
const POSITIVE = LIMBS;
const NEGATIVE = LIMBS + 1;
const NANS = LIMBS + 2;
/**
 * Every limb is at most (PENDING + 1) * 2^32 in magnitude. assembly/loops/exact.ts knows this
 * layout, too.
 */
const PENDING = LIMBS + 3;
/** Two accumulators at this bound still merge without leaving 2^53: 2 * 2^20 * 2^32. */
const MAX_PENDING = 2 ** 20 - 1;

/** Power of two that brings the largest sum within float64. */
const SCALE = 128;

const BASE = 2 ** 32;
const INVERSE_BASE = 2 ** -32;

/**
 * Bits of a float64: [0] is the low word, as on every host whose typed arrays can view
 * WebAssembly's memory.
 */
const float = new Float64Array(1);
const words = new Int32Array(float.buffer);
const digits = new Float64Array(LIMBS);

/**
 * The exact sum of float64 values, rounded once, when it is read.
 *
 * `value()` is the float64 nearest to the exact sum (ties to even): overflow happens only where the
 * exact sum itself rounds to infinity. An empty sum and a sum that cancels are +0, also when only
 * -0 was added, as in PyTorch. Infinities of one sign give that infinity; of both signs, or a NaN
 * among the values, give NaN.
 *
 * ```ts
 * const sum = new ExactSum();
 * sum.add(1e308);
 * sum.add(1e308);
 * sum.add(-1e308);
 * sum.value(); // 1e308
 * ```
 */
export class ExactSum {
  /** Length of `state`, in float64 elements. */
  static readonly STATE_LENGTH = PENDING + 1;

  /**
   * @param state where the sum lives: fresh memory by default; all zeros is the empty sum. A copy
   *   of it carries the sum elsewhere, for instance between threads: `sum.merge(new
   *   ExactSum(received))`.
   */
  constructor(readonly state: Float64Array = new Float64Array(ExactSum.STATE_LENGTH)) {
    if (state.length !== ExactSum.STATE_LENGTH) {
      throw new RangeError(
        `ExactSum: expected a state of ${ExactSum.STATE_LENGTH} elements, got ${state.length}`,
      );
    }
  }

  /** Adds `x` exactly. */
  add(x: number): void {
    const state = this.state;
    float[0] = x;
    const low = words[0];
    const high = words[1];
    const exponent = (high >>> 20) & 0x7ff;
    if (exponent === 0x7ff) {
      state[x > 0 ? POSITIVE : x < 0 ? NEGATIVE : NANS] += 1;
      return;
    }
    // Subnormals have no hidden bit, and the place value of exponent 1.
    const upper = exponent === 0 ? high & 0xfffff : (high & 0xfffff) | 0x100000;
    const position = exponent === 0 ? 0 : exponent - 1;
    const shift = position & 31;
    const i = position >>> 5;
    // Shifts right by (32 - shift) in two steps: JavaScript reads a shift by 32 as a shift by 0.
    const a = (low << shift) >>> 0;
    const b = ((upper << shift) | ((low >>> 1) >>> (31 - shift))) >>> 0;
    const c = (upper >>> 1) >>> (31 - shift);
    if (high >= 0) {
      state[i] += a;
      state[i + 1] += b;
      state[i + 2] += c;
    } else {
      state[i] -= a;
      state[i + 1] -= b;
      state[i + 2] -= c;
    }
    state[PENDING] += 1;
    if (state[PENDING] >= MAX_PENDING) propagate(state);
  }

  /** Adds everything that was added to `other`, which stays as it is. */
  merge(other: ExactSum): void {
    const state = this.state;
    const from = other.state;
    for (let i = 0; i < PENDING; i++) state[i] += from[i];
    state[PENDING] += from[PENDING] + 1;
    if (state[PENDING] >= MAX_PENDING) propagate(state);
  }

  /** The sum, correctly rounded to float64. */
  value(): number {
    const state = this.state;
    if (!this.isFinite) return this.special();
    propagate(state);
    let top = LIMBS - 1;
    while (top >= 0 && state[top] === 0) top--;
    if (top < 0) return 0;
    // After propagation no limb exceeds half its base, so the highest decides the sign.
    const sign = state[top] < 0 ? -1 : 1;
    return sign * roundDigits(readMagnitude(state, top, sign));
  }

  /**
   * Whether neither infinities nor NaN were added: the sum is finite then, and its float64 or that
   * of a mean mostly.
   */
  get isFinite(): boolean {
    const { state } = this;
    return state[POSITIVE] + state[NEGATIVE] + state[NANS] === 0;
  }

  /** The sum of the infinities and NaNs that were added. */
  private special(): number {
    const { state } = this;
    if (state[NANS] > 0 || (state[POSITIVE] > 0 && state[NEGATIVE] > 0)) return NaN;
    return state[POSITIVE] > 0 ? Infinity : -Infinity;
  }

  /** The sum over `n`, rounded twice; finite also where the sum alone is beyond float64. */
  dividedBy(n: number): number {
    const sum = this.value();
    if (Number.isFinite(sum) || !this.isFinite) return sum / n;
    // value() has carried: the limbs are the digits of the sum, here in units that do not overflow.
    // From the lowest up they are as good as rounded once, so that no mean of the largest number
    // passes it.
    let scaled = 0;
    for (let i = LIMBS - 5; i < LIMBS; i++) scaled += this.state[i] * 2 ** (32 * i - 1074 - SCALE);
    return (scaled / n) * 2 ** SCALE;
  }

  /** Back to the empty sum. */
  reset(): void {
    this.state.fill(0);
  }
}

/**
 * The sum of `values`, correctly rounded to float64.
 *
 * ```ts
 * sumExactly([0.1, 0.2, -0.3]); // 2.7755575615628914e-17
 * ```
 */
export function sumExactly(values: Iterable<number>): number {
  const sum = new ExactSum();
  for (const x of values) sum.add(x);
  return sum.value();
}

/**
 * Carries upwards until every limb but the last lies within +-2^31. Balanced digits, rather than
 * digits from 0 up, keep a small negative sum from running through all limbs. The last limb takes
 * in carries only, and 2^14 values are needed for the first of them: no number of additions that
 * can be made overflows it.
 */
function propagate(state: Float64Array): void {
  let carry = 0;
  for (let i = 0; i < LIMBS - 1; i++) {
    const limb = state[i] + carry;
    if (limb === 0) {
      // Most limbs are empty: the test spares them a chain of roundings.
      state[i] = 0;
      carry = 0;
    } else {
      carry = Math.floor(limb * INVERSE_BASE + 0.5);
      state[i] = limb - carry * BASE;
    }
  }
  state[LIMBS - 1] += carry;
  state[PENDING] = 0;
}

/**
 * Rounds the positive number in digits[0 ... top] to the nearest float64, ties to even.
 *
 *     bit   p = leading bit        q = max(p - 52, 0)     q - 1       q - 2 ... 0
 *           |----- 53 bits kept as `mantissa` -----|     half bit     sticky bits
 *
 * A float64's 64 bits, read as an integer, are q * 2^52 + mantissa: the hidden bit adds one to the
 * exponent field, a subnormal has q = 0 and no hidden bit, and a mantissa rounded up to 2^53 moves
 * on to the next exponent by itself.
 */
function roundDigits(top: number): number {
  const lead = 32 * top + 31 - Math.clz32(digits[top]);
  const q = Math.max(lead - 52, 0);
  const i = q >>> 5;
  const shift = q & 31;
  const upperDigit = i + 1 <= top ? digits[i + 1] : 0;
  const topDigit = i + 2 <= top ? digits[i + 2] : 0;
  let low = ((digits[i] >>> shift) | ((upperDigit << 1) << (31 - shift))) >>> 0;
  let high = ((upperDigit >>> shift) | ((topDigit << 1) << (31 - shift))) >>> 0;
  high += q * 0x100000;
  if (roundsUp(q, low)) {
    low += 1;
    if (low === BASE) {
      low = 0;
      high += 1;
    }
  }
  if (high >= 0x7ff00000) return Infinity;
  words[0] = low;
  words[1] = high;
  return float[0];
}

/**
 * Whether the digits below bit `q` round the integer above them, whose lowest bits are `low`,
 * upwards.
 */
function roundsUp(q: number, low: number): boolean {
  if (q === 0) return false;
  const half = (q - 1) >>> 5;
  // The half bit moved to bit 31, so that what stands above it falls out.
  const rest = (digits[half] << (31 - ((q - 1) & 31))) >>> 0;
  if (rest !== 0x80000000) return rest > 0x80000000;
  if ((low & 1) === 1) return true;
  for (let i = half - 1; i >= 0; i--) {
    if (digits[i] !== 0) return true;
  }
  return false;
}

/**
 * Writes sign * the sum, which is positive, into `digits` as digits from 0 to 2^32 - 1, and returns
 * the index of the highest that is not 0. The sum ends at limb `top`.
 */
function readMagnitude(state: Float64Array, top: number, sign: number): number {
  let carry = 0;
  for (let i = 0; i < top; i++) {
    const digit = sign * state[i] + carry;
    if (digit === 0) {
      digits[i] = 0;
      carry = 0;
    } else {
      carry = Math.floor(digit * INVERSE_BASE);
      digits[i] = digit - carry * BASE;
    }
  }
  digits[top] = sign * state[top] + carry;
  while (digits[top] === 0) top--;
  return top;
}
