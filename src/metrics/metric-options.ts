/** The options that all metrics have: how they are read, and how descriptions hold them. */
import { describeValue } from "../core/describe.js";
import { type Taken, takeOptions } from "../core/options.js";
import { recordOf } from "../loss/state-format.js";
import type { Description } from "./metric-state.js";
import { NAN_POLICIES, type NanPolicy } from "./plan.js";
import type { Layout } from "./request.js";

/** How many outputs there are: undefined for one without a dimension of its own. */
export type Outputs = number | undefined;

/** Options of all metrics. */
export interface MetricOptions<C extends Outputs = Outputs> {
  /**
   * Compute one result for each of so many outputs, in a list. By default all elements make one
   * result.
   */
  numOutputs?: C;
  /**
   * The dimension of the operands that the outputs lie along: the last by default. Typed arrays
   * without a shape have their outputs side by side, or with 0 one after another.
   */
  dim?: number;
  /**
   * What becomes of elements of which a number is NaN: the result is NaN ("propagate", the
   * default), they are left out ("omit"), or `update` throws and adds nothing ("error").
   */
  nan?: NanPolicy;
}

export const OPTION_NAMES = ["numOutputs", "dim", "nan"] as const;

/** Options that were read, as descriptions hold them. */
export interface ReadOptions extends Layout {
  readonly nan: NanPolicy;
}

/** Options of a metric, its parameters among them, each read once. */
export function takeMetricOptions<O extends MetricOptions>(
  caller: string,
  options: O,
  names: readonly (keyof O & string)[] = [],
): Taken<O> & { readonly read: ReadOptions } {
  const taken = takeOptions(caller, options, [...OPTION_NAMES, ...names]);
  return { ...taken, read: readOptions(caller, taken) };
}

/** More would be a mistake, and take the memory of one. */
const MOST_OUTPUTS = 2 ** 24;

export function readOptions(caller: string, options: MetricOptions): ReadOptions {
  const { numOutputs, dim, nan = "propagate" } = options;
  if (!NAN_POLICIES.includes(nan)) {
    throw new TypeError(
      `${caller}: expected nan to be "${NAN_POLICIES.join('", "')}", got ${describeValue(nan)}`,
    );
  }
  if (numOutputs === undefined) {
    if (dim === undefined) return { numOutputs: null, dim: -1, nan };
    throw new TypeError(`${caller}: expected numOutputs beside dim, which is the dimension of the outputs`);
  }
  if (!Number.isInteger(numOutputs) || numOutputs < 1 || numOutputs > MOST_OUTPUTS) {
    throw new RangeError(
      `${caller}: expected numOutputs to be a whole number from 1 to 2^24, got ${describeValue(numOutputs)}`,
    );
  }
  if (dim !== undefined && (!Number.isInteger(dim) || Math.abs(dim) > 64)) {
    throw new RangeError(`${caller}: expected dim to be a dimension, got ${describeValue(dim)}`);
  }
  return { numOutputs, dim: (dim ?? -1) + 0, nan };
}

/** Parameters and options of a description, as constructors take them. */
export function optionsIn(caller: string, { parameters, ...layout }: Description): Record<string, unknown> {
  return { ...recordOf(caller, "parameters", parameters), ...layoutIn(layout) };
}

/** The options that all metrics have. */
export function layoutIn({ numOutputs, dim, nan }: Description): MetricOptions {
  return (numOutputs === null ? { nan } : { numOutputs, dim, nan }) as MetricOptions;
}
