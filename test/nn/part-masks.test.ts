/** `mask` and `weight` of the losses of parts: as if the parts that are left out were not there. */
import { autograd, F, nn, tensor } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { expectClose } from "../support/close.js";
import { gradcheck, gradgradcheck } from "../support/gradcheck.js";
import {
  arraysOf,
  callPart,
  keptOf,
  PART_CASES,
  type PartCase,
  tensorsOf,
  weightsOf,
  withJunk,
} from "../support/part-losses.js";

const REDUCTIONS = ["none", "mean", "sum"] as const;
const numbers = (x: Tensor): number[] => x.detach().flatten().tolist() as number[];
const all = PART_CASES.map((given): [string, PartCase] => [given.name, given]);

describe.each(all)("%s", (_, given) => {
  const { parts, options, differentiable, plain = [] } = given;
  const kept = keptOf(given);
  const mask = tensor(kept)
    .reshape([...parts])
    .ne(0);
  const weight = given.weighs ? tensor(weightsOf(given)).reshape([...parts]) : null;
  const arrays = arraysOf(given, Float64Array);

  /** The losses of parts, of which weighted sums are made. */
  const reduced = (
    losses: Tensor,
    reduction: (typeof REDUCTIONS)[number],
    factors: Tensor | null,
  ): Tensor => {
    const own = mask.choose(factors ?? mask.to("float64"), 0);
    // A mean of sequences divides each loss by the length of its target.
    const lengths = (given.name === "ctcLoss" && reduction === "mean" ? plain[1] : [1]) as number[];
    const terms = losses.div(tensor(Float64Array.from(lengths))).mul(own);
    if (reduction === "none") return terms;
    return reduction === "sum" ? terms.sum() : terms.sum().div(own.sum());
  };

  it.each(weight ? [null, weight] : [null])(
    "has the losses and gradients of the parts that it keeps",
    (factors) => {
      for (const reduction of REDUCTIONS) {
        const clean = tensorsOf(given, arrays);
        const junk = tensorsOf(given, withJunk(given, arrays));
        const [leaves, others] = [clean, junk].map((x) => differentiable.map((i) => x[i].requiresGrad_()));
        const expected = reduced(
          callPart(given, clean, { ...options, reduction: "none" }),
          reduction,
          factors,
        );
        const value = callPart(given, junk, {
          ...options,
          reduction,
          mask,
          ...(factors && { weight: factors }),
        });
        expectClose(value.detach(), expected.detach());
        const slopes = autograd.grad(expected.sum(), leaves);
        autograd.grad(value.sum(), others).forEach((gradient, i) => {
          expectClose(gradient, slopes[i]);
        });
      }
    },
  );

  it("of nothing is 0 or NaN, and of all is what it is without a mask", () => {
    const operands = tensorsOf(given, arrays);
    const none = tensor([false]);
    expect(callPart(given, operands, { ...options, mask: none, reduction: "sum" }).item()).toBe(0);
    expect(callPart(given, operands, { ...options, mask: none }).item()).toBeNaN();
    const whole = callPart(given, operands, { ...options, reduction: "none" });
    const masked = callPart(given, operands, { ...options, reduction: "none", mask: tensor([true]) });
    expect(numbers(masked)).toEqual(numbers(whole));
    expectClose(
      callPart(given, operands, { ...options, mask: tensor([true]) }),
      callPart(given, operands, options),
    );
  });

  it("refuses masks of numbers and of other shapes", () => {
    const operands = tensorsOf(given, arrays);
    const call = (rest: object) => () => callPart(given, operands, { ...options, ...rest });
    expect(call({ mask: tensor([1]) })).toThrow("expected mask to be of bools or uint8");
    expect(call({ mask: tensor(new Uint8Array(7)) })).toThrow("a mask that broadcasts to the loss's shape");
    if (weight) expect(call({ weight: tensor([1, 2, 3, 4, 5, 6, 7]) })).toThrow("a weight that broadcasts");
    // What JavaScript takes for false is no mask and no weight either.
    for (const nothing of [0, NaN, "", false, 0n]) {
      expect(call({ mask: nothing })).toThrow("expected mask to be a Tensor");
      if (weight) expect(call({ weight: nothing })).toThrow("expected weight to be a Tensor");
    }
  });

  // Gradients of sequences have none themselves.
  it.skipIf(given.name === "ctcLoss")("has derivatives of first and second order", () => {
    const junk = tensorsOf(given, arrays);
    const [first] = differentiable;
    const scalar = (x: Tensor): Tensor => {
      const operands = junk.map((one, i) => (i === first ? x : one));
      return callPart(given, operands, {
        ...options,
        mask,
        ...(weight && { weight: mask.choose(weight, 1) }),
      });
    };
    gradcheck(scalar, [junk[first]]);
    gradgradcheck(scalar, [junk[first]]);
  });
});

const MODULES: Readonly<Record<string, string>> = {
  multilabelSoftMarginLoss: "MultiLabelSoftMarginLoss",
  multilabelMarginLoss: "MultiLabelMarginLoss",
  ctcLoss: "CTCLoss",
  generalizedBoxIouLoss: "GeneralizedBoxIoULoss",
  ensembleCrpsLoss: "EnsembleCRPSLoss",
  ssim: "SSIMLoss",
  msSsim: "MSSSIMLoss",
  msSsimL1Loss: "MSSSIML1Loss",
};
type Module = new (options: object) => (...args: unknown[]) => Tensor;

it.each(all.filter(([name]) => name !== "psnr"))(
  "the module of %s takes a mask when it is called",
  (name, given) => {
    const title = MODULES[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
    const Loss = (nn as unknown as Record<string, Module>)[title];
    const operands = tensorsOf(given, withJunk(given, arraysOf(given, Float64Array)));
    const mask = tensor(keptOf(given)).reshape([...given.parts]);
    for (const reduction of REDUCTIONS) {
      const value = new Loss({ ...given.options, reduction })(...operands, ...(given.plain ?? []), { mask });
      const own = callPart(given, operands, { ...given.options, reduction, mask });
      const isSimilarity = /^(ssim|msSsim)$/.test(name);
      const kept = reduction === "none" ? mask.to("float64") : mask.to("float64").sum();
      const one = reduction === "mean" ? 1 : kept;
      expectClose(value, isSimilarity ? own.neg().add(one) : own);
    }
  },
);

it("row weights have gradients, and losses of a distance of one's own take neither", () => {
  const weight = tensor([1, 3], { requiresGrad: true });
  const [x, y] = [tensor([[1, 2], [3, 5]]), tensor([[2, 1], [0, 1]])]; // prettier-ignore
  F.jaccardLoss(x, y, { weight }).backward();
  expect(numbers(weight.grad!).reduce((sum, g, i) => sum + g * [1, 3][i])).not.toBeNaN();
  expect(() => F.tripletMarginWithDistanceLoss(x, y, y, { mask: tensor([true]) } as never)).toThrow("'mask'");
});
