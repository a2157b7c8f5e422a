import { pow } from "../../core/elementary.js";
import { describeValue } from "../../core/describe.js";
import { factorOf } from "./factors.js";
import { beginMomentums, type MomentumOptions, setMomentums, takeMomentums } from "./momentum.js";
import { checkNumbers, perGroup, readOptions, REQUIRED } from "./options.js";
import { type AnyOptimizer, checkOptimizer, type LastEpochOptions, LRScheduler } from "./scheduler.js";

const MODES = ["triangular", "triangular2", "exp_range"] as const;

/** The options of CyclicLR. */
export interface CyclicLROptions extends MomentumOptions, LastEpochOptions {
  /** The smallest learning rate, of all groups or one for each. */
  baseLr: number | readonly number[];
  /** The largest learning rate, of all groups or one for each. */
  maxLr: number | readonly number[];
  /** How many steps go up; 2000 by default. */
  stepSizeUp?: number;
  /** How many steps go down; as many as go up by default. */
  stepSizeDown?: number | null;
  /** How the cycles' height changes: not, by half each, or by γ each step. */
  mode?: "triangular" | "triangular2" | "exp_range";
  /** γ of mode "exp_range"; 1 by default. */
  gamma?: number;
  /** A height of one's own, in the place of a mode: a factor by the number of the cycle or step. */
  scaleFn?: ((x: number) => number) | null;
  /** What `scaleFn` is given: the number of the cycle, from 1, or that of the step, from 0. */
  scaleMode?: "cycle" | "iterations";
}

const DEFAULTS = {
  baseLr: REQUIRED,
  maxLr: REQUIRED,
  stepSizeUp: 2000,
  stepSizeDown: null,
  mode: "triangular",
  gamma: 1,
  scaleFn: null,
  scaleMode: "cycle",
  cycleMomentum: true,
  baseMomentum: 0.8,
  maxMomentum: 0.9,
  lastEpoch: -1,
} as const;

/**
 * The learning rate goes up from `baseLr` to `maxLr` and down again, in straight lines, after each
 * batch (Smith, 2017); the momentum goes the other way.
 *
 * @throws TypeError for what is no optimiser, and for options that lack or are no numbers; RangeError
 *   for an unknown mode, lists of another length than there are groups, and an optimiser without
 *   momentum where `cycleMomentum` is on
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CyclicLR.html
 * @example
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5, momentum: 0.9 });
 * const options = { baseLr: 0.25, maxLr: 0.75, stepSizeUp: 2 };
 * const scheduler = new optim.lrScheduler.CyclicLR(optimizer, options);
 * const seen = [];
 * for (let batch = 0; batch < 4; batch++) {
 *   optimizer.step();
 *   scheduler.step();
 *   seen.push(scheduler.getLastLr()[0]);
 * }
 * seen; // [0.5, 0.75, 0.5, 0.25]
 */
export class CyclicLR extends LRScheduler {
  /** The largest learning rates of the groups. */
  declare readonly maxLrs: readonly number[];
  /** How many steps a cycle takes. */
  declare readonly totalSize: number;
  /** The share of them that goes up. */
  declare readonly stepRatio: number;
  /** How the cycles' height changes. */
  declare readonly mode: "triangular" | "triangular2" | "exp_range";
  /** γ of mode "exp_range". */
  declare readonly gamma: number;
  /** What the scale is a function of. */
  declare readonly scaleMode: "cycle" | "iterations";
  /** Whether the momentum goes the other way. */
  declare readonly cycleMomentum: boolean;
  /** The smallest momentums of the groups. */
  declare readonly baseMomentums: readonly number[];
  /** The largest momentums of the groups. */
  declare readonly maxMomentums: readonly number[];
  /** @internal */
  declare protected readonly scaleFn: ((x: number) => number) | null;
  constructor(optimizer: AnyOptimizer, options: CyclicLROptions) {
    const taken = readOptions<CyclicLROptions>("CyclicLR", options, DEFAULTS);
    checkOptimizer(optimizer);
    const { lastEpoch } = taken;
    const baseLrs = perGroup("baseLr", taken.baseLr, optimizer.paramGroups.length);
    const fields = fieldsOf(optimizer, taken);
    const momentums = taken.cycleMomentum ? takeMomentums(optimizer, taken) : null;
    if (lastEpoch === -1) {
      optimizer.paramGroups.forEach((group, i) => (group.lr = baseLrs[i]));
      if (momentums) beginMomentums(optimizer, momentums);
    }
    super(optimizer, { ...fields, ...momentums }, lastEpoch);
    Object.assign(this, { baseLrs });
  }

  /** @internal */
  protected override rates(): number[] {
    const { lastEpoch, totalSize, stepRatio, maxLrs } = this;
    const cycle = Math.floor(1 + lastEpoch / totalSize);
    const x = 1 + lastEpoch / totalSize - cycle;
    const share = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1);
    const scale = this.scaleOf(this.scaleMode === "cycle" ? cycle : lastEpoch);
    const rates = this.baseLrs.map((lr, i) => lr + (maxLrs[i] - lr) * share * scale);
    if (this.cycleMomentum) {
      const { baseMomentums, maxMomentums } = this;
      const momentums = maxMomentums.map((most, i) => most - (most - baseMomentums[i]) * share * scale);
      setMomentums(this.optimizer, momentums);
    }
    return rates;
  }

  private scaleOf(x: number): number {
    if (this.scaleFn) return factorOf("CyclicLR", this.scaleFn, x);
    if (this.mode === "triangular") return 1;
    return this.mode === "triangular2" ? 1 / 2 ** (x - 1) : pow(this.gamma, x);
  }
}

/** What the schedule holds but for the momentums. */
function fieldsOf(optimizer: AnyOptimizer, taken: Required<CyclicLROptions>): object {
  const { stepSizeUp, mode, gamma, scaleFn, scaleMode, cycleMomentum } = taken;
  const stepSizeDown = taken.stepSizeDown ?? stepSizeUp;
  checkNumbers("CyclicLR", { stepSizeUp, stepSizeDown, gamma });
  if (!(stepSizeUp > 0 && stepSizeDown >= 0)) {
    throw new RangeError(
      `CyclicLR: expected stepSizeUp to be above 0, got ${stepSizeUp} and ${stepSizeDown} down`,
    );
  }
  if (scaleFn === null && !MODES.includes(mode)) {
    throw new RangeError(`mode is invalid and scale_fn is None: got ${describeValue(mode)}`);
  }
  if (scaleMode !== "cycle" && scaleMode !== "iterations") {
    throw new RangeError(
      `CyclicLR: expected scaleMode to be cycle or iterations, got ${describeValue(scaleMode)}`,
    );
  }
  const ownMode = mode === "exp_range" ? "iterations" : "cycle";
  const totalSize = stepSizeUp + stepSizeDown;
  return {
    maxLrs: perGroup("maxLr", taken.maxLr, optimizer.paramGroups.length),
    totalSize,
    stepRatio: stepSizeUp / totalSize,
    mode,
    gamma,
    scaleFn,
    scaleMode: scaleFn === null ? ownMode : scaleMode,
    cycleMomentum,
  };
}
