/** What all schedules of learning rates have in common. */
import { describeValue } from "../../core/describe.js";
import { warn } from "../../core/warnings.js";
import type { ParameterGroup } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { loadState, type LRSchedulerStateDict, stateOf } from "./state.js";

/** Any optimiser: each has a learning rate. */
export type AnyOptimizer = Optimizer<{ lr: number }>;

/** What every schedule takes. */
export interface LastEpochOptions {
  /** The epoch that was last before a schedule goes on; -1 where it begins. */
  lastEpoch?: number;
}

/** What torch says of an epoch that is given. */
export const EPOCH_IS_DEPRECATED =
  "The epoch parameter in `scheduler.step()` was not necessary and is being " +
  "deprecated where possible. Please use `scheduler.step()` to step the " +
  "scheduler. During the deprecation, if epoch is different from None, the " +
  "closed form is used instead of the new chainable form, where available. " +
  "Please open an issue if you are unable to replicate your use case: " +
  "https://github.com/pytorch/pytorch/issues/new/choose.";

const SCHEDULE_BEFORE_OPTIMIZER =
  "Detected call of `lr_scheduler.step()` before `optimizer.step()`. " +
  "In PyTorch 1.1.0 and later, you should call them in the opposite order: " +
  "`optimizer.step()` before `lr_scheduler.step()`.  Failure to do this " +
  "will result in PyTorch skipping the first value of the learning rate schedule. " +
  "See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate";

/**
 * The base of all schedules. When it is made and at every `step`, it sets the learning rates of an
 * optimiser's groups, by `getLr`. A subclass of one's own defines `getLr`.
 *
 * The rates are torch's, bit for bit.
 *
 * @throws TypeError for what is no optimiser, and for options that are no numbers; Error where a
 *   schedule is to go on and groups do not have `initialLr`
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LRScheduler.html
 * @example
 * class Halving extends optim.lrScheduler.LRScheduler {
 *   override getLr() {
 *     return this.baseLrs.map((lr) => lr / 2 ** this.lastEpoch);
 *   }
 * }
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const scheduler = new Halving(optimizer);
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.25]
 */
export abstract class LRScheduler<A extends readonly unknown[] = [epoch?: number | null]> {
  /** The learning rates that the schedule began with. */
  declare readonly baseLrs: readonly number[];
  /** The number of the epoch that the learning rates are of. */
  lastEpoch: number;
  /** @internal */
  protected stepCount = 0;
  /** @internal */
  protected lastLr: readonly number[] = [];
  /** The optimiser, which is no part of the state. */
  readonly #optimizer: AnyOptimizer;
  #isInitial = false;
  #isWithinStep = false;

  /**
   * @param fields what the schedule holds of its options
   * @param lastEpoch null for a schedule that is made of others, and does not begin by itself
   */
  constructor(optimizer: AnyOptimizer, fields: object = {}, lastEpoch: number | null = -1) {
    checkOptimizer(optimizer);
    this.#optimizer = optimizer;
    Object.assign(this, fields);
    this.lastEpoch = lastEpoch ?? -1;
    if (lastEpoch === null) return;
    optimizer.steppedOnSchedule ??= false;
    if (!Number.isInteger(lastEpoch)) {
      throw new TypeError(
        `${this.constructor.name}: expected lastEpoch to be an integer, got ${describeValue(lastEpoch)}`,
      );
    }
    beginGroups(optimizer.paramGroups, lastEpoch);
    this.baseLrs = optimizer.paramGroups.map(({ initialLr }) => initialLr!);
    this.begin();
  }

  /** The optimiser whose learning rates are set. */
  get optimizer(): AnyOptimizer {
    return this.#optimizer;
  }

  /** @internal The first step, which sets the rates that training begins with. */
  begin(): void {
    this.stepCount = 0;
    this.#isInitial = true;
    try {
      this.step(...([] as unknown as A));
    } finally {
      this.#isInitial = false;
    }
  }

  /** @internal Whether this is the first step, which a schedule takes when it is made. */
  protected get isInitial(): boolean {
    return this.#isInitial;
  }

  /**
   * The next epoch, after the optimiser's own step. Nothing changes when it throws.
   *
   * With an epoch, which is deprecated in torch too, the schedule goes there, by its closed form if
   * it has one.
   *
   * @throws TypeError for an epoch that is no number; RangeError where torch divides by zero
   * @example
   * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
   * const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 2, gamma: 0.5 });
   * for (let epoch = 0; epoch < 4; epoch++) {
   *   optimizer.step();
   *   scheduler.step();
   * }
   * optimizer.paramGroups[0].lr; // 0.125
   */
  step(...args: A): void {
    const [epoch = null] = args as readonly (number | null | undefined)[];
    if (this.stepCount === 1 && this.#optimizer.steppedOnSchedule === false) warn(SCHEDULE_BEFORE_OPTIMIZER);
    if (epoch !== null) warn(EPOCH_IS_DEPRECATED);
    this.stepCount++;
    try {
      this.updateLr(epoch);
    } catch (error) {
      this.stepCount--;
      throw error;
    }
  }

  /** @internal Sets the rates of the next epoch, or of the one that is given. */
  updateLr(epoch: number | null): void {
    const name = this.constructor.name;
    if (epoch !== null && typeof epoch !== "number") {
      throw new TypeError(`${name}: expected epoch to be a number, got ${describeValue(epoch)}`);
    }
    const before = this.lastEpoch;
    this.lastEpoch = epoch ?? before + 1;
    try {
      const rates = this.withinStep(() =>
        epoch === null ? this.getLr() : (this.closedForm?.() ?? this.getLr()),
      );
      this.setRates(rates);
    } catch (error) {
      this.lastEpoch = before;
      throw error;
    }
  }

  /** @internal Calls `fn`, which calls `getLr` as it is meant. */
  protected withinStep<T>(fn: () => T): T {
    this.#isWithinStep = true;
    try {
      return fn();
    } finally {
      this.#isWithinStep = false;
    }
  }

  /** @internal Gives the groups their rates, unless one of these is no finite number. */
  protected setRates(rates: readonly number[]): void {
    const groups = this.#optimizer.paramGroups;
    const name = this.constructor.name;
    if (rates.length !== groups.length) {
      throw new RangeError(
        `${name}: expected a learning rate for each of ${groups.length} groups, got ${rates.length}; ` +
          "make the schedule when the optimiser has all its groups",
      );
    }
    for (const rate of rates) {
      if (typeof rate !== "number") {
        throw new TypeError(`${name}: expected learning rates to be numbers, got ${describeValue(rate)}`);
      }
      if (Number.isFinite(rate)) continue;
      throw new RangeError(
        `${name}: expected a finite learning rate, got ${rate} at epoch ${this.lastEpoch}`,
      );
    }
    groups.forEach((group, i) => (group.lr = rates[i]));
    this.noteRates();
  }

  /** @internal Notes what the groups have now. */
  protected noteRates(): void {
    this.lastLr = this.groupRates();
  }

  /** @internal The rates that the groups have now. */
  protected groupRates(): number[] {
    return this.#optimizer.paramGroups.map(({ lr }) => lr);
  }

  /**
   * The learning rates of the groups, as the last step set them.
   *
   * @example
   * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
   * new optim.lrScheduler.ConstantLR(optimizer, { factor: 0.5 }).getLastLr(); // [0.25]
   */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /**
   * The learning rates of epoch `lastEpoch`, made of those that the groups have: what `step` calls.
   * Elsewhere it warns; `getLastLr` gives the rates of now.
   *
   * @throws Error where a schedule does not define it
   * @example
   * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
   * new optim.lrScheduler.ExponentialLR(optimizer, { gamma: 0.5 }).getLr(); // [0.25]
   */
  getLr(): number[] {
    if (!this.#isWithinStep) {
      warn("To get the last learning rate computed by the scheduler, please use `get_last_lr()`.");
    }
    return this.rates();
  }

  /** @internal The learning rates of `lastEpoch`. */
  protected rates(): number[] {
    throw new Error(`${this.constructor.name}: expected a schedule to define getLr`);
  }

  /** @internal The same of the first rates alone, where there is a formula. */
  protected closedForm?(): number[];

  /**
   * What the schedule holds, but for the optimiser and functions: numbers, texts and lists of them.
   *
   * @example
   * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
   * const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 2 });
   * scheduler.stateDict().lastEpoch; // 0
   */
  stateDict(): LRSchedulerStateDict {
    return stateOf(this);
  }

  /**
   * Takes over what `stateDict` gave. The optimiser has a state of its own, which is loaded after
   * the schedule was made.
   *
   * @throws TypeError for what is no state of such a schedule; RangeError for lists of another
   *   length; then nothing changes
   * @example
   * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
   * const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 2 });
   * scheduler.loadStateDict({ ...scheduler.stateDict(), lastEpoch: 7 });
   * scheduler.lastEpoch; // 7
   */
  loadStateDict(state: LRSchedulerStateDict): void {
    loadState(this, state);
  }
}

/** torch's error for what is no optimiser. */
export function checkOptimizer(optimizer: unknown): void {
  if (!(optimizer instanceof Optimizer))
    throw new TypeError(`${describeValue(optimizer)} is not an Optimizer`);
}

/** Notes the first rates in the groups, or checks that they are there. */
function beginGroups(groups: readonly ParameterGroup<{ lr: number }>[], lastEpoch: number): void {
  if (lastEpoch === -1) {
    for (const group of groups) group.initialLr ??= group.lr;
    return;
  }
  const without = groups.findIndex(({ initialLr }) => initialLr === undefined);
  if (without < 0) return;
  throw new Error(
    `param 'initialLr' is not specified in paramGroups[${without}] when resuming scheduler with lastEpoch >= 0.\n` +
      "This typically happens when:\n" +
      "1. You're trying to resume training from a checkpoint but haven't properly loaded the optimizer state\n" +
      "2. You're using lastEpoch >= 0 for a fresh training run (not recommended)",
  );
}
