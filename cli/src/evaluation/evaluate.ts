/** Evaluates predictions against targets, however long the files are. */
import { allocate } from "lossgrad/arrays";
import { type ElementCounts, type MetricOptions, Metrics } from "lossgrad/metrics";
import { InputError } from "../input-error.js";
import type { Picture } from "../picture/picture.js";
import type { Elements } from "../readers/dtypes.js";
import { type ArrayReader, bracketed, numelOf } from "../readers/reader.js";
import { CastReader, type FloatDtype } from "./cast.js";
import { type Chunk, chunksOf } from "./chunks.js";
import { type Asked, metricsOf, unlisted } from "./metrics.js";
import { indexIn } from "./indices.js";
import { MaskReader } from "./mask.js";
import { firstNaN } from "./nan.js";
import { paired, type Pairing } from "./pairing.js";

/** Elements of a chunk: up to 4 MiB of each array, and two of each are held. */
const CHUNK = 2 ** 19;
/** Where outputs lie further apart, a chunk is as long as that. */
const LONGEST_CHUNK = 2 ** 20;

export interface Inputs {
  readonly prediction: ArrayReader;
  readonly target: ArrayReader;
  readonly weight?: ArrayReader;
  readonly mask?: ArrayReader;
}

export interface Request {
  readonly asked: Asked;
  readonly nan?: MetricOptions["nan"];
  /** What predictions and targets are rounded to before. */
  readonly dtype?: FloatDtype;
  /** Compute a result for each index of this dimension. */
  readonly perOutput?: number;
  /** What is to be drawn is gathered here. */
  readonly picture?: Picture;
  /** Called after each chunk, with the elements so far. */
  readonly progress?: (elements: number) => void;
  /** Ends the evaluation after what was read so far. */
  readonly signal?: AbortSignal;
}

export interface Result {
  readonly shape: readonly number[] | null;
  readonly results: Readonly<Record<string, unknown>>;
  readonly counts: ElementCounts | ElementCounts[];
  /** How many elements were read of each array. */
  readonly elements: number;
  /** Whether it was ended before all was read. */
  readonly partial: boolean;
  readonly seconds: number;
  readonly notes: readonly string[];
}

/** @throws InputError for data that do not go together, and with nan: "error" for a NaN */
export async function evaluate(inputs: Inputs, request: Request): Promise<Result> {
  const { prediction, target, weight } = inputs;
  const mask = inputs.mask && new MaskReader(inputs.mask);
  const { dtype } = request;
  const [p, t] = [prediction, target].map((one) => (dtype ? new CastReader(one, dtype) : one));
  const pairing = paired(
    [p, t, weight, mask].filter((one) => one !== undefined),
    allocate,
  );
  const outputs = outputsOf(pairing, request.perOutput);
  const metrics = new Metrics(metricsOf(request.asked, { nan: request.nan, ...outputs.options }));
  const began = performance.now();
  let elements = 0;
  const take = (chunk: Chunk): void => {
    const [p, t, ...rest] = chunk.elements;
    const options = { weight: weight ? rest.shift() : null, mask: mask ? rest.shift() : null };
    try {
      metrics.update(outputs.shaped(p), outputs.shaped(t), options as object);
    } catch (error) {
      throw explained(error, pairing, chunk, request.nan);
    }
    const [predicted, actual] = pairing.readers;
    request.picture?.take(
      { elements: p, held: predicted.held },
      { elements: t, held: actual.held },
      options.mask as Uint8Array | null,
    );
    elements += chunk.length;
    request.progress?.(elements);
  };
  const partial = await takeAll(chunksOf(pairing.readers, outputs.chunk, allocate), take, request.signal);
  const results = Object.fromEntries(
    Object.entries(metrics.compute()).map(([word, value]): [string, unknown] => {
      const read = (one: unknown): unknown => indexed(unlisted(word, one), pairing.order, outputs.rest);
      return [word, request.perOutput === undefined ? read(value) : (value as unknown[]).map(read)];
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const notes = [
    ...pairing.readers.flatMap((reader) => reader.notes.map((note) => `${reader.name}: ${note}`)),
    ...pairing.notes,
  ];
  return {
    shape: pairing.shape,
    results,
    counts: metrics.counts as ElementCounts,
    elements,
    partial,
    seconds,
    notes,
  };
}

/** Hands over one chunk after another; whether it was stopped before the last. */
async function takeAll(
  chunks: AsyncGenerator<Chunk, void, void>,
  take: (chunk: Chunk) => void,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const aborted = new Promise<null>((resolve) => {
    signal?.addEventListener("abort", () => {
      resolve(null);
    });
  });
  for (;;) {
    const next = await Promise.race([chunks.next(), aborted]);
    if (next === null || signal?.aborted) return true;
    if (next.done) return false;
    take(next.value);
  }
}

interface OutputLayout {
  readonly options: MetricOptions;
  /** How many elements make a chunk. */
  readonly chunk: number;
  readonly shaped: (elements: Elements) => never;
  /** The shape of one output's elements. */
  readonly rest: readonly number[] | null;
}

/** How outputs lie in the elements as they come. */
function outputsOf({ shape, order }: Pairing, perOutput: number | undefined): OutputLayout {
  if (perOutput === undefined)
    return { options: {}, chunk: CHUNK, shaped: (elements) => elements as never, rest: shape };
  if (shape === null || perOutput >= shape.length || perOutput < -shape.length) {
    const got = shape ? `shape ${bracketed(shape)}` : "a column";
    throw new InputError(
      `--per-output: expected a dimension that the arrays have, got ${perOutput} for ${got}`,
    );
  }
  const dim = perOutput < 0 ? perOutput + shape.length : perOutput;
  const inner = numelOf(order === "C" ? shape.slice(dim + 1) : shape.slice(0, dim));
  const numOutputs = shape[dim];
  const slice = numOutputs * inner;
  if (slice > LONGEST_CHUNK || slice === 0) {
    throw new InputError(
      `--per-output: expected from 1 to ${LONGEST_CHUNK} elements from one index of the outputs to its next turn, got ${slice} ` +
        `for shape ${bracketed(shape)}`,
    );
  }
  const chunk = Math.max(1, Math.floor(CHUNK / slice)) * slice;
  const shaped = (data: Elements): never => {
    const dims = [data.length / slice, numOutputs, inner];
    const tagged = data as Elements & { dtype?: string };
    return { data, shape: dims, ...(tagged.dtype === undefined ? {} : { dtype: tagged.dtype }) } as never;
  };
  return { options: { numOutputs, dim: 1 }, chunk, shaped, rest: shape.filter((_, i) => i !== dim) };
}

/** The largest error has an index of its element, which is told in the array's dimensions. */
function indexed(value: unknown, order: "C" | "F", shape: readonly number[] | null): unknown {
  if (typeof value !== "object" || value === null || !("index" in value)) return value;
  const { index } = value as { index: number | null };
  return { ...value, index: index === null ? null : indexIn(shape, order, index) };
}

/** What a metric refused, with the place in the file. */
function explained(error: unknown, pairing: Pairing, chunk: Chunk, nan: MetricOptions["nan"]): unknown {
  if (!(error instanceof RangeError || error instanceof TypeError)) return error;
  if (nan === "error") {
    for (const [i, { name }] of pairing.readers.entries()) {
      const at = firstNaN(chunk.elements[i], pairing.readers[i].held);
      if (at < 0) continue;
      const index = indexIn(pairing.shape, pairing.order, chunk.offset + at);
      return new InputError(
        `${name}: expected no NaN, got one at [${index.join(", ")}]; --nan omit leaves such out`,
      );
    }
  }
  return new InputError(error.message);
}
