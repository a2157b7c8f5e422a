/**
 * exp, log and their relatives as operations of tensors; test/assembly/math has what they compute.
 */
import { F, noGrad, tensor, zeros } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import fixture from "../fixtures/elementary.json?raw";
import { expectError } from "../support/refuse.js";

type Name =
  "exp" | "expm1" | "log" | "log1p" | "sigmoid" | "tanh" | "softplus" | "logsigmoid" | "sin" | "cos" | "erf";
interface Case {
  points: number[];
  values: number[];
  gradients: number[];
}
interface Fixture {
  specials: { points: string[] } & Record<string, Record<Name, string[]>>;
  gradients: { upstream: number } & Record<string, Record<Name, Case>>;
}
const { specials, gradients } = JSON.parse(fixture) as Fixture;
const NAMES = Object.keys(gradients.float32) as Name[];
/** Those of which PyTorch has a method and one in place. */
const METHODS = NAMES.filter((name) => name !== "softplus" && name !== "logsigmoid");

const python: Record<string, number> = { inf: Infinity, "-inf": -Infinity, nan: NaN };
const numberOf = (shown: string): number => python[shown] ?? Number(shown);

/** The relative precision of a dtype, and what lies between its subnormal numbers. */
const EPSILON = { float16: 2 ** -10, bfloat16: 2 ** -7, float32: 2 ** -23, float64: 2 ** -52 };

describe.each(["float32", "float64"] as const)("special values of %s", (dtype) => {
  it.each(NAMES)("%s: NaN, infinities, zeros and what overflows are PyTorch's", (name) => {
    const points = specials.points.map(numberOf);
    const result = tensor(points, { dtype })[name]().tolist() as number[];
    const expected = specials[dtype][name].map(numberOf);
    const wrong = points.flatMap((x, i) => {
      const [ours, theirs] = [result[i], expected[i]];
      // PyTorch's finite results are held to a few units; the exact ones are in test/assembly/math.
      const close = Math.abs(ours - theirs) <= 4 * EPSILON[dtype] * Math.abs(theirs);
      const same = Object.is(ours, theirs) || (Number.isFinite(theirs) && theirs !== 0 && close);
      return same ? [] : [`${name}(${x}): ${ours}, PyTorch ${theirs}`];
    });
    expect(wrong).toEqual([]);
  });
});

describe.each(Object.keys(EPSILON) as (keyof typeof EPSILON)[])("gradients of %s", (dtype) => {
  it.each(NAMES)("%s: values and gradients are PyTorch's but for their last bits", (name) => {
    const { points, values, gradients: expected } = gradients[dtype][name];
    const x = tensor(points, { dtype, requiresGrad: true });
    const y = x[name]();
    y.backward(y.detach().mul(0).add(gradients.upstream));
    const near = (actual: number[], wanted: number[], least: number): string[] =>
      wanted.flatMap((value, i) => {
        const off = Math.abs(actual[i] - value);
        return off <= 4 * EPSILON[dtype] * Math.max(Math.abs(value), least)
          ? []
          : [`at ${points[i]}: ${actual[i]}, ${value}`];
      });
    expect(near(y.tolist() as number[], values, 0)).toEqual([]);
    // 1 - out and 1 - out² keep the last bit of an out near 1, in units of 1.
    expect(near(x.grad!.tolist() as number[], expected, 1)).toEqual([]);
    expect([y.dtype, x.grad!.dtype]).toEqual([dtype, dtype]);
  });
});

describe("dtypes", () => {
  const INTEGERS: DType[] = ["bool", "uint8", "int8", "int16", "int32", "int64"];

  it.each(METHODS)("%s of integers and bools is float32", (name) => {
    const expected = tensor([1, 0], { dtype: "float32" })[name]();
    for (const dtype of INTEGERS) {
      const result = tensor([1, 0]).to(dtype)[name]();
      expect([result.dtype, result.tolist()]).toEqual(["float32", expected.tolist()]);
    }
  });

  it.each([
    ["softplus", "softplus_cpu"],
    ["logsigmoid", "log_sigmoid_cpu"],
  ] as const)("%s refuses integers and complex numbers, as torch does", (name, kernel) => {
    const refused = (x: Tensor, torch: string): void =>
      expectError(() => x[name](), TypeError, `"${kernel}" not implemented for '${torch}'`);
    refused(tensor([1n]), "Long");
    refused(tensor([true]), "Bool");
    refused(tensor({ re: 1, im: 0 }), "ComplexFloat");
  });

  it.each(METHODS)("%s refuses complex numbers", (name) => {
    const kernel = name === "erf" ? "erf_vml_cpu" : name;
    const z = tensor({ re: 1, im: 0 });
    expectError(() => z[name](), TypeError, `"${kernel}" not implemented for 'ComplexFloat'`);
  });
});

describe("shapes and layouts", () => {
  it.each(NAMES)("%s of 0-d, empty, transposed and broadcast tensors", (name) => {
    const one = tensor(0.5)[name]();
    expect([one.shape, zeros([2, 0])[name]().shape]).toEqual([[], [2, 0]]);
    const x = tensor([
      [0.5, 1, 2],
      [0.25, 3, 0.125],
    ]);
    expect(x.t()[name]().tolist()).toEqual(x[name]().t().tolist());
    expect(tensor(0.5).expand(2, 3)[name]().tolist()).toEqual(one.expand(2, 3).tolist());
  });
});

describe("in place", () => {
  it.each(METHODS)("%s_ gives the same, in the same memory, with the same gradient", (name) => {
    const method = name;
    const x = tensor([0.5, 2], { requiresGrad: true });
    const y = x.mul(1);
    expect(y[`${method}_`]()).toBe(y);
    y.sum().backward();
    const z = tensor([0.5, 2], { requiresGrad: true });
    z[method]().sum().backward();
    expect(y.tolist()).toEqual(z[method]().tolist());
    expect(x.grad!.tolist()).toEqual(z.grad!.tolist());
    const whole = tensor([1n]);
    expectError(
      () => whole[`${method}_`](),
      TypeError,
      "result type Float can't be cast to the desired output type Long",
    );
    expect(whole.tolist()).toEqual([1n]);
  });
});

describe("softplus", () => {
  it("is the tensor itself above the threshold, with a gradient of 1", () => {
    const x = tensor([0.5, 2, 3], { requiresGrad: true });
    const y = x.softplus({ beta: 2, threshold: 4 });
    expect((y.tolist() as number[])[2]).toBe(3);
    expect((y.tolist() as number[])[1]).toBeGreaterThan(2);
    y.sum().backward();
    expect((x.grad!.tolist() as number[])[2]).toBe(1);
    expect((x.grad!.tolist() as number[])[1]).toBeCloseTo(1 / (1 + Math.exp(-4)), 6);
  });

  it("is finite where PyTorch's exp overflows below a threshold of more than 88", () => {
    const x = tensor([100, Infinity], { requiresGrad: true });
    const y = F.softplus(x, { threshold: 1000 });
    expect(y.tolist()).toEqual([100, Infinity]);
    y.sum().backward();
    expect(x.grad!.tolist()).toEqual([1, 1]);
  });

  it("refuses options that are no numbers, and misspelt ones", () => {
    const x = tensor([1]);
    expectError(
      () => x.softplus({ beta: "2" as unknown as number }),
      TypeError,
      "softplus: expected a number",
    );
    expectError(
      () => F.softplus(x, { Beta: 2 } as object),
      TypeError,
      "softplus() got an unexpected keyword argument 'Beta'",
    );
  });
});

describe("the functions of F", () => {
  const ACTIVATIONS = ["sigmoid", "tanh", "softplus", "logsigmoid"] as const;

  it.each(ACTIVATIONS)("%s is the tensor's method, and says what is no tensor", (name) => {
    const x = tensor([0.5, -2]);
    expect(F[name](x).tolist()).toEqual(x[name]().tolist());
    expectError(
      () => F[name]([1] as unknown as Tensor),
      TypeError,
      `${name}: expected input to be a Tensor, got array of length 1`,
    );
  });

  it("record nothing within noGrad", () => {
    const x = tensor([0.5], { requiresGrad: true });
    expect(noGrad(() => x.exp()).requiresGrad).toBe(false);
  });
});
