/** Differences that other orders of sums and roundings make are no faults, however strict the test. */
import { compare, type Comparable } from "lossgrad/compare";
import { describe, expect, it } from "vitest";
import { roundToBFloat16, roundToFloat16, toBFloat16Bits, toFloat16Bits } from "../../src/core/half.js";
import { activations, picture, type Shaped } from "../support/planted.js";
import { Random } from "../support/random.js";

type Pair = readonly [reference: Comparable, candidate: Comparable];

/** A dense layer in float32, its sums in this order. */
function dense(
  { data }: Shaped,
  weights: Float32Array,
  outputs: number,
  order: (k: number) => number,
): Shaped {
  const inputs = weights.length / outputs;
  const rows = data.length / inputs;
  const out = new Float32Array(rows * outputs);
  for (let i = 0; i < out.length; i++) {
    const [row, column] = [Math.floor(i / outputs), i % outputs];
    let sum = 0;
    for (let k = 0; k < inputs; k++) {
      const at = order(k);
      sum = Math.fround(sum + Math.fround(data[row * inputs + at] * weights[column * inputs + at]));
    }
    out[i] = sum;
  }
  return { data: out, shape: [rows, outputs] };
}

const PAIRS: Readonly<Record<string, (seed: number) => Pair>> = {
  "a layer's sums from the other end": (seed) => {
    const x = activations([8, 4, 6, 8], seed);
    const weights = activations([24, 192], seed + 1).data;
    return [dense(x, weights, 24, (k) => k), dense(x, weights, 24, (k) => 191 - k)];
  },
  "a layer's sums in two halves' order": (seed) => {
    const x = picture([6, 3, 8, 8], seed);
    const weights = activations([16, 192], seed + 1).data;
    return [dense(x, weights, 16, (k) => k), dense(x, weights, 16, (k) => (k % 2) * 96 + (k >> 1))];
  },
  "float64 stored as float32": (seed) => {
    const random = new Random(seed);
    const data = Float64Array.from({ length: 600 }, () => random.normal());
    return [data, Float32Array.from(data)];
  },
  "the last bits of float32": (seed) => {
    const random = new Random(seed);
    const x = picture([1, 3, 12, 16], seed);
    const data = x.data.map((value) => value * (1 + (random.integer(-4, 4) * 2 ** -24)));
    return [x, { data, shape: x.shape }];
  },
  "the last bit of float16": (seed) => {
    const random = new Random(seed);
    const { data, shape } = activations([2, 3, 8, 8], seed);
    const bits = Uint16Array.from(data, toFloat16Bits);
    const noisy = bits.map((half) => half + random.integer(0, 1));
    const dtype = "float16" as const;
    return [{ data: bits, shape, dtype }, { data: noisy, shape, dtype }];
  },
  "float32 against the same in float16": (seed) => {
    const { data, shape } = picture([1, 3, 12, 16], seed);
    const half = { data: Uint16Array.from(data, (x) => toFloat16Bits(roundToFloat16(x))), shape, dtype: "float16" };
    return [{ data, shape }, half];
  },
  "float32 against the same in bfloat16": (seed) => {
    const { data, shape } = activations([2, 3, 8, 8], seed);
    const half = { data: Uint16Array.from(data, (x) => toBFloat16Bits(roundToBFloat16(x))), shape, dtype: "bfloat16" };
    return [{ data, shape }, half];
  },
}; // prettier-ignore

const COUNT = 105;
const kinds = Object.entries(PAIRS);

describe("honest rounding is no fault", () => {
  it.each(kinds)("%s", (_, make) => {
    for (let i = 0; i < COUNT / kinds.length; i++) {
      const pair = make(100 + 7 * i);
      const name = /^(rounding|identical)$/;
      expect(compare(...pair).diagnosis!.name).toMatch(name);
      // Where nothing but the same counts as equal, it is a difference, and still no fault.
      expect(compare(...pair, { rtol: 0, atol: 0 }).diagnosis!.name).toMatch(name);
      expect(compare(...pair, { ulp: 0 }).diagnosis!.name).toMatch(name);
    }
  });
});
