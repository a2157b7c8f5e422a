/** What a user's function may do while it is traced, and what it is told when it may not. */
import { F, fuse, noGrad, type Tensor, tensor, Tensor as TensorClass } from "lossgrad";
import { describe, expect, test } from "vitest";
import { Expression, Trace } from "../../src/formula/expression.js";

const x = tensor([1, -2, 3]);
const calling = (fn: (...operands: Tensor[]) => unknown) => (): unknown =>
  fuse(fn as (a: Tensor) => Tensor, { name: "mine" })(x);

describe("a function that is no formula", () => {
  test.each<[string, (a: Tensor) => unknown, RegExp]>([
    ["asks with >", (a) => ((a as unknown as number) > 0 ? a : a.neg()), /mine: .*x\.gt\(0\).*where\(/],
    ["adds with +", (a) => (a as unknown as number) + 1, /mine: an expression was used as a number/],
    ["makes a number", (a) => a.mul(Number(a)), /mine: an expression was used as a number/],
    ["makes a text", (a) => a.mul(String(a).length), /mine: an expression was used as a number/],
    ["calls valueOf", (a) => a.valueOf(), /mine: an expression was used as a number/],
    ["reads an item", (a) => a.mul(a.item()), /mine: an operand has no elements.*no item.*where\(/],
    ["reads the elements", (a) => a.mul(a.array()[0]), /mine: .*no array/],
    ["lists the elements", (a) => a.tolist(), /mine: .*no tolist/],
    ["writes JSON", (a) => JSON.stringify(a), /mine: .*no toJSON/],
    ["reshapes", (a) => a.reshape(-1), /mine: .*no reshape; bring the operands/],
    ["asks for the shape", (a) => a.div(a.shape[0]), /mine: .*knows no shapes/],
    ["multiplies matrices", (a) => a.mm(a), /mine: mm\(\) mixes elements/],
    ["indexes", (a) => a.at(0), /mine: .*no at/],
    ["writes in place", (a) => a.add_(1), /mine: add_ changes a tensor in place/],
    ["goes backward", (a) => a.backward(), /mine: backward belongs to the graph/],
    [
      "goes on after a mean",
      (a) => a.sub(a.mean()),
      /mine: mean\(\) must be the last operation.*got sub\(\)/,
    ],
    ["goes on after a sum", (a) => a.sum().sqrt(), /mine: sum\(\) must be the last operation.*got sqrt\(\)/],
    ["reduces a dimension", (a) => a.mean(0), /mine: mean\(\) takes no dimensions.*dim/],
    ["takes the largest", (a) => a.max(), /mine: max\(\) makes one number of many/],
    ["takes a norm", (a) => a.norm(), /mine: norm\(\) makes one number of many/],
    ["takes a power of an operand", (a) => a.pow(a as unknown as number), /mine: pow\(\) takes a number/],
    [
      "uses a tensor from outside",
      (a) => a.mul(x),
      /mine: mul\(\) got a Tensor from outside.*make it an operand/,
    ],
    ["is used by a tensor from outside", (a) => x.mul(a), /mine: mul\(\) got a Tensor from outside/],
    ["adds a text", (a) => a.add("1" as unknown as number), /mine: add\(\) expected an operand.*got "1"/],
    ["returns a number", () => 1, /mine: expected the function to return an expression.*got a number/],
    ["returns nothing", () => undefined, /got undefined; does it lack a return/],
    ["returns a tensor", () => x, /got a Tensor/],
    ["returns a list", (a) => [a], /got array of length 1/],
    ["is async", async (a) => Promise.resolve(a), /got a promise; the function must not be async/],
    ["calls a built-in loss", (a) => F.l1Loss(a, a), /./],
  ])("which %s", (_, fn, message) => {
    expect(calling(fn)).toThrow(message);
  });

  test("which never ends", () => {
    const endless = (a: Tensor): Tensor => {
      for (;;) a = a.add(1);
    };
    expect(calling(endless)).toThrow(/mine: expected a formula of at most 10000 operations/);
  });

  test("which throws, passes its error through, and can be called again", () => {
    const error = new Error("mine");
    let fail = true;
    const fused = fuse((a: Tensor) => {
      if (fail) throw error;
      return a.abs();
    });
    expect(() => fused(x)).toThrow(error);
    fail = false;
    expect(fused(x, { reduction: "sum" }).item()).toBe(6);
  });

  test("which keeps an operand and uses it later, within another formula or by itself", () => {
    let kept: Tensor | undefined;
    const keeping = fuse((a: Tensor) => (kept = a).abs(), { name: "keeping" });
    keeping(x);
    expect(() => kept!.add(1)).toThrow(/keeping: add\(\) was called on an operand that was kept/);
    expect(calling((a) => a.add(kept!))).toThrow(/keeping: add\(\) was called on an operand that was kept/);
    expect(calling(() => kept)).toThrow(/mine: .*one of keeping that was kept/);
  });

  test("which uses the operand of a formula around it", () => {
    const outer = fuse(
      (a: Tensor) => {
        fuse((b: Tensor) => b.add(a), { name: "inner" })(x);
        return a;
      },
      { name: "outer" },
    );
    expect(() => outer(x)).toThrow(/inner: add\(\) got an operand of another formula, outer/);
  });
});

describe("expressions", () => {
  test("have each member that tensors have: it works, or says why not", () => {
    const trace = new Trace("mine");
    const operand = Expression.operand(trace, 0, { dtype: "float32", shape: [1] });
    const names = Object.getOwnPropertyNames(TensorClass.prototype).filter((name) => {
      const hidden = [
        "constructor",
        "checkAlive",
        "held",
        "storeGrad",
        "takeGrad",
        "checkGrad",
        "node",
        "inPlace",
      ];
      return !hidden.includes(name) && !name.startsWith("inPlace") && !name.startsWith("recorded");
    });
    const missing = names.filter((name) => !(name in operand));
    expect(missing).toEqual([]);
  });

  test("do not change", () => {
    const operand = Expression.operand(new Trace("mine"), 0, { dtype: "float32", shape: [1] });
    expect(() => {
      (operand as { dtype: string }).dtype = "float64";
    }).toThrow(TypeError);
  });
});

test("a function is called once for each list of dtypes and parameters", () => {
  let calls = 0;
  const fused = fuse(
    (a: Tensor, { p }: { p: number }) => {
      calls++;
      return a.mul(p);
    },
    { parameters: { p: 2 } },
  );
  const values = [
    fused(x),
    fused(x),
    fused(x, { p: 3 }),
    fused(x.to("float64")),
    noGrad(() => fused(x, { p: 3 })),
  ];
  expect(calls).toBe(3);
  expect(values.map((value) => value.item())).toEqual(
    [4 / 3, 4 / 3, 2, 4 / 3, 2].map((value, i) => (i === 3 ? value : Math.fround(value))),
  );
});
