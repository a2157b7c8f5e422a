/**
 * Rows of the table of formulas (formulas.ts) that torch does not have: losses of the difference
 * d = input - target that weigh large errors less than a square does, or leave small ones out.
 */
import type { Expression } from "../formula/expression.js";
import { floating } from "./formula-checks.js";
import { type FormulaParameter, formulaRow } from "./formula-row.js";

/** A scale of differences. */
function scaleOf(name: string, word: string, standard: number): FormulaParameter {
  const message = `${name} does not support non-positive values for ${word}.`;
  return { default: standard, refused: "not positive", message };
}

/** exp(-2 |d|) - 1, from which both branches are made. */
const shrunk = (z: Expression): Expression => z.mul(-2).expm1();

export const logCoshLoss = /* @__PURE__ */ formulaRow({
  name: "logCoshLoss",
  module: "LogCoshLoss",
  operands: ["input", "target"],
  formula: "log(cosh(d)); slope tanh(d)",
  parameters: {},
  weightedMean: "weights",
  legacy: false,
  check: /* @__PURE__ */ floating("log_cosh_loss"),
  // |d| - log(2) cancels for small d: there it is -log(1 - tanh(d)²) / 2.
  term: (input, target) => {
    const z = input.sub(target).abs();
    const m = shrunk(z);
    const small = z.lt(1);
    const tanh = m.div(m.add(2));
    const log = small.choose(tanh.mul(tanh).neg(), m.add(1)).log1p();
    return small.choose(log.mul(-0.5), z.add(log).sub(Math.LN2));
  },
  slopes: (upstream, input, target) => {
    const slope = input.sub(target).tanh().mul(upstream);
    return [slope, slope.neg()];
  },
});

export const charbonnierLoss = /* @__PURE__ */ formulaRow({
  name: "charbonnierLoss",
  module: "CharbonnierLoss",
  operands: ["input", "target"],
  formula: "sqrt(d² + epsilon²); slope d / sqrt(d² + epsilon²)",
  parameters: { epsilon: /* @__PURE__ */ scaleOf("charbonnierLoss", "epsilon", 1e-3) },
  weightedMean: "weights",
  legacy: false,
  check: /* @__PURE__ */ floating("charbonnier_loss"),
  term: (input, target, { epsilon }) => {
    const d = input.sub(target);
    return d
      .mul(d)
      .add(epsilon * epsilon)
      .sqrt();
  },
});

export const epsilonInsensitiveLoss = /* @__PURE__ */ formulaRow({
  name: "epsilonInsensitiveLoss",
  module: "EpsilonInsensitiveLoss",
  operands: ["input", "target"],
  formula: "max(|d| - epsilon, 0); slope sign(d) where |d| > epsilon, else 0",
  parameters: {
    epsilon: {
      default: 0.1,
      refused: "negative",
      message: "epsilonInsensitiveLoss does not support negative values for epsilon.",
    },
  },
  weightedMean: "weights",
  legacy: false,
  check: /* @__PURE__ */ floating("epsilon_insensitive_loss"),
  term: (input, target, { epsilon }) => input.sub(target).abs().sub(epsilon).relu(),
});

export const tukeyBiweightLoss = /* @__PURE__ */ formulaRow({
  name: "tukeyBiweightLoss",
  module: "TukeyBiweightLoss",
  operands: ["input", "target"],
  formula:
    "c² / 6 (1 - (1 - (d / c)²)³) where |d| < c, else c² / 6; slope d (1 - (d / c)²)² where |d| < c, else 0",
  parameters: { c: /* @__PURE__ */ scaleOf("tukeyBiweightLoss", "c", 4.685) },
  weightedMean: "weights",
  legacy: false,
  check: /* @__PURE__ */ floating("tukey_biweight_loss"),
  // Clamped before it is squared, so that infinite differences have the gradient 0; and without a
  // difference of numbers near 1, so that small ones keep their digits.
  term: (input, target, { c }) => {
    const x = input.sub(target).div(c).clamp({ min: -1, max: 1 });
    const u = x.mul(x);
    return u
      .sub(3)
      .mul(u)
      .add(3)
      .mul(u)
      .mul((c * c) / 6);
  },
});

export const cauchyLoss = /* @__PURE__ */ formulaRow({
  name: "cauchyLoss",
  module: "CauchyLoss",
  operands: ["input", "target"],
  formula: "c² / 2 log(1 + (d / c)²); slope d / (1 + (d / c)²)",
  parameters: { c: /* @__PURE__ */ scaleOf("cauchyLoss", "c", 1) },
  weightedMean: "weights",
  legacy: false,
  check: /* @__PURE__ */ floating("cauchy_loss"),
  term: (input, target, { c }) => {
    const x = input.sub(target).div(c);
    return x
      .mul(x)
      .log1p()
      .mul((c * c) / 2);
  },
});

/** What is not a special case: |alpha - 2| / alpha ((s / |alpha - 2| + 1)^(alpha / 2) - 1). */
function generalTerm(s: Expression, alpha: number): Expression {
  const beta = Math.abs(alpha - 2);
  // As expm1 and log1p, since a power near 1 less 1 cancels.
  return s
    .div(beta)
    .log1p()
    .mul(alpha / 2)
    .expm1()
    .mul(beta / alpha);
}

/** The same of an alpha for each element, which takes the special cases by choices. */
function generalTermOf(s: Expression, alpha: Expression): Expression {
  const [two, zero, endless] = [2, 0, -Infinity].map((special) => alpha.eq(special));
  // Where a case is special, the general formula is computed of another alpha: 0 times NaN is NaN.
  const safe = two.choose(1, zero.choose(1, endless.choose(1, alpha)));
  const beta = safe.sub(2).abs();
  const general = s.div(beta).log1p().mul(safe.mul(0.5)).expm1().mul(beta.div(safe));
  // To the second order in alpha, so that the slope by alpha at 0 is the limit of those beside it.
  const near = zero.choose(alpha, 0);
  const log = s.div(near.sub(2).neg()).log1p();
  const cauchy = near.mul(log).mul(0.25).add(1).mul(log.mul(0.5)).mul(near.sub(2).neg());
  const welsch = s.mul(-0.5).expm1().neg();
  return two.choose(s.mul(0.5), zero.choose(cauchy, endless.choose(welsch, general)));
}

export const generalRobustLoss = /* @__PURE__ */ formulaRow({
  name: "generalRobustLoss",
  module: "GeneralRobustLoss",
  operands: ["input", "target"],
  optional: ["alpha"],
  formula:
    "|alpha - 2| / alpha ((s / |alpha - 2| + 1)^(alpha / 2) - 1), s = (d / c)²; slope d / c² (s / |alpha - 2| + 1)^(alpha / 2 - 1)",
  parameters: {
    alpha: { default: 1, endless: true },
    c: /* @__PURE__ */ scaleOf("generalRobustLoss", "c", 1),
  },
  weightedMean: "weights",
  legacy: false,
  check: /* @__PURE__ */ floating("general_robust_loss"),
  term: (input, target, each, { alpha, c }) => {
    const x = input.sub(target).div(c);
    const s = x.mul(x);
    if (each) return generalTermOf(s, each);
    if (alpha === 2) return s.mul(0.5);
    if (alpha === 0) return s.mul(0.5).log1p();
    if (alpha === -Infinity) return s.mul(-0.5).expm1().neg();
    return generalTerm(s, alpha);
  },
});

export const wingLoss = /* @__PURE__ */ formulaRow({
  name: "wingLoss",
  module: "WingLoss",
  operands: ["input", "target"],
  formula:
    "omega log(1 + |d| / epsilon) where |d| < omega, else |d| - omega + omega log(1 + omega / epsilon); slope sign(d) omega / (epsilon + |d|) where |d| < omega, else sign(d)",
  parameters: {
    omega: /* @__PURE__ */ scaleOf("wingLoss", "omega", 10),
    epsilon: /* @__PURE__ */ scaleOf("wingLoss", "epsilon", 2),
  },
  weightedMean: "weights",
  legacy: false,
  check: /* @__PURE__ */ floating("wing_loss"),
  term: (input, target, { omega, epsilon }) => {
    const z = input.sub(target).abs();
    const curved = z.div(epsilon).log1p().mul(omega);
    const straight = z.sub(omega - omega * Math.log1p(omega / epsilon));
    return z.ge(omega).choose(straight, curved);
  },
});
