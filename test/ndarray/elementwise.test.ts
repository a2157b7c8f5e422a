import { describe, expect, it } from "vitest";
import { dtypes } from "../../src/ndarray/dtype.js";
import { binary, copy, unary } from "../../src/ndarray/elementwise.js";
import { NdArray } from "../../src/ndarray/ndarray.js";
import type { BinaryName, UnaryName } from "../../src/core/kernels.js";
import { binaryOutput, unaryOutput } from "../assembly/twins/arithmetic.js";
import { ELEMENTARY } from "../support/elementary.js";
import type { Value } from "../support/kernels.js";
import { Random } from "../support/random.js";
import { casesOfRun } from "../support/slow.js";
import {
  arrayOf,
  difference,
  elementsOf,
  fit,
  isFloat,
  numbersOf,
  randomShape,
  randomValues,
  randomView,
  REALS,
} from "./naive.js";
import type { RealDType } from "./naive.js";

const BINARY: BinaryName[] = [
  "add",
  "sub",
  "mul",
  "div",
  "maximum",
  "minimum",
  "keep",
  "eq",
  "ne",
  "lt",
  "le",
];
const FLOAT_ONLY: readonly string[] = ["div", "keep", "sqrt", "clamp", "relu", ...ELEMENTARY];

/** What a kernel computes of numbers of the dtype, as the dtype stores it. */
function compute(name: string, dtype: RealDType, x: readonly Value[], y: readonly Value[]): Value[] {
  const { compute: tag } = dtypes[dtype];
  const widen = (values: readonly Value[]): Value[] =>
    values.map((value) => (tag === "i64" ? BigInt(value) : value));
  return binaryOutput(name, tag, widen(x), widen(y)).map((value) =>
    fit(dtype, tag === "i64" ? BigInt.asIntN(64, value as bigint) : value),
  );
}

/**
 * An operand that broadcasts to the shape: some dimensions of size 1, some leading ones missing.
 */
function operandFor(dtype: RealDType, shape: readonly number[], random: Random): NdArray {
  const sizes = shape.map((size) => (random.chance(0.3) ? 1 : size));
  return randomView(dtype, random.chance(0.3) ? sizes.slice(random.integer(0, shape.length)) : sizes, random);
}

const cases = REALS.flatMap((dtype) =>
  BINARY.filter((name) => isFloat(dtype) || !FLOAT_ONLY.includes(name)).map((name) => [name, dtype] as const),
);

/**
 * A kernel passes the end of a block as all others of its dtype do: with the suite, one of each
 * dtype and one of each name.
 */
const longCases = casesOfRun(cases, ([name, dtype]) => name === "add" || dtype === "float32");

describe("binary", () => {
  it.each(cases)("%s of %s: any layout, broadcast, equals the naive result", (name, dtype) => {
    const random = new Random(1);
    for (let round = 0; round < 12; round++) {
      const shape = randomShape(random, random.integer(0, 5), 4);
      const [x, y] = [operandFor(dtype, shape, random), randomView(dtype, shape, random)];
      const expected = compute(name, dtype, elementsOf(x.expanded(shape)), elementsOf(y));
      expect(difference(numbersOf(binary(name, x, y, dtype)), expected), `shape ${shape.join()}`).toBeNull();
      const swapped = compute(name, dtype, elementsOf(y), elementsOf(x.expanded(shape)));
      expect(difference(numbersOf(binary(name, y, x, dtype)), swapped), `shape ${shape.join()}`).toBeNull();
    }
  });

  it.each(longCases)("%s of %s: longer than a block, and with a number on either side", (name, dtype) => {
    const random = new Random(2);
    const shape = [127, 131];
    const [x, y] = [randomView(dtype, shape, random), randomView(dtype, shape, random)];
    const [a, b] = [elementsOf(x), elementsOf(y)];
    expect(difference(numbersOf(binary(name, x, y, dtype)), compute(name, dtype, a, b))).toBeNull();
    const number = dtype === "bool" ? 1 : 3;
    const numbers = a.map(() => number);
    expect(
      difference(numbersOf(binary(name, x, number, dtype)), compute(name, dtype, a, numbers)),
    ).toBeNull();
    expect(
      difference(numbersOf(binary(name, number, x, dtype)), compute(name, dtype, numbers, a)),
    ).toBeNull();
  });

  const square = (dtype: RealDType, size: number, random: Random): NdArray =>
    arrayOf(dtype, [size, size], randomValues(dtype, size * size, random));

  it.each(cases)("%s of %s: in place of either operand", (name, dtype) => {
    const random = new Random(3);
    for (const target of [0, 1]) {
      const operands = [square(dtype, 9, random), square(dtype, 9, random)];
      const expected = compute(name, dtype, numbersOf(operands[0]), numbersOf(operands[1]));
      binary(name, operands[0], operands[1], dtype, operands[target]);
      expect(difference(numbersOf(operands[target]), expected), `operand ${target}`).toBeNull();
    }
  });

  it.each(longCases)(
    "%s of %s: in place of one that shares its memory in another order, of more than a block",
    (name, dtype) => {
      const random = new Random(3);
      // The second block would read what the first has written.
      const reread = {
        transposed: (x: NdArray): NdArray => x.reshaped([129, 129], [1, 129]),
        "the first row": (x: NdArray): NdArray => x.reshaped([1, 129], [129, 1]),
      };
      for (const [view, of] of Object.entries(reread)) {
        for (const swapped of [false, true]) {
          const x = square(dtype, 129, random);
          const operands = swapped ? [x, of(x)] : [of(x), x];
          const [a, b] = operands.map((operand) => elementsOf(operand.expanded([129, 129])));
          const found = numbersOf(binary(name, operands[0], operands[1], dtype, x));
          expect(difference(found, compute(name, dtype, a, b)), `${view}, ${swapped}`).toBeNull();
        }
      }
    },
  );

  it.each(REALS)("comparisons of %s give bools", (dtype) => {
    const random = new Random(4);
    for (const name of ["eq", "ne", "lt", "le"] as const) {
      const [x, y] = [randomView(dtype, [7, 9], random), randomView(dtype, [7, 9], random)];
      const out = binary(name, x, y, "bool", undefined, dtype);
      expect(out.dtype).toBe("bool");
      expect(
        difference(numbersOf(out), compute(name, dtype, elementsOf(x), elementsOf(y)).map(Number)),
      ).toBeNull();
    }
  });

  it.each([
    ["add", "uint8", 200, 100, 44],
    ["sub", "uint8", 1, 2, 255],
    ["mul", "int8", 100, 3, 44],
    ["sub", "int8", -128, 127, 1],
    ["add", "int16", 32767, 1, -32768],
    ["mul", "int32", 2 ** 30, 4, 0],
    ["add", "int64", 2n ** 63n - 1n, 1n, -(2n ** 63n)],
    ["mul", "int64", 2n ** 62n + 1n, 2n, -(2n ** 63n) + 2n],
    ["add", "bool", 1, 1, 1],
    ["mul", "bool", 1, 0, 0],
  ] as const)("%s wraps in %s: of %s and %s", (name, dtype, a, b, expected) => {
    expect(numbersOf(binary(name, arrayOf(dtype, [1], [a]), arrayOf(dtype, [1], [b]), dtype))).toEqual([
      expected,
    ]);
  });

  it("of halves rounds once", () => {
    // 1 + 2^-11 is a tie in float16, which the float32 sum must not have decided.
    const x = arrayOf("float16", [2], [1, 1 + 2 ** -10]);
    expect(numbersOf(binary("add", x, arrayOf("float16", [1], [2 ** -11]), "float16"))).toEqual([
      1,
      1 + 2 ** -9,
    ]);
    expect(numbersOf(binary("mul", x, 3, "float16"))).toEqual([3, 3 + 2 ** -8]);
  });
});

describe("operands of another dtype", () => {
  const f16 = arrayOf("float16", [2], [1, 3]);
  const i64 = arrayOf("int64", [2], [2049n, 2051n]);

  // As torch 2.14 answers.
  it("are what the common dtype holds: float16 beside int64", () => {
    expect(numbersOf(binary("add", f16, i64, "float16"))).toEqual([2048, 2056]);
    expect(numbersOf(binary("mul", i64, f16, "float16"))).toEqual([2048, 6156]);
    expect(numbersOf(binary("maximum", f16, i64, "float16"))).toEqual([2048, 2052]);
    const rounded = arrayOf("float16", [2], [2048, 2052]);
    expect(numbersOf(binary("eq", rounded, i64, "bool", undefined, "float16"))).toEqual([1, 1]);
  });

  it("are what the common dtype holds in a sum, single ones too: float16 and -0.7", () => {
    const held = Number(fit("float16", -0.7));
    const [sum, difference] = [1 + held, 1 - held].map((v) => fit("float16", v));
    expect(sum).not.toBe(fit("float16", 1 - 0.7));
    for (const other of [-0.7, arrayOf("float32", [], [-0.7])]) {
      expect(numbersOf(binary("add", f16, other, "float16"))[0]).toBe(sum);
      expect(numbersOf(binary("sub", f16, other, "float16"))[0]).toBe(difference);
    }
  });

  it("are taken as they are in products and quotients, if single: float16 times 0.1", () => {
    const product = fit("float16", Math.fround(3 * Math.fround(0.1)));
    expect(product).not.toBe(fit("float16", 3 * Number(fit("float16", 0.1))));
    expect(numbersOf(binary("mul", f16, 0.1, "float16"))[1]).toBe(product);
    expect(numbersOf(binary("mul", f16, arrayOf("float32", [], [0.1]), "float16"))[1]).toBe(product);
  });

  it("are rounded in comparisons and extrema, single or not: 0.1 beside float16", () => {
    const tenth = arrayOf("float16", [1], [0.1]);
    for (const other of [0.1, arrayOf("float32", [], [0.1])]) {
      expect(numbersOf(binary("eq", tenth, other, "bool", undefined, "float16"))).toEqual([1]);
      expect(numbersOf(binary("lt", tenth, other, "bool", undefined, "float16"))).toEqual([0]);
    }
  });

  it("wrap in a small integer type: 300 beside uint8", () => {
    const bytes = arrayOf("uint8", [2], [44, 200]);
    for (const other of [300, arrayOf("int64", [], [300n])]) {
      expect(numbersOf(binary("maximum", bytes, other, "uint8"))).toEqual([44, 200]);
      expect(numbersOf(binary("eq", bytes, other, "bool", undefined, "uint8"))).toEqual([1, 0]);
      expect(numbersOf(binary("add", bytes, other, "uint8"))).toEqual([88, 244]);
    }
  });

  it("mask by not being 0, also by what would be 0 in the masked dtype", () => {
    const mask = arrayOf("float32", [3], [2 ** -149, 0, NaN]);
    expect(numbersOf(binary("keep", arrayOf("float16", [3], [1, 2, 3]), mask, "float16"))).toEqual([1, 0, 3]);
  });
});

describe("unary", () => {
  const names: UnaryName[] = ["neg", "abs", "sign", "sqrt", "relu", "clamp", ...ELEMENTARY];

  it.each(
    REALS.flatMap((dtype) =>
      names
        .filter((name) => isFloat(dtype) || !FLOAT_ONLY.includes(name))
        .map((name) => [name, dtype] as const),
    ),
  )("%s of %s: any layout, longer than a block, in place", (name, dtype) => {
    const random = new Random(5);
    const { compute: tag } = dtypes[dtype];
    for (const shape of [[], [7], [3, 4, 5], [130, 127]]) {
      const x = randomView(dtype, shape, random);
      const values = elementsOf(x).map((value) => (tag === "i64" ? BigInt(value) : value));
      const expected = unaryOutput(name, tag, values, -0.5, 1.5).map((value) => fit(dtype, value));
      expect(difference(numbersOf(unary(name, x, -0.5, 1.5)), expected)).toBeNull();
      const own = copy(x, NdArray.empty(dtype, shape));
      unary(name, own, -0.5, 1.5, own);
      expect(difference(numbersOf(own), expected)).toBeNull();
    }
  });

  it.each([
    ["abs", "int8", -128, -128],
    ["neg", "int8", -128, -128],
    ["neg", "uint8", 1, 255],
    ["abs", "int64", -(2n ** 63n), -(2n ** 63n)],
  ] as const)("%s wraps in %s: of %s", (name, dtype, value, expected) => {
    expect(numbersOf(unary(name, arrayOf(dtype, [1], [value])))).toEqual([expected]);
  });
});
