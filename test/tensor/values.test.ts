/**
 * Tensors where JavaScript wants a primitive, JSON, forms of arguments that torch takes, and what
 * takes no further ones.
 */
import { autograd, empty, F, nn, onWarning, ones, rand, randn, tensor, zeros } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { l1Loss } from "lossgrad/arrays";
import { afterEach, describe, expect, it } from "vitest";
import { observe } from "../support/observe.js";
import { expectError, expectRefused } from "../support/refuse.js";

/** As plain JavaScript sees it: a value of any type. */
const plain = (x: Tensor): number => x as unknown as number;
const leaf = (): Tensor => tensor([2], { requiresGrad: true });

describe("tolist", () => {
  it("refuses lists that would take all memory", () => {
    expect(() =>
      tensor(1)
        .expand(2 ** 26 + 1)
        .tolist(),
    ).toThrow("tolist: expected at most 67108864 elements");
  });
});

describe("a 0-d tensor where JavaScript wants a primitive", () => {
  const loss = F.mseLoss(leaf(), tensor([0]));

  it("is its number: in sums, comparisons and Math", () => {
    let total = 0;
    total += plain(loss);
    total += plain(loss);
    expect(total).toBe(8);
    expect([plain(loss) < 5, plain(loss) > 5, Math.max(plain(loss), 0), Number(loss)]).toEqual([
      true,
      false,
      4,
      4,
    ]);
    expect([`${plain(tensor(true)) + 1}`, Number(tensor(NaN))]).toEqual(["2", NaN]);
  });

  it("is a number for int64 as far as numbers are exact, a bigint beyond", () => {
    let correct = 0;
    correct += tensor([1, 2]).eq(1).sum() as unknown as number;
    expect(correct).toBe(1);
    expect(Math.max(tensor(5n) as unknown as number, 0)).toBe(5);
    expect((tensor(2n ** 60n) as unknown as bigint) + 1n).toBe(2n ** 60n + 1n);
    expect(plain(tensor(5n)) < 6).toBe(true);
    expect(Number(tensor(5n))).toBe(5);
  });

  it("is its text in templates", () => {
    expect([`${plain(loss.detach())}`, String(tensor([1, 2]))]).toEqual(["tensor(4.)", "tensor([1., 2.])"]);
  });

  it.each<[string, () => Tensor]>([
    ["shape [2]", () => tensor([1, 2])],
    ["shape [1]", () => tensor([1])],
    ["shape [0]", () => zeros([0])],
    ["complex64", () => tensor({ re: 1, im: 2 })],
  ])("is none with %s", (what, make) => {
    const x = plain(make());
    for (const use of [() => x + 1, () => x < 1, () => Math.max(x, 0), () => `b${0 + x}`]) {
      expectRefused(use, TypeError, `can be converted to JavaScript numbers, got ${what}: use item()`);
    }
  });

  it("is none when it was disposed", () => {
    const x = tensor(1);
    x.dispose();
    expectError(() => plain(x) + 1, Error, "expected a tensor in memory, got one that was disposed");
  });
});

describe("JSON.stringify", () => {
  it("writes the elements, with int64 as numbers", () => {
    const x = {
      a: tensor([[1, 2]]),
      b: tensor([5n]),
      c: tensor(true),
      d: tensor({ re: 1, im: 2 }),
      e: zeros([0]),
    };
    expect(JSON.stringify(x)).toBe('{"a":[[1,2]],"b":[5],"c":true,"d":{"re":1,"im":2},"e":[]}');
  });

  it("writes null for what JSON has no number for, and refuses int64 that are no safe integers", () => {
    expect(JSON.stringify(tensor([NaN, Infinity, -0]))).toBe("[null,null,0]");
    expect(JSON.stringify(tensor([2n ** 53n - 1n]))).toBe("[9007199254740991]");
    expectError(() => JSON.stringify(tensor([2n ** 53n])), RangeError, "got 9007199254740992n; use tolist()");
  });
});

describe("forms that torch takes", () => {
  const x = tensor([[1, 2], [3, 4]]); // prettier-ignore

  it("dimensions of sum and mean by themselves", () => {
    expect(x.sum(0).tolist()).toEqual([4, 6]);
    expect(x.sum(-1, true).tolist()).toEqual([[3], [7]]);
    expect(x.mean([0, 1]).item()).toBe(2.5);
    expect(x.sum(null, true).shape).toEqual([1, 1]);
    expectRefused(() => x.sum(2), RangeError, "Dimension out of range");
    expectRefused(() => x.sum(0, 1 as never), TypeError, "sum: expected keepdim to be a boolean, got 1");
    expectRefused(() => x.sum({ dim: 0 }, true), TypeError, "sum: expected no further arguments, got true");
    expectRefused(() => x.mean("0" as never), TypeError, "write { dim, keepdim } with those that you need");
  });

  it.each([
    ["zeros", zeros],
    ["ones", ones],
    ["empty", empty],
    ["rand", rand],
    ["randn", randn],
  ])("sizes by themselves: %s", (name, make) => {
    expect(make(2, 3).shape).toEqual([2, 3]);
    expect(make(2).shape).toEqual([2]);
    const wide = make(2, 0, { dtype: "float64", requiresGrad: true });
    expect([wide.shape, wide.dtype, wide.requiresGrad]).toEqual([[2, 0], "float64", true]);
    expectRefused(
      () => make(2, -1),
      RangeError,
      `${name}: expected sizes to be non-negative integers, got -1`,
    );
    const loose = make as unknown as (...args: unknown[]) => Tensor;
    expectRefused(() => loose(), TypeError, "expected a shape as an array of sizes, got undefined");
    expectRefused(() => loose(2, {}, 3), TypeError, `${name}: expected no further arguments, got 3`);
    expectRefused(() => loose([2], {}, { dtype: "bool" }), TypeError, "unexpected keyword argument 'dtype'");
    expectRefused(
      () => loose(2, "float64"),
      TypeError,
      "write { dtype, requiresGrad } with those that you need",
    );
  });

  it("options of backward by themselves", () => {
    const w = leaf();
    const loss = w.square().sum();
    loss.backward({ retainGraph: true });
    loss.backward(null, { retainGraph: true });
    loss.backward();
    expect(w.grad?.tolist()).toEqual([12]);
    const wrong = { retain_graph: true } as never;
    expectRefused(() => loss.backward(wrong), TypeError, "unexpected keyword argument 'retain_graph'");
    const object = {} as never;
    expectRefused(
      () => loss.backward(object, {}),
      TypeError,
      "expected the gradient as a Tensor or null, got Object",
    );
  });

  it("a 0-d tensor as delta or beta", () => {
    const y = zeros([2, 2]);
    for (const value of [tensor(0.5), tensor(1n), tensor(true), tensor(0.5, { dtype: "float16" })]) {
      const number = Number(value.item<number | bigint | boolean>());
      const [delta, beta] = [value, value] as unknown as [number, number];
      expect(F.huberLoss(x, y, { delta }).item()).toBe(F.huberLoss(x, y, { delta: number }).item());
      expect(F.smoothL1Loss(x, y, { beta }).item()).toBe(F.smoothL1Loss(x, y, { beta: number }).item());
    }
    for (const value of [tensor([0.5]), tensor(0.5, { requiresGrad: true }), tensor({ re: 1, im: 0 })]) {
      const delta = value as unknown as number;
      expectRefused(() => F.huberLoss(x, y, { delta }), TypeError, "argument 'delta' must be float, not");
    }
  });

  it.each<[string, DType]>([
    ["float", "float32"],
    ["double", "float64"],
    ["half", "float16"],
    ["long", "int64"],
    ["int", "int32"],
    ["torch.float32", "float32"],
    ["torch.bool", "bool"],
    ["cdouble", "complex128"],
  ])("dtype %s: the error shows ours", (theirs, ours) => {
    const dtype = theirs as DType;
    for (const call of [() => zeros([1], { dtype }), () => x.to(dtype), () => tensor([1], { dtype })]) {
      expectRefused(call, TypeError, `got "${theirs}"; write "${ours}"`);
    }
  });

  it.each(["constructor", "torch.", "uint7"])("dtype %s: no form to show", (name) => {
    const { error } = observe(() => x.to(name as DType));
    expect((error as Error).message).toMatch(new RegExp(`complex128, got "${name}"$`));
  });

  it("a reduction by itself: the error shows the form", () => {
    const sum = "sum" as never;
    const form = 'expected options as an object, got "sum"; write { reduction: "sum" }';
    for (const call of [
      () => F.l1Loss(x, x, sum),
      () => new nn.L1Loss(sum),
      () => new nn.HuberLoss(sum),
      () => l1Loss(new Float32Array(1), 1, sum),
    ]) {
      expectRefused(call, TypeError, form);
    }
  });
});

describe("reduction elementwise_mean", () => {
  const [x, y] = [tensor([1, 2]), tensor([0, 0])];
  const reduction = "elementwise_mean" as "mean";
  afterEach(() => {
    onWarning(null);
  });

  it("is the mean, with torch's warning, of functions, modules and arrays", () => {
    const warnings: string[] = [];
    onWarning((message) => void warnings.push(message));
    const arrays = [Float32Array.of(1, 2), Float32Array.of(0, 0)] as const;
    expect([
      F.l1Loss(x, y, { reduction }).item(),
      F.smoothL1Loss(x, y, { reduction, beta: 0 }).item(),
      new nn.HuberLoss({ reduction })(x, y).item(),
      l1Loss(...arrays, { reduction }),
    ]).toEqual([1.5, 1.5, 1, 1.5]);
    const warning = "reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.";
    expect(warnings).toEqual([warning, warning, warning, warning]);
  });

  it("is none of weighted losses", () => {
    expectRefused(
      () => F.l1Loss(x, y, { reduction, weight: x }),
      RangeError,
      "Invalid reduction mode: elementwise_mean. Expected one of 'none', 'mean', 'sum'.",
    );
  });
});

describe("what takes no further arguments", () => {
  const x = tensor([1, 2]);
  const calls: readonly [string, unknown][] = [
    ...(["add", "sub", "mul", "div", "maximum", "minimum", "eq", "ne", "lt", "le", "gt", "ge"] as const).map(
      (name) => [name, 2] as [string, unknown],
    ),
    ...(["add_", "sub_", "mul_", "div_", "fill_", "pow"] as const).map(
      (name) => [name, 2] as [string, unknown],
    ),
    ["copy_", x],
    ["to", "float64"],
  ];
  const method = (name: string): ((...args: unknown[]) => unknown) =>
    (x as unknown as Record<string, (...args: unknown[]) => unknown>)[name].bind(x);

  it.each(calls)("%s refuses options that it does not have", (name, first) => {
    const message = `${name}() got an unexpected keyword argument 'roundingMode'`;
    expectRefused(() => method(name)(first, { roundingMode: "floor" }), TypeError, message);
    expect(x.tolist()).toEqual([1, 2]);
  });

  it("clone, matmul and clamp, too", () => {
    const m = tensor([[1]]);
    expectRefused(() => method("clone")({ memoryFormat: 1 }), TypeError, "clone() got an unexpected");
    expectRefused(
      () => (m.matmul as (...a: unknown[]) => unknown).call(m, m, { out: m }),
      TypeError,
      "matmul() got",
    );
    expectRefused(() => method("clamp")({ min: 0 }, { max: 1 }), TypeError, "clamp() got an unexpected");
    expectRefused(() => method("mul")(2, 3), TypeError, "mul: expected no further arguments, got 3");
    expect(method("mul")(2, undefined)).toHaveProperty("shape", [2]);
  });
});

describe("autograd.grad of inputs without a part", () => {
  const [w, apart] = [leaf(), leaf()];

  it("names the first by its index", () => {
    expectError(
      () => autograd.grad(w.square().sum(), [w, apart]),
      Error,
      "The differentiated Tensor at index 1 appears to not have been used in the graph.",
    );
  });

  it("gives zeros for them with materializeGrads, which goes with allowUnused: true alone", () => {
    const grads = (allowUnused?: boolean): unknown =>
      autograd
        .grad(w.square().sum(), [w, apart], { materializeGrads: true, allowUnused })
        .map((gradient) => gradient?.tolist());
    expect([grads(), grads(true)]).toEqual([
      [[4], [0]],
      [[4], [0]],
    ]);
    expectError(() => grads(false), TypeError, "Expected allowUnused to be true or not passed");
  });

  it("refuses an empty list of inputs", () => {
    expectError(
      () => autograd.grad(w.sum(), []),
      RangeError,
      "`inputs` argument to `grad()` cannot be empty.",
    );
  });
});
