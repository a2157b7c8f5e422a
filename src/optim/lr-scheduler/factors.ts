/** Schedules whose factors are functions of the user's. */
import { describeValue } from "../../core/describe.js";
import { readOptions, REQUIRED } from "./options.js";
import { type AnyOptimizer, checkOptimizer, type LastEpochOptions, LRScheduler } from "./scheduler.js";

/** A factor of the learning rate by the number of the epoch. */
export type LRLambda = (epoch: number) => number;

/** The options of LambdaLR and MultiplicativeLR. */
export interface LambdaLROptions extends LastEpochOptions {
  /** The factor by the number of the epoch, or one function for each group. */
  lrLambda: LRLambda | readonly LRLambda[];
}

/** Takes the options of a schedule by functions. */
function fieldsOf(
  caller: string,
  optimizer: AnyOptimizer,
  options: LambdaLROptions,
): { readonly lrLambdas: readonly LRLambda[]; readonly lastEpoch: number } {
  const taken = readOptions<LambdaLROptions>(caller, options, { lrLambda: REQUIRED, lastEpoch: -1 });
  checkOptimizer(optimizer);
  const groups = optimizer.paramGroups.length;
  const given: unknown = taken.lrLambda;
  const lrLambdas: unknown[] = Array.isArray(given)
    ? [...(given as unknown[])]
    : Array<unknown>(groups).fill(given);
  if (lrLambdas.length !== groups) {
    throw new RangeError(`Expected ${groups} lr_lambdas, but got ${lrLambdas.length}`);
  }
  for (const one of lrLambdas) {
    if (typeof one === "function") continue;
    throw new TypeError(`lr_lambda should be a function, but got ${describeValue(one)}`);
  }
  return { lrLambdas: lrLambdas as LRLambda[], lastEpoch: taken.lastEpoch };
}

/**
 * The first learning rate times a function of the epoch t: lr_t = lr_0 · f(t).
 *
 * @throws TypeError for what is no optimiser or function, and for misspelt options; RangeError for
 *   another number of functions than of groups
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html
 * @example
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const scheduler = new optim.lrScheduler.LambdaLR(optimizer, { lrLambda: (epoch) => 0.5 ** epoch });
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.25]
 */
export class LambdaLR extends LRScheduler {
  /** The functions of the groups, which are no part of the state. */
  declare readonly lrLambdas: readonly LRLambda[];
  constructor(optimizer: AnyOptimizer, options: LambdaLROptions) {
    const { lastEpoch, ...fields } = fieldsOf("LambdaLR", optimizer, options);
    super(optimizer, fields, lastEpoch);
  }

  /** @internal */
  protected override rates(): number[] {
    return this.baseLrs.map((lr, i) => lr * factorOf("LambdaLR", this.lrLambdas[i], this.lastEpoch));
  }
}

/**
 * The learning rate times a function of the epoch t, from the second epoch on:
 * lr_t = lr_{t-1} · f(t).
 *
 * @throws as LambdaLR
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiplicativeLR.html
 * @example
 * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const scheduler = new optim.lrScheduler.MultiplicativeLR(optimizer, { lrLambda: () => 0.5 });
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.25]
 */
export class MultiplicativeLR extends LRScheduler {
  /** The functions of the groups, which are no part of the state. */
  declare readonly lrLambdas: readonly LRLambda[];
  constructor(optimizer: AnyOptimizer, options: LambdaLROptions) {
    const { lastEpoch, ...fields } = fieldsOf("MultiplicativeLR", optimizer, options);
    super(optimizer, fields, lastEpoch);
  }

  /** @internal */
  protected override rates(): number[] {
    const rates = this.groupRates();
    if (this.isInitial) return rates;
    return this.lrLambdas.map((f, i) => rates[i] * factorOf("MultiplicativeLR", f, this.lastEpoch));
  }
}

/** What a function of the user's gives. */
export function factorOf(caller: string, f: LRLambda, epoch: number): number {
  const factor: unknown = f(epoch);
  if (typeof factor === "number") return factor;
  throw new TypeError(`${caller}: expected a function that returns a number, got ${describeValue(factor)}`);
}
