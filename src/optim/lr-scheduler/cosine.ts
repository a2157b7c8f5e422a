/** Schedules that go down along half a cosine. */
import { cos, integerPower, log } from "../../core/elementary.js";
import { describeValue } from "../../core/describe.js";
import { checkNumbers, checkPeriods, readOptions, REQUIRED } from "./options.js";
import { type AnyOptimizer, type LastEpochOptions, LRScheduler } from "./scheduler.js";

/** The options of CosineAnnealingLR. */
export interface CosineAnnealingLROptions extends LastEpochOptions {
  /** After how many epochs the learning rate is smallest: torch's T_max. */
  TMax: number;
  /** The smallest learning rate; 0 by default. */
  etaMin?: number;
}

/** η + (lr - η) (1 + cos(π · share)) / 2 */
function annealed(lr: number, least: number, cosine: number): number {
  return least + ((lr - least) * (1 + cosine)) / 2;
}

/**
 * The learning rate goes along a cosine from the first one to `etaMin`, in `TMax` epochs
 * (Loshchilov and Hutter, 2017), and back as it came:
 *
 *     lr_t = etaMin + (lr_0 - etaMin) (1 + cos(π t / TMax)) / 2
 *
 * each computed of the one before, as in torch, so that it can be chained with others.
 *
 * @throws TypeError for what is no optimiser, and for options that lack or are no numbers; RangeError
 *   for a period of no epochs
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
 * @example
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, { TMax: 2 });
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.25]
 */
export class CosineAnnealingLR extends LRScheduler {
  /** After how many epochs the learning rate is smallest. */
  declare readonly TMax: number;
  /** The smallest learning rate. */
  declare readonly etaMin: number;
  constructor(optimizer: AnyOptimizer, options: CosineAnnealingLROptions) {
    const defaults = { TMax: REQUIRED, etaMin: 0, lastEpoch: -1 } as const;
    const { lastEpoch, ...fields } = readOptions<CosineAnnealingLROptions>(
      "CosineAnnealingLR",
      options,
      defaults,
    );
    checkPeriods("CosineAnnealingLR", { TMax: fields.TMax });
    checkNumbers("CosineAnnealingLR", { etaMin: fields.etaMin });
    super(optimizer, fields, lastEpoch);
  }

  /** @internal */
  protected override rates(): number[] {
    const { lastEpoch, TMax, etaMin, baseLrs } = this;
    const rates = this.groupRates();
    if (this.isInitial) return rates;
    if (this.stepCount === 1 && lastEpoch > 0) {
      const cosine = cos((lastEpoch * Math.PI) / TMax);
      return baseLrs.map((lr) => annealed(lr, etaMin, cosine));
    }
    if ((lastEpoch - 1 - TMax) % (2 * TMax) === 0) {
      const rise = 1 - cos(Math.PI / TMax);
      return rates.map((lr, i) => lr + ((baseLrs[i] - etaMin) * rise) / 2);
    }
    const ratio = (1 + cos((Math.PI * lastEpoch) / TMax)) / (1 + cos((Math.PI * (lastEpoch - 1)) / TMax));
    return rates.map((lr) => ratio * (lr - etaMin) + etaMin);
  }

  /** @internal */
  protected override closedForm(): number[] {
    const cosine = cos((Math.PI * this.lastEpoch) / this.TMax);
    return this.baseLrs.map((lr) => annealed(lr, this.etaMin, cosine));
  }
}

/** The options of CosineAnnealingWarmRestarts. */
export interface CosineAnnealingWarmRestartsOptions extends LastEpochOptions {
  /** The epochs until the first restart: torch's T_0. */
  T0: number;
  /** By what the epochs until the next restart are multiplied, 1 by default: torch's T_mult. */
  TMult?: number;
  /** The smallest learning rate; 0 by default. */
  etaMin?: number;
}

/**
 * The learning rate goes along a cosine from the first one to `etaMin`, and begins anew (SGDR:
 * Loshchilov and Hutter, 2017): after `T0` epochs, then after `TMult` times as many, and so on.
 *
 *     lr = etaMin + (lr_0 - etaMin) (1 + cos(π TCur / TI)) / 2
 *
 * `step` may be given an epoch with a fraction, after each batch.
 *
 * @throws as CosineAnnealingLR; RangeError for T0 and TMult that are no integers from 1 on
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html
 * @example
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const scheduler = new optim.lrScheduler.CosineAnnealingWarmRestarts(optimizer, { T0: 2 });
 * scheduler.step(1);
 * scheduler.getLastLr(); // [0.25]
 * scheduler.step(2);
 * scheduler.getLastLr(); // [0.5]
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  /** The epochs until the first restart. */
  declare readonly T0: number;
  /** By what the epochs until the next restart are multiplied. */
  declare readonly TMult: number;
  /** The smallest learning rate. */
  declare readonly etaMin: number;
  /** The epochs from the last restart to the next. */
  declare readonly TI: number;
  /** The epochs since the last restart. */
  declare readonly TCur: number;
  constructor(optimizer: AnyOptimizer, options: CosineAnnealingWarmRestartsOptions) {
    const caller = "CosineAnnealingWarmRestarts";
    const defaults = { T0: REQUIRED, TMult: 1, etaMin: 0, lastEpoch: -1 } as const;
    const { lastEpoch, ...fields } = readOptions<CosineAnnealingWarmRestartsOptions>(
      caller,
      options,
      defaults,
    );
    const { T0, TMult, etaMin } = fields;
    if (!Number.isSafeInteger(T0) || T0 <= 0) {
      throw new RangeError(`Expected positive integer T_0, but got ${describeValue(T0)}`);
    }
    if (!Number.isSafeInteger(TMult) || TMult < 1) {
      throw new RangeError(`Expected integer T_mult >= 1, but got ${describeValue(TMult)}`);
    }
    checkNumbers(caller, { etaMin });
    super(optimizer, { ...fields, TI: T0, TCur: lastEpoch }, lastEpoch);
  }

  /** @internal */
  protected override rates(): number[] {
    const cosine = cos((Math.PI * this.TCur) / this.TI);
    return this.baseLrs.map((lr) => annealed(lr, this.etaMin, cosine));
  }

  override step(epoch: number | null = null): void {
    if (epoch !== null) checkNumbers("CosineAnnealingWarmRestarts", { epoch });
    const { lastEpoch, TI, TCur } = this;
    try {
      Object.assign(this, this.placeOf(epoch ?? (lastEpoch < 0 ? 0 : null)));
      this.setRates(this.withinStep(() => this.getLr()));
    } catch (error) {
      Object.assign(this, { lastEpoch, TI, TCur });
      throw error;
    }
  }

  /** Where an epoch is in its cycle; that of the next epoch for null. */
  private placeOf(epoch: number | null): Pick<this, "lastEpoch" | "TI" | "TCur"> {
    const { T0, TMult, TI } = this;
    if (epoch === null) {
      const TCur = this.TCur + 1;
      const lastEpoch = this.lastEpoch + 1;
      return TCur >= TI ? { lastEpoch, TCur: TCur % TI, TI: TI * TMult } : { lastEpoch, TCur, TI };
    }
    if (epoch < 0) throw new RangeError(`Expected non-negative epoch, but got ${epoch}`);
    const lastEpoch = Math.floor(epoch);
    if (epoch < T0) return { lastEpoch, TCur: epoch, TI: T0 };
    if (TMult === 1) return { lastEpoch, TCur: epoch % T0, TI };
    const restarts = Math.trunc(log((epoch / T0) * (TMult - 1) + 1) / log(TMult));
    const scale = integerPower(TMult, restarts);
    return { lastEpoch, TCur: epoch - (T0 * (scale - 1)) / (TMult - 1), TI: T0 * scale };
  }
}
