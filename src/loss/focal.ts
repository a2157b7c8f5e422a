/**
 * Rows of the table of formulas (formulas.ts) that torch does not have: losses of logits that
 * weigh elements less the better they are classified.
 */
import type { Expression } from "../formula/expression.js";
import { floating } from "./formula-checks.js";
import { formulaRow } from "./formula-row.js";

/** `x` to the power of a number, where 1 and 2 need no exp and log. */
function power(x: Expression, exponent: number): Expression {
  if (exponent === 1) return x;
  return exponent === 2 ? x.mul(x) : x.pow(exponent);
}

/** A power that does not grow with the error. */
function focusOf(
  name: string,
  word: string,
  standard: number,
): {
  readonly default: number;
  readonly refused: "negative";
  readonly message: string;
} {
  const message = `${name} does not support negative values for ${word}.`;
  return { default: standard, refused: "negative", message };
}

export const sigmoidFocalLoss = /* @__PURE__ */ formulaRow({
  name: "sigmoidFocalLoss",
  module: "SigmoidFocalLoss",
  operands: ["input", "target"],
  formula:
    "a (1 - r)^gamma ((1 - y) x - log(sigmoid(x))), y = target, r = p y + (1 - p) (1 - y), p = sigmoid(x), a = alpha y + (1 - alpha) (1 - y), or 1 for alpha < 0; slope a (1 - r)^(gamma - 1) ((1 - r) (p - y) - gamma p (1 - p) (2 y - 1) ((1 - y) x - log(p)))",
  parameters: {
    alpha: { default: 0.25 },
    gamma: /* @__PURE__ */ focusOf("sigmoidFocalLoss", "gamma", 2),
  },
  weightedMean: "weights",
  legacy: false,
  check: /* @__PURE__ */ floating("sigmoid_focal_loss"),
  term: (input, target, { alpha, gamma }) => {
    const others = target.neg().add(1);
    const entropy = others.mul(input).sub(input.logsigmoid());
    // 1 - r without a difference from 1, so that well classified elements keep their digits.
    const wrong = input.sigmoid().mul(others).add(input.neg().sigmoid().mul(target));
    const focused = gamma === 0 ? entropy : entropy.mul(power(wrong, gamma));
    if (alpha < 0) return focused;
    return focused.mul(target.mul(alpha).add(others.mul(1 - alpha)));
  },
});

export const asymmetricLoss = /* @__PURE__ */ formulaRow({
  name: "asymmetricLoss",
  module: "AsymmetricLoss",
  operands: ["input", "target"],
  formula:
    "-y (1 - p)^gammaPos log(p) - (1 - y) q^gammaNeg log(1 - q), y = target, p = sigmoid(x), q = max(p - clip, 0); slope of y = 0, q^(gammaNeg - 1) p (1 - p) (q / (1 - q) - gammaNeg log(1 - q)) where p > clip, else 0; of y = 1, (1 - p)^gammaPos (gammaPos p log(p) + p - 1)",
  parameters: {
    gammaNeg: /* @__PURE__ */ focusOf("asymmetricLoss", "gammaNeg", 4),
    gammaPos: /* @__PURE__ */ focusOf("asymmetricLoss", "gammaPos", 1),
    clip: {
      default: 0.05,
      refused: "no share",
      message: "asymmetricLoss does not support values of clip outside of [0, 1].",
    },
  },
  weightedMean: "weights",
  legacy: false,
  check: /* @__PURE__ */ floating("asymmetric_loss"),
  term: (input, target, { gammaNeg, gammaPos, clip }) => {
    const negative = input.neg();
    const shifted = clip === 0 ? input.sigmoid() : input.sigmoid().sub(clip).relu();
    const log = clip === 0 ? negative.logsigmoid() : shifted.neg().log1p();
    const ofPositives = focused(input.logsigmoid(), negative.sigmoid(), gammaPos).mul(target);
    const ofNegatives = focused(log, shifted, gammaNeg).mul(target.neg().add(1));
    return ofPositives.add(ofNegatives).neg();
  },
});

/** A logarithm times a power of what it is of. */
function focused(log: Expression, base: Expression, gamma: number): Expression {
  return gamma === 0 ? log : log.mul(power(base, gamma));
}
