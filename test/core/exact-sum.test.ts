import { describe, expect, it } from "vitest";
import { ExactSum, sumExactly } from "../../src/core/exact-sum.js";

/** The oracle: a float64 as a multiple of 2^-1074. */
function toUnits(x: number): bigint {
  const bits = new BigUint64Array(new Float64Array([x]).buffer)[0];
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const units = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
  return bits >> 63n === 1n ? -units : units;
}

/** The oracle: units of 2^-1074 rounded to the nearest float64, ties to even. */
function fromUnits(units: bigint): number {
  if (units < 0n) return -fromUnits(-units);
  const excess = units.toString(2).length - 53;
  if (excess <= 0) return Number(units) * Number.MIN_VALUE;
  const unit = 1n << BigInt(excess);
  const rest = units % unit;
  let mantissa = units / unit;
  if (rest * 2n > unit || (rest * 2n === unit && mantissa % 2n === 1n)) mantissa += 1n;
  // Two exact steps, as 2^-1074 * 2^excess need not be a float64 by itself.
  const scaled = Number(mantissa) * 2 ** (Math.min(excess, 2000) - 1074);
  return excess > 2000 ? scaled * 2 ** (excess - 2000) : scaled;
}

/** The oracle: what rounding takes off. */
function restOf(units: bigint): number {
  const rest = units - toUnits(fromUnits(units));
  return rest === 0n ? 0 : fromUnits(rest);
}

function sumByBigInt(values: Iterable<number>): number {
  let units = 0n;
  for (const x of values) units += toUnits(x);
  return units === 0n ? 0 : fromUnits(units);
}

/** A small seeded generator (mulberry32), so that a failure can be repeated. */
function randomSource(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/**
 * Finite doubles of every exponent, subnormals included, whose exponents lie in [lowest, lowest +
 * count).
 */
function randomDoubles(length: number, next: () => number, lowest = 0, count = 2047): Float64Array {
  const values = new Float64Array(length);
  const words = new Uint32Array(values.buffer);
  for (let i = 0; i < length; i++) {
    const exponent = lowest + (next() % count);
    words[2 * i] = next();
    words[2 * i + 1] = ((next() & 0x800fffff) | (exponent << 20)) >>> 0;
  }
  return values;
}

function shuffled(values: Float64Array, next: () => number): Float64Array {
  const result = values.slice();
  for (let i = result.length - 1; i > 0; i--) {
    const j = next() % (i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

const ULP = 2 ** -52;
const MIN = Number.MIN_VALUE;
const MAX = Number.MAX_VALUE;
/** Half a unit in the last place of MAX: MAX + HALF is the tie between MAX and infinity. */
const HALF = 2 ** 970;

describe("ExactSum: single values", () => {
  it.each([MIN, 3 * MIN, 2 ** -1022 - MIN, 2 ** -1022, 2 ** -1021, 0.1, 1, 1 + ULP, Math.PI, 1e308, MAX])(
    "returns %d and its negative unchanged",
    (x) => {
      expect(sumExactly([x])).toBe(x);
      expect(sumExactly([-x])).toBe(-x);
    },
  );

  it("returns every power of two and its neighbours unchanged", () => {
    for (let exponent = -1074; exponent <= 1023; exponent++) {
      const power = fromUnits(1n << BigInt(exponent + 1074));
      for (const x of [power, -power, power * (1 - ULP / 2), power * (1 + ULP)])
        expect(sumExactly([x])).toBe(x);
    }
  });
});

describe("ExactSum: edges", () => {
  it.each<[string, number[], number]>([
    ["nothing", [], 0],
    ["+0 for -0 alone, as PyTorch", [-0, -0], 0],
    ["+0 for a sum that cancels", [-1.5, 0.5, 1], 0],
    ["intermediate overflow", [1e308, 1e308, -1e308], 1e308],
    ["intermediate negative overflow", [-MAX, -MAX, -MAX, MAX, MAX], -MAX],
    ["overflow", [MAX, MAX], Infinity],
    ["overflow by a lowest bit", [2 ** 1023, 2 ** 1023, 2 ** 972], Infinity],
    ["negative overflow", [-MAX, -MAX], -Infinity],
    ["the tie with infinity, which rounds away from the odd mantissa", [MAX, HALF], Infinity],
    ["a smallest bit below the tie with infinity", [MAX, HALF, -MIN], MAX],
    ["the negative tie with infinity", [-MAX, -HALF], -Infinity],
    ["a smallest bit from the negative tie", [-MAX, -HALF, MIN], -MAX],
    ["subnormals that make a normal", [2 ** -1022 - MIN, MIN], 2 ** -1022],
    ["a normal that falls to subnormal", [2 ** -1022, -MIN], 2 ** -1022 - MIN],
    ["total cancellation but for the smallest bit", [MAX, MIN, -MAX], MIN],
    ["total cancellation but for the negative smallest bit", [MAX, -MIN, -MAX], -MIN],
    ["Infinity", [1, Infinity, -MAX], Infinity],
    ["-Infinity", [-Infinity, MAX, -Infinity], -Infinity],
    ["infinities of both signs", [Infinity, 1, -Infinity], NaN],
    ["NaN", [1, NaN, 2], NaN],
    ["NaN among infinities", [Infinity, NaN, Infinity], NaN],
  ])("sums %s", (_title, values, expected) => {
    expect(sumExactly(values)).toBe(expected);
    expect(sumExactly([...values].reverse())).toBe(expected);
  });

  it.each<[string, number[], number]>([
    ["half a unit to the even side below", [1, ULP / 2], 1],
    ["half a unit to the even side above", [1 + ULP, ULP / 2], 1 + 2 * ULP],
    ["a sticky bit above the tie", [1, ULP / 2, MIN], 1 + ULP],
    ["a sticky bit below the tie", [1 + ULP, ULP / 2, -MIN], 1 + ULP],
    ["a tie below a power of two", [2, -ULP / 2], 2],
    ["more than the tie below a power of two", [2, -ULP / 2, -MIN], 2 - ULP],
    ["a carry through all 53 bits", [2 - ULP, ULP / 2], 2],
  ])("rounds %s, at every place and sign", (_title, values, expected) => {
    for (let exponent = -900; exponent <= 900; exponent++) {
      const scale = 2 ** exponent;
      const scaled = values.map((x) => (Math.abs(x) === MIN ? x : x * scale));
      expect(sumExactly(scaled)).toBe(expected * scale);
      expect(sumExactly(scaled.map((x) => -x))).toBe(-expected * scale);
    }
  });

  it("agrees with exact rounding one unit and one smallest unit around every tie of two mantissas", () => {
    for (const mantissa of [1, 1 + ULP, 2 - ULP, 1.5, 1.5 + ULP]) {
      for (let gap = 50; gap <= 110; gap++) {
        for (const tail of [0, MIN, -MIN, 2 ** -200, -(2 ** -200)]) {
          const values = [mantissa, 2 ** -gap, tail];
          expect(sumExactly(values)).toBe(sumByBigInt(values));
        }
      }
    }
  });
});

describe("ExactSum: against BigInt addition", () => {
  it("on random doubles of all exponents, lengths 0 to 200", () => {
    const next = randomSource(1);
    for (let length = 0; length <= 200; length++) {
      const values = randomDoubles(length, next);
      expect(sumExactly(values)).toBe(sumByBigInt(values));
    }
  });

  it.each([0, 1, 20, 31, 32, 33, 53, 64, 1000, 1023, 1993])(
    "on random doubles within 54 exponents from %i up, which cancel and tie",
    (lowest) => {
      const next = randomSource(lowest);
      for (let round = 0; round < 300; round++) {
        const values = randomDoubles(1 + (round % 7), next, lowest, 54);
        expect(sumExactly(values)).toBe(sumByBigInt(values));
      }
    },
  );

  it("on values and their negatives, with a small rest", () => {
    const next = randomSource(7);
    for (let round = 0; round < 100; round++) {
      const values = randomDoubles(40, next);
      const rest = randomDoubles(1, next)[0];
      const all = shuffled(Float64Array.from([...values, ...values.map((x) => -x), rest]), next);
      expect(sumExactly(all)).toBe(rest);
    }
  });
});

describe("ExactSum: carries", () => {
  it.each([MAX, -MAX, MIN, -MIN, 2 - ULP, 0.1, -(2 ** -1022 - MIN)])("adds %d 3,000,000 times", (x) => {
    const count = 3_000_000;
    const sum = new ExactSum();
    for (let i = 0; i < count; i++) sum.add(x);
    expect(sum.value()).toBe(fromUnits(toUnits(x) * BigInt(count)));
    // Undone again: the bits above the result were not lost either.
    for (let i = 1; i < count; i++) sum.add(-x);
    expect(sum.value()).toBe(x);
  });

  it.each([1, 7, 1_000_000])("merges a sum of %i values 5,000 times", (count) => {
    const part = new ExactSum();
    for (let i = 0; i < count; i++) part.add(2 - ULP);
    const sum = new ExactSum();
    for (let i = 0; i < 5000; i++) sum.merge(part);
    expect(sum.value()).toBe(fromUnits(toUnits(2 - ULP) * BigInt(count) * 5000n));
    sum.add(-sum.value());
    const total = toUnits(2 - ULP) * BigInt(count) * 5000n;
    expect(sum.value()).toBe(restOf(total));
  });

  it("doubles when merged with itself", () => {
    const sum = new ExactSum();
    [MAX, 0.1, MIN].forEach((x) => {
      sum.add(x);
    });
    sum.merge(sum);
    [-MAX, -MAX, -0.2].forEach((x) => {
      sum.add(x);
    });
    expect(sum.value()).toBe(2 * MIN);
  });
});

describe("ExactSum: order and partition", () => {
  const next = randomSource(42);
  const values = randomDoubles(200_000, next, 900, 300);
  const expected = sumByBigInt(values);

  it("200,000 values give the exact sum in any order", () => {
    for (const order of [values, values.slice().reverse(), values.slice().sort(), shuffled(values, next)]) {
      expect(sumExactly(order)).toBe(expected);
    }
  });

  it("and in any partition, merged in any order, read in between or not", () => {
    for (let round = 0; round < 5; round++) {
      const parts = Array.from({ length: 1 + (next() % 40) }, () => new ExactSum());
      for (const x of values) parts[next() % parts.length].add(x);
      if (round % 2 === 1) parts.forEach((part) => part.value());
      const total = new ExactSum();
      while (parts.length > 0) total.merge(parts.splice(next() % parts.length, 1)[0]);
      expect(total.value()).toBe(expected);
    }
  });

  it("merges infinities and NaN, and leaves the merged sum as it was", () => {
    const cases: [number[], number[], number][] = [
      [[Infinity], [1], Infinity],
      [[Infinity], [-Infinity], NaN],
      [[1], [NaN], NaN],
    ];
    for (const [left, right, merged] of cases) {
      const sum = new ExactSum();
      const other = new ExactSum();
      left.forEach((x) => {
        sum.add(x);
      });
      right.forEach((x) => {
        other.add(x);
      });
      const before = other.state.slice();
      sum.merge(other);
      expect(sum.value()).toBe(merged);
      expect(other.state).toEqual(before);
    }
  });
});

describe("ExactSum: state", () => {
  it("reads without changing the sum", () => {
    const sum = new ExactSum();
    [1e300, 1, -1e300, ULP / 4].forEach((x) => {
      sum.add(x);
    });
    expect([sum.value(), sum.value()]).toEqual([1, 1]);
    sum.add(-1);
    expect(sum.value()).toBe(ULP / 4);
  });

  it("is empty again after reset, infinities included", () => {
    const sum = new ExactSum();
    [Infinity, NaN, 3].forEach((x) => {
      sum.add(x);
    });
    sum.reset();
    expect(sum.value()).toBe(0);
    sum.add(0.1);
    expect(sum.value()).toBe(0.1);
  });

  it("travels as a copy of its state", () => {
    const sum = new ExactSum();
    [0.1, 1e200, -3].forEach((x) => {
      sum.add(x);
    });
    const received = new ExactSum(structuredClone(sum.state));
    received.merge(sum);
    expect(received.value()).toBe(sumByBigInt([0.2, 2e200, -6]));
  });

  it("refuses a state of another length", () => {
    expect(() => new ExactSum(new Float64Array(3))).toThrow(
      new RangeError("ExactSum: expected a state of 71 elements, got 3"),
    );
  });
});
