/**
 * The losses that are a formula and nothing else: what `fuse` makes of a user's function is made of
 * these. Functional forms, modules, losses of typed arrays and tests iterate over the table. To add
 * one: its row here, and the lines that give it a name and a type in nn/ and typed/, as
 * CONTRIBUTING.md says. Rows are constants of their own, since a bundle has those that it uses.
 */
import { checkCast, isIntegral } from "../ndarray/dtype.js";
import { broadcastShapes, sizeText } from "../ndarray/shape.js";
import type { Expression } from "../formula/expression.js";
import { checkInPlace, noDifferenceOfBools, refuseComplex } from "./formula-checks.js";
import { asymmetricLoss, sigmoidFocalLoss } from "./focal.js";
import { gaussianCrpsLoss, quantileLoss } from "./forecasts.js";
import { type FormulaOperand, formulaRow } from "./formula-row.js";
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  gaussianNllLoss,
  klDiv,
  poissonNllLoss,
} from "./likelihoods.js";
import {
  cauchyLoss,
  charbonnierLoss,
  epsilonInsensitiveLoss,
  generalRobustLoss,
  logCoshLoss,
  tukeyBiweightLoss,
  wingLoss,
} from "./robust.js";

export {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  gaussianNllLoss,
  klDiv,
  poissonNllLoss,
} from "./likelihoods.js";

/** As torch computes it: in place of the input, which the target has to fit. */
function fitInput({ input, target }: { input: FormulaOperand; target: FormulaOperand }): void {
  // A bool has no negation, which comes first.
  if (input.dtype === "bool") return;
  checkInPlace(input, target);
  checkCast("float32", input.dtype);
}

export const softMarginLoss = /* @__PURE__ */ formulaRow({
  name: "softMarginLoss",
  module: "SoftMarginLoss",
  operands: ["input", "target"],
  formula: "log(1 + exp(-input target)); slope -target z / (1 + z), z = exp(-input target)",
  parameters: {},
  weightedMean: null,
  legacy: true,
  check: fitInput,
  term: (input, target) => input.neg().mul(target).to(input.dtype).exp().log1p(),
  slopes: (upstream, input, target) => {
    const z = input.neg().mul(target).exp();
    const slope = (x: Expression): Expression => x.mul(z).to(input.dtype).neg().div(z.add(1)).mul(upstream);
    return [slope(target), slope(input)];
  },
});

export const hingeEmbeddingLoss = /* @__PURE__ */ formulaRow({
  name: "hingeEmbeddingLoss",
  module: "HingeEmbeddingLoss",
  operands: ["input", "target"],
  formula:
    "x where target = 1, max(margin - x, 0) where target = -1; slope 1 where target = 1, -1 where target = -1 and x < margin",
  parameters: { margin: { default: 1 } },
  weightedMean: null,
  legacy: true,
  check: ({ input, target }) => {
    if (input.dtype === "bool") throw noDifferenceOfBools();
    refuseComplex("hinge_embedding_loss", input, target);
    broadcastShapes(target.shape, input.shape);
  },
  term: (input, target, { margin }) => {
    const whole = isIntegral(input.dtype);
    const rest = input
      .neg()
      .add(whole ? Math.trunc(margin) : margin)
      .clamp({ min: 0 });
    const far = target.ne(1).choose(rest, rest.zeros());
    return far.add(target.ne(-1).choose(input, input.zeros()));
  },
});

export const marginRankingLoss = /* @__PURE__ */ formulaRow({
  name: "marginRankingLoss",
  module: "MarginRankingLoss",
  operands: ["input1", "input2", "target"],
  formula: "max(-target (input1 - input2) + margin, 0); slope -target where the loss is positive, else 0",
  parameters: { margin: { default: 0 } },
  weightedMean: null,
  legacy: true,
  check: (operands) => {
    const all = Object.entries<FormulaOperand>(operands);
    const [input1, input2, target] = all.map(([, x]) => x);
    if (all.some(([, { shape }]) => shape.length !== input1.shape.length)) {
      const sizes = all.map(([word, { shape }]) => `${word}: torch.${sizeText(shape)}`).join(", ");
      throw new RangeError(
        `margin_ranking_loss : All input tensors should have same dimension but got sizes: ${sizes} `,
      );
    }
    refuseComplex("margin_ranking_loss", input1, input2, target);
    const differences = broadcastShapes(input1.shape, input2.shape);
    broadcastShapes(target.shape, differences);
  },
  term: (input1, input2, target, { margin }) => {
    const difference = input1.sub(input2);
    const order = target.neg().mul(difference);
    return (isIntegral(order.dtype) ? order.to("float32") : order).add(margin).clamp({ min: 0 });
  },
});

export const formulaLosses = {
  softMarginLoss,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  klDiv,
  poissonNllLoss,
  gaussianNllLoss,
  hingeEmbeddingLoss,
  marginRankingLoss,
  quantileLoss,
  logCoshLoss,
  charbonnierLoss,
  epsilonInsensitiveLoss,
  tukeyBiweightLoss,
  cauchyLoss,
  generalRobustLoss,
  wingLoss,
  sigmoidFocalLoss,
  asymmetricLoss,
  gaussianCrpsLoss,
};

/** The losses of this table, by the names of their functions. */
export type FormulaLossName = keyof typeof formulaLosses;
