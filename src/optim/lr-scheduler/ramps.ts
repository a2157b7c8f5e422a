/** Schedules that change the learning rate for some epochs, and leave it then. */
import { pow } from "../../core/elementary.js";
import { checkNumbers, checkPeriods, readOptions } from "./options.js";
import { type AnyOptimizer, type LastEpochOptions, LRScheduler } from "./scheduler.js";

/** The options of ConstantLR. */
export interface ConstantLROptions extends LastEpochOptions {
  /** The factor, from 0 to 1; 1 / 3 by default. */
  factor?: number;
  /** For how many epochs it counts; 5 by default. */
  totalIters?: number;
}

/**
 * The learning rate times `factor` for the first `totalIters` epochs.
 *
 * @throws TypeError for what is no optimiser, and for options that are no numbers; RangeError for a
 *   factor outside of 0 to 1, and in a step where torch divides by a factor of 0
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ConstantLR.html
 * @example
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const scheduler = new optim.lrScheduler.ConstantLR(optimizer, { factor: 0.25, totalIters: 1 });
 * scheduler.getLastLr(); // [0.125]
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.5]
 */
export class ConstantLR extends LRScheduler {
  /** The factor. */
  declare readonly factor: number;
  /** For how many epochs it counts. */
  declare readonly totalIters: number;
  constructor(optimizer: AnyOptimizer, options: ConstantLROptions = {}) {
    const defaults = { factor: 1 / 3, totalIters: 5, lastEpoch: -1 };
    const { lastEpoch, ...fields } = readOptions<ConstantLROptions>("ConstantLR", options, defaults);
    checkNumbers("ConstantLR", fields);
    if (fields.factor > 1 || fields.factor < 0) {
      throw new RangeError("Constant multiplicative factor expected to be between 0 and 1.");
    }
    super(optimizer, fields, lastEpoch);
  }

  /** @internal */
  protected override rates(): number[] {
    const rates = this.groupRates();
    if (this.lastEpoch === 0) return rates.map((lr) => lr * this.factor);
    return this.lastEpoch === this.totalIters ? rates.map((lr) => lr * (1 / this.factor)) : rates;
  }

  /** @internal */
  protected override closedForm(): number[] {
    const { factor } = this;
    const added = this.lastEpoch >= this.totalIters ? 1 - factor : 0;
    return this.baseLrs.map((lr) => lr * (factor + added));
  }
}

/** The options of LinearLR. */
export interface LinearLROptions extends LastEpochOptions {
  /** The first factor, above 0 and up to 1; 1 / 3 by default. */
  startFactor?: number;
  /** The last factor, from 0 to 1; 1 by default. */
  endFactor?: number;
  /** After how many epochs it is reached; 5 by default. */
  totalIters?: number;
}

/**
 * The learning rate times a factor that goes from `startFactor` to `endFactor` in `totalIters` equal
 * steps.
 *
 * @throws as ConstantLR; RangeError for no iterations
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html
 * @example
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const scheduler = new optim.lrScheduler.LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 });
 * scheduler.getLastLr(); // [0.25]
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.375]
 */
export class LinearLR extends LRScheduler {
  /** The first factor. */
  declare readonly startFactor: number;
  /** The last factor. */
  declare readonly endFactor: number;
  /** After how many epochs it is reached. */
  declare readonly totalIters: number;
  constructor(optimizer: AnyOptimizer, options: LinearLROptions = {}) {
    const defaults = { startFactor: 1 / 3, endFactor: 1, totalIters: 5, lastEpoch: -1 };
    const { lastEpoch, ...fields } = readOptions<LinearLROptions>("LinearLR", options, defaults);
    checkNumbers("LinearLR", fields);
    const { startFactor, endFactor, totalIters } = fields;
    checkPeriods("LinearLR", { totalIters });
    if (startFactor > 1 || startFactor <= 0) {
      throw new RangeError(
        "Starting multiplicative factor expected to be greater than 0 and less or equal to 1.",
      );
    }
    if (endFactor > 1 || endFactor < 0) {
      throw new RangeError("Ending multiplicative factor expected to be between 0 and 1.");
    }
    super(optimizer, fields, lastEpoch);
  }

  /** @internal */
  protected override rates(): number[] {
    const { lastEpoch, startFactor, endFactor, totalIters } = this;
    const rates = this.groupRates();
    if (lastEpoch === 0) return rates.map((lr) => lr * startFactor);
    if (this.isInitial || lastEpoch > totalIters) return rates;
    const change = endFactor - startFactor;
    const factor = 1 + change / (totalIters * startFactor + (lastEpoch - 1) * change);
    return rates.map((lr) => lr * factor);
  }

  /** @internal */
  protected override closedForm(): number[] {
    const { lastEpoch, startFactor, endFactor, totalIters } = this;
    const factor = startFactor + ((endFactor - startFactor) * Math.min(totalIters, lastEpoch)) / totalIters;
    return this.baseLrs.map((lr) => lr * factor);
  }
}

/** The options of PolynomialLR. */
export interface PolynomialLROptions extends LastEpochOptions {
  /** After how many epochs the learning rate is 0; 5 by default. */
  totalIters?: number;
  /** The power; 1 by default. */
  power?: number;
}

/**
 * The learning rate goes to 0 as a power: lr_t = lr_0 · (1 - min(t, totalIters) / totalIters)^power.
 *
 * @throws as ConstantLR; RangeError for no iterations
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.PolynomialLR.html
 * @example
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const scheduler = new optim.lrScheduler.PolynomialLR(optimizer, { totalIters: 2, power: 2 });
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.125]
 */
export class PolynomialLR extends LRScheduler {
  /** After how many epochs the learning rate is 0. */
  declare readonly totalIters: number;
  /** The power. */
  declare readonly power: number;
  constructor(optimizer: AnyOptimizer, options: PolynomialLROptions = {}) {
    const defaults = { totalIters: 5, power: 1, lastEpoch: -1 };
    const { lastEpoch, ...fields } = readOptions<PolynomialLROptions>("PolynomialLR", options, defaults);
    checkNumbers("PolynomialLR", fields);
    checkPeriods("PolynomialLR", { totalIters: fields.totalIters });
    super(optimizer, fields, lastEpoch);
  }

  /** @internal */
  protected override rates(): number[] {
    const { lastEpoch, totalIters, power } = this;
    const rates = this.groupRates();
    if (this.isInitial || lastEpoch > totalIters) return rates;
    const factor = pow((1 - lastEpoch / totalIters) / (1 - (lastEpoch - 1) / totalIters), power);
    return rates.map((lr) => lr * factor);
  }

  /** @internal */
  protected override closedForm(): number[] {
    const { lastEpoch, totalIters, power } = this;
    const factor = pow(1 - Math.min(totalIters, lastEpoch) / totalIters, power);
    return this.baseLrs.map((lr) => lr * factor);
  }
}
