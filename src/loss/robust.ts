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

/** How near alpha is to 0 and 2 where the general formula has too few digits. */
const NEAR = 1 / 16;

/** A number that is one for all elements, or one for each. */
type Factor = Expression | number;

/** beta / alpha ((s / beta + 1)^(alpha / 2) - 1), as expm1 of z: a power near 1 less 1 cancels. */
const power = (z: Expression, ratio: Factor): Expression => z.expm1().mul(ratio);

/** The same near an alpha of 2: (s exp(v) + beta expm1(v)) / alpha, with v = (alpha - 2) log / 2. */
function nearTwo(s: Expression, log: Expression, alpha: Factor, beta: Factor): Expression {
  const apart = typeof alpha === "number" ? alpha - 2 : alpha.sub(2);
  const v = log.mul(apart).mul(0.5);
  return s.mul(v.exp()).add(v.expm1().mul(beta)).div(alpha);
}

/** The same near 0, log beta / 2 expm1(z) / z: by a series where |z| is small. */
function nearZero(log: Expression, z: Expression, beta: Factor, ratio: Factor): Expression {
  const large = z.abs().gt(NEAR);
  const half = typeof beta === "number" ? beta / 2 : beta.mul(0.5);
  const series = log.mul(half).mul(seriesOfExpm1(large.choose(0, z)));
  return large.choose(power(large.choose(z, 0), ratio), series);
}

/** expm1(z) / z = 1 + z / 2 + z² / 6 + …, to the last digits of float64 where |z| <= 1/16. */
function seriesOfExpm1(z: Expression): Expression {
  let sum = z.mul(1 / 9).add(1);
  for (let k = 8; k > 1; k--)
    sum = sum
      .mul(z)
      .mul(1 / k)
      .add(1);
  return sum;
}

/** What is not a special case. */
function generalTerm(s: Expression, alpha: number): Expression {
  const beta = Math.abs(alpha - 2);
  const ratio = beta / alpha;
  const log = s.div(beta).log1p();
  if (beta <= NEAR) return nearTwo(s, finite(log), alpha, beta);
  const z = log.mul(alpha / 2);
  return Math.abs(alpha) <= NEAR ? nearZero(log, z, beta, ratio) : power(z, ratio);
}

/** The logarithm of the largest number in the place of Infinity. */
function finite(log: Expression): Expression {
  return log.clamp({ max: { float16: 11, float64: 709.7 }[log.dtype as string] ?? 88.7 });
}

/**
 * The same of an alpha for each element, and the special cases, by choices. A formula that is not
 * chosen is computed of other numbers, since 0 times infinity is NaN.
 */
function generalTermOf(s: Expression, alpha: Expression): Expression {
  const [two, endless] = [2, -Infinity].map((special) => alpha.eq(special));
  const own = two.choose(1, endless.choose(1, alpha));
  const beta = own.sub(2).abs();
  const log = s.div(beta).log1p();
  const [atTwo, atZero] = [beta, own.abs()].map((distance) => distance.le(NEAR));
  const bounded = finite(log);
  const close = nearTwo(s, atTwo.choose(bounded, 0), atTwo.choose(own, 2), beta);
  const zero = own.eq(0);
  const ratio = beta.div(zero.choose(1, own));
  const half = own.mul(0.5);
  const small = nearZero(log, atZero.choose(zero.choose(bounded, log), 0).mul(half), beta, ratio);
  const general = power(atTwo.choose(0, atZero.choose(0, log)).mul(half), ratio);
  const welsch = s.mul(-0.5).expm1().neg();
  const others = atTwo.choose(close, atZero.choose(small, general));
  return two.choose(s.mul(0.5), endless.choose(welsch, others));
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
