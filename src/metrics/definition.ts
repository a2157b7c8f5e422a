/** What a metric is: what it adds up, and what it makes of that. */
import type { ExactSum } from "../core/exact-sum.js";
import { quotientOf } from "../core/exact-value.js";
import type { Needs } from "./plan.js";
import type { ElementChunk } from "./row-chunk.js";
import type { UpdateOptions } from "./request.js";
import type { Quantity } from "./quantity.js";
import type { OutputState } from "./state.js";

/** Parameters of metrics, as states hold them. */
export type MetricParameters = Readonly<Record<string, unknown>>;

/** Makes elements of what `update` was given. */
export type ChunkReader = (
  caller: string,
  prediction: unknown,
  target: unknown,
  options: UpdateOptions,
) => ElementChunk;

export interface Definition<V> {
  readonly name: string;
  /** What JSON holds as it is. */
  readonly parameters: MetricParameters;
  readonly needs: Needs;
  /** Why it takes no weights; null where it does. */
  readonly weightless?: string;
  /** What makes elements of the operands, where these are something else, such as rows. */
  readonly reads?: ChunkReader;
  /** The metric of one output. */
  value(state: OutputState): V;
}

/** The sum of a quantity that was asked for. */
export function sumOf({ sums }: OutputState, { key }: Quantity): ExactSum {
  return sums.get(key)!;
}

/** The weighted mean of a quantity, rounded once. */
export function meanOf(state: OutputState, quantity: Quantity): number {
  return quotientOf(sumOf(state, quantity), state.weights);
}
