/**
 * The state of an accumulator as bytes and as JSON. Both are canonical: accumulators that took the
 * same elements in, in whatever cut and order, write the same.
 *
 *     bytes   0  16  header, see state-format.ts; the magic is "LGAC"
 *            16   8  count
 *            24   …  sum, weights: exact sums
 *             …   …  name of the loss; 2 bytes: number of parameters; of each its name and a float64.
 *                    A name is 2 bytes of length, and UTF-8
 *
 * JSON has the same fields, and the checksum of the bytes that they make; what stands under
 * `approximately` is for people and is never read.
 */
import { describeValue } from "../core/describe.js";
import type { ExactValue } from "../core/exact-value.js";
import {
  checkCanonical,
  checkCount,
  checkSum,
  corrupt,
  type ExactSumJSON,
  type Format,
  hexChecksum,
  Reader,
  recordOf,
  refused,
  shown,
  sumFromJSON,
  sumToJSON,
  takeJSON,
  takeState,
  Writer,
} from "./state-format.js";

export type { ExactSumJSON } from "./state-format.js";

/** All that an accumulator knows. */
export interface AccumulatorState {
  readonly loss: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly count: number;
  readonly sum: ExactValue;
  readonly weights: ExactValue;
}

/** What `JSON.stringify` writes of an accumulator. */
export interface LossAccumulatorJSON {
  /** "lossgrad.LossAccumulator". */
  format: string;
  /** Version of the format. */
  version: number;
  /** Name of the loss. */
  loss: string;
  /** Its parameter by name. */
  parameters: Record<string, number>;
  /** Number of elements. */
  count: number;
  /** Sum of the terms. */
  sum: ExactSumJSON;
  /** Sum of the weights. */
  weights: ExactSumJSON;
  /** CRC-32 of the state as bytes, in hexadecimal. */
  checksum: string;
  /** For people; not read. What is not finite is a word. */
  approximately: { sum: number | string; mean: number | string };
}

const FORMAT: Format = {
  magic: "LGAC",
  version: 1,
  noun: "an accumulator",
  name: "lossgrad.LossAccumulator",
};

export function toBytes(state: AccumulatorState): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.integer(8, state.count);
  writer.sum(state.sum);
  writer.sum(state.weights);
  writer.text(state.loss);
  const names = Object.keys(state.parameters).sort();
  writer.integer(2, names.length);
  for (const name of names) {
    writer.text(name);
    writer.float(state.parameters[name]);
  }
  return writer.finish(FORMAT);
}

/** Reads what `toBytes` wrote; throws at anything else. */
export function fromBytes(caller: string, given: unknown): AccumulatorState {
  const bytes = takeState(caller, FORMAT, given);
  const reader = new Reader(caller, bytes);
  const count = reader.unsigned(8);
  const [sum, weights] = [reader.sum(), reader.sum()];
  const loss = reader.text();
  const parameters: [string, number][] = [];
  for (let left = reader.unsigned(2); left > 0; left--) parameters.push([reader.text(), reader.float()]);
  const state = { loss, parameters: Object.fromEntries(parameters), count, sum, weights };
  checkState(caller, state);
  checkCanonical(caller, toBytes(state), bytes);
  return state;
}

export function toJSON(state: AccumulatorState, sum: number, mean: number): LossAccumulatorJSON {
  return {
    format: FORMAT.name,
    version: FORMAT.version,
    loss: state.loss,
    parameters: { ...state.parameters },
    count: state.count,
    sum: sumToJSON(state.sum),
    weights: sumToJSON(state.weights),
    checksum: hexChecksum(toBytes(state)),
    approximately: { sum: shown(sum), mean: shown(mean) },
  };
}

/** Reads what `toJSON` gave, each property once; throws at anything else. */
export function fromJSON(caller: string, given: unknown): AccumulatorState {
  const { loss, parameters, count, sum, weights, checksum } = takeJSON(caller, FORMAT, given);
  if (typeof loss !== "string") throw refused(caller, "loss to be a name", describeValue(loss));
  const state = {
    loss,
    parameters: { ...recordOf(caller, "parameters", parameters) } as Record<string, number>,
    count: count as number,
    sum: sumFromJSON(caller, "sum", sum),
    weights: sumFromJSON(caller, "weights", weights),
  };
  checkState(caller, state);
  if (checksum !== hexChecksum(toBytes(state))) throw corrupt(caller);
  return state;
}

/** Throws unless the state is one that additions can lead to. */
function checkState(caller: string, state: AccumulatorState): void {
  const { count, parameters } = state;
  checkCount(caller, "count", count);
  for (const [name, value] of Object.entries(parameters)) {
    if (!Number.isFinite(value)) {
      throw refused(
        caller,
        `parameter ${describeValue(name).slice(0, 80)} to be finite`,
        describeValue(value),
      );
    }
  }
  for (const word of ["sum", "weights"] as const) checkSum(caller, word, state[word], count);
}
