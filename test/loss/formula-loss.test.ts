/**
 * What a row of the table of formulas may be, beyond those that there are: three operands, several
 * parameters, booleans, a check of its own, weights, gradients of its own.
 */
import { tensor } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { formulaRow } from "../../src/loss/formula-row.js";
import { formulaLoss } from "../../src/nn/formula-loss.js";
import { formulaLoss as arrayLoss } from "../../src/typed/formula-loss.js";
import { expectRefused } from "../support/refuse.js";

const row = formulaRow({
  name: "likelihoodLoss",
  module: "LikelihoodLoss",
  operands: ["input", "target", "variance"],
  formula: "half of log(v) + d² / v; with full, log(2 pi) besides",
  parameters: {
    full: { default: false },
    eps: { default: 0.25, refused: "not positive", message: "eps has to be positive" },
  },
  weightedMean: "weights",
  legacy: false,
  check: ({ input, variance }) => {
    if (input.shape.length !== variance.shape.length) throw new RangeError("variance is of incorrect size");
  },
  term: (input, target, variance, { full, eps }) => {
    const v = variance.maximum(eps);
    const half = v.log().add(input.sub(target).square().div(v)).mul(0.5);
    return full ? half.add(0.5 * Math.log(2 * Math.PI)) : half;
  },
});

type Options = Record<string, unknown>;
const loss = formulaLoss<[Tensor, Tensor, Tensor], Options>(row);
const ofArrays = arrayLoss<[Float64Array, Float64Array], Options>(row);
const wide = (...x: number[]): Tensor => tensor(Float64Array.from(x));

describe("a formula of three operands with a boolean and a number", () => {
  const [input, target, variance] = [wide(1, 3), wide(2, 1), wide(1, 4)];
  const plain = (full: boolean): number =>
    (0.5 * (Math.log(1) + 1) + 0.5 * (Math.log(4) + 1)) / 2 + (full ? 0.5 * Math.log(2 * Math.PI) : 0);

  it("is computed by its parameters, of tensors and of arrays", () => {
    for (const full of [false, true]) {
      expect(Math.abs(loss(input, target, variance, { full }).item() - plain(full))).toBeLessThan(1e-15);
      const found = ofArrays(Float64Array.of(1, 3), Float64Array.of(2, 1), Float64Array.of(1, 4), { full });
      expect(found).toBe(loss(input, target, variance, { full }).item());
    }
    expect(loss(input, target, variance).item()).toBe(loss(input, target, variance, { full: false }).item());
    const floored = loss(input, target, variance, { eps: 9, reduction: "none" }).tolist();
    expect(floored).toEqual(loss(input, target, wide(9, 9), { reduction: "none" }).tolist());
  });

  it("has the gradients of all operands", () => {
    const own = [input, target, variance].map((x) => x.detach().requiresGrad_());
    loss(...(own as [Tensor, Tensor, Tensor]), { reduction: "sum" }).backward();
    expect(own.map(({ grad }) => grad!.tolist())).toEqual([
      [-1, 0.5],
      [1, -0.5],
      [0, 0],
    ]);
    const arrays = [Float64Array.of(1, 3), Float64Array.of(2, 1), Float64Array.of(1, 4)] as const;
    const { grads } = ofArrays.valueAndGrad(...arrays, { reduction: "sum", grads: [true, false, true] });
    expect(grads.map((grad) => grad && Array.from(grad as Float64Array))).toEqual([[-1, 0.5], null, [0, 0]]);
  });

  it("divides a weighted mean by the sum of the weights", () => {
    const weight = wide(3, 1);
    const terms = loss(input, target, variance, { reduction: "none" }).mul(weight);
    expect(loss(input, target, variance, { weight }).item()).toBe(terms.sum().item() / 4);
  });

  it("checks parameters as torch does, and operands by the row's own rule", () => {
    const give = (options: Options) => () => loss(input, target, variance, options);
    expectRefused(
      give({ full: "yes" }),
      TypeError,
      `likelihoodLoss(): argument 'full' must be bool, not "yes"`,
    );
    expectRefused(give({ eps: 0 }), RangeError, "eps has to be positive");
    expectRefused(give({ eps: "1" }), TypeError, "argument 'eps' must be float");
    expectRefused(() => loss(input, target, tensor(1)), RangeError, "variance is of incorrect size");
    expectRefused(
      () => loss(input, target, 1 as never),
      TypeError,
      "expected variance to be a Tensor, got 1",
    );
  });
});

describe("a formula with gradients of its own", () => {
  // Half of the slope, so that none of it can come from the term.
  const own = formulaRow({
    name: "halfLoss",
    module: "HalfLoss",
    operands: ["input", "target"],
    formula: "(input target)², slope input target²",
    parameters: {},
    weightedMean: "weights",
    legacy: false,
    term: (input, target) => input.mul(target).square(),
    slopes: (upstream, input, target) => [
      input.mul(target).mul(target).mul(upstream),
      input.mul(input).mul(target).mul(upstream),
    ],
  });
  const half = formulaLoss<[Tensor, Tensor], Options>(own);
  const gradientsOf = (x: Tensor, y: Tensor, options: Options): unknown[] => {
    const leaves = [x.detach().requiresGrad_(), y.detach().requiresGrad_()] as const;
    half(...leaves, options)
      .sum()
      .backward();
    return leaves.map(({ grad }) => grad!.tolist());
  };

  it.each<[string, Options]>([
    ["whole", {}],
    ["unreduced", { reduction: "none" }],
    ["along a dimension", { dim: 0 }],
    ["of what a mask keeps", { mask: tensor([true, true]) }],
    ["weighted", { weight: wide(1, 1) }],
    ["weighted along a dimension", { weight: wide(1, 1), dim: 0 }],
  ])("has these %s, in one dtype or two", (_, given) => {
    const options = { reduction: "sum", ...given };
    expect(gradientsOf(wide(1, 2), wide(2, 3), options).flat()).toEqual([4, 18, 2, 12]);
    expect(gradientsOf(tensor([1, 2]), wide(2, 3), options).flat()).toEqual([4, 18, 2, 12]);
  });

  it("gives a broadcast operand the sum of them, and one that stands in both places their sum", () => {
    expect(gradientsOf(wide(1, 2), wide(2), { reduction: "sum" })).toEqual([[4, 8], [10]]);
    const x = wide(3).requiresGrad_();
    half(x, x, { reduction: "sum" }).backward();
    expect(x.grad!.tolist()).toEqual([54]);
  });
});
