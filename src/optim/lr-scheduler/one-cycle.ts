import { cos } from "../../core/elementary.js";
import { describeValue } from "../../core/describe.js";
import { beginMomentums, type MomentumOptions, setMomentums, takeMomentums } from "./momentum.js";
import { checkNumbers, perGroup, readOptions, REQUIRED } from "./options.js";
import { type AnyOptimizer, checkOptimizer, type LastEpochOptions, LRScheduler } from "./scheduler.js";

/** The options of OneCycleLR. */
export interface OneCycleLROptions extends MomentumOptions, LastEpochOptions {
  /** The largest learning rate, of all groups or one for each. */
  maxLr: number | readonly number[];
  /** How many steps the cycle takes; or else `epochs` and `stepsPerEpoch`. */
  totalSteps?: number | null;
  /** The number of epochs. */
  epochs?: number | null;
  /** How many steps an epoch has. */
  stepsPerEpoch?: number | null;
  /** The share of the cycle that goes up; 0.3 by default. */
  pctStart?: number;
  /** Along half a cosine, or a straight line. */
  annealStrategy?: "cos" | "linear";
  /** The first learning rate is the largest over this; 25 by default. */
  divFactor?: number;
  /** The last learning rate is the first over this; 10,000 by default. */
  finalDivFactor?: number;
  /** Whether the learning rate goes down to the first one, and then to the last. */
  threePhase?: boolean;
}

const DEFAULTS = {
  maxLr: REQUIRED,
  totalSteps: null,
  epochs: null,
  stepsPerEpoch: null,
  pctStart: 0.3,
  annealStrategy: "cos",
  cycleMomentum: true,
  baseMomentum: 0.85,
  maxMomentum: 0.95,
  divFactor: 25,
  finalDivFactor: 1e4,
  threePhase: false,
  lastEpoch: -1,
} as const;

type Rate = "initialLr" | "maxLr" | "minLr";
type Momentum = "baseMomentum" | "maxMomentum";

/** A part of the cycle, by the notes of a group that it goes from and to. */
interface Phase {
  readonly end: number;
  readonly lr: readonly [Rate, Rate];
  readonly momentum: readonly [Momentum, Momentum];
}

/**
 * The learning rate goes up once to `maxLr` and down to far below the first one, after each batch
 * (Smith and Topin, 2018); the momentum goes the other way.
 *
 * @throws TypeError for what is no optimiser, and for options that lack or are no numbers; RangeError
 *   for options out of range, for lists of another length than there are groups, for an optimiser
 *   without momentum where `cycleMomentum` is on, and for more steps than the cycle has
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
 * @example
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { momentum: 0.9 });
 * const options = { maxLr: 1, totalSteps: 5, pctStart: 0.5, annealStrategy: "linear", divFactor: 4 } as const;
 * const scheduler = new optim.lrScheduler.OneCycleLR(optimizer, options);
 * scheduler.getLastLr(); // [0.25]
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.75]
 */
export class OneCycleLR extends LRScheduler {
  /** How many steps the cycle takes. */
  declare readonly totalSteps: number;
  /** The share of the cycle that goes up. */
  declare readonly pctStart: number;
  /** Along half a cosine, or a straight line. */
  declare readonly annealStrategy: "cos" | "linear";
  /** Whether the learning rate goes down to the first one, and then to the last. */
  declare readonly threePhase: boolean;
  /** Whether the momentum goes the other way. */
  declare readonly cycleMomentum: boolean;
  constructor(optimizer: AnyOptimizer, options: OneCycleLROptions) {
    const taken = readOptions<OneCycleLROptions>("OneCycleLR", options, DEFAULTS);
    checkOptimizer(optimizer);
    const { lastEpoch, pctStart, annealStrategy, threePhase, cycleMomentum } = taken;
    const totalSteps = stepsOf(taken);
    if (typeof pctStart !== "number" || !(pctStart >= 0 && pctStart <= 1)) {
      throw new RangeError(`Expected float between 0 and 1 pct_start, but got ${describeValue(pctStart)}`);
    }
    if (annealStrategy !== "cos" && annealStrategy !== "linear") {
      throw new RangeError(
        `anneal_strategy must be one of 'cos' or 'linear', instead got ${describeValue(annealStrategy)}`,
      );
    }
    const rates = takeRates(optimizer, taken);
    const momentums = cycleMomentum ? takeMomentums(optimizer, taken) : null;
    if (lastEpoch === -1) {
      optimizer.paramGroups.forEach((group, i) => Object.assign(group, rates[i]));
      if (momentums) beginMomentums(optimizer, momentums);
    }
    super(optimizer, { totalSteps, pctStart, annealStrategy, threePhase, cycleMomentum }, lastEpoch);
  }

  /** @internal */
  protected override rates(): number[] {
    const { lastEpoch, totalSteps } = this;
    if (lastEpoch > totalSteps) {
      throw new RangeError(
        `Tried to step ${lastEpoch} times. The specified number of total steps is ${totalSteps}`,
      );
    }
    const phases = this.phases();
    const found = phases.findIndex(({ end }) => lastEpoch <= end);
    const index = found < 0 ? phases.length - 1 : found;
    const { end, lr, momentum } = phases[index];
    const start = index === 0 ? 0 : phases[index - 1].end;
    const share = (lastEpoch - start) / (end - start);
    const { paramGroups } = this.optimizer;
    const rates = paramGroups.map((group) => this.between(group[lr[0]]!, group[lr[1]]!, share));
    if (this.cycleMomentum) {
      const [from, to] = momentum;
      const momentums = paramGroups.map((group) => this.between(group[from]!, group[to]!, share));
      setMomentums(this.optimizer, momentums);
    }
    return rates;
  }

  private phases(): readonly Phase[] {
    const { totalSteps, pctStart, threePhase } = this;
    const up: Phase = {
      end: pctStart * totalSteps - 1,
      lr: ["initialLr", "maxLr"],
      momentum: ["maxMomentum", "baseMomentum"],
    };
    const end = totalSteps - 1;
    if (!threePhase) return [up, { end, lr: ["maxLr", "minLr"], momentum: ["baseMomentum", "maxMomentum"] }];
    return [
      up,
      {
        end: 2 * pctStart * totalSteps - 2,
        lr: ["maxLr", "initialLr"],
        momentum: ["baseMomentum", "maxMomentum"],
      },
      { end, lr: ["initialLr", "minLr"], momentum: ["maxMomentum", "maxMomentum"] },
    ];
  }

  /** What is that share of the way between two numbers. */
  private between(start: number, end: number, share: number): number {
    if (this.annealStrategy === "linear") return (end - start) * share + start;
    return end + ((start - end) / 2) * (cos(Math.PI * share) + 1);
  }
}

/** How many steps there are, in torch's words for what is wrong. */
function stepsOf({ totalSteps, epochs, stepsPerEpoch }: Required<OneCycleLROptions>): number {
  const check = (words: string, value: number): number => {
    if (Number.isSafeInteger(value) && value > 0) return value;
    throw new RangeError(`Expected positive integer ${words}, but got ${describeValue(value)}`);
  };
  if (totalSteps !== null) return check("total_steps", totalSteps);
  if (epochs === null || stepsPerEpoch === null) {
    throw new RangeError("You must define either total_steps OR (epochs AND steps_per_epoch)");
  }
  return check("epochs", epochs) * check("steps_per_epoch", stepsPerEpoch);
}

/** The learning rates that the phases go between, for each group. */
function takeRates(
  optimizer: AnyOptimizer,
  { maxLr, divFactor, finalDivFactor }: Required<OneCycleLROptions>,
): readonly Readonly<Record<Rate, number>>[] {
  checkNumbers("OneCycleLR", { divFactor, finalDivFactor });
  return perGroup("maxLr", maxLr, optimizer.paramGroups.length).map((most) => {
    const initialLr = most / divFactor;
    return { initialLr, maxLr: most, minLr: initialLr / finalDivFactor };
  });
}
