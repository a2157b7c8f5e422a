/** Losses as metrics: those of the table by name, and functions that `fuse` made. */
import { type AccumulatedLoss, builtIn, fusedLoss, isRowwise } from "../loss/accumulated.js";
import { type FusedDescription, fusedOf } from "../formula/mark.js";
import {
  type BetaOptions,
  type DeltaOptions,
  type LossName,
  type LossRow,
  losses,
  rowWith,
} from "../loss/losses.js";
import { takeOptions } from "../core/options.js";
import { refused } from "../loss/state-format.js";
import { quotientOf } from "../core/exact-value.js";
import { ExactSum } from "../core/exact-sum.js";
import type { FusedArrayFunction } from "../typed/fuse.js";
import { fusedArraysOf } from "../typed/mark.js";
import { type Definition, meanOf, sumOf } from "./definition.js";
import {
  layoutIn,
  type MetricOptions,
  OPTION_NAMES,
  type Outputs,
  type ReadOptions,
  readOptions,
} from "./metric-options.js";
import { checkDescription } from "./evaluation.js";
import { checkName, Metric } from "./metric.js";
import { type Description, fromBytes, fromJSON } from "./metric-state.js";
import { checkComputable } from "./plan.js";
import { type Quantity, rounded } from "./quantity.js";
import type { OutputState } from "./state.js";

/**
 * A function that `fuse` of lossgrad or of lossgrad/arrays made, or one of theirs that is a formula,
 * such as softMarginLoss.
 */
export type FusedLoss = FusedArrayFunction<never> | ((...args: never[]) => unknown);
/** The parameter of a built-in loss, and the options of all metrics. */
export type MeanLossOptions<C extends Outputs = Outputs> = BetaOptions & DeltaOptions & MetricOptions<C>;

const NAME = "MeanLoss";

/**
 * The mean of a loss: l1Loss, mseLoss, smoothL1Loss or huberLoss by name, or a function of two
 * operands, which states name: one that `fuse` made, or softMarginLoss. Whatever the operands'
 * dtypes, it is computed in float64.
 *
 * A weighted mean divides by what that of the loss divides by: the sum of the weights, or for
 * huberLoss the number of elements; smoothL1Loss takes no weights, as in PyTorch.
 *
 * @throws TypeError for a loss that there is not, a fused one without a name, of other than two
 *   operands or of arithmetic that has no program, and for options that it does not have;
 *   RangeError for a parameter that the loss does not take
 * @example
 * const huber = new MeanLoss("huberLoss", { delta: 2 });
 * huber.update(Float32Array.of(1, 2), Float32Array.of(1, 5));
 * huber.compute(); // 2
 *
 * const rootError = fuse((input, target) => input.sub(target).abs().sqrt(), { name: "rootError" });
 * const roots = new MeanLoss(rootError);
 * roots.update(Float32Array.of(9, 4), 0);
 * roots.compute(); // 2.5
 */
export class MeanLoss<C extends Outputs = undefined> extends Metric<number, C> {
  readonly #loss: LossName | FusedLoss;

  constructor(loss: LossName, options?: MeanLossOptions<C>);
  constructor(loss: FusedLoss, options?: MetricOptions<C> & object);
  constructor(loss: LossName | FusedLoss, options: object = {}) {
    const { definition, read } = readLoss(loss, options);
    super(definition, read);
    this.#loss = loss;
  }

  /** @internal */
  protected override like(): this {
    const { parameters } = this.parameters as { parameters: object };
    const options = { ...parameters, ...layoutIn(this.owned.description) };
    return new MeanLoss(this.#loss as LossName, options) as unknown as this;
  }

  /**
   * The metric whose `toBytes` gave these bytes; that of a fused loss takes the function besides.
   *
   * @throws TypeError for what is no Uint8Array; RangeError for bytes that are not all of a state of
   *   this metric and loss, were changed, or come from a newer version
   * @example
   * const square = fuse((input, target) => input.sub(target).square(), { name: "square" });
   * const mean = new MeanLoss(square);
   * mean.update(Float32Array.of(2), 0);
   * MeanLoss.fromBytes(mean.toBytes(), square).compute(); // 4
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as in the class above
  static override fromBytes<M = MeanLoss<Outputs>>(bytes: Uint8Array, loss?: FusedLoss): M {
    const caller = `${NAME}.fromBytes`;
    return fromBytes(caller, bytes, (description) => meanLossOf(caller, description, loss)) as M;
  }

  /**
   * The metric whose `toJSON` gave this object, as `JSON.parse` brings it back; that of a fused
   * loss takes the function besides.
   *
   * @throws TypeError for what is no such object; RangeError for one of another metric or loss, one
   *   that was changed, or comes from a newer version
   * @example
   * const huber = new MeanLoss("huberLoss");
   * huber.update(Float32Array.of(2), 0);
   * MeanLoss.fromJSON(JSON.parse(JSON.stringify(huber))).compute(); // 1.5
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as in the class above
  static override fromJSON<M = MeanLoss<Outputs>>(json: unknown, loss?: FusedLoss): M {
    const caller = `${NAME}.fromJSON`;
    return fromJSON(caller, json, (description) => meanLossOf(caller, description, loss)) as M;
  }
}

/** The metric of a description, without elements. */
export function meanLossOf(
  caller: string,
  description: Description,
  fused: FusedLoss | undefined,
): MeanLoss<Outputs> {
  checkName(caller, NAME, description.metric);
  const { loss, parameters } = (description.parameters ?? {}) as Record<string, unknown>;
  const known = fused ? describe(fused).name : Object.keys(losses).join(", ");
  if (fused ? loss !== known : typeof loss !== "string" || !Object.hasOwn(losses, loss)) {
    const way = fused ? "" : "; a fused loss is handed over besides";
    throw refused(caller, `a state of ${known}`, `one of ${String(loss).slice(0, 80)}${way}`);
  }
  const options = { ...(parameters as object), ...layoutIn(description) };
  const made = new MeanLoss<Outputs>((fused ?? loss) as LossName, options);
  checkDescription(caller, made, description);
  return made;
}

interface Read {
  readonly definition: Definition<number>;
  readonly read: ReadOptions;
}

function describe(loss: LossName | FusedLoss): AccumulatedLoss {
  if (isRowwise(loss)) {
    const metric = loss === "crossEntropy" ? "CrossEntropy" : "NegativeLogLikelihood";
    throw new TypeError(
      `${NAME}: expected a loss of elements, got "${loss}" of rows, whose metric is ${metric}`,
    );
  }
  return typeof loss === "function" ? fusedLoss(NAME, loss, descriptionOf(loss)) : builtIn(NAME, loss);
}

function descriptionOf(loss: FusedLoss): FusedDescription | undefined {
  return fusedArraysOf(loss) ?? fusedOf(loss);
}

function readLoss(loss: LossName | FusedLoss, options: object): Read {
  const described = describe(loss);
  const { name, parameterNames, weightedMean } = described;
  const taken = takeOptions<Record<string, unknown>>(NAME, options as Record<string, unknown>, [
    ...OPTION_NAMES,
    ...parameterNames,
  ]);
  const read = readOptions(NAME, taken as MetricOptions);
  const parameters = described.readParameters(taken);
  for (const [word, value] of Object.entries(parameters)) {
    if (!Number.isFinite(value)) throw new RangeError(`${NAME}: expected ${word} to be finite, got ${value}`);
  }
  const quantity = quantityOf(loss, name, parameters);
  const definition: Definition<number> = {
    name: NAME,
    parameters: { loss: name, parameters },
    needs: { sums: [quantity] },
    ...(weightedMean === null ? { weightless: `${name} takes none, as in PyTorch` } : {}),
    value:
      weightedMean === "elements"
        ? (state) => perElement(state, quantity)
        : (state) => meanOf(state, quantity),
  };
  return { definition, read };
}

/** The sum over the number of elements, rounded once. */
function perElement(state: OutputState, quantity: Quantity): number {
  const count = new ExactSum();
  count.add(state.counts.count);
  return quotientOf(sumOf(state, quantity), count);
}

function quantityOf(
  loss: LossName | FusedLoss,
  name: string,
  parameters: Readonly<Record<string, number>>,
): Quantity {
  const key = `loss ${name} ${JSON.stringify(parameters)}`;
  if (typeof loss === "function") return fusedQuantity(loss, key, parameters);
  const row: LossRow = losses[loss];
  const parameter = row.parameter ? parameters[row.parameter.name] : 0;
  const { term } = rowWith(row, parameter);
  return rounded(key, ({ difference }) => term(difference, parameter));
}

function fusedQuantity(loss: FusedLoss, key: string, parameters: Readonly<Record<string, number>>): Quantity {
  const fused = descriptionOf(loss)!;
  const { name, operandCount, parameterNames } = fused;
  if (operandCount !== null && operandCount !== 2) {
    throw new TypeError(
      `${NAME}: expected a fused function of two operands, prediction and target, got ${name} of ${operandCount}`,
    );
  }
  const values = parameterNames.length > 0 ? parameters : null;
  const quantity: Quantity = {
    ...rounded(key, ({ prediction, target }) => fused.termOf([prediction.value, target.value], values), loss),
    refusals: fused.traits.refusals.map(({ index, where, message }) => ({
      where: ({ prediction, target }) => where([prediction, target][index].value),
      message,
    })),
  };
  checkComputable(name, quantity);
  return quantity;
}
