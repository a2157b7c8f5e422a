/**
 * The losses that are a formula and nothing else: what `fuse` makes of a user's function is made of
 * these. Functional forms, modules, losses of typed arrays and tests iterate over the table. To add
 * one: its row here, and the lines that give it a name and a type in nn/ and typed/, as
 * CONTRIBUTING.md says. Rows are constants of their own, since a bundle has those that it uses.
 */
import { checkCast, dtypes, isFloating } from "../ndarray/dtype.js";
import { resultType } from "../ndarray/promotion.js";
import { broadcastShapes, checkBroadcastsInto, sameShape, sizeText } from "../ndarray/shape.js";
import type { Expression } from "../formula/expression.js";
import { type FormulaOperand, formulaRow } from "./formula-row.js";

/** Throws torch's error for an operation in place of `x`, unless `y` fits it. */
function checkInPlace(x: FormulaOperand, y: FormulaOperand): void {
  checkBroadcastsInto(x.shape, y.shape);
  checkCast(resultType([x, y]), x.dtype);
}

/** Throws torch's error unless its kernel has the operand's dtype. */
function checkKernel(kernel: string, { dtype }: FormulaOperand): void {
  if (isFloating(dtype)) return;
  throw new TypeError(`"${kernel}" not implemented for '${dtypes[dtype].torchName}'`);
}

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
    if (target.dtype === "bool") {
      throw new TypeError(
        "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` " +
          "operator instead.",
      );
    }
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

export const formulaLosses = {
  softMarginLoss,
  binaryCrossEntropyWithLogits,
};

/** The losses of this table, by the names of their functions. */
export type FormulaLossName = keyof typeof formulaLosses;
