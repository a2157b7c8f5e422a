/**
 * Functions, arguments and machines that do what they should not: an error that says so, or the
 * same bits.
 */
import { afterEach, describe, expect, test, vi } from "vitest";
import { F, fuse, nn, ones, tensor, type Tensor, zerosLike } from "lossgrad";

const x = tensor([1, -2, 3]);
const y = tensor([0.5, 0, 4]);
type Text = (...operands: Tensor[]) => Tensor;
const calling = (fn: unknown) => (): unknown => fuse(fn as (a: Tensor) => Tensor, { name: "mine" })(x);
const doubled = fuse((a: Tensor) => a.mul(2), { name: "doubled" });

/** The value and the gradients of the sum of `text`, by itself and fused. */
function bothWays(text: Text, operands: readonly Tensor[]): { fused: unknown; plain: unknown } {
  const found = (loss: Text): unknown => {
    const leaves = operands.map((operand, i) => operand.clone().requiresGrad_(i % 2 === 0));
    const value = loss(...leaves);
    value.backward();
    return [value.item(), ...leaves.map(({ grad }) => grad?.tolist())];
  };
  const reducing: Text = (...given) => text(...given).sum();
  return { fused: found(fuse(reducing)), plain: found(reducing) };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a function that is none of a formula", () => {
  test.each<[string, unknown, RegExp]>([
    [
      "generator",
      function* (a: Tensor) {
        yield a;
      },
      /mine: .*got an iterator; the function must not be a generator/,
    ],
    [
      "async generator",
      async function* (a: Tensor) {
        await Promise.resolve();
        yield a;
      },
      /got an iterator; the function must not be a generator/,
    ],
    ["class", nn.L1Loss, /class constructor/i],
    ["thenable", () => ({ then: 1 }), /got a promise; the function must not be async/],
    ["function that gives a function", (a: Tensor) => () => a, /got function/],
    ["function that gives an object without a class", () => Object.create(null) as unknown, /got object/],
  ])("as a %s is, is refused", (_, fn, message) => {
    expect(calling(fn)).toThrow(message);
  });

  test("as an async one is, is refused at once, and what it does later disturbs nobody", async () => {
    let later = "";
    const goesOn = async (a: Tensor): Promise<Tensor> => {
      await Promise.resolve();
      try {
        return a.abs();
      } catch (error) {
        later = (error as Error).message;
        throw error;
      }
    };
    expect(calling(goesOn)).toThrow("mine: expected the function to return an expression of its operands");
    // A rejection that nobody handles would fail this file.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(later).toMatch(/mine: abs\(\) was called on an operand that was kept/);
  });
});

describe("a function that calls another with its operands", () => {
  const WAY = "got an operand of the formula mine; a formula is made of its operands' methods";

  test.each<[string, (a: Tensor) => unknown]>([
    ["F.l1Loss", (a) => F.l1Loss(a, a)],
    ["F.mseLoss", (a) => F.mseLoss(x, a)],
    ["F.smoothL1Loss", (a) => F.smoothL1Loss(a, x)],
    ["F.huberLoss", (a) => F.huberLoss(a, a)],
    ["a module", (a) => new nn.L1Loss().forward(a, a)],
    ["F.pad", (a) => F.pad(a, [1, 1])],
    ["zerosLike", (a) => zerosLike(a)],
    ["a fused function", (a) => doubled(a)],
    ["fuse", (a) => fuse((b) => b.abs())(a)],
  ])("%s, is told that a formula is made of methods", (_, fn) => {
    expect(calling(fn)).toThrow(WAY);
  });

  test("itself with tensors, which never ends, fails as any such function, and others go on", () => {
    const endless = fuse((a: Tensor): Tensor => endless(x).add(a));
    expect(() => endless(x)).toThrow(/stack|recursion/);
    expect(doubled(x).item()).toBe(Math.fround(4 / 3));
  });

  test.each([
    ["sigmoid", (a: Tensor) => F.sigmoid(a), (a: Tensor) => a.sigmoid()],
    ["tanh", (a: Tensor) => F.tanh(a), (a: Tensor) => a.tanh()],
    ["softplus", (a: Tensor) => F.softplus(a, { beta: 2 }), (a: Tensor) => a.softplus({ beta: 2 })],
    ["logsigmoid", (a: Tensor) => F.logsigmoid(a), (a: Tensor) => a.logsigmoid()],
  ])("F.%s, which is but another name of a method, gets what the method gives", (_, fn, method) => {
    expect(fuse(fn)(x, { reduction: "none" }).tolist()).toEqual(method(x).tolist());
  });
});

describe("parameters", () => {
  test.each(["constructor", "toString", "hasOwnProperty", "__proto__", "name", "0", ""])(
    "may have the name %j",
    (name) => {
      const scaled = fuse((a: Tensor, given: Record<string, number>) => a.mul(given[name]), {
        parameters: Object.fromEntries([[name, 2]]),
      }) as unknown as (a: Tensor, options: object) => Tensor;
      expect(scaled(x, { reduction: "none" }).tolist()).toEqual([2, -4, 6]);
      const options = Object.fromEntries<unknown>([
        ["reduction", "none"],
        [name, 3],
      ]);
      expect(scaled(x, options).tolist()).toEqual([3, -6, 9]);
    },
  );

  const power = fuse((a: Tensor, { p }: { p: number }) => a.pow(p), { name: "power", parameters: { p: 2 } });
  const of = (p: unknown): Tensor => power(x, { p: p as number, reduction: "none" });

  test("that are no numbers are refused, also after numbers", () => {
    for (const [p, said] of [
      ["3", '"3"'],
      [3n, "3n"],
      [true, "true"],
      [x, "Tensor"],
      [{ valueOf: () => 3 }, "Object"],
      [[3], "array of length 1"],
    ]) {
      expect(() => of(p)).toThrow(
        `power: expected the parameter p to be a number, got ${said as string}; pass what differs`,
      );
      expect(of(3).tolist()).toEqual([1, -8, 27]);
    }
    expect(of(undefined).tolist()).toEqual([1, 4, 9]);
    expect(of(NaN).tolist()).toEqual([1, NaN, NaN]);
  });

  test("of getters are read once, and an error of theirs passes", () => {
    let reads = 0;
    const options = {
      reduction: "none",
      get p() {
        return ++reads;
      },
    } as const;
    expect(power(x, options).tolist()).toEqual([1, -2, 3]);
    expect(reads).toBe(1);
    const error = new Error("mine");
    const throwing = {
      get p(): number {
        throw error;
      },
    };
    expect(() => power(x, throwing)).toThrow(error);
  });

  test("changed by the function are the call's own", () => {
    const changing = fuse(
      (a: Tensor, given: { p: number }) => {
        given.p += 1;
        return a.mul(given.p);
      },
      { parameters: { p: 1 } },
    );
    for (let i = 0; i < 2; i++) expect(changing(x, { reduction: "none" }).tolist()).toEqual([2, -4, 6]);
    expect(String(changing)).toBe("fused(p=1)");
  });
});

describe("options whose getters", () => {
  test.each(["mask", "weight"] as const)("dispose of an operand beside %s are noticed", (option) => {
    const gone = ones([3]);
    const options = {
      get [option]() {
        gone.dispose();
        return option === "mask" ? x.gt(0) : y;
      },
    };
    expect(() => doubled(gone, options)).toThrow("doubled: expected a tensor in memory, got one that was");
  });

  test("give another reduction each time are read once", () => {
    const list = ["sum", "none", "mean"] as const;
    let reads = 0;
    const options = {
      get reduction() {
        return list[reads++];
      },
    };
    expect(doubled(x, options).item()).toBe(4);
    expect(reads).toBe(1);
  });

  test.each(["Mean", "avg", "", null, 0, ["mean"], { toString: () => "mean" }])(
    "give the reduction %j are refused",
    (reduction) => {
      expect(() => doubled(x, { reduction } as never)).toThrow("is not a valid value for reduction");
    },
  );
});

test("a function that disposes of the mask or the weight is noticed", () => {
  for (const option of ["mask", "weight"] as const) {
    const given = ones([3], { dtype: option === "mask" ? "uint8" : "float32" });
    const disposing = fuse(
      (a: Tensor) => {
        given.dispose();
        return a.abs();
      },
      { name: "disposing" },
    );
    expect(() => disposing(x, { [option]: given })).toThrow("disposing: expected a tensor in memory");
  }
});

describe("formulas that are too large to compile", () => {
  test.each([70, 1200])("of %i operands give the bits of tensors, without a module", (count) => {
    const compile = vi.spyOn(WebAssembly, "Module");
    const operands = Array.from({ length: count }, (_, i) => tensor([i / 7, 1 - i, 0.1]));
    const text: Text = (...given) => given.reduce((sum, operand) => sum.mul(0.5).add(operand.mul(operand)));
    const { fused, plain } = bothWays(text, operands);
    expect(fused).toEqual(plain);
    expect(compile).not.toHaveBeenCalled();
  });

  test("of 6,000 operations give the bits of tensors, without a module", () => {
    const compile = vi.spyOn(WebAssembly, "Module");
    const text: Text = (a) => {
      let sum = a;
      for (let i = 0; i < 3000; i++) sum = sum.mul(1 + 1 / (i + 2)).sin();
      return sum;
    };
    const { fused, plain } = bothWays(text, [x]);
    expect(fused).toEqual(plain);
    expect(compile).not.toHaveBeenCalled();
  });

  test("that use every value twice are no larger than their text", () => {
    const text: Text = (a) => {
      let value = a;
      for (let i = 0; i < 60; i++) value = value.add(value).mul(0.5).maximum(value);
      return value;
    };
    const { fused, plain } = bothWays(text, [x]);
    expect(fused).toEqual(plain);
  });
});

describe("a machine that stops compiling", () => {
  /** Formulas that nobody made before. */
  const formula = (id: number, last: "sin" | "cos"): Text => {
    const text: Text = (a, b) => {
      const sum = a.sub(b).mul(a).add(b.abs().sqrt());
      const larger = sum.maximum(id % 2 === 0 ? a : b).minimum(id % 3 === 0 ? a.neg() : b.neg());
      return larger.sub(id % 5 === 0 ? a.exp() : b.exp())[last]();
    };
    return text;
  };

  test.each(["Module", "Instance"] as const)(
    "in the middle, at WebAssembly.%s, changes no bits, of the formulas before and after",
    (what) => {
      // Each of the two tests has formulas of its own; what is kept says nothing, for others may
      // have filled the cache.
      const text = (id: number): Text => formula(id, what === "Module" ? "sin" : "cos");
      const run = (id: number): unknown => bothWays(text(id), [x, y]).fused;
      const expected = (id: number): unknown => bothWays(text(id), [x, y]).plain;
      const compile = vi.spyOn(WebAssembly, what);
      expect(run(1)).toEqual(expected(1));
      const compiled = compile.mock.calls.length;
      expect(compiled).toBeGreaterThan(0);
      let refused = 0;
      vi.spyOn(WebAssembly, what).mockImplementation(function refuse() {
        refused++;
        throw new WebAssembly.CompileError("refused");
      });
      for (const id of [1, 2, 3, 5, 2, 6, 1]) expect(run(id), `formula ${id}`).toEqual(expected(id));
      // Each new formula asks once for each module of its own.
      expect(refused).toBe(4 * compiled);
      vi.restoreAllMocks();
      for (const id of [2, 10, 15]) expect(run(id), `formula ${id}`).toEqual(expected(id));
    },
  );
});
