/** Schedules made of schedules. */
import { describeValue } from "../../core/describe.js";
import { checkOptionNames } from "../../core/options.js";
import { takeMilestones } from "./decays.js";
import { readOptions, REQUIRED } from "./options.js";
import { ReduceLROnPlateau } from "./plateau.js";
import { type AnyOptimizer, checkOptimizer, type LastEpochOptions, LRScheduler } from "./scheduler.js";
import type { LRSchedulerStateDict } from "./state.js";

/** What SequentialLR and ChainedScheduler share: schedules of one optimiser. */
abstract class ComposedLR extends LRScheduler {
  /** The schedules that it is made of. */
  declare readonly schedulers: readonly LRScheduler[];

  override stateDict(): LRSchedulerStateDict {
    return { ...super.stateDict(), schedulers: this.schedulers.map((one) => one.stateDict()) };
  }

  override loadStateDict(state: LRSchedulerStateDict): void {
    checkOptionNames(`${this.constructor.name}.loadStateDict`, state, Object.keys(this.stateDict()));
    const { schedulers = [], ...own } = state;
    if (
      !Array.isArray(schedulers) ||
      (schedulers.length > 0 && schedulers.length !== this.schedulers.length)
    ) {
      throw new RangeError(
        `${this.constructor.name}.loadStateDict: expected the states of ${this.schedulers.length} schedulers, got ${describeValue(schedulers)}`,
      );
    }
    const before = this.stateDict();
    try {
      (schedulers as LRSchedulerStateDict[]).forEach((one, i) => {
        this.schedulers[i].loadStateDict(one);
      });
      super.loadStateDict(own);
    } catch (error) {
      (before.schedulers as LRSchedulerStateDict[]).forEach((one, i) => {
        this.schedulers[i].loadStateDict(one);
      });
      throw error;
    }
  }
}

/** The schedules of a list, in torch's words for what is wrong with them. */
function takeSchedulers(caller: string, optimizer: unknown, schedulers: unknown): LRScheduler[] {
  const list: unknown[] = Array.isArray(schedulers) ? [...(schedulers as unknown[])] : [];
  if (!Array.isArray(schedulers)) {
    throw new TypeError(`${caller}: expected a list of schedulers, got ${describeValue(schedulers)}`);
  }
  list.forEach((one, i) => {
    if (!(one instanceof LRScheduler)) {
      throw new TypeError(
        `${caller} at index ${i} should have \`optimizer\` as its attribute, got ${describeValue(one)}`,
      );
    }
    if (one instanceof ReduceLROnPlateau) {
      throw new RangeError(
        `${caller} does not support \`ReduceLROnPlateau\` scheduler as it requires additional kwargs to be specified ` +
          `when calling \`step\`, but got one at index ${i} in the given schedulers sequence.`,
      );
    }
    if (one.optimizer !== optimizer) {
      throw new RangeError(
        `${caller} expects all schedulers to belong to the same optimizer, but got scheduler ` +
          `${one.constructor.name} at index ${i} has another one.`,
      );
    }
  });
  return list as LRScheduler[];
}

/** The options of SequentialLR. */
export interface SequentialLROptions extends LastEpochOptions {
  /** The schedules, in the order in which they come. */
  schedulers: readonly LRScheduler[];
  /** The epochs at which the next one comes: one fewer than there are schedules. */
  milestones: readonly number[];
}

/**
 * One schedule after another: each begins at its milestone, anew.
 *
 * @throws TypeError for what are no schedules; RangeError for an empty list, for schedules of another
 *   optimiser, ReduceLROnPlateau, and another number of milestones
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html
 * @example
 * const { ConstantLR, ExponentialLR, SequentialLR } = optim.lrScheduler;
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const warmup = new ConstantLR(optimizer, { factor: 0.5, totalIters: 2 });
 * const decay = new ExponentialLR(optimizer, { gamma: 0.5 });
 * const scheduler = new SequentialLR(optimizer, { schedulers: [warmup, decay], milestones: [2] });
 * const seen = scheduler.getLastLr();
 * for (let epoch = 0; epoch < 3; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 *   seen.push(...scheduler.getLastLr());
 * }
 * seen; // [0.25, 0.25, 0.5, 0.25]
 */
export class SequentialLR extends ComposedLR {
  /** The epochs at which the next schedule comes. */
  declare readonly milestones: readonly number[];
  constructor(optimizer: AnyOptimizer, options: SequentialLROptions) {
    const defaults = { schedulers: REQUIRED, milestones: REQUIRED, lastEpoch: -1 } as const;
    const taken = readOptions<SequentialLROptions>("SequentialLR", options, defaults);
    checkOptimizer(optimizer);
    const schedulers = takeSchedulers("SequentialLR", optimizer, taken.schedulers);
    if (schedulers.length === 0) {
      throw new RangeError("SequentialLR expects at least one scheduler, but got no scheduler.");
    }
    const milestones = takeMilestones("SequentialLR", taken.milestones);
    if (milestones.length !== schedulers.length - 1) {
      throw new RangeError(
        "Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone " +
          `points, but got number of schedulers ${schedulers.length} and the number of milestones to be equal to ${milestones.length}`,
      );
    }
    super(optimizer, { schedulers, milestones }, null);
    this.lastEpoch = taken.lastEpoch + 1;
    // What the schedules did when they were made is undone, and the first one begins.
    for (const group of optimizer.paramGroups) group.lr = group.initialLr!;
    undo(schedulers);
    const first = this.indexAt(0);
    schedulers[first].begin();
    this.lastLr = schedulers[first].getLastLr();
  }

  private indexAt(epoch: number): number {
    return this.milestones.filter((milestone) => milestone <= epoch).length;
  }

  override step(...args: [] | [epoch?: number | null]): void {
    checkNoEpoch("SequentialLR", args);
    const epoch = this.lastEpoch + 1;
    const index = this.indexAt(epoch);
    const scheduler = this.schedulers[index];
    if (index > 0 && this.milestones[index - 1] === epoch) scheduler.updateLr(0);
    else scheduler.step();
    this.lastEpoch = epoch;
    this.lastLr = scheduler.getLastLr();
  }
}

/** Takes back the epoch that schedules began with. */
function undo(schedulers: readonly LRScheduler[]): void {
  for (const one of schedulers) {
    if (one instanceof ComposedLR) undo(one.schedulers);
    else one.lastEpoch--;
  }
}

/** torch's schedules of schedules take no epoch. */
function checkNoEpoch(caller: string, args: readonly unknown[]): void {
  if (args.every((epoch) => epoch === undefined || epoch === null)) return;
  throw new TypeError(`${caller}.step() takes no epoch, got ${describeValue(args[0])}`);
}

/**
 * Several schedules at once: each takes its step, of what those before it made of the learning rate.
 *
 * @throws as SequentialLR
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ChainedScheduler.html
 * @example
 * const { ChainedScheduler, ConstantLR, ExponentialLR } = optim.lrScheduler;
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const constant = new ConstantLR(optimizer, { factor: 0.5, totalIters: 2 });
 * const scheduler = new ChainedScheduler([constant, new ExponentialLR(optimizer, { gamma: 0.5 })]);
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.125]
 */
export class ChainedScheduler extends ComposedLR {
  /** @param optimizer that of the first schedule, by default */
  constructor(schedulers: readonly LRScheduler[], optimizer?: AnyOptimizer | null) {
    const first = (schedulers as readonly (LRScheduler | undefined)[] | null | undefined)?.[0];
    const list = takeSchedulers("ChainedScheduler", optimizer ?? first?.optimizer, schedulers);
    if (list.length === 0) {
      throw new RangeError(
        "ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.",
      );
    }
    super(list[0].optimizer, { schedulers: list }, null);
    this.noteRates();
  }

  override step(...args: [] | [epoch?: number | null]): void {
    checkNoEpoch("ChainedScheduler", args);
    for (const one of this.schedulers) one.step();
    this.noteRates();
  }
}
