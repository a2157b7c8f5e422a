/** Rows of the table of formulas (formulas.ts): losses of probabilities and of densities. */
import { C_NAMES, checkCast, dtypes, isComplex, isIntegral } from "../ndarray/dtype.js";
import { resultType } from "../ndarray/promotion.js";
import { broadcastShapes, sameShape, type Shape, sizeText } from "../ndarray/shape.js";
import type { Expression } from "../formula/expression.js";
import { checkInPlace, checkKernel, noDifferenceOfBools, refuseComplex } from "./formula-checks.js";
import { formulaRow } from "./formula-row.js";

/** torch's `x.clamp_(least)` where no gradient is recorded: that of the result is x's. */
function lifted(x: Expression, least: number): Expression {
  return x.lt(least).choose(x.sub(x.detach()).add(least), x);
}

/** torch's EPSILON, a float of C++, which float64 is compared with as well. */
const LEAST_PRODUCT = Math.fround(1e-12);

/** Where an element is no probability. */
const outside = (x: Expression): Expression => x.ge(0).mul(x.le(1)).eq(0);

export const binaryCrossEntropy = /* @__PURE__ */ formulaRow({
  name: "binaryCrossEntropy",
  module: "BCELoss",
  operands: ["input", "target"],
  formula:
    "-y max(log(x), -100) - (1 - y) max(log(1 - x), -100), y = target; slope (x - y) / max(x (1 - x), 1e-12)",
  parameters: {},
  weightedMean: "elements",
  moduleWeight: true,
  legacy: true,
  check: ({ input, target, weight }) => {
    if (!sameShape(input.shape, target.shape)) {
      const [found, expected] = [target, input].map(({ shape }) => `torch.${sizeText(shape)}`);
      throw new RangeError(
        `Using a target size (${found}) that is different to the input size (${expected}) is deprecated. Please ensure ` +
          "they have the same size.",
      );
    }
    if (target.dtype !== input.dtype) {
      const [found, expected] = [target, input].map(({ dtype }) => dtypes[dtype].torchName);
      throw new TypeError(`Found dtype ${found} but expected ${expected}`);
    }
    checkKernel("binary_cross_entropy", input);
    if (weight) checkInPlace(input, weight);
  },
  refusals: [
    { operand: "input", where: outside, message: "all elements of input should be between 0 and 1" },
    { operand: "target", where: outside, message: "all elements of target should be between 0 and 1" },
  ],
  term: (input, target) => {
    const [log, other] = [input.log(), input.neg().log1p()].map((x) => x.clamp({ min: -100 }));
    return target.sub(1).mul(other).sub(target.mul(log));
  },
  slopes: (upstream, input, target) => {
    const product = input.neg().add(1).mul(input);
    // torch computes the logit of a half type in float32.
    const x = input.dtype === "float64" ? input : input.to("float32");
    const logit = x.div(x.neg().add(1)).log().to(input.dtype);
    return [upstream.mul(input.sub(target)).div(lifted(product, LEAST_PRODUCT)), logit.neg().mul(upstream)];
  },
  // Where torch's own differ from those of the slopes: it has another bound here, a double of C++.
  bends: (upstream, input, target) => {
    const [over, under] = [input.add(1e-12), input.neg().add(1).add(1e-12)];
    const product = input.neg().add(1).mul(input);
    const bend = input.mul(input).sub(input.mul(2).mul(target)).add(target);
    const byInput = upstream.mul(bend.div(over.pow(2).mul(under.pow(2))));
    return [
      [input.sub(target).div(over.mul(under)), byInput, upstream.neg().div(lifted(product, 1e-12))],
      [input.neg().add(1).div(input).log(), upstream.neg().div(product), null],
    ];
  },
});

export const binaryCrossEntropyWithLogits = /* @__PURE__ */ formulaRow({
  name: "binaryCrossEntropyWithLogits",
  module: "BCEWithLogitsLoss",
  operands: ["input", "target"],
  optional: ["posWeight"],
  formula: "(1 - y) x - log(sigmoid(x)), y = target; slope sigmoid(x) - y",
  parameters: {},
  weightedMean: "elements",
  moduleWeight: true,
  legacy: true,
  check: ({ input, target, posWeight, weight }) => {
    if (!sameShape(input.shape, target.shape)) {
      const [found, expected] = [target, input].map(({ shape }) => `torch.${sizeText(shape)}`);
      throw new RangeError(`Target size (${found}) must be the same as input size (${expected})`);
    }
    checkKernel("log_sigmoid_cpu", input);
    if (posWeight) {
      const shape = broadcastShapes(posWeight.shape, target.shape);
      checkInPlace(input, { dtype: resultType([posWeight, target]), shape });
    }
    if (target.dtype === "bool") throw noDifferenceOfBools();
    checkInPlace(target, input);
    if (weight) checkInPlace(target, weight);
  },
  term: (input, target, posWeight) => {
    const log = input.logsigmoid();
    const weighted = posWeight ? log.mul(posWeight.sub(1).mul(target).add(1)).to(input.dtype) : log;
    const { dtype } = target;
    return target.neg().add(1).mul(input).to(dtype).sub(weighted).to(dtype);
  },
  slopes: (upstream, input, target, posWeight) => {
    const probability = input.sigmoid();
    if (!posWeight) return [probability.sub(target).mul(upstream), input.neg().mul(upstream)];
    const factor = posWeight.mul(target);
    const [log, other] = [input.logsigmoid(), input.neg().logsigmoid()];
    return [
      factor.add(1).sub(target).mul(probability).sub(factor).mul(upstream),
      other.sub(log.mul(posWeight)).mul(upstream),
      log.mul(target).neg().mul(upstream),
    ];
  },
});

export const klDiv = /* @__PURE__ */ formulaRow({
  name: "klDiv",
  module: "KLDivLoss",
  operands: ["input", "target"],
  formula:
    "y log(y) - y x, y = target, 0 log(0) = 0; with logTarget, exp(y) (y - x); slope -y; with logTarget, -exp(y)",
  parameters: { logTarget: { default: false } },
  weightedMean: null,
  legacy: true,
  reductions: {
    mean: {
      warning:
        "reduction: 'mean' divides the total loss by both the batch size and the support size." +
        "'batchmean' divides only by the batch size, and aligns with the KL div math definition." +
        "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
    },
    batchmean: { divisor: ([size = 1]) => size },
  },
  check: ({ input, target }) => {
    for (const [kind, refuses] of [
      ["Complex", isComplex],
      ["Integral", isIntegral],
    ] as const) {
      if (refuses(input.dtype) || refuses(target.dtype)) {
        throw new TypeError(`kl_div: ${kind} inputs not supported.`);
      }
    }
    broadcastShapes(target.shape, input.shape);
  },
  term: (input, target, { logTarget }) => {
    if (logTarget) {
      const difference = target.sub(input);
      return target.exp().mul(difference);
    }
    const product = target.mul(input);
    return target.eq(0).choose(0, target.mul(target.log())).sub(product);
  },
  slopes: (upstream, input, target, { logTarget }) => {
    if (logTarget) {
      const exp = target.exp();
      const slope = upstream.mul(exp);
      return [slope.neg(), exp.mul(upstream.mul(target.sub(input))).add(slope)];
    }
    const down = upstream.neg();
    const log = upstream.eq(0).choose(0, upstream.mul(target.log()));
    const entropy = target.eq(0).choose(0, log).add(upstream.mul(target).div(target));
    return [down.mul(target), entropy.add(down.mul(input))];
  },
});

export const poissonNllLoss = /* @__PURE__ */ formulaRow({
  name: "poissonNllLoss",
  module: "PoissonNLLLoss",
  operands: ["input", "target"],
  formula:
    "exp(x) - y x, y = target; without logInput, x - y log(x + eps); with full and y > 1, y log(y) - y + log(2 pi y) / 2 " +
    "besides; slope exp(x) - y; without logInput, 1 - y / (x + eps)",
  parameters: { logInput: { default: true }, full: { default: false }, eps: { default: 1e-8 } },
  weightedMean: null,
  legacy: true,
  reductionWords: "string",
  check: ({ input, target }) => {
    refuseComplex("poisson_nll_loss", input, target);
    broadcastShapes(target.shape, input.shape);
  },
  term: (input, target, { logInput, full, eps }) => {
    // In the order of torch's operations, which is that of the sums of gradients.
    const loss = logInput ? rate(input, target) : input.sub(target.mul(input.add(eps).log()));
    if (!full) return loss;
    const half = target
      .mul(2 * Math.PI)
      .log()
      .mul(0.5);
    const log = target.log();
    const stirling = target.mul(log).sub(target).add(half);
    return loss.add(target.le(1).choose(0, stirling));
  },
});

/** exp(input) - target input */
function rate(input: Expression, target: Expression): Expression {
  const product = target.mul(input);
  return input.exp().sub(product);
}

export const gaussianNllLoss = /* @__PURE__ */ formulaRow({
  name: "gaussianNllLoss",
  module: "GaussianNLLLoss",
  operands: ["input", "target", "var"],
  numbers: ["var"],
  formula:
    "(log(v) + d² / v) / 2, v = max(var, eps); with full, log(2 pi) / 2 besides; slope d / v; by var, (1 - d² / v) / (2 v)",
  parameters: { full: { default: false }, eps: { default: 1e-6 } },
  weightedMean: null,
  legacy: false,
  reductionWords: "short",
  check: ({ input, target, var: variance }) => {
    const shape = shapeOfVariance(input.shape, variance.shape);
    refuseComplex("gaussian_nll_loss", input, target, variance);
    checkCast("float32", variance.dtype, C_NAMES[variance.dtype]);
    broadcastShapes(input.shape, target.shape);
    return shape === variance.shape ? undefined : { var: shape };
  },
  refusals: [{ operand: "var", where: (x) => x.lt(0), message: "var has negative entry/entries" }],
  term: (input, target, variance, { full, eps }) => {
    const v = lifted(variance, eps);
    const loss = v.log().add(input.sub(target).square().div(v)).mul(0.5);
    return full ? loss.add(0.5 * Math.log(2 * Math.PI)) : loss;
  },
  slopes: (upstream, input, target, variance, { eps }) => {
    const v = lifted(variance, eps);
    const difference = input.sub(target);
    const slope = upstream.mul(0.5).div(v);
    const own = slope.mul(difference.mul(2));
    const quotient = difference.square().div(v).div(v);
    return [own, own.neg(), upstream.mul(0.5).neg().mul(quotient).add(slope)];
  },
});

/** torch's shape for variances: one for each element, or one for all along a dimension. */
function shapeOfVariance(input: Shape, variance: Shape): Shape {
  if (sameShape(input, variance)) return variance;
  if (sameShape(input.slice(0, -1), variance)) return [...variance, 1];
  const others = variance.filter((size, d) => size !== input[d]);
  if (input.length === variance.length && others.reduce((sum, size) => sum + size, 0) === 1) return variance;
  throw new RangeError("var is of incorrect size");
}
