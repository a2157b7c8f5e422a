/**
 * Arguments that the losses of arrays refuse, with nothing written, and outputs that overlap
 * operands.
 */
import { tensor } from "lossgrad";
import { allocate, l1Loss, smoothL1Loss } from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { ARRAY_LOSSES } from "../support/arrays.js";
import { LOSSES } from "../support/losses.js";
import { expectRefused } from "../support/refuse.js";

const X = Float32Array.of(1, 2, 3);
const Y = Float32Array.of(1, 4, 0);
const refused = (call: () => unknown, kind: new (message: string) => Error, message: string): void => {
  expectRefused(call, kind, message);
};
/** What plain JavaScript may pass. */
const anything = (value: unknown): Float32Array => value as Float32Array;

describe("operands", () => {
  it.each([
    ["a list", [1, 2, 3], "got array of length 3; Float32Array.from(values)"],
    ["nothing", undefined, "got undefined"],
    ["null", null, "got null"],
    ["a string", "abc", 'got "abc"'],
    ["an object", { length: 3 }, "got Object"],
    [
      "an object that calls itself a Float32Array",
      { constructor: Float32Array, length: 3 },
      "got Float32Array",
    ],
    ["an heir of its prototype", Object.create(Float32Array.prototype) as unknown, ""],
    ["a buffer", new ArrayBuffer(12), "got ArrayBuffer"],
    ["a DataView", new DataView(new ArrayBuffer(12)), "got DataView"],
    ["a tensor", tensor([1, 2, 3]), "got a Tensor; use F.l1Loss"],
    [
      "bits without a tag",
      new Uint16Array(3),
      'pass { data, dtype: "float16" } or { data, dtype: "bfloat16" }',
    ],
    ["uint32", new Uint32Array(3), "got Uint32Array; Float64Array.from(array) converts"],
    ["uint64", new BigUint64Array(3), "got BigUint64Array"],
    ["a bit pattern of another type", { data: new Uint16Array(3), dtype: "uint16" }, "got Uint16Array"],
    ["complex numbers", { data: new Float32Array(6), shape: [3], dtype: "complex64" }, "got complex64"],
  ])("that are %s are a TypeError, on either side", (_, value, message) => {
    refused(() => l1Loss(anything(value), Y), TypeError, message);
    refused(() => l1Loss(X, anything(value)), TypeError, message);
    refused(() => l1Loss.valueAndGrad(anything(value), Y), TypeError, message);
  });

  it("of different lengths are a RangeError with both lengths", () => {
    for (const loss of LOSSES) {
      for (const [n, m] of [
        [3, 4],
        [3, 1],
        [0, 1],
        [20_000, 20_001],
      ]) {
        const call = (): unknown => ARRAY_LOSSES[loss](new Float32Array(n), new Float32Array(m));
        refused(call, RangeError, `${loss}: expected prediction and target of one length, got ${n} and ${m}`);
      }
    }
  });

  it("of different shapes are a RangeError, though of one length", () => {
    const [x, y] = [
      { data: X, dims: [1, 3], type: "float32" },
      { data: Y, dims: [3, 1], type: "float32" },
    ];
    refused(() => l1Loss(x, y), RangeError, "of one shape, got [1, 3] and [3, 1]");
    expect(l1Loss(x, Y)).toBe(5 / 3);
  });

  it("that were detached are a TypeError, not an empty operand", () => {
    const gone = (): Float32Array => {
      const array = Float32Array.of(1, 2, 3);
      structuredClone(array.buffer, { transfer: [array.buffer] });
      return array;
    };
    refused(
      () => l1Loss(gone(), gone()),
      TypeError,
      "l1Loss: expected prediction in memory, got one whose buffer",
    );
    refused(() => l1Loss(X, gone()), TypeError, "expected target in memory");
    refused(() => l1Loss(X, Y, { weight: gone() }), TypeError, "expected weight in memory");
    refused(() => l1Loss.valueAndGrad(X, Y, { grad: gone() }), TypeError, "expected grad in memory");
  });

  it("that are integers have no gradient", () => {
    refused(
      () => l1Loss.valueAndGrad(Int8Array.of(1), 0),
      TypeError,
      "got int8; Float32Array.from(prediction)",
    );
  });

  it("that are bigints are no targets", () => {
    refused(() => l1Loss(X, anything(1n)), TypeError, "got 1n");
  });
});

describe("options", () => {
  it("that do not exist are a TypeError, for every loss and pass", () => {
    for (const loss of LOSSES) {
      for (const options of [{ reductoin: "sum" }, { sizeAverage: true }, { grad: X }]) {
        refused(
          () => ARRAY_LOSSES[loss](X, Y, options),
          TypeError,
          `${loss}() got an unexpected keyword argument`,
        );
      }
      const withOut = (): unknown => ARRAY_LOSSES[loss].valueAndGrad(X, Y, { out: X });
      refused(withOut, TypeError, `${loss}() got an unexpected keyword argument 'out'`);
      for (const options of [null, 1, "mean", []]) {
        refused(
          () => ARRAY_LOSSES[loss](X, Y, options as object),
          TypeError,
          `${loss}: expected options as an object`,
        );
      }
    }
    refused(() => l1Loss(X, Y, { beta: 1 } as object), TypeError, "unexpected keyword argument 'beta'");
    refused(
      () => smoothL1Loss(X, Y, { weight: X } as object),
      TypeError,
      "unexpected keyword argument 'weight'",
    );
  });

  it("of a wrong value are errors", () => {
    refused(
      () => l1Loss(X, Y, { reduction: "avg" as "sum" }),
      RangeError,
      "avg is not a valid value for reduction",
    );
    refused(() => l1Loss(X, Y, { dtype: "int32" }), TypeError, "expected dtype to be floating");
    refused(() => l1Loss(X, Y, { dtype: "float23" as "float32" }), TypeError, "expected dtype to be one of");
    refused(
      () => l1Loss(X, Y, { weight: new Float32Array(2) }),
      RangeError,
      "Weights and input must have the same",
    );
    refused(() => ARRAY_LOSSES.huberLoss(X, Y, { delta: 0 }), RangeError, "non-positive values for delta");
    refused(() => ARRAY_LOSSES.huberLoss(X, Y, { delta: NaN }), RangeError, "expected delta to be finite");
    refused(() => ARRAY_LOSSES.smoothL1Loss(X, Y, { beta: -1 }), RangeError, "negative values for beta");
    refused(
      () => ARRAY_LOSSES.smoothL1Loss(X, Y, { beta: Infinity }),
      RangeError,
      "expected beta to be finite",
    );
    refused(
      () => l1Loss(X, Y, { out: new Float32Array(3) }),
      TypeError,
      'expected out with reduction "none" only',
    );
  });
});

describe("a gradient's or a result's array", () => {
  it("of another type is a TypeError", () => {
    for (const grad of [
      new Float64Array(3),
      new Int32Array(3),
      [0, 0, 0],
      null,
      new Uint16Array(3),
      { data: 1 },
    ]) {
      const call = (): unknown => l1Loss.valueAndGrad(X, Y, { grad: anything(grad) });
      refused(call, TypeError, "l1Loss: expected grad to be a typed array of float32, got");
    }
    const out = new Float32Array(3);
    const call = (): unknown => l1Loss(Float64Array.from(X), Y, { reduction: "none", out });
    refused(call, TypeError, "l1Loss: expected out to be a typed array of float64, got Float32Array");
    const half = { data: new Uint16Array(3), dtype: "float16" as const };
    const other = { data: new Uint16Array(3), dtype: "bfloat16" as const };
    refused(
      () => l1Loss.valueAndGrad(half, 0, { grad: anything(other) }),
      TypeError,
      'float16, or a Uint16Array of its bits, got "bfloat16"',
    );
  });

  it("of another length is a RangeError, and stays as it was", () => {
    for (const n of [2, 4, 0]) {
      const grad = new Float32Array(n).fill(7);
      refused(() => l1Loss.valueAndGrad(X, Y, { grad }), RangeError, `expected grad of length 3, got ${n}`);
      expect(grad).toEqual(new Float32Array(n).fill(7));
    }
  });

  it("is returned as it was given: an array, or bits with or without their tag", () => {
    const grad = new Float32Array(3);
    expect(l1Loss.valueAndGrad(X, Y, { grad }).grad).toBe(grad);
    const half = { data: Uint16Array.of(0x3c00, 0x4000), dtype: "float16" as const };
    for (const bits of [new Uint16Array(2), { data: new Uint16Array(2), dtype: "float16" as const }]) {
      const found = l1Loss.valueAndGrad(half, 1, { grad: bits });
      expect(found).toEqual({ value: 0.5, grad: bits });
      expect(Array.from("data" in bits ? bits.data : bits)).toEqual([0, 0x3800]);
    }
    const out = new Uint8ClampedArray(1);
    expect(l1Loss(Uint8Array.of(1), Uint8Array.of(9), { reduction: "none", out })).toBe(out);
    expect(out[0]).toBe(8);
  });

  it("of halves, where none is given, is of the prediction's kind, and can be handed back", () => {
    const half = { data: Uint16Array.of(0x3f80, 0x4000), dtype: "bfloat16" as const };
    const { grad } = l1Loss.valueAndGrad(half, 0);
    expect([grad.dtype, Array.from(grad), l1Loss(grad, 0)]).toEqual(["bfloat16", [0x3f00, 0x3f00], 0.5]);
  });
});

/** Lengths of the loop, of one call, and of several blocks. */
const LENGTHS = [5, 64, 600, 17_000];

describe.each([
  ["foreign", (n: number) => new Float32Array(n)],
  ["in place", (n: number) => allocate("float32", n)],
] as const)("a %s output that is an operand", (_, make) => {
  const operands = (n: number): [Float32Array, Float32Array] => {
    const [x, y] = [make(n), make(n)];
    for (let i = 0; i < n; i++) [x[i], y[i]] = [Math.fround(Math.sin(i)), Math.fround(Math.cos(i))];
    return [x, y];
  };

  it.each(LENGTHS)("is replaced by the gradient or the values, %i elements", (n) => {
    for (const loss of LOSSES) {
      for (const which of [0, 1]) {
        for (const reduction of ["mean", "none"] as const) {
          const [x, y] = operands(n);
          const expected = ARRAY_LOSSES[loss].valueAndGrad(x, y, { reduction });
          const grad = [x, y][which];
          expect(ARRAY_LOSSES[loss].valueAndGrad(x, y, { reduction, grad })).toEqual(expected);
        }
        const [x, y] = operands(n);
        const expected = ARRAY_LOSSES[loss](x, y, { reduction: "none" });
        const out = [x, y][which];
        expect(ARRAY_LOSSES[loss](x, y, { reduction: "none", out })).toEqual(expected);
      }
    }
  });

  it.each(LENGTHS)("is replaced where another view of the same memory is given, %i elements", (n) => {
    const [x, y] = operands(n);
    const expected = l1Loss.valueAndGrad(x, y);
    const grad = new Float32Array(x.buffer, x.byteOffset, n);
    expect(l1Loss.valueAndGrad(x, y, { grad })).toEqual(expected);
    expect(x).toEqual(expected.grad);
  });

  it.each(LENGTHS)(
    "keeps the value of a sum that is not finite, or overflows on the way, %i elements",
    (n) => {
      for (const special of [Infinity, NaN, 3e38]) {
        const [x, y] = operands(n);
        x.fill(special, n >> 1);
        const { value } = l1Loss.valueAndGrad(x, y);
        expect(l1Loss.valueAndGrad(x, y, { grad: x }).value).toBe(value);
      }
    },
  );

  it.each(LENGTHS)("is replaced in a weighted loss, %i elements", (n) => {
    const [x, y] = operands(n);
    const weight = x.map(Math.abs);
    const expected = l1Loss.valueAndGrad(x, y, { weight });
    expect(l1Loss.valueAndGrad(x, y, { weight, grad: weight })).toEqual(expected);
  });

  it.each(LENGTHS)("in part is a RangeError, and stays as it was, %i elements", (n) => {
    const whole = make(2 * n);
    whole.forEach((_, i) => (whole[i] = i));
    const before = whole.slice();
    const [x, y] = [whole.subarray(1, n + 1), make(n)];
    for (const start of [0, 2, n]) {
      const grad = whole.subarray(start, start + n);
      refused(() => l1Loss.valueAndGrad(x, y, { grad }), RangeError, "overlaps an operand in part");
      refused(() => l1Loss.valueAndGrad(y, x, { grad }), RangeError, "overlaps an operand in part");
      refused(
        () => l1Loss(x, y, { reduction: "none", out: grad }),
        RangeError,
        "expected out to be an operand or apart from the operands",
      );
    }
    expect(whole).toEqual(before);
    const apart = l1Loss.valueAndGrad(whole.subarray(0, n), y, { grad: whole.subarray(n) });
    expect(apart).toEqual(l1Loss.valueAndGrad(before.subarray(0, n), y));
  });

  it("may be both operands", () => {
    const [x] = operands(67);
    expect(l1Loss.valueAndGrad(x, x, { grad: x })).toEqual({ value: 0, grad: new Float32Array(67) });
  });
});

it("operands may overlap each other", () => {
  const whole = Float32Array.of(1, 2, 4, 8);
  expect(l1Loss(whole.subarray(0, 3), whole.subarray(1))).toBe(7 / 3);
});
