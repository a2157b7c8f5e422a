/**
 * Calls as a script of PyTorch has them: taken, or refused with the form to write, and never
 * ignored.
 */
import { describe, expect, it } from "vitest";
import { cat, F, stack, tensor, type Tensor, zeros } from "lossgrad";

describe("keepdim after the dimension", () => {
  const x = tensor([
    [1, 2],
    [3, 5],
  ]);
  it.each([
    ["amax", [[3, 5]]],
    ["amin", [[1, 2]]],
    ["nansum", [[4, 7]]],
    ["nanmean", [[2, 3.5]]],
  ] as const)("holds for %s", (name, expected) => {
    expect(x[name](0, true).tolist()).toEqual(expected);
  });

  it("is refused beside options", () => {
    expect(() => x.amax({ dim: 0 }, true)).toThrow("amax: expected no further arguments, got true");
  });

  it.each(["var", "std"] as const)("%s refuses unbiased by its place, and does not ignore it", (name) => {
    const loose = (...args: unknown[]) => (x[name] as (...args: unknown[]) => unknown).call(x, ...args);
    expect(() => loose(0, false)).toThrow(`${name}: expected no further arguments, got false`);
  });

  it("norm refuses a third argument", () => {
    const loose = (...args: unknown[]) => (x.norm as (...args: unknown[]) => unknown).call(x, ...args);
    expect(() => loose(2, 0, true)).toThrow("norm: expected no further arguments, got true");
  });
});

describe("copy_", () => {
  it("leaves an integer tensor without a history", () => {
    const integers = tensor([0], { dtype: "int64" }).copy_(tensor([1.5], { requiresGrad: true }));
    expect([integers.requiresGrad, integers.gradFn]).toEqual([false, null]);
  });
});

describe("options in Python's spelling", () => {
  it("are refused with the name to write", () => {
    const x = tensor([1], { requiresGrad: true });
    expect(() => x.sum().backward({ retain_graph: true } as never)).toThrow(
      "unexpected keyword argument 'retain_graph'; write retainGraph",
    );
    expect(() => F.l1Loss(x, x, { size_average: false } as never)).toThrow("; write sizeAverage");
  });

  it("have no hint where there is no such option", () => {
    const call = (): Tensor => F.l1Loss(tensor([1]), tensor([1]), { no_such: 1 } as never);
    expect(call).toThrow(/'no_such'; it takes sizeAverage, /);
  });
});

describe("joining", () => {
  it.each([
    ["cat", cat],
    ["stack", stack],
  ] as const)("%s asks for a list where tensors follow one another", (name, join) => {
    const text = `${name}: expected an array of Tensors, got a Tensor; write [a, b]`;
    expect(() => join(tensor([1]) as never)).toThrow(text);
    expect(() => join(tensor([1]) as never, tensor([2]) as never)).toThrow(text);
  });

  it("names stack where its result would have too many dimensions", () => {
    const most = zeros(new Array<number>(64).fill(1));
    expect(() => stack([most])).toThrow("stack: expected at most 64 dimensions, got 65");
  });
});
