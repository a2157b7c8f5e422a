/**
 * The state of metrics as bytes and as JSON. Both are canonical: metrics that took the same
 * elements in, in whatever cut and order, write the same.
 *
 *     bytes   0  16  header, see loss/state-format.ts; the magic is "LGMT"
 *            16   …  what metrics they are: 4 bytes of length, and the JSON of their description
 *             …   4  number of outputs; then of each
 *                        3 · 8  how many elements count, were masked, were left out for a NaN
 *                            …  the weights and the sums, as exact sums
 *                        3 · 8  for the largest |error|: it, its index + 1, how many first elements
 *                            …  for quantiles: 4 bytes, number of buckets; 4 + 8 bytes of each
 *
 * JSON has the same, and the checksum of the bytes, or "none" where another program computed the
 * state; what stands under `approximately` is for people and is never read.
 */
import { describeValue } from "../core/describe.js";
import type { ExactSum } from "../core/exact-sum.js";
import { exactSumOf, type ExactValue, exactValueOf } from "../core/exact-value.js";
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
} from "../loss/state-format.js";
import { type Bucket, BUCKETS } from "./histogram.js";
import type { MaximumState } from "./maximum.js";
import type { Plan } from "./plan.js";
import type { ElementCounts, OutputState } from "./state.js";

/** What metrics say that they are: plain data, in one order. */
export type Description = Readonly<Record<string, unknown>>;

/** An output's state in JSON. */
export interface OutputJSON extends ElementCounts {
  /** Sum of the weights. */
  weights: ExactSumJSON;
  /** Other sums, by what was added up. */
  sums: Record<string, ExactSumJSON>;
  /** The largest |error|: it, its index, and how many first elements there were. */
  maximum?: { value: number | string; index: number; firsts: number };
  /** The buckets of |error|, and how many elements each has. */
  histogram?: (readonly [number, number])[];
}

/** What `JSON.stringify` writes of metrics. */
export interface MetricsJSON {
  /** "lossgrad.metrics". */
  format: string;
  /** Version of the format. */
  version: number;
  /** Which metrics they are, with parameters and options. */
  description: Description;
  /** The state of each output. */
  outputs: OutputJSON[];
  /** CRC-32 of the state as bytes, in hexadecimal; "none" in what another program computed. */
  checksum: string;
  /** What `compute()` gives, for people; not read. What is not finite is a word. */
  approximately: unknown;
}

const FORMAT: Format = { magic: "LGMT", version: 1, noun: "metrics", name: "lossgrad.metrics" };
/** What stands for the checksum in a state that another program computed. */
const UNKNOWN = "none";
/** Addends that a number may be cut into; see product() in quantity.ts. */
const MOST_ADDENDS = 8;

export function toBytes(description: Description, outputs: readonly OutputState[]): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.text(JSON.stringify(description), 4);
  writer.integer(4, outputs.length);
  for (const output of outputs) writeOutput(writer, output);
  return writer.finish(FORMAT);
}

function writeOutput(writer: Writer, { counts, weights, sums, maximum, histogram }: OutputState): void {
  for (const count of [counts.count, counts.masked, counts.nan]) writer.integer(8, count);
  writer.sum(exactValueOf(weights));
  for (const sum of sums.values()) writer.sum(exactValueOf(sum));
  if (maximum) {
    const { value, index, firsts } = maximum.state;
    writer.float(value);
    writer.integer(8, index + 1);
    writer.integer(8, firsts);
  }
  if (!histogram) return;
  const buckets = histogram.buckets();
  writer.integer(4, buckets.length);
  for (const [bucket, count] of buckets) {
    writer.integer(4, bucket);
    writer.integer(8, count);
  }
}

/** Of each output, what a state holds that was checked. */
interface OutputData {
  readonly counts: ElementCounts;
  readonly weights: ExactValue;
  readonly sums: readonly ExactValue[];
  readonly maximum: MaximumState | null;
  readonly histogram: readonly Bucket[] | null;
}

/** What a state is read into. */
export interface Owned {
  readonly plan: Plan;
  readonly description: Description;
  readonly outputs: readonly OutputState[];
}
interface Owner {
  readonly owned: Owned;
}
/** Makes empty metrics of a description, or throws. */
type Maker<O extends Owner> = (description: Description) => O;

/** The metrics that `toBytes` wrote; throws at anything else. */
export function fromBytes<O extends Owner>(caller: string, given: unknown, make: Maker<O>): O {
  const bytes = takeState(caller, FORMAT, given);
  const reader = new Reader(caller, bytes);
  const description = parse(caller, reader.text(4));
  const count = reader.unsigned(4);
  checkOutputs(caller, description, count, reader.left / 24);
  const owner = make(description);
  const { plan, outputs } = owner.owned;
  for (const output of outputs) restore(caller, output, readOutput(reader, plan));
  checkCanonical(caller, toBytes(owner.owned.description, outputs), bytes);
  return owner;
}

function parse(caller: string, text: string): Description {
  try {
    return recordOf(caller, "a description", JSON.parse(text));
  } catch {
    throw refused(caller, "a description in JSON", "something else");
  }
}

/** Throws unless there are as many outputs as a state says, and not more than it can have. */
function checkOutputs(caller: string, { numOutputs }: Description, found: number, most: number): void {
  const expected = numOutputs === null ? 1 : numOutputs;
  if (found === expected && found <= most) return;
  throw refused(caller, `the states of ${describeValue(expected)} outputs`, `${found}`);
}

function readOutput(reader: Reader, plan: Plan): OutputData {
  const [count, masked, nan] = [reader.unsigned(8), reader.unsigned(8), reader.unsigned(8)];
  return {
    counts: { count, masked, nan },
    weights: reader.sum(),
    sums: plan.sums.map(() => reader.sum()),
    maximum: plan.maximum
      ? { value: reader.float(), index: reader.unsigned(8) - 1, firsts: reader.unsigned(8) }
      : null,
    histogram: plan.histogram ? readBuckets(reader) : null,
  };
}

function readBuckets(reader: Reader): Bucket[] {
  const buckets: Bucket[] = [];
  for (let left = reader.unsigned(4); left > 0; left--)
    buckets.push([reader.unsigned(4), reader.unsigned(8)]);
  return buckets;
}

/** Puts what was read into a state that is empty; throws for what no elements lead to. */
function restore(caller: string, output: OutputState, data: OutputData): void {
  const { counts, weights, sums, maximum, histogram } = data;
  for (const word of ["count", "masked", "nan"] as const) checkCount(caller, word, counts[word]);
  const { count, masked, nan } = counts;
  const all = count + masked + nan;
  checkCount(caller, "all elements", all);
  // A negative sum of squares or the like is no harm: what is made of it is NaN.
  const addSum = (word: string, to: ExactSum, value: ExactValue): void => {
    // With twice as many numbers there is room for finite ones beside those that are not.
    checkSum(caller, word, value, 2 * MOST_ADDENDS * count);
    to.merge(exactSumOf(value)!);
  };
  addSum("weights", output.weights, weights);
  [...output.sums].forEach(([key, sum], i) => {
    addSum(`the sum of ${key}`, sum, sums[i]);
  });
  Object.assign(output.counts, { count, masked, nan });
  if (maximum) restoreMaximum(caller, output, maximum);
  if (histogram) restoreHistogram(caller, output, histogram);
}

function restoreMaximum(caller: string, output: OutputState, state: MaximumState): void {
  const { value, index, firsts } = state;
  checkCount(caller, "firsts", firsts);
  const isNone = value === -1 && index === -1;
  const isSize = typeof value === "number" && !(value < 0) && !Object.is(value, -0);
  const isOne = isSize && Number.isSafeInteger(index) && index >= 0;
  if (!(isNone || isOne) || (output.counts.count === 0) !== isNone || firsts > output.taken) {
    throw refused(caller, "a largest |error| and its index", `${value} at ${index}`);
  }
  output.maximum!.merge(state);
}

function restoreHistogram(caller: string, output: OutputState, buckets: readonly Bucket[]): void {
  let last = -1;
  for (const [bucket, count] of buckets) {
    checkCount(caller, "a bucket's count", count);
    if (!Number.isInteger(bucket) || bucket <= last || bucket >= BUCKETS || count === 0) {
      throw refused(caller, "buckets in their order", `${count} elements in bucket ${bucket}`);
    }
    output.histogram!.add((last = bucket), count);
  }
  checkCount(caller, "all buckets' counts", output.histogram!.total);
}

export function toJSON(
  description: Description,
  outputs: readonly OutputState[],
  value: unknown,
): MetricsJSON {
  return {
    format: FORMAT.name,
    version: FORMAT.version,
    description,
    outputs: outputs.map(outputToJSON),
    checksum: hexChecksum(toBytes(description, outputs)),
    approximately: inWords(value),
  };
}

function outputToJSON({ counts, weights, sums, maximum, histogram }: OutputState): OutputJSON {
  const json: OutputJSON = {
    ...counts,
    weights: sumToJSON(exactValueOf(weights)),
    sums: Object.fromEntries([...sums].map(([key, sum]) => [key, sumToJSON(exactValueOf(sum))])),
  };
  if (maximum) json.maximum = { ...maximum.state, value: shown(maximum.state.value) };
  if (histogram) json.histogram = histogram.buckets();
  return json;
}

/** Numbers that JSON lacks become words. */
function inWords(value: unknown): unknown {
  if (typeof value === "number") return shown(value);
  if (Array.isArray(value)) return value.map(inWords);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inWords(part)]));
}

/** The metrics that `toJSON` gave, each property read once; throws at anything else. */
export function fromJSON<O extends Owner>(caller: string, given: unknown, make: Maker<O>): O {
  const { description, outputs, checksum } = takeJSON(caller, FORMAT, given);
  const described = parse(caller, JSON.stringify(recordOf(caller, "description", description)));
  if (!Array.isArray(outputs)) throw refused(caller, "outputs as a list", describeValue(outputs));
  const list = [...(outputs as unknown[])];
  checkOutputs(caller, described, list.length, list.length);
  const owner = make(described);
  const { plan, outputs: states } = owner.owned;
  states.forEach((state, i) => {
    restore(caller, state, outputFromJSON(caller, plan, list[i]));
  });
  if (checksum !== UNKNOWN && checksum !== hexChecksum(toBytes(owner.owned.description, states)))
    throw corrupt(caller);
  return owner;
}

function outputFromJSON(caller: string, plan: Plan, given: unknown): OutputData {
  const output = recordOf(caller, "an output", given);
  const { count, masked, nan, weights } = output as unknown as OutputJSON;
  const sums = recordOf(caller, "sums", output.sums);
  return {
    counts: { count, masked, nan },
    weights: sumFromJSON(caller, "weights", weights),
    sums: plan.sums.map(({ key }) => sumFromJSON(caller, key, sums[key])),
    maximum: plan.maximum ? maximumFromJSON(caller, output.maximum) : null,
    histogram: plan.histogram ? bucketsFromJSON(caller, output.histogram) : null,
  };
}

function maximumFromJSON(caller: string, given: unknown): MaximumState {
  const { value, index, firsts } = recordOf(caller, "maximum", given);
  const isWord = value === "NaN" || value === "Infinity";
  return {
    value: isWord ? Number(value) : (value as number),
    index: index as number,
    firsts: firsts as number,
  };
}

function bucketsFromJSON(caller: string, given: unknown): Bucket[] {
  if (!Array.isArray(given)) throw refused(caller, "histogram as a list of buckets", describeValue(given));
  return given.map((entry: unknown): Bucket => {
    if (!Array.isArray(entry)) throw refused(caller, "a bucket and its count", describeValue(entry));
    return [entry[0] as number, entry[1] as number];
  });
}
