/** Losses of tensors, chunk after chunk. */
import { withGradMode } from "../autograd/mode.js";
import { takeOptions } from "../core/options.js";
import { Accumulator, readState } from "../loss/accumulator.js";
import { type LossRow, losses } from "../loss/losses.js";
import { isComplex } from "../ndarray/dtype.js";
import { addExactly } from "../ndarray/exact.js";
import type { Tensor } from "../tensor/tensor.js";
import * as F from "./functional.js";
import type { WeightOptions } from "./functional.js";

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
 * total.update(tensor([2.5, 0]), tensor([3, -0.5]));
 * total.update(tensor([2, 7]), tensor([2, 8]));
 * total.mean(); // 0.5
 *
 * const shard = new LossAccumulator("l1Loss");
 * shard.update(tensor([1]), tensor([4]));
 * total.merge(LossAccumulator.fromBytes(shard.toBytes()));
 * total.count; // 5
 * total.sum(); // 5
 */
export class LossAccumulator extends Accumulator {
  /** Stays when a bundler shortens names. */
  static override readonly name: string = "LossAccumulator";

  /**
   * Adds the elements of a chunk, whose gradient is not recorded. Operands are those of the loss's
   * function in F and broadcast as there; `weight` multiplies the elements.
   *
   * @throws as the loss's function; TypeError for weights that are complex
   * @example
   * const total = new LossAccumulator("mseLoss");
   * total.update(tensor([1, 2]), tensor([1, 5]), { weight: tensor([3, 0.5]) });
   * total.sum(); // 4.5
   * total.weightSum(); // 3.5
   */
  update(input: Tensor, target: Tensor, options: WeightOptions = {}): void {
    const { loss, parameters } = this;
    const { weightedMean }: LossRow = losses[loss];
    const { weight } = takeOptions("LossAccumulator.update", options, weightedMean ? ["weight"] : []);
    const given = { ...parameters, reduction: "none" as const, ...(weight ? { weight } : {}) };
    const terms = withGradMode(false, () => F[loss](input, target, given));
    try {
      if (isComplex(terms.dtype)) {
        throw new TypeError(`LossAccumulator.update: expected real weights, got ${weight!.dtype}`);
      }
      this.add((sum, weights) => {
        addExactly(terms.nd, sum);
        if (weight) addExactly(weight.nd, weights);
        else weights.add(terms.numel());
        return terms.numel();
      });
    } finally {
      terms.dispose();
    }
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
    const copy = new LossAccumulator(this.loss, this.parameters);
    copy.merge(this);
    return copy;
  }

  /**
   * The accumulator whose `toBytes` gave these bytes, of tensors or of typed arrays.
   *
   * @throws TypeError for what is no Uint8Array; RangeError for bytes that are not all of a state, were
   *   changed, or come from a newer version
   */
  static fromBytes(bytes: Uint8Array): LossAccumulator {
    const state = readState("LossAccumulator.fromBytes", "bytes", bytes);
    return new LossAccumulator(state.loss, state.parameters).restore(state);
  }

  /**
   * The accumulator whose `toJSON` gave this object, as `JSON.parse` brings it back.
   *
   * @throws TypeError for what is no such object; RangeError for one that was changed, or comes from
   *   a newer version
   * @example
   * const total = new LossAccumulator("huberLoss", { delta: 2 });
   * total.update(tensor([1, 2]), tensor([1, 5]));
   * LossAccumulator.fromJSON(JSON.parse(JSON.stringify(total))).sum(); // 4
   */
  static fromJSON(json: unknown): LossAccumulator {
    const state = readState("LossAccumulator.fromJSON", "JSON", json);
    return new LossAccumulator(state.loss, state.parameters).restore(state);
  }
}
