/** Verdicts beside those of PyTorch and NumPy, which test/fixtures/compare.py wrote. */
import { type Comparable, compare, type ComparedDType, type CompareOptions } from "lossgrad/compare";
import { describe, expect, it } from "vitest";
import { toBFloat16Bits, toFloat16Bits } from "../../src/core/half.js";
import { closenessOf, defaultTolerance } from "../../src/compare/tolerances.js";
import { type UlpDType, ulpDistance } from "../../src/compare/ulp.js";
import text from "../fixtures/compare.json?raw";

interface Written {
  readonly dtype: ComparedDType;
  readonly elements: (number | string)[];
}

interface Case {
  readonly reference: Written;
  readonly candidate: Written;
  readonly options: CompareOptions;
  readonly tolerance: { rtol: number; atol: number };
  readonly close: string;
  readonly equal: boolean;
  readonly mismatches: number;
  readonly absolute?: number | string;
  readonly at?: number;
}

const { cases, defaults, ulps } = JSON.parse(text) as {
  cases: Case[];
  defaults: Record<ComparedDType, [number, number]>;
  ulps: Record<UlpDType, [number, number, number][]>;
};

/** The words for what JSON lacks are those that Number reads, but for infinity. */
const numbersOf = ({ elements }: Written): number[] =>
  elements.map((x) => (typeof x === "number" ? x : { inf: Infinity, "-inf": -Infinity, nan: NaN }[x]!));

function arrayOf(written: Written): Comparable {
  const numbers = numbersOf(written);
  const { dtype } = written;
  if (dtype === "float16") return { data: Uint16Array.from(numbers, toFloat16Bits), dtype };
  if (dtype === "bfloat16") return { data: Uint16Array.from(numbers, toBFloat16Bits), dtype };
  if (dtype === "int64") return BigInt64Array.from(numbers, BigInt);
  const shape = [numbers.length];
  if (dtype === "bool") return { data: Uint8Array.from(numbers), shape, dtype };
  const kinds = { float64: Float64Array, float32: Float32Array, int32: Int32Array, int8: Int8Array };
  const kind = (kinds as unknown as Record<string, Int32ArrayConstructor | undefined>)[dtype] ?? Uint8Array;
  return kind.from(numbers);
}

describe("against torch.testing.assert_close", () => {
  it.each(Object.entries(defaults))("%s has torch's tolerances", (dtype, [rtol, atol]) => {
    const named = dtype as ComparedDType;
    expect(defaultTolerance(named, named)).toEqual({ rtol, atol });
  });

  it.each(
    cases.map(
      (one, i) => [i, one.reference.dtype, one.candidate.dtype, JSON.stringify(one.options), one] as const,
    ),
  )("case %i, %s and %s with %s: verdict, mismatches and the largest difference", (...[, , , , one]) => {
    const result = compare(arrayOf(one.reference), arrayOf(one.candidate), one.options);
    expect(result.tolerance).toEqual(one.tolerance);
    expect(result.equal).toBe(one.equal);
    expect(result.distances!.mismatches).toBe(one.mismatches);
    if (typeof one.absolute !== "number") return;
    const { value, index } = result.distances!.absolute!;
    // torch looks among the mismatches alone: at another place they are further apart, and equal.
    if (one.close[index[0]] === "1") {
      expect(value).toBeGreaterThanOrEqual(one.absolute);
      return;
    }
    expect(index).toEqual([one.at]);
    expect(value).toBeCloseTo(one.absolute, 6 - Math.floor(Math.log10(one.absolute)) - 1);
  });

  it("each element is equal where torch.isclose says so", () => {
    for (const { reference, candidate, tolerance, options, close } of cases) {
      const isClose = closenessOf(tolerance, reference.dtype, candidate.dtype);
      const [r, c] = [numbersOf(reference), numbersOf(candidate)];
      const found = r.map((x, i) => {
        if (Number.isNaN(x) && Number.isNaN(c[i])) return options.equalNan;
        return Number.isFinite(x) && Number.isFinite(c[i]) ? isClose(x, c[i], c[i] - x) : x === c[i];
      });
      expect(found.map(Number).join("")).toBe(close);
    }
  });
});

describe("against NumPy's nextafter and spacing", () => {
  it.each(Object.entries(ulps))("counts the numbers of %s between two", (dtype, steps) => {
    const found = steps.map(([a, b]) => ulpDistance(dtype as UlpDType, a, b));
    expect(found).toEqual(steps.map(([, , k]) => k));
    expect(steps.map(([a, b]) => ulpDistance(dtype as UlpDType, b, a))).toEqual(found);
  });
});
