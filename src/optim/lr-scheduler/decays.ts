/** Schedules that multiply the learning rate by one factor, again and again. */
import { pow } from "../../core/elementary.js";
import { describeValue } from "../../core/describe.js";
import { checkNumbers, checkPeriods, readOptions, REQUIRED } from "./options.js";
import { type AnyOptimizer, type LastEpochOptions, LRScheduler } from "./scheduler.js";

/** The options of StepLR. */
export interface StepLROptions extends LastEpochOptions {
  /** How many epochs there are from one decay to the next. */
  stepSize: number;
  /** γ, the factor; 0.1 by default. */
  gamma?: number;
}

/**
 * The learning rate times γ every `stepSize` epochs: lr_t = lr_0 · γ^⌊t / stepSize⌋.
 *
 * @throws TypeError for what is no optimiser, and for options that lack or are no numbers; RangeError
 *   for a period of no epochs
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html
 * @example
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 1, gamma: 0.5 });
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.25]
 */
export class StepLR extends LRScheduler {
  /** How many epochs there are from one decay to the next. */
  declare readonly stepSize: number;
  /** The factor. */
  declare readonly gamma: number;
  constructor(optimizer: AnyOptimizer, options: StepLROptions) {
    const defaults = { stepSize: REQUIRED, gamma: 0.1, lastEpoch: -1 } as const;
    const { lastEpoch, ...fields } = readOptions<StepLROptions>("StepLR", options, defaults);
    checkPeriods("StepLR", { stepSize: fields.stepSize });
    checkNumbers("StepLR", { gamma: fields.gamma });
    super(optimizer, fields, lastEpoch);
  }

  /** @internal */
  protected override rates(): number[] {
    const rates = this.groupRates();
    if (this.lastEpoch === 0 || this.lastEpoch % this.stepSize !== 0) return rates;
    return rates.map((lr) => lr * this.gamma);
  }

  /** @internal */
  protected override closedForm(): number[] {
    const power = pow(this.gamma, Math.floor(this.lastEpoch / this.stepSize));
    return this.baseLrs.map((lr) => lr * power);
  }
}

/** The options of MultiStepLR. */
export interface MultiStepLROptions extends LastEpochOptions {
  /** The epochs at which the learning rate decays; one that stands twice counts twice. */
  milestones: readonly number[];
  /** γ, the factor; 0.1 by default. */
  gamma?: number;
}

/**
 * The learning rate times γ at each milestone: lr_t = lr_0 · γ^n of the n milestones up to t.
 *
 * @throws as StepLR; TypeError for milestones that are no list of numbers
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html
 * @example
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const scheduler = new optim.lrScheduler.MultiStepLR(optimizer, { milestones: [1, 3], gamma: 0.5 });
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.25]
 */
export class MultiStepLR extends LRScheduler {
  /** The epochs at which the learning rate decays, in ascending order. */
  declare readonly milestones: readonly number[];
  /** The factor. */
  declare readonly gamma: number;
  constructor(optimizer: AnyOptimizer, options: MultiStepLROptions) {
    const defaults = { milestones: REQUIRED, gamma: 0.1, lastEpoch: -1 } as const;
    const { lastEpoch, gamma, milestones } = readOptions<MultiStepLROptions>(
      "MultiStepLR",
      options,
      defaults,
    );
    checkNumbers("MultiStepLR", { gamma });
    super(optimizer, { milestones: takeMilestones("MultiStepLR", milestones), gamma }, lastEpoch);
  }

  /** @internal */
  protected override rates(): number[] {
    const rates = this.groupRates();
    const times = this.milestones.filter((epoch) => epoch === this.lastEpoch).length;
    if (times === 0) return rates;
    const power = pow(this.gamma, times);
    return rates.map((lr) => lr * power);
  }

  /** @internal */
  protected override closedForm(): number[] {
    const power = pow(this.gamma, this.milestones.filter((epoch) => epoch <= this.lastEpoch).length);
    return this.baseLrs.map((lr) => lr * power);
  }
}

/** Milestones in ascending order. */
export function takeMilestones(caller: string, milestones: unknown): number[] {
  const list: unknown[] | null = Array.isArray(milestones) ? [...(milestones as unknown[])] : null;
  if (list?.every((epoch) => typeof epoch === "number")) return list.sort((a, b) => a - b);
  throw new TypeError(
    `${caller}: expected milestones to be a list of numbers, got ${describeValue(milestones)}`,
  );
}

/** The options of ExponentialLR. */
export interface ExponentialLROptions extends LastEpochOptions {
  /** γ, the factor. */
  gamma: number;
}

/**
 * The learning rate times γ every epoch: lr_t = lr_0 · γ^t.
 *
 * @throws as StepLR
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html
 * @example
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const scheduler = new optim.lrScheduler.ExponentialLR(optimizer, { gamma: 0.5 });
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.25]
 */
export class ExponentialLR extends LRScheduler {
  /** The factor. */
  declare readonly gamma: number;
  constructor(optimizer: AnyOptimizer, options: ExponentialLROptions) {
    const defaults = { gamma: REQUIRED, lastEpoch: -1 } as const;
    const { lastEpoch, gamma } = readOptions<ExponentialLROptions>("ExponentialLR", options, defaults);
    checkNumbers("ExponentialLR", { gamma });
    super(optimizer, { gamma }, lastEpoch);
  }

  /** @internal */
  protected override rates(): number[] {
    const rates = this.groupRates();
    return this.isInitial ? rates : rates.map((lr) => lr * this.gamma);
  }

  /** @internal */
  protected override closedForm(): number[] {
    const power = pow(this.gamma, this.lastEpoch);
    return this.baseLrs.map((lr) => lr * power);
  }
}
