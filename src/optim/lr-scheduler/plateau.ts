import { describeValue, wordOf } from "../../core/describe.js";
import { warn } from "../../core/warnings.js";
import { Tensor } from "../../tensor/tensor.js";
import { checkNumbers, perGroup, readOptions } from "./options.js";
import { type AnyOptimizer, checkOptimizer, EPOCH_IS_DEPRECATED, LRScheduler } from "./scheduler.js";

/** The options of ReduceLROnPlateau. */
export interface ReduceLROnPlateauOptions {
  /** Whether a smaller or a larger metric is a better one; "min" by default. */
  mode?: "min" | "max";
  /** The factor of the learning rate, below 1; 0.1 by default. */
  factor?: number;
  /** How many epochs without a better metric are borne; 10 by default. */
  patience?: number;
  /** By how much a metric must be better; 1e-4 by default. */
  threshold?: number;
  /** Whether that is a share of the best one, or a difference from it; "rel" by default. */
  thresholdMode?: "rel" | "abs";
  /** How many epochs after a reduction do not count; 0 by default. */
  cooldown?: number;
  /** The smallest learning rate, of all groups or one for each; 0 by default. */
  minLr?: number | readonly number[];
  /** A change of the learning rate that is no larger is left; 1e-8 by default. */
  eps?: number;
}

const DEFAULTS = {
  mode: "min",
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  thresholdMode: "rel",
  cooldown: 0,
  minLr: 0,
  eps: 1e-8,
} as const;

/**
 * The learning rate times `factor` when a metric has not become better for more than `patience`
 * epochs. `step` is given that metric, a number or a tensor of one.
 *
 * @throws TypeError for what is no optimiser, and for options that are no numbers; RangeError for a
 *   factor of 1 or more, an unknown mode, and lists of another length than there are groups
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
 * @example
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer, { factor: 0.5, patience: 0 });
 * for (const loss of [3, 2, 2]) scheduler.step(loss);
 * scheduler.getLastLr(); // [0.25]
 */
export class ReduceLROnPlateau extends LRScheduler<[metrics: Tensor | number, epoch?: number | null]> {
  /** Whether a smaller or a larger metric is a better one. */
  declare readonly mode: "min" | "max";
  /** The factor of the learning rate. */
  declare readonly factor: number;
  /** How many epochs without a better metric are borne. */
  declare readonly patience: number;
  /** By how much a metric must be better. */
  declare readonly threshold: number;
  /** Whether that is a share of the best one, or a difference from it. */
  declare readonly thresholdMode: "rel" | "abs";
  /** How many epochs after a reduction do not count. */
  declare readonly cooldown: number;
  /** The smallest learning rates of the groups. */
  declare minLrs: readonly number[];
  /** A change of the learning rate that is no larger is left. */
  declare readonly eps: number;
  /** The best metric so far. */
  declare readonly best: number;
  /** How many epochs do not count yet. */
  declare readonly cooldownCounter: number;
  /** How many epochs came without a better metric. */
  declare readonly numBadEpochs: number;
  readonly #defaultMinLr: number | null;
  constructor(optimizer: AnyOptimizer, options: ReduceLROnPlateauOptions = {}) {
    const taken = readOptions<ReduceLROnPlateauOptions>("ReduceLROnPlateau", options, DEFAULTS);
    checkOptimizer(optimizer);
    const { minLr, mode, thresholdMode, ...numbers } = taken;
    checkNumbers("ReduceLROnPlateau", numbers);
    if (numbers.factor >= 1) throw new RangeError("Factor should be < 1.0.");
    if (mode !== "min" && mode !== "max") throw new RangeError(`mode ${wordOf(mode)} is unknown!`);
    if (thresholdMode !== "rel" && thresholdMode !== "abs") {
      throw new RangeError(`threshold mode ${wordOf(thresholdMode)} is unknown!`);
    }
    const groups = optimizer.paramGroups.length;
    if (Array.isArray(minLr) && minLr.length !== groups) {
      throw new RangeError(`expected ${groups} min_lrs, got ${minLr.length}`);
    }
    const minLrs = perGroup("minLr", minLr, groups);
    const best = mode === "min" ? Infinity : -Infinity;
    const state = { minLrs, best, cooldownCounter: 0, numBadEpochs: 0 };
    super(optimizer, { ...numbers, mode, thresholdMode, ...state }, null);
    this.#defaultMinLr = typeof minLr === "number" ? minLr : null;
    this.lastEpoch = 0;
    this.noteRates();
  }

  /** Whether epochs do not count yet, after a reduction. */
  get inCooldown(): boolean {
    return this.cooldownCounter > 0;
  }

  override step(metrics: Tensor | number, epoch: number | null = null): void {
    const current: unknown = metrics instanceof Tensor ? Number(metrics.item()) : metrics;
    if (typeof current !== "number") {
      throw new TypeError(
        `ReduceLROnPlateau: expected the metric as a number or a tensor of one element, got ${describeValue(metrics)}`,
      );
    }
    const isBetter = this.isBetter(current);
    let bad = isBetter || this.inCooldown ? 0 : this.numBadEpochs + 1;
    let cooldownCounter = this.inCooldown ? this.cooldownCounter - 1 : 0;
    if (bad > this.patience) {
      this.reduce();
      cooldownCounter = this.cooldown;
      bad = 0;
    }
    if (epoch !== null) warn(EPOCH_IS_DEPRECATED);
    const best = isBetter ? current : this.best;
    const lastEpoch = epoch ?? this.lastEpoch + 1;
    Object.assign(this, { lastEpoch, best, cooldownCounter, numBadEpochs: bad });
    this.noteRates();
  }

  private reduce(): void {
    const { paramGroups } = this.optimizer;
    if (paramGroups.length !== this.minLrs.length) {
      if (this.#defaultMinLr === null) {
        throw new RangeError(
          `The number of param groups in the \`optimizer\` (${paramGroups.length}) differs from when ` +
            `\`ReduceLROnPlateau\` was initialized (${this.minLrs.length}), usually due to a new param group being added ` +
            "to the optimizer. Please modify the `minLrs` field to match the length of the `optimizer` param groups.",
        );
      }
      this.minLrs = perGroup("minLr", this.#defaultMinLr, paramGroups.length);
    }
    paramGroups.forEach((group, i) => {
      const next = Math.max(group.lr * this.factor, this.minLrs[i]);
      if (group.lr - next > this.eps) group.lr = next;
    });
  }

  private isBetter(current: number): boolean {
    const { best, threshold } = this;
    if (this.mode === "min") {
      return current < (this.thresholdMode === "rel" ? best * (1 - threshold) : best - threshold);
    }
    return current > (this.thresholdMode === "rel" ? best * (threshold + 1) : best + threshold);
  }
}
