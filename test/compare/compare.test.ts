/** What `compare` tells: verdicts, distances with their places, channels, and what is refused. */
import { tensor } from "lossgrad";
import { type Comparable, compare, type Comparison } from "lossgrad/compare";
import { describe, expect, it } from "vitest";

const F32 = (...numbers: number[]): Float32Array => Float32Array.from(numbers);

describe("compare", () => {
  it("tells that arrays are the same", () => {
    const { equal, distances, diagnosis, channels } = compare(F32(1, 2, 3), F32(1, 2, 3));
    expect([equal, diagnosis!.name, channels]).toEqual([true, "identical", null]);
    expect(distances).toEqual({
      elements: 3,
      mismatches: 0,
      firstMismatch: null,
      finite: 3,
      meanAbsolute: 0,
      bias: 0,
      absolute: { value: 0, index: [0], reference: 1, candidate: 1 },
      relative: { value: 0, index: [0], reference: 1, candidate: 1 },
      ulp: { value: 0, index: [0], reference: 1, candidate: 1 },
      ulpDtype: "float32",
      ulps: [{ from: 0, to: 0, count: 3 }],
    });
  });

  it("tells the largest distances by their places in all dimensions", () => {
    const shape = [2, 3];
    const reference = { data: F32(1, 100, 0, -4, 5, 6), shape };
    const candidate = { data: F32(1, 103, 1, -4, 5, 7), shape };
    const { distances } = compare(reference, candidate);
    expect(distances).toMatchObject({
      mismatches: 3,
      firstMismatch: [0, 1],
      meanAbsolute: 5 / 6,
      bias: 5 / 6,
      absolute: { value: 3, index: [0, 1], reference: 100, candidate: 103 },
      relative: { value: 1 / 6, index: [1, 2], reference: 6, candidate: 7 },
      // From 0 to 1 lie more numbers than anywhere else here.
      ulp: { value: 0x3f800000, index: [0, 2], reference: 0, candidate: 1 },
    });
  });

  it("counts units in the last place by powers of 2", () => {
    const u = 2 ** -23;
    const { distances } = compare(F32(1, 1, 1, 1, 1, -0), F32(1, 1 + u, 1 + 2 * u, 1 + 3 * u, 1 + 4 * u, 0));
    expect(distances!.ulps).toEqual([
      { from: 0, to: 0, count: 2 },
      { from: 1, to: 1, count: 1 },
      { from: 2, to: 3, count: 2 },
      { from: 4, to: 7, count: 1 },
    ]);
  });

  it("takes units in the last place as a tolerance", () => {
    const pair = [F32(1, 2), F32(1 + 2 ** -22, 2)] as const;
    expect(compare(...pair, { ulp: 2 }).equal).toBe(true);
    expect(compare(...pair, { ulp: 1 })).toMatchObject({ equal: false, tolerance: { ulp: 1 } });
    // Inf comes one step behind the largest number, and is no neighbour of it.
    expect(compare(F32(3.4028234663852886e38), F32(Infinity), { ulp: 5 }).equal).toBe(false);
    expect(compare(F32(Infinity, -Infinity), F32(Infinity, -Infinity), { ulp: 0 }).equal).toBe(true);
  });

  it("counts in the coarser of two floats, and whole numbers among integers", () => {
    const half = { data: Uint16Array.of(0x3c01), dtype: "float16" } as const;
    expect(compare(F32(1), half).distances).toMatchObject({ ulpDtype: "float16", ulp: { value: 1 } });
    const integers = compare(Int32Array.of(7), Int8Array.of(9));
    expect(integers.distances).toMatchObject({ ulpDtype: "integer", ulp: { value: 2 } });
  });

  it("knows integers of 64 bits to the last one", () => {
    const big = 2n ** 62n;
    const { equal, distances } = compare(BigInt64Array.of(big, 5n), BigInt64Array.of(big + 1n, 5n));
    expect(equal).toBe(false);
    expect(distances).toMatchObject({ mismatches: 1, absolute: { value: 1, index: [0] } });
    expect(compare(BigUint64Array.of(2n ** 64n - 1n), BigUint64Array.of(2n ** 64n - 1n)).equal).toBe(true);
  });

  it("tells where NaN and infinities are", () => {
    const shape = [2, 2];
    const reference = { data: F32(NaN, 1, Infinity, NaN), shape };
    const candidate = { data: F32(NaN, 1, -Infinity, 2), shape };
    const result = compare(reference, candidate, { equalNan: true });
    const none = { count: 0, first: null };
    expect(result.reference.notFinite).toEqual({
      nan: { count: 2, first: [0, 0] },
      positiveInfinity: { count: 1, first: [1, 0] },
      negativeInfinity: none,
    });
    expect(result.candidate.notFinite.negativeInfinity).toEqual({ count: 1, first: [1, 0] });
    expect(result.distances).toMatchObject({ mismatches: 2, firstMismatch: [1, 0], finite: 1 });
    expect(compare(reference, reference).equal).toBe(false);
    expect(compare(reference, reference).diagnosis!.text).toContain("equalNan");
    expect(compare(reference, reference, { equalNan: true }).equal).toBe(true);
  });

  it("has no distances where no pair is finite", () => {
    const { distances } = compare(F32(NaN), F32(1));
    expect(distances).toMatchObject({ finite: 0, meanAbsolute: null, absolute: null, ulp: null, ulps: [] });
  });

  it("tells how each index of an axis compares", () => {
    const shape = [2, 2, 2];
    const reference = { data: F32(1, 2, 3, 4, 5, 6, 7, 8), shape };
    const candidate = { data: F32(1, 2, 3.5, 4, 5, 6, 7, 7), shape };
    const first = {
      index: 0,
      elements: 4,
      mismatches: 0,
      finite: 4,
      meanAbsolute: 0,
      bias: 0,
      maxAbsolute: 0,
    };
    const expected = [
      first,
      { ...first, index: 1, mismatches: 2, meanAbsolute: 0.375, bias: -0.125, maxAbsolute: 1 },
    ];
    expect(compare(reference, candidate, { axis: 1 }).channels).toEqual(expected);
    expect(compare(reference, candidate, { axis: -2 }).channels).toEqual(expected);
  });

  it("takes nothing for equal of another shape, and says what it can", () => {
    const { equal, distances, diagnosis } = compare(F32(1, 2), F32(1, 2, 3));
    expect([equal, distances, diagnosis]).toEqual([false, null, null]);
    const flat = compare({ data: F32(1, 2), shape: [1, 2] }, { data: F32(1, 2), shape: [2] });
    expect(flat).toMatchObject({ equal: false, diagnosis: { name: "reshaped" } });
  });

  it("takes arrays without a shape for arrays of the other's, or of the option's", () => {
    const shaped = { data: F32(1, 2, 3, 4), shape: [2, 2] };
    expect(compare(shaped, F32(1, 2, 3, 5)).distances!.firstMismatch).toEqual([1, 1]);
    expect(compare(F32(1, 2, 3, 4), F32(1, 2, 4, 4), { shape: [2, 2] }).distances!.firstMismatch).toEqual([
      1, 0,
    ]);
  });

  it.each([
    ["nothing", [0]],
    ["nothing in several dimensions", [2, 0, 3]],
    ["one number without dimensions", []],
  ])("compares %s", (_, shape) => {
    const x = { data: new Float32Array(shape.reduce((product, size) => product * size, 1)), shape };
    expect(compare(x, x)).toMatchObject({ equal: true, diagnosis: { name: "identical" } });
  });

  it("does not look for a cause where none is asked for", () => {
    expect(compare(F32(1), F32(2), { diagnose: false }).diagnosis).toBeNull();
  });

  it("is data: JSON brings back what it was", () => {
    const result = compare(F32(1, NaN, 0), F32(1, 2, 5), { axis: 0 });
    expect(JSON.parse(JSON.stringify(result)) as Comparison).toEqual(result);
  });
});

describe("compare takes", () => {
  const data = F32(1, 2, 3, 4);
  const shape = [2, 2];
  it.each<[string, Comparable]>([
    ["tensors of lossgrad", tensor([[1, 2], [3, 4]])],
    ["tensors of ONNX Runtime and transformers.js", { data, dims: shape, type: "float32" }],
    ["tensors of tfjs", { dataSync: () => data, shape }],
    ["numbers of another dtype", { data: Int16Array.of(1, 2, 3, 4), shape }],
    ["tagged halves", { data: Uint16Array.of(0x3c00, 0x4000, 0x4200, 0x4400), dtype: "float16" }],
    ["unsigned integers", Uint32Array.of(1, 2, 3, 4)],
  ])("%s", (_, operand) => {
    expect(compare({ data, shape }, operand).equal).toBe(true);
    expect(compare(operand, { data, shape }).equal).toBe(true);
  }); // prettier-ignore
});

describe("compare refuses", () => {
  const x = F32(1, 2);
  it.each<[string, () => unknown, string]>([
    ["half a tolerance", () => compare(x, x, { rtol: 0.1 }), "Both 'rtol' and 'atol' must be either specified or omitted, but got no 'atol'."],
    ["two kinds of tolerance", () => compare(x, x, { rtol: 0.1, atol: 0, ulp: 1 }), "compare: expected either ulp or rtol and atol, got all of them"],
    ["a negative tolerance", () => compare(x, x, { ulp: -1 }), "compare: expected ulp to be a number from 0 on, got -1"],
    ["an axis that there is not", () => compare(x, x, { axis: 1 }), "Dimension out of range (expected to be in range of [-1, 0], but got 1)"],
    ["half an axis", () => compare(x, x, { axis: 0.5 }), "compare: expected axis to be an integer, got 0.5"],
    ["a shape that does not fit", () => compare(x, x, { shape: [3] }), "compare: expected reference to have 3 elements, as options.shape [3] says, got 2"],
    ["an option that there is not", () => compare(x, x, { tolerance: 1 } as object), "compare() got an unexpected keyword argument 'tolerance'"],
    ["bits that say nothing of themselves", () => compare(x, Uint16Array.of(1)), "compare: expected candidate to say what its Uint16Array holds, got no dtype"],
    ["what is no array", () => compare([1, 2] as never, x), "compare: expected reference to be a typed array, { data, shape, dtype } or a tensor, got array of length 2"],
    ["complex numbers", () => compare(x, tensor([{ re: 1, im: 2 }])), "compare: expected candidate to hold real numbers, got complex64"],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
  }); // prettier-ignore
});
