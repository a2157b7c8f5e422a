/** Losses of typed arrays, chunk after chunk. */
import {
  ACCUMULATOR,
  accumulatedBy,
  type AccumulatedLoss,
  type AccumulatedName,
  fusedLoss,
  isRowwise,
  readState,
} from "../loss/accumulated.js";
import { Accumulator } from "../loss/accumulator.js";
import { copyKept, countKept } from "../loss/mask.js";
import { type LossName, losses, type ParameterName } from "../loss/losses.js";
import { rowwiseLosses } from "../loss/rowwise.js";
import { termsOfRows } from "./rowwise.js";
import type { DType } from "../ndarray/dtype.js";
import { addExactly, SummedElements } from "../ndarray/exact.js";
import { problemOf, writeTerms } from "./evaluate.js";
import { type ArrayOperand, elementsOf } from "./operands.js";
import type { ArrayMaskOptions, ArrayWeightOptions } from "./options.js";
import { type RawOptions, readRequest } from "./request.js";
import { fusedArraysOf, type Terms } from "./mark.js";
import type { FormulaArrayLoss } from "./formula-loss.js";
import type { FusedArrayFunction } from "./fuse.js";
import type { ExactSum } from "../core/exact-sum.js";

/** The parameter of the loss that is accumulated. */
export type AccumulatorParameters = Partial<Record<ParameterName | "ignoreIndex" | "labelSmoothing", number>>;
/** A function that `fuse` made, or a loss that is a formula. */
type AnyFused = FusedArrayFunction<never> | FormulaArrayLoss<never, never>;

/** What `update` takes besides the operands. */
export interface UpdateOptions extends ArrayMaskOptions, ArrayWeightOptions {
  /** Floating dtype of the computation, to which every element of the loss is rounded. */
  dtype?: DType;
  /** Of losses of rows of classes: how many classes each row has. */
  classes?: number;
  /** Of losses of rows of classes: the shape of the prediction. */
  shape?: readonly number[];
  /** Of binaryCrossEntropyWithLogits: factors of what counts where the target is 1. */
  posWeight?: ArrayOperand | null;
}

/**
 * A loss of more elements than there are at once, with its exact sum and mean.
 *
 * `update` adds every element of the unreduced loss, which is rounded to its dtype as `reduction:
 * "none"` gives it, and from there on nothing is rounded until the sum is read. So sums, means and
 * states have the same bits in whatever cuts and order the elements come, on however many machines:
 * each accumulates a part, and `merge` makes them one. The state has a constant size.
 *
 * The loss is a function that `fuse` made, a function of lossgrad/arrays that is a formula, as
 * softMarginLoss, or the name of another of its functions. In states a fused loss is told by its
 * name, which therefore has to stand for one formula.
 *
 * @throws TypeError for a loss that there is not, or options it does not have; RangeError for a
 *   parameter that the loss does not take
 * @example
 * const total = new LossAccumulator("l1Loss");
 * total.update(new Float32Array([2.5, 0]), new Float32Array([3, -0.5]));
 * total.update(new Float32Array([2, 7]), new Float32Array([2, 8]));
 * total.mean(); // 0.5
 *
 * const shard = new LossAccumulator("l1Loss");
 * shard.update(new Float32Array([1]), 4);
 * total.merge(LossAccumulator.fromBytes(shard.toBytes()));
 * total.count; // 5
 * total.sum(); // 5
 *
 * const rootError = fuse((input, target) => input.sub(target).abs().sqrt(), { name: "rootError" });
 * const roots = new LossAccumulator(rootError);
 * roots.update(Float32Array.of(9, 4), 0);
 * roots.mean(); // 2.5
 */
export class LossAccumulator extends Accumulator {
  private readonly fn: AccumulatedName | AnyFused;

  constructor(loss: AccumulatedName, parameters?: AccumulatorParameters);
  constructor(loss: AnyFused, parameters?: object);
  constructor(loss: AccumulatedName | AnyFused, parameters: object = {}) {
    super(accumulated(loss), parameters);
    this.fn = loss;
  }

  /**
   * Adds the elements of a chunk. Operands are those of the loss's function; `weight` multiplies
   * the elements, and what `mask` leaves out is not counted, whatever stands there. Of losses of
   * rows of classes, `weight` has a factor for each class, rows whose target is `ignoreIndex` are
   * not counted, and `classes` or `shape` are options as of the function. Optional operands of the
   * loss, such as `posWeight`, are options here as well.
   *
   * @throws as the loss's function
   * @example
   * const total = new LossAccumulator("mseLoss");
   * total.update(Float32Array.of(1, 2), Float32Array.of(1, 5), { weight: Float32Array.of(3, 0.5) });
   * total.sum(); // 4.5
   * total.weightSum(); // 3.5
   * total.update(Float32Array.of(NaN, 4), 1, { mask: Uint8Array.of(0, 1) });
   * total.count; // 3
   */
  update(prediction: ArrayOperand, target: ArrayOperand | number, options?: UpdateOptions): void;
  update(...args: (ArrayOperand | number | UpdateOptions)[]): void;
  update(...args: unknown[]): void {
    const { fn } = this;
    const fused = fusedArraysOf(fn);
    const [x, y, behind = {}] = args;
    const { given, options: last } = fused?.split(args) ?? { given: [x, y], options: behind };
    const sizes = isRowwise(fn) ? (["classes", "shape"] as const) : [];
    const taken = this.optionsOf(last as UpdateOptions, ["dtype", "mask", "weight", ...sizes]);
    const options = { ...taken, ...this.parameters, reduction: "none" };
    if (isRowwise(fn)) {
      const rows = termsOfRows(rowwiseLosses[fn], x, y, options);
      this.add((sum, weights) => {
        rows.store(new SummedElements(rows.dtype, rows.numel, rows.memory, sum));
        return rows.add(weights);
      });
      return;
    }
    const terms = fused ? fused.termsOf([...given, options]) : termsOf(fn as LossName, x, y, options);
    this.add((sum, weights) => addTerms(terms, sum, weights));
  }

  /**
   * An accumulator of the same elements, on its own from now on.
   *
   * @example
   * const total = new LossAccumulator("mseLoss");
   * const copy = total.clone();
   * copy.update(Float32Array.of(3), 1);
   * [total.sum(), copy.sum()]; // [0, 4]
   */
  clone(): LossAccumulator {
    const copy = new LossAccumulator(this.fn as LossName, this.parameters);
    copy.merge(this);
    return copy;
  }

  /**
   * The accumulator whose `toBytes` gave these bytes, of typed arrays or of tensors. That of a
   * fused loss takes the function besides.
   *
   * @throws TypeError for what is no Uint8Array; RangeError for bytes that are not all of a state,
   *   were changed, or come from a newer version
   */
  static fromBytes(bytes: Uint8Array, loss?: AnyFused): LossAccumulator {
    const state = readState(
      "LossAccumulator.fromBytes",
      "bytes",
      bytes,
      loss === undefined ? undefined : accumulated(loss),
    );
    return new LossAccumulator((loss ?? state.loss) as LossName, state.parameters).restore(state);
  }

  /**
   * The accumulator whose `toJSON` gave this object, as `JSON.parse` brings it back. That of a
   * fused loss takes the function besides.
   *
   * @throws TypeError for what is no such object; RangeError for one that was changed, or comes
   *   from a newer version
   * @example
   * const total = new LossAccumulator("huberLoss", { delta: 2 });
   * total.update(Float32Array.of(1, 2), Float32Array.of(1, 5));
   * LossAccumulator.fromJSON(JSON.parse(JSON.stringify(total))).sum(); // 4
   */
  static fromJSON(json: unknown, loss?: AnyFused): LossAccumulator {
    const state = readState(
      "LossAccumulator.fromJSON",
      "JSON",
      json,
      loss === undefined ? undefined : accumulated(loss),
    );
    return new LossAccumulator((loss ?? state.loss) as LossName, state.parameters).restore(state);
  }
}

function accumulated(loss: AccumulatedName | AnyFused): AccumulatedLoss {
  return typeof loss === "function" ? fusedLoss(ACCUMULATOR, loss, fusedArraysOf(loss)) : accumulatedBy(loss);
}

/** The unreduced loss of the table. */
function termsOf(name: LossName, prediction: unknown, target: unknown, options: RawOptions): Terms {
  const request = readRequest(name, losses[name], "out", prediction, target, options);
  const problem = problemOf(request);
  const { memory, numel } = problem.input;
  return {
    dtype: request.resultDType,
    numel,
    memory,
    mask: problem.mask,
    weight: request.weight && elementsOf(request.weight, memory),
    store: (out) => {
      writeTerms(request, problem, out);
    },
  };
}

/** Adds the terms and the weights of what the mask keeps; gives how many these are. */
function addTerms(terms: Terms, sum: ExactSum, weights: ExactSum): number {
  const { dtype, numel, memory, mask, weight } = terms;
  terms.store(new SummedElements(dtype, numel, memory, sum));
  const count = mask ? countKept(mask, 1, numel)[0] : numel;
  if (!weight) weights.add(count);
  else if (mask) copyKept(weight, mask, new SummedElements(weight.dtype, numel, memory, weights));
  else addExactly(weight, weights);
  return count;
}
