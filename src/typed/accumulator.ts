/** Losses of typed arrays, chunk after chunk. */
import { Accumulator, builtIn, readState } from "../loss/accumulator.js";
import { copyKept, countKept } from "../loss/mask.js";
import { type LossName, losses, type ParameterName } from "../loss/losses.js";
import type { DType } from "../ndarray/dtype.js";
import { addExactly, SummedElements } from "../ndarray/exact.js";
import { problemOf, writeTerms } from "./evaluate.js";
import { type ArrayOperand, elementsOf } from "./operands.js";
import type { ArrayMaskOptions, ArrayWeightOptions } from "./options.js";
import { readRequest } from "./request.js";

/** The parameter of the loss that is accumulated. */
export type AccumulatorParameters = Partial<Record<ParameterName, number>>;
/** What `update` takes besides the operands. */
export interface UpdateOptions extends ArrayMaskOptions, ArrayWeightOptions {
  /** Floating dtype of the computation, to which every element of the loss is rounded. */
  dtype?: DType;
}

/**
 * A loss of more elements than there are at once, with its exact sum and mean.
 *
 * `update` adds every element of the unreduced loss, which is rounded to its dtype as
 * `reduction: "none"` gives it, and from there on nothing is rounded until the sum is read. So sums,
 * means and states have the same bits in whatever cuts and order the elements come, on however many
 * machines: each accumulates a part, and `merge` makes them one. The state has a constant size.
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
 */
export class LossAccumulator extends Accumulator {
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "LossAccumulator";
  }
  private readonly caller: LossName;

  constructor(loss: LossName, parameters: AccumulatorParameters = {}) {
    super(builtIn(loss), parameters);
    this.caller = loss;
  }

  /**
   * Adds the elements of a chunk. Operands are those of the loss's function; `weight` multiplies the
   * elements, and what `mask` leaves out is not counted, whatever stands there.
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
  update(prediction: ArrayOperand, target: ArrayOperand | number, options: UpdateOptions = {}): void {
    const { caller } = this;
    const taken = this.optionsOf(options, ["dtype", "mask", "weight"]);
    const given = { ...taken, ...this.parameters, reduction: "none" };
    const request = readRequest(caller, losses[caller], "out", prediction, target, given);
    this.add((sum, weights) => {
      const problem = problemOf(request);
      const { memory, numel } = problem.input;
      writeTerms(request, problem, new SummedElements(request.resultDType, numel, memory, sum));
      const { mask } = problem;
      const count = mask ? countKept(mask, 1, numel)[0] : numel;
      const weight = request.weight && elementsOf(request.weight, memory);
      if (!weight) weights.add(count);
      else if (mask) copyKept(weight, mask, new SummedElements(weight.dtype, numel, memory, weights));
      else addExactly(weight, weights);
      return count;
    });
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
    const copy = new LossAccumulator(this.caller, this.parameters);
    copy.merge(this);
    return copy;
  }

  /**
   * The accumulator whose `toBytes` gave these bytes, of typed arrays or of tensors.
   *
   * @throws TypeError for what is no Uint8Array; RangeError for bytes that are not all of a state, were
   *   changed, or come from a newer version
   */
  static fromBytes(bytes: Uint8Array): LossAccumulator {
    const state = readState("LossAccumulator.fromBytes", "bytes", bytes, undefined);
    return new LossAccumulator(state.loss as LossName, state.parameters).restore(state);
  }

  /**
   * The accumulator whose `toJSON` gave this object, as `JSON.parse` brings it back.
   *
   * @throws TypeError for what is no such object; RangeError for one that was changed, or comes from
   *   a newer version
   * @example
   * const total = new LossAccumulator("huberLoss", { delta: 2 });
   * total.update(Float32Array.of(1, 2), Float32Array.of(1, 5));
   * LossAccumulator.fromJSON(JSON.parse(JSON.stringify(total))).sum(); // 4
   */
  static fromJSON(json: unknown): LossAccumulator {
    const state = readState("LossAccumulator.fromJSON", "JSON", json, undefined);
    return new LossAccumulator(state.loss as LossName, state.parameters).restore(state);
  }
}
