/** Losses of tensors, chunk after chunk. */
import { withGradMode } from "../autograd/mode.js";
import { fusedOf } from "../formula/mark.js";
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
import type { LossName, ParameterName } from "../loss/losses.js";
import { type RowwiseLossName, rowwiseLosses } from "../loss/rowwise.js";
import { copyKept, countKept } from "../loss/mask.js";
import { isComplex } from "../ndarray/dtype.js";
import { addExactly, SummedElements } from "../ndarray/exact.js";
import type { ExactSum } from "../core/exact-sum.js";
import type { FusedFunction } from "../tensor/fuse.js";
import { type Operand, Tensor } from "../tensor/tensor.js";
import * as F from "./functional.js";
import { termsOfRows } from "./rowwise.js";
import type { FormulaLossFunction, MaskOptions, PosWeightOptions, WeightOptions } from "./functional.js";

/** The parameter of a built-in loss that is accumulated. */
export type AccumulatorParameters = Partial<Record<ParameterName | "ignoreIndex" | "labelSmoothing", number>>;
/** What `update` of a built-in loss takes besides the operands. */
export type UpdateOptions = MaskOptions & WeightOptions & PosWeightOptions;
/** A function that `fuse` made, or a loss of F that is a formula. */
type AnyFused = FusedFunction<never> | FormulaLossFunction<never, never>;

/**
 * A loss of more elements than there are at once, with its exact sum and mean.
 *
 * `update` adds every element of the unreduced loss, which is rounded to its dtype as `reduction:
 * "none"` gives it, and from there on nothing is rounded until the sum is read. So sums, means and
 * states have the same bits in whatever cuts and order the elements come, on however many machines:
 * each accumulates a part, and `merge` makes them one. The state has a constant size.
 *
 * The loss is a function that `fuse` made, a function of F that is a formula, as F.softMarginLoss,
 * or the name of another function of F. In states a fused loss is told by its name, which therefore
 * has to stand for one formula.
 *
 * @throws TypeError for a loss that there is not, or options it does not have; RangeError for a
 *   parameter that the loss does not take
 * @example
 * const total = new LossAccumulator("l1Loss");
 * total.update(tensor([2.5, 0]), tensor([3, -0.5]));
 * total.update(tensor([2, 7]), tensor([2, 8]));
 * total.mean(); // 0.5
 *
 * const shard = new LossAccumulator("l1Loss");
 * shard.update(tensor([1]), tensor([4]));
 * total.merge(LossAccumulator.fromBytes(shard.toBytes()));
 * total.count; // 5
 * total.sum(); // 5
 *
 * const rootError = fuse((input, target) => input.sub(target).abs().sqrt(), { name: "rootError" });
 * const roots = new LossAccumulator(rootError);
 * roots.update(tensor([9, 4]), tensor([0, 0]));
 * roots.mean(); // 2.5
 */
export class LossAccumulator extends Accumulator {
  private readonly fn: AccumulatedName | AnyFused;

  constructor(loss: AccumulatedName, parameters?: AccumulatorParameters);
  constructor(loss: AnyFused, parameters?: object);
  constructor(loss: AccumulatedName | AnyFused, parameters: object = {}) {
    super(typeof loss === "function" ? fusedOfTensors(loss) : accumulatedBy(loss), parameters);
    this.fn = loss;
  }

  /**
   * Adds the elements of a chunk, whose gradient is not recorded. Operands are those of the loss's
   * function and broadcast as there. `weight` multiplies the elements, and what `mask` leaves out
   * is not counted, whatever stands there. Of losses of rows of classes, `weight` has a factor for
   * each class, and rows whose target is `ignoreIndex` are not counted. Optional operands of the
   * loss, such as the `posWeight` of F.binaryCrossEntropyWithLogits, are options here as well.
   *
   * @throws as the loss's function; TypeError for weights that are complex
   * @example
   * const total = new LossAccumulator("mseLoss");
   * total.update(tensor([1, 2]), tensor([1, 5]), { weight: tensor([3, 0.5]) });
   * total.sum(); // 4.5
   * total.weightSum(); // 3.5
   */
  update(input: Tensor, target: Tensor, options?: UpdateOptions): void;
  update(...args: (Operand | UpdateOptions)[]): void;
  update(...args: unknown[]): void {
    const isFused = typeof this.fn === "function";
    const count = isFused ? operandsIn(args) : 2;
    const { [count]: given = {} } = args;
    const taken = this.optionsOf<UpdateOptions>(given as object, ["mask", "weight"]);
    withGradMode(false, () => {
      if (isRowwise(this.fn)) {
        this.addRows(this.fn, args, taken);
        return;
      }
      const operands = Array.from({ length: count }, (_, i) => args[i]);
      const terms = this.unreduced(operands, taken);
      try {
        this.addTerms(terms, taken);
      } finally {
        terms.dispose();
      }
    });
  }

  /** Adds the losses of rows of classes. */
  private addRows(name: RowwiseLossName, args: readonly unknown[], { mask, weight }: UpdateOptions): void {
    const [input, target] = args as [Tensor, Tensor];
    const given = { ...this.parameters, mask, weight };
    const { terms, add } = termsOfRows(rowwiseLosses[name], input, target, given);
    try {
      this.add((sum, weights) => {
        addExactly(terms.nd, sum);
        return add(weights);
      });
    } finally {
      terms.dispose();
    }
  }

  /** The loss of every element, in its dtype; 0 where a mask does not hold. */
  private unreduced(operands: readonly unknown[], options: UpdateOptions): Tensor {
    const loss = typeof this.fn === "function" ? this.fn : F[this.fn as LossName];
    const given = { ...this.parameters, ...options, reduction: "none" };
    return (loss as (...args: unknown[]) => Tensor)(...operands, given);
  }

  private addTerms(terms: Tensor, { mask, weight }: UpdateOptions): void {
    if (isComplex(terms.dtype)) {
      throw new TypeError(`LossAccumulator.update: expected real terms, got ${terms.dtype}`);
    }
    const numel = terms.numel();
    this.add((sum, weights) => {
      const count = mask ? countKept(mask.nd.expanded(terms.shape), 1, numel)[0] : numel;
      addExactly(terms.nd, sum);
      if (!weight) weights.add(count);
      else if (mask) this.addKept(weight, mask, terms.shape, weights);
      // Where the input of a built-in loss is broadcast, torch counts each weight once.
      else addExactly(typeof this.fn === "function" ? weight.nd.expanded(terms.shape) : weight.nd, weights);
      return count;
    });
  }

  /** Adds the weights of the elements that the mask keeps. */
  private addKept({ nd }: Tensor, mask: Tensor, shape: readonly number[], to: ExactSum): void {
    const weight = nd.expanded(shape);
    const sums = new SummedElements(nd.dtype, weight.numel, weight.memory, to);
    copyKept(weight, mask.nd.expanded(shape), sums);
  }

  /**
   * An accumulator of the same elements, on its own from now on.
   *
   * @example
   * const total = new LossAccumulator("mseLoss");
   * const copy = total.clone();
   * copy.update(tensor([3]), tensor([1]));
   * [total.sum(), copy.sum()]; // [0, 4]
   */
  clone(): LossAccumulator {
    const copy = new LossAccumulator(this.fn as LossName, this.parameters);
    copy.merge(this);
    return copy;
  }

  /**
   * The accumulator whose `toBytes` gave these bytes, of tensors or of typed arrays. That of a
   * fused loss takes the function besides.
   *
   * @throws TypeError for what is no Uint8Array; RangeError for bytes that are not all of a state,
   *   were changed, or come from a newer version
   */
  static fromBytes(bytes: Uint8Array, loss?: AnyFused): LossAccumulator {
    const read = readState(
      "LossAccumulator.fromBytes",
      "bytes",
      bytes,
      loss === undefined ? undefined : fusedOfTensors(loss),
    );
    return new LossAccumulator((loss ?? read.loss) as LossName, read.parameters).restore(read);
  }

  /**
   * The accumulator whose `toJSON` gave this object, as `JSON.parse` brings it back. That of a
   * fused loss takes the function besides.
   *
   * @throws TypeError for what is no such object; RangeError for one that was changed, or comes
   *   from a newer version
   * @example
   * const total = new LossAccumulator("huberLoss", { delta: 2 });
   * total.update(tensor([1, 2]), tensor([1, 5]));
   * LossAccumulator.fromJSON(JSON.parse(JSON.stringify(total))).sum(); // 4
   */
  static fromJSON(json: unknown, loss?: AnyFused): LossAccumulator {
    const read = readState(
      "LossAccumulator.fromJSON",
      "JSON",
      json,
      loss === undefined ? undefined : fusedOfTensors(loss),
    );
    return new LossAccumulator((loss ?? read.loss) as LossName, read.parameters).restore(read);
  }
}

function fusedOfTensors(loss: AnyFused): AccumulatedLoss {
  return fusedLoss(ACCUMULATOR, loss, fusedOf(loss));
}

/** How many of the arguments come before options: a number or a tensor is an operand. */
function operandsIn(args: readonly unknown[]): number {
  const last = args.at(-1);
  const isOptions = typeof last === "object" && last !== null && !(last instanceof Tensor);
  return args.length - (isOptions ? 1 : 0);
}
