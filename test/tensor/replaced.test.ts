/** Getters and handlers of warnings that replace or dispose of operands in the middle of a call. */
import { afterEach, describe, expect, it } from "vitest";
import { onWarning, type Scalar, tensor, type Tensor, zeros } from "../../src/index.js";

afterEach(() => {
  onWarning(null);
});

describe("parts of a complex value that are getters", () => {
  it("are read once, so that they cannot shrink the target after its index was read", () => {
    const x = zeros([1000], { dtype: "complex64" });
    let reads = 0;
    const value = {
      get re(): number | undefined {
        if (reads++ === 0) return undefined;
        x.data = zeros([1], { dtype: "complex64" });
        return 7;
      },
      get im(): number | undefined {
        return reads > 1 ? 3 : undefined;
      },
    };
    expect(() => x.indexPut_([999], value as Scalar)).toThrow(
      "indexPut_: expected a Tensor or a number as values, got Object",
    );
    expect(x.shape).toEqual([1000]);
  });

  it.each(["maskedFill", "maskedFill_"] as const)("may dispose of the operands of %s", (name) => {
    for (const which of [0, 1]) {
      const operands: Tensor[] = [zeros([3], { dtype: "complex64" }), tensor([true, false, true])];
      const value = {
        get re(): number {
          operands[which].dispose();
          return 1;
        },
        im: 1,
      };
      expect(() => operands[0][name](operands[1], value)).toThrow(`${name}: expected a tensor in memory`);
    }
  });
});

describe("a handler of the warning of var and std", () => {
  it.each(["var", "std"] as const)("may dispose of the operand of %s", (name) => {
    const x = tensor([1], { dtype: "float64" });
    onWarning(() => {
      x.dispose();
    });
    expect(() => x[name]()).toThrow(`${name}: expected a tensor in memory`);
  });

  it("may replace the elements, which are then those that count", () => {
    const x = tensor([1], { dtype: "float64", requiresGrad: true });
    onWarning(() => {
      x.data = tensor([1, 2, 3], { dtype: "float64" });
    });
    const result = x.var();
    onWarning(null);
    result.backward();
    expect(result.item()).toBe(1);
    expect(x.grad!.tolist()).toEqual([-1, 0, 1]);
  });
});

describe("a sparse list of indices, of which a copy would end the process", () => {
  it("is refused by its length", () => {
    const indices = new Array<number>(1e9);
    expect(() => zeros([2]).indexPut_(indices, 1)).toThrow("expected at most 129 indices, got 1000000000");
  });
});
