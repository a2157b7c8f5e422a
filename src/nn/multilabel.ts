/** The loss of several labels that are probabilities: a formula, whose terms are added row by row. */
import { takeOptions } from "../core/options.js";
import { checkKernel, refuseComplex } from "../loss/formula-checks.js";
import { formulaRow } from "../loss/formula-row.js";
import { checkReduction, legacyReduction } from "../loss/reduction.js";
import { broadcastShapes, type Shape } from "../ndarray/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkTensors } from "./distances.js";
import { formulaLoss } from "./formula-loss.js";
import { keptParts, readParts, reduceParts, without } from "./composed.js";
import type { MaskOptions } from "./options.js";
import type { LegacyRowOptions } from "./pair-losses.js";

/** Options of F.multilabelSoftMarginLoss. */
export interface MultilabelOptions extends LegacyRowOptions {
  /** Factors of the terms, which broadcast with them: one for each class, say. */
  weight?: Tensor | null;
}

export const MULTILABEL_OPTIONS = ["weight", "sizeAverage", "reduce", "reduction"] as const;

const NAME = "multilabelSoftMarginLoss";

/** The terms, which are added along the classes. */
const sums = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  { reduction: "sum"; dim: number; factors: Tensor | null }
>(
  /* @__PURE__ */ formulaRow({
    name: NAME,
    module: "MultiLabelSoftMarginLoss",
    operands: ["input", "target"],
    optional: ["factors"],
    formula: "-(y log(sigmoid(x)) + (1 - y) log(sigmoid(-x)))",
    parameters: {},
    weightedMean: null,
    legacy: false,
    check: ({ input, target, factors }) => {
      checkKernel("log_sigmoid_cpu", input);
      const shape = broadcastShapes(target.shape, input.shape);
      if (factors) broadcastShapes(shape, factors.shape);
      refuseComplex(NAME, target, ...(factors ? [factors] : []));
      if (target.dtype === "bool") {
        throw new TypeError(
          "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use " +
            "the `~` or `logical_not()` operator instead.",
        );
      }
    },
    term: (input, target, factors) => {
      const [own, other] = [input, input.neg()].map((x) => x.logsigmoid());
      const loss = target.mul(own).add(target.neg().add(1).mul(other)).neg();
      return factors ? loss.mul(factors) : loss;
    },
  }),
);

/**
 * Cross entropy of several labels of each row x of C logits, which are independent of each other:
 * -Σ w (y log(sigmoid(x)) + (1 - y) log(sigmoid(-x))) / C, with the targets y from 0 to 1.
 *
 * Shapes: input (…, C), one dimension at least; target and weight broadcast with it, without a
 * warning. Result: 0-d, or for "none" without C. Floating inputs; targets of any real dtype but bool.
 * A mean divides by the number of rows. Any finite logits are fine: that of ±1e4 costs 0 or 1e4.
 * Gradient: w (sigmoid(x) - y) / C; by the target w (log(sigmoid(-x)) - log(sigmoid(x))) / C, and by
 * the weight its terms. Each operation is rounded as torch does, each row's sum is exact.
 *
 * @throws TypeError for operands that are no tensors, an input that is not floating, a target of
 *   bools, complex numbers, options of another type; RangeError for shapes that do not broadcast, an
 *   input without dimensions, an unknown reduction
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_soft_margin_loss.html
 * @example
 * const [logits, labels] = [tensor([[0, 2], [-1, 0]]), tensor([[1, 1], [0, 1]])];
 * F.multilabelSoftMarginLoss(logits, labels).item(); // 0.45662105083465576
 */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options: MultilabelOptions & MaskOptions = {},
): Tensor {
  const taken = takeOptions(NAME, options, [...MULTILABEL_OPTIONS, "mask"]);
  const { weight = null, sizeAverage, reduce, reduction = "mean" } = taken;
  const operands = { input, target, ...(weight === null ? {} : { weight }) };
  checkTensors(NAME, operands);
  const mode = checkReduction(legacyReduction(sizeAverage, reduce) ?? reduction, "short");
  checkTensors(NAME, operands);
  if (input.ndim === 0) throw new RangeError("Dimension specified as -1 but tensor has no dimensions");
  const dim = input.ndim - 1;
  const shape = (): Shape =>
    [input, target, ...(weight ? [weight] : [])].map((x) => x.shape).reduce(broadcastShapes);
  const parts = readParts(NAME, mode, () => without(shape(), [dim]), { mask: taken.mask });
  const whole = (x: Tensor): Tensor => (parts.holds ? keptParts(x.expand([...shape()]), parts, [dim]) : x);
  const rows = sums(whole(input), whole(target), { reduction: "sum", dim, factors: weight });
  return reduceParts(rows.div(input.shape[dim]), parts);
}
