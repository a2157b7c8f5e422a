import { arange, empty, full, linspace, ones, onesLike, tensor, zeros, zerosLike } from "lossgrad";
import type { Nested, Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { ALL, valueIn } from "../support/dtypes.js";
import { expectRefused } from "../support/refuse.js";

describe("zeros, ones, full, empty and their likes", () => {
  it.each(ALL)("in %s, for shapes with and without elements", (dtype) => {
    for (const shape of [[], [3], [2, 0], [2, 3]]) {
      expect(zeros(shape, { dtype }).shape).toEqual(shape);
      const elements = (made: Tensor): Nested => made.flatten().tolist();
      const count = shape.reduce((n, size) => n * size, 1);
      expect(elements(zeros(shape, { dtype }))).toEqual(Array(count).fill(valueIn(dtype, 0)));
      expect(elements(ones(shape, { dtype }))).toEqual(Array(count).fill(valueIn(dtype, 1)));
      expect(elements(full(shape, 2, { dtype }))).toEqual(Array(count).fill(valueIn(dtype, 2)));
      expect(empty(shape, { dtype }).shape).toEqual(shape);
      const like = zeros(shape, { dtype });
      expect([onesLike(like).dtype, zerosLike(like).dtype]).toEqual([dtype, dtype]);
      expect(elements(onesLike(like))).toEqual(Array(count).fill(valueIn(dtype, 1)));
    }
  });

  it("are float32 and require no grad, unless asked for", () => {
    for (const made of [zeros([1]), ones([1]), full([1], 1), empty([1]), arange(1), linspace(0, 1, 1)]) {
      expect([made.dtype, made.requiresGrad]).toEqual(["float32", false]);
    }
    for (const options of [{ requiresGrad: true }, { requiresGrad: true, dtype: "complex128" as const }]) {
      expect(zeros([1], options).requiresGrad).toBe(true);
      expect(onesLike(zeros([1]), options).requiresGrad).toBe(true);
    }
  });

  it("do not inherit requiresGrad from the tensor they are like; an undefined dtype counts as none", () => {
    const like = tensor([1], { requiresGrad: true, dtype: "float64" });
    expect(zerosLike(like, { dtype: undefined }).dtype).toBe("float64");
    expect(onesLike(like).requiresGrad).toBe(false);
  });

  it.each<[string, unknown, new (message: string) => Error, string]>([
    ["a string", "3", TypeError, 'got "3"'],
    ["nothing", undefined, TypeError, "got undefined"],
    ["sizes as text", ["2"], TypeError, 'expected sizes to be numbers, got "2"'],
    ["sizes as bigints", [2n], TypeError, "expected sizes to be numbers, got 2n"],
    ["a negative size", [2, -1], RangeError, "non-negative integers, got -1"],
    ["a fraction", [1.5], RangeError, "non-negative integers, got 1.5"],
    ["NaN", [NaN], RangeError, "non-negative integers, got NaN"],
    ["infinity", [Infinity], RangeError, "non-negative integers, got Infinity"],
    ["a size beyond the integers", [2 ** 53], RangeError, "non-negative integers"],
    ["65 dimensions", Array(65).fill(1), RangeError, "at most 64 dimensions, got 65"],
    [
      "4 GiB",
      [2 ** 30],
      RangeError,
      "expected a tensor of less than 4 GiB, got shape [1073741824] of float32",
    ],
    ["a product beyond the integers", [2 ** 52, 2 ** 52], RangeError, "less than 4 GiB"],
  ])("refuse the shape %s", (_, shape, kind, message) => {
    for (const make of [zeros, ones, empty, (s: number[]) => full(s, 1)]) {
      expectRefused(() => make(shape as number[]), kind, message);
    }
  });

  it("take sizes whose product is 0, however large the others", () => {
    expect(zeros([2 ** 52, 0]).numel()).toBe(0);
    expect(zeros([...Array<number>(40).fill(2 ** 50), 0]).numel()).toBe(0);
  });

  it("name the function in their errors", () => {
    for (const [name, make] of Object.entries({ zeros, ones, empty })) {
      expectRefused(() => make("x" as never), TypeError, `${name}: `);
      expectRefused(
        () => make([2], { dtype: "float" as never }),
        TypeError,
        `${name}: expected dtype to be one of`,
      );
    }
    expectRefused(() => full(3 as never, 1), TypeError, "full: expected a shape as an array of sizes, got 3");
    expectRefused(() => full([1], "1" as never), TypeError, 'full: expected a number, got "1"');
    expectRefused(
      () => zerosLike([1] as never),
      TypeError,
      "zerosLike: expected a Tensor, got array of length 1",
    );
    expectRefused(() => onesLike(null as never), TypeError, "onesLike: expected a Tensor, got null");
  });
});

describe("options", () => {
  const like = zeros([1]);
  const makers: Record<string, (options: never) => Tensor> = {
    tensor: (options) => tensor([1], options),
    zeros: (options) => zeros([1], options),
    ones: (options) => ones([1], options),
    full: (options) => full([1], 1, options),
    empty: (options) => empty([1], options),
    zerosLike: (options) => zerosLike(like, options),
    onesLike: (options) => onesLike(like, options),
    linspace: (options) => linspace(0, 1, 2, options),
    arange: (options) => arange(2, options),
  };

  it.each(Object.entries(makers))("%s refuses what is no option", (name, make) => {
    expectRefused(
      () => make({ dtpe: "float64" } as never),
      TypeError,
      `${name}() got an unexpected keyword argument 'dtpe'`,
    );
    expectRefused(() => make(null as never), TypeError, `${name}: expected options as an object, got null`);
    expectRefused(
      () => make({ dtype: "float99" } as never),
      TypeError,
      `${name}: expected dtype to be one of`,
    );
    expectRefused(() => make({ dtype: null } as never), TypeError, `${name}: expected dtype to be one of`);
    expectRefused(
      () => make({ requiresGrad: 1 } as never),
      TypeError,
      `${name}: expected requiresGrad to be a boolean, got 1`,
    );
    expectRefused(
      () => make({ dtype: "int32", requiresGrad: true } as never),
      TypeError,
      "Only Tensors of floating point and complex dtype can require gradients",
    );
  });

  it("as text are no options either", () => {
    expectRefused(
      () => tensor([1], "float64" as never),
      TypeError,
      'expected options as an object, got "float64"',
    );
  });
});

describe("arange and linspace", () => {
  it.each<[string, () => Tensor, number[]]>([
    ["an end", () => arange(3), [0, 1, 2]],
    ["a start and an end", () => arange(1, 3), [1, 2]],
    ["a step", () => arange(0, 1, 0.25), [0, 0.25, 0.5, 0.75]],
    ["a step that does not meet the end", () => arange(0, 1, 0.4), [0, Math.fround(0.4), Math.fround(0.8)]],
    ["a negative step", () => arange(3, 0, -1), [3, 2, 1]],
    ["nothing between", () => arange(2, 2), []],
    ["options after an end", () => arange(2, { dtype: "float64" }), [0, 1]],
    ["options after a start", () => arange(1, 3, { dtype: "float64" }), [1, 2]],
    ["options after a step", () => arange(1, 3, 2, { dtype: "int8" }), [1]],
    ["linspace", () => linspace(0, 1, 5), [0, 0.25, 0.5, 0.75, 1]],
    ["linspace downwards", () => linspace(1, -1, 3), [1, 0, -1]],
    ["linspace of one", () => linspace(2, 3, 1), [2]],
    ["linspace of none", () => linspace(2, 3, 0), []],
  ])("%s", (_, make, values) => {
    expect(make().tolist()).toEqual(values);
  });

  it.each<[string, () => unknown, new (message: string) => Error, string]>([
    ["arange without an end", () => arange(undefined as never), TypeError, "expected 1 to 3 numbers"],
    ["arange of text", () => arange("3" as never), TypeError, 'got "3"'],
    ["arange of a bigint", () => arange(3n as never), TypeError, "got 3n"],
    ["arange of null", () => arange(0, null as never), TypeError, "expected options as an object, got null"],
    ["arange of an array", () => arange([3] as never), TypeError, "got array of length 1"],
    [
      "arange of four numbers",
      () => arange(...([1, 2, 3, 4] as unknown as [number])),
      TypeError,
      "1 to 3 numbers",
    ],
    ["arange to NaN", () => arange(NaN), RangeError, "expected finite numbers, got NaN"],
    ["arange to infinity", () => arange(0, Infinity), RangeError, "expected finite numbers, got Infinity"],
    ["arange without a step", () => arange(0, 1, 0), RangeError, "step must be nonzero"],
    [
      "arange the wrong way",
      () => arange(3, 1),
      RangeError,
      "upper bound and larger bound inconsistent with step sign",
    ],
    ["arange of too many", () => arange(1e15), RangeError, "less than 4 GiB"],
    [
      "arange of a complex dtype",
      () => arange(3, { dtype: "complex64" }),
      TypeError,
      "expected a real dtype, got complex64",
    ],
    ["linspace of text", () => linspace("0" as never, 1, 2), TypeError, 'expected a number, got "0"'],
    ["linspace to NaN", () => linspace(0, NaN, 2), RangeError, "expected finite numbers, got NaN"],
    [
      "linspace of a fraction",
      () => linspace(0, 1, 2.5),
      TypeError,
      "expected steps to be an integer, got 2.5",
    ],
    ["linspace of a bigint", () => linspace(0, 1, 2n as never), TypeError, "got 2n"],
    [
      "linspace of less than none",
      () => linspace(0, 1, -1),
      RangeError,
      "number of steps must be non-negative",
    ],
  ])("%s is refused", (_, call, kind, message) => {
    expectRefused(call, kind, message);
  });
});
