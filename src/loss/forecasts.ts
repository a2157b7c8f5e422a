/**
 * Rows of the table of formulas (formulas.ts) that torch does not have: proper scores of forecasts
 * that are a quantile or a distribution.
 */
import { floating } from "./formula-checks.js";
import { formulaRow } from "./formula-row.js";
import type { Expression } from "../formula/expression.js";

export const quantileLoss = /* @__PURE__ */ formulaRow({
  name: "quantileLoss",
  module: "QuantileLoss",
  operands: ["input", "target"],
  optional: ["quantile"],
  formula:
    "max(q (y - x), (q - 1) (y - x)), y = target, q = quantile; slope 1 - q where x > y, -q where x < y, 0 where x = y",
  parameters: {
    quantile: {
      default: 0.5,
      refused: "no share",
      message: "quantileLoss does not support values of quantile outside of [0, 1].",
    },
  },
  weightedMean: "weights",
  legacy: false,
  check: /* @__PURE__ */ floating("quantile_loss"),
  refusals: [
    {
      operand: "quantile",
      where: (q) => q.ge(0).mul(q.le(1)).eq(0),
      message: "all elements of quantile should be between 0 and 1",
    },
  ],
  // Two ramps, so that the slope is 0 where they meet.
  term: (input, target, each, { quantile }) => {
    const d = target.sub(input);
    const [above, below] = [d.relu(), d.neg().relu()];
    if (!each) return above.mul(quantile).add(below.mul(1 - quantile));
    return above.mul(each).add(below.mul(each.neg().add(1)));
  },
});

/** (target - input) / sigma, and 0 where the difference is 0, of a sigma of 0 as well. */
function standardised(input: Expression, target: Expression, sigma: Expression): Expression {
  const d = target.sub(input);
  return d.eq(0).choose(d, d.div(sigma));
}

const ROOT_HALF = Math.SQRT1_2;

export const gaussianCrpsLoss = /* @__PURE__ */ formulaRow({
  name: "gaussianCrpsLoss",
  module: "GaussianCRPSLoss",
  operands: ["input", "target", "sigma"],
  numbers: ["sigma"],
  formula:
    "(y - x) erf(z / sqrt(2)) + sigma (sqrt(2 / pi) exp(-z² / 2) - 1 / sqrt(pi)), z = (y - x) / sigma, y = target; slope -erf(z / sqrt(2)); by sigma, sqrt(2 / pi) exp(-z² / 2) - 1 / sqrt(pi)",
  parameters: {},
  weightedMean: "weights",
  legacy: false,
  check: /* @__PURE__ */ floating("gaussian_crps_loss"),
  refusals: [{ operand: "sigma", where: (x) => x.lt(0), message: "sigma has negative entry/entries" }],
  term: (input, target, sigma) => {
    const z = standardised(input, target, sigma);
    const spread = densityOf(z).mul(sigma);
    return target.sub(input).mul(z.mul(ROOT_HALF).erf()).add(spread);
  },
  slopes: (upstream, input, target, sigma) => {
    const z = standardised(input, target, sigma);
    const slope = z.mul(ROOT_HALF).erf().mul(upstream);
    return [slope.neg(), slope, densityOf(z).mul(upstream)];
  },
});

/** Twice the density of the standard normal distribution, less 1 / sqrt(pi). */
function densityOf(z: Expression): Expression {
  return z
    .mul(z)
    .mul(-0.5)
    .exp()
    .mul(Math.sqrt(2 / Math.PI))
    .sub(1 / Math.sqrt(Math.PI));
}
