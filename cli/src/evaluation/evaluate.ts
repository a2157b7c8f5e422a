/** Evaluates predictions against targets, however long the files are. */
import { allocate } from "lossgrad/arrays";
import { InputError } from "../input-error.js";
import { imageIn } from "../picture/image.js";
import { Picture } from "../picture/picture.js";
import { type ArrayReader, numelOf } from "../readers/reader.js";
import { CastReader, type FloatDtype } from "./cast.js";
import { type Chunk, chunksOf } from "./chunks.js";
import { indexIn } from "./indices.js";
import { layoutOf } from "./layout.js";
import { MaskReader } from "./mask.js";
import { firstNaN } from "./nan.js";
import { paired, type Pairing } from "./pairing.js";
import { absentClass, pairedRows, type RowRules, withClasses } from "./rows.js";
import { type Described, type Origin, type Result, resultOf } from "./result.js";
import { partOf, type Shard, shardsOf, WHOLE } from "./shard.js";
import { ROOMS } from "./rooms.js";
import { type Request, Tally } from "./tally.js";

export interface Inputs {
  readonly prediction: ArrayReader;
  readonly target: ArrayReader;
  readonly weight?: ArrayReader;
  readonly mask?: ArrayReader;
  /** What tells the group of each pair. */
  readonly by?: ArrayReader;
}

/** How the data are gone through. */
export interface Run {
  /** What predictions and targets are rounded to before. */
  readonly dtype?: FloatDtype;
  readonly shard?: Shard;
  /** Called after each chunk, with the elements so far. */
  readonly progress?: (elements: number) => void;
  /** Ends the evaluation after what was read so far. */
  readonly signal?: AbortSignal;
}

export interface Evaluated {
  readonly tally: Tally;
  readonly result: Result;
}

/** @throws InputError for data that do not go together, and with nan: "error" for a NaN */
export async function evaluate(inputs: Inputs, request: Request, run: Run = {}): Promise<Evaluated> {
  const pairing = pairingOf(inputs, run.dtype, request.asked.rows);
  const layout = layoutOf(pairing, request.perOutput);
  const { shape, order } = pairing;
  const origin: Origin = { data: describedOf(inputs), shape, order, dtype: run.dtype ?? null };
  const tally = new Tally(request, layout.options, request.drawn ? new Picture(imageIn(origin)) : null);
  const began = performance.now();
  const has = { weight: inputs.weight !== undefined, mask: inputs.mask !== undefined };
  let elements = 0;
  const take = (chunk: Chunk): void => {
    try {
      tally.take(readyFor(request, chunk, pairing, has), pairing.readers, layout, has);
    } catch (error) {
      throw explained(error, request, chunk, pairing, has);
    }
    elements += chunk.length;
    run.progress?.(elements);
  };
  const { shard = WHOLE } = run;
  const part = partOf(shard, shape && numelOf(shape), layout.unit);
  const partial = await takeAll(chunksOf(pairing, layout.chunk, ROOMS, part), take, run.signal);
  const result = resultOf(tally, request, origin, {
    shards: shardsOf(shard),
    elements,
    partial,
    seconds: (performance.now() - began) / 1000,
    bytes: pairing.readers.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
    notes: [
      ...pairing.readers.flatMap((reader) => reader.notes.map((note) => `${reader.name}: ${note}`)),
      ...pairing.notes,
    ],
  });
  return { tally, result };
}

/**
 * The arrays as they are gone through: predictions, targets, then what else there is. Targets of
 * rows are classes.
 */
export function pairingOf(
  { prediction, target, weight, mask: given, by }: Inputs,
  dtype: FloatDtype | undefined,
  rows: boolean,
): Pairing {
  const cast = (one: ArrayReader): ArrayReader => (dtype ? new CastReader(one, dtype) : one);
  const mask = given && new MaskReader(given);
  const readers = [cast(prediction), rows ? target : cast(target), weight, mask, by];
  return (rows ? pairedRows : paired)(
    readers.filter((one) => one !== undefined),
    allocate,
  );
}

function describedOf(inputs: Inputs): Record<string, Described> {
  const entries = Object.entries(inputs) as [string, ArrayReader][];
  return Object.fromEntries(
    entries.map(([role, { name, format, dtype, shape }]) => [role, { name, format, dtype, shape }]),
  );
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

/** Which arrays there are besides predictions and targets, as they follow these. */
interface Besides {
  readonly weight: boolean;
  readonly mask: boolean;
}

/** The chunk as metrics take it. @throws InputError for what is no class */
export function readyFor(request: Request, chunk: Chunk, { readers }: Pairing, has: Besides): Chunk {
  return request.asked.rows ? withClasses(chunk, readers[1], rulesOf(request, chunk, has)) : chunk;
}

function rulesOf({ asked, nan }: Request, { elements }: Chunk, has: Besides): RowRules {
  const mask = has.mask ? (elements[has.weight ? 3 : 2] as Uint8Array) : null;
  return { ignoreIndex: asked.made[0]?.ignoreIndex ?? 0, nan, mask };
}

/** What a metric refused, with the place in the file. */
function explained(error: unknown, request: Request, chunk: Chunk, pairing: Pairing, has: Besides): unknown {
  if (!(error instanceof RangeError || error instanceof TypeError)) return error;
  const rules = rulesOf(request, chunk, has);
  const numbers = has.weight ? 3 : 2;
  const nan = request.nan === "error" ? foundNaN(chunk, pairing, numbers, rules.mask) : null;
  if (nan) return nan;
  const absent = request.asked.rows
    ? absentClass(readyFor(request, chunk, pairing, has), pairing.readers[1], rules)
    : null;
  return absent ?? new InputError(error.message);
}

/** The error for the first NaN of the first arrays that have numbers; null where there is none. */
function foundNaN(
  { elements, held, offset }: Chunk,
  { readers, widths, shape, order }: Pairing,
  numbers: number,
  mask: Uint8Array | null,
): InputError | null {
  for (let i = 0; i < numbers; i++) {
    const at = firstNaN(elements[i], held[i], (place) => mask?.[Math.floor(place / widths[i])] !== 0);
    if (at < 0) continue;
    const index = indexIn(shape, order, offset + Math.floor(at / widths[i]));
    return new InputError(
      `${readers[i].name}: expected no NaN, got one at [${index.join(", ")}]; --nan omit leaves such out`,
    );
  }
  return null;
}
