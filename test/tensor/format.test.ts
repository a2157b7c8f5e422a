import { describe, expect, test } from "vitest";
import { formatTensor as format, readPrintOptions } from "../../src/tensor/format.js";
import type { PrintOptions, PrintSource } from "../../src/tensor/format.js";
import text from "../fixtures/printing.json?raw";

type EncodedReal = number | string | boolean;
type Encoded = EncodedReal | [EncodedReal, EncodedReal];
type Element = ReturnType<PrintSource["at"]>;

interface PrintedCase extends Omit<PrintSource, "at"> {
  name: string;
  /** All elements in row-major order, or those of a summary by flat index. */
  elements: Encoded[] | Record<string, Encoded>;
  options?: PrintOptions;
  text: string;
}

const fixture = JSON.parse(text) as {
  torch: string;
  cases: PrintedCase[];
};

const NON_FINITE: Record<string, number> = { nan: NaN, inf: Infinity, "-inf": -Infinity };

function real(value: EncodedReal): number {
  return typeof value === "string" ? NON_FINITE[value] : Number(value);
}

function decode(value: Encoded, dtype: string): Element {
  if (Array.isArray(value)) return { re: real(value[0]), im: real(value[1]) };
  if (dtype === "int64") return BigInt(value);
  return typeof value === "boolean" ? value : real(value);
}

/**
 * A source that fails when an element is read twice, or one that torch does not show is read at
 * all.
 */
function sourceOf(printed: PrintedCase): PrintSource {
  const unread = new Map(Object.entries(printed.elements));
  return {
    ...printed,
    at(flatIndex) {
      const key = String(flatIndex);
      const value = unread.get(key);
      if (value === undefined) throw new Error(`element ${key} is not to be read, or not again`);
      unread.delete(key);
      return decode(value, printed.dtype);
    },
  };
}

function formatTensor(source: PrintSource, options: PrintOptions = {}): string {
  return format(source, readPrintOptions(options));
}

function vector(values: readonly Element[], rest: Partial<PrintSource> = {}): PrintSource {
  const at = (flatIndex: number): Element => values[flatIndex];
  return { shape: [values.length], dtype: "float32", requiresGrad: false, gradFn: null, at, ...rest };
}

describe(`as torch ${fixture.torch} prints`, () => {
  test.each(fixture.cases)("$name", (printed) => {
    expect(formatTensor(sourceOf(printed), printed.options)).toBe(printed.text);
  });

  test("the fixture covers every dtype, and at least 150 cases", () => {
    expect(fixture.cases.length).toBeGreaterThanOrEqual(150);
    expect(new Set(fixture.cases.map((printed) => printed.dtype)).size).toBe(12);
  });
});

describe("what a reader sees first", () => {
  test("a result of the seed", () => {
    const loss = vector([3], { shape: [], dtype: "float16" });
    expect(formatTensor(loss)).toBe("tensor(3., dtype=float16)");
  });

  test("a leaf, and a result with a function: the function's name wins", () => {
    const leaf = vector([2.5, 0], { requiresGrad: true });
    expect(formatTensor(leaf)).toBe("tensor([2.5000, 0.0000], requiresGrad=true)");
    expect(formatTensor({ ...leaf, gradFn: "MulBackward0" })).toBe(
      "tensor([2.5000, 0.0000], gradFn=<MulBackward0>)",
    );
  });

  test("a summary of 10^12 elements reads four", () => {
    let reads = 0;
    const huge = vector([], { shape: [1e6, 1e6], at: () => (reads++, 1) });
    expect(formatTensor(huge, { edgeItems: 1 })).toBe(
      "tensor([[1.,  ..., 1.],\n        ...,\n        [1.,  ..., 1.]])",
    );
    expect(reads).toBe(4);
  });
});

describe("options", () => {
  // Releases after 1.13 measure the column in the notation that is printed; 1.13 measured the one
  // it would have chosen.
  test("a forced notation keeps its columns aligned, as in newer releases", () => {
    expect(formatTensor(vector([-1.5, 2]), { sciMode: true })).toBe("tensor([-1.5000e+00,  2.0000e+00])");
    expect(formatTensor(vector([-1, 20]), { sciMode: true })).toBe("tensor([-1.0000e+00,  2.0000e+01])");
    expect(formatTensor(vector([1e-7, -0.5]), { sciMode: false })).toBe("tensor([ 0.0000, -0.5000])");
    expect(formatTensor(vector([1, -10000]), { sciMode: false })).toBe("tensor([     1., -10000.])");
  });

  test("a forced notation leaves zeros as they are", () => {
    expect(formatTensor(vector([0, -0, NaN]), { sciMode: true })).toBe("tensor([0., -0., nan])");
  });

  // As in newer releases; 1.13 printed every element after the dots in one dimension, and failed in
  // more.
  test("no edge items: dots only, and the size", () => {
    const options = { edgeItems: 0, threshold: 2 };
    const cube = vector([], { shape: [2, 2, 2], dtype: "float64" });
    expect(formatTensor(vector([1, 2, 3]), options)).toBe("tensor([...], size=(3,))");
    expect(formatTensor(cube, options)).toBe("tensor([...], size=(2, 2, 2), dtype=float64)");
    expect(formatTensor(vector([1, 2]), options)).toBe("tensor([1., 2.], size=(2,))");
  });

  test("an infinite threshold prints everything", () => {
    const ones = vector([], { shape: [2000], dtype: "int64", at: () => 1n });
    expect(formatTensor(ones, { threshold: Infinity }).match(/1/g)).toHaveLength(2000);
  });

  test("undefined means the default", () => {
    const options = { precision: undefined, sciMode: undefined };
    expect(formatTensor(vector([0.5]), options)).toBe("tensor([0.5000])");
  });

  const wrongType: [string, unknown, string][] = [
    ["precision", "4", "expected precision to be a number, got string"],
    ["threshold", 10n, "expected threshold to be a number, got bigint"],
    ["edgeItems", null, "expected edgeItems to be a number, got object"],
    ["lineWidth", true, "expected lineWidth to be a number, got boolean"],
    ["sciMode", 1, "expected sciMode to be a boolean or null, got number"],
  ];
  test.each(wrongType)("%s of a wrong type, %s: %s", (name, value, message) => {
    const call = (): string => formatTensor(vector([1]), { [name]: value });
    expect(call).toThrow(TypeError);
    expect(call).toThrow(`toString: ${message}`);
  });

  const outOfRange: [string, number, string][] = [
    ["precision", -1, "expected precision to be an integer from 0 to 100, got -1"],
    ["precision", 101, "expected precision to be an integer from 0 to 100, got 101"],
    ["precision", 2.5, "expected precision to be an integer from 0 to 100, got 2.5"],
    ["precision", NaN, "expected precision to be an integer from 0 to 100, got NaN"],
    ["threshold", -1, "expected threshold to be 0 or more, got -1"],
    ["threshold", NaN, "expected threshold to be 0 or more, got NaN"],
    ["edgeItems", -1, "expected edgeItems to be an integer of 0 or more, got -1"],
    ["lineWidth", 0, "expected lineWidth to be an integer of 1 or more, got 0"],
    ["lineWidth", Infinity, "expected lineWidth to be an integer of 1 or more, got Infinity"],
  ];
  test.each(outOfRange)("%s out of range, %s: %s", (name, value, message) => {
    const call = (): string => formatTensor(vector([1]), { [name]: value });
    expect(call).toThrow(RangeError);
    expect(call).toThrow(`toString: ${message}`);
  });
});
