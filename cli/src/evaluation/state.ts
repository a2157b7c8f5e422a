/** The states of shards: written to files, read back, and merged to what one run would have found. */
import { createHash } from "node:crypto";
import { InputError, quoted } from "../input-error.js";
import { imageIn } from "../picture/image.js";
import { Picture } from "../picture/picture.js";
import { askedFor } from "./metrics.js";
import { type Course, type Origin, resultOf } from "./result.js";
import type { Evaluated } from "./evaluate.js";
import { type Request, Tally, type TallyJSON } from "./tally.js";

const FORMAT = "lossgrad evaluation";
const VERSION = 1;

/** What was asked for, as a state says it. */
interface Options extends Omit<Request, "asked"> {
  readonly losses: readonly string[];
  readonly metrics: readonly string[];
}

export interface State {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly options: Options;
  readonly origin: Origin;
  readonly course: Course;
  readonly tally: TallyJSON;
}

/** A state, and the file that it comes from. */
export interface StateFile {
  readonly path: string;
  readonly state: State;
}

/** The text of a state, which says what it was computed of and has a checksum. */
export function stateText(request: Request, { tally, result }: Evaluated): string {
  const { data, shape, order, dtype, shard, elements, partial, seconds, bytes, notes } = result;
  const { asked, nan, perOutput, worst, by, drawn } = request;
  const state: State = {
    format: FORMAT,
    version: VERSION,
    options: { losses: asked.losses, metrics: asked.metrics, nan, perOutput, worst, by, drawn },
    origin: { data, shape, order, dtype },
    course: { shard, elements, partial, seconds, bytes, notes },
    tally: tally.toJSON(),
  };
  const content = JSON.parse(JSON.stringify(state, inWords)) as object;
  return `${JSON.stringify({ ...content, checksum: checksumOf(content) })}\n`;
}

/** Numbers of pairs that JSON lacks become words. */
function inWords(_: string, value: unknown): unknown {
  return typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
    ? { number: Object.is(value, -0) ? "-0" : String(value) }
    : value;
}

function fromWords(_: string, value: unknown): unknown {
  const isWord = typeof value === "object" && value !== null && Object.keys(value).join() === "number";
  return isWord ? Number((value as { number: unknown }).number) : value;
}

function checksumOf(content: object): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}

/** @throws InputError that names the file and says why, for a text that is not all of a state */
export function readState(path: string, text: string): StateFile {
  const fail = (problem: string): InputError => new InputError(`${path}: ${problem}`);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw fail("expected a state that --state wrote, got other text, or a part of one");
  }
  const { checksum, ...rest } = (content ?? {}) as {
    checksum?: unknown;
    format?: unknown;
    version?: unknown;
  };
  if (rest.format !== FORMAT) throw fail("expected a state that --state wrote, got other data");
  if (rest.version !== VERSION) {
    throw fail(`expected a state of version ${VERSION}, got version ${quoted(String(rest.version))}`);
  }
  if (checksum !== checksumOf(rest)) throw fail("the state was changed or cut since it was written");
  return { path, state: JSON.parse(JSON.stringify(rest), fromWords) as State };
}

/**
 * The whole, of the states of all its shards in any order: the same bits as of one run, and a
 * picture if all of them have one.
 *
 * @throws InputError that names the file and says why, for states of other data or options, and for
 *   shards that are missing or there twice
 */
export function merged(files: readonly StateFile[]): Evaluated {
  const sorted = [...files].sort((a, b) => a.state.course.shard.index - b.state.course.shard.index);
  const [first] = files;
  for (const file of files.slice(1)) checkLike(first, file);
  checkComplete(sorted);
  const { options, origin } = first.state;
  const { losses, metrics, ...others } = options;
  const asked = askedFor(losses, metrics, false);
  const request: Request = { asked, ...others, drawn: files.every(holdsPicture) };
  const picture = request.drawn ? new Picture(imageIn(origin)) : null;
  const numOutputs = options.perOutput === undefined ? undefined : outputsIn(origin, options.perOutput);
  const tally = new Tally(request, numOutputs === undefined ? {} : { numOutputs, dim: 1 }, picture);
  for (const { path, state } of sorted) {
    try {
      tally.merge(state.tally);
    } catch (error) {
      throw new InputError(`${path}: the state cannot be merged: ${(error as Error).message}`);
    }
  }
  return { tally, result: resultOf(tally, request, origin, courseOf(sorted)) };
}

/** Whether a state has what a report draws. */
export function holdsPicture({ state }: StateFile): boolean {
  return state.options.drawn;
}

function outputsIn({ shape }: Origin, dimension: number): number | undefined {
  return shape?.at(dimension);
}

function courseOf(files: readonly StateFile[]): Course {
  const courses = files.map(({ state }) => state.course);
  const sum = (of: (course: Course) => number): number => courses.reduce((total, one) => total + of(one), 0);
  return {
    shard: { index: 0, of: 1 },
    elements: sum(({ elements }) => elements),
    partial: false,
    seconds: sum(({ seconds }) => seconds),
    bytes: sum(({ bytes }) => bytes),
    notes: [...new Set(courses.flatMap(({ notes }) => notes))],
  };
}

/** Throws unless both are of the same data and options; folders may differ from machine to machine. */
function checkLike(first: StateFile, other: StateFile): void {
  const [sides, others] = [first, other].map(({ state }) => comparable(state));
  for (const [what, value] of Object.entries(sides)) {
    if (value === others[what]) continue;
    throw new InputError(
      `${other.path}: expected a shard of the same evaluation as ${first.path}, got ${what} ${others[what] ?? "none"}, ` +
        `there ${value ?? "none"}`,
    );
  }
}

function comparable({ options, origin, course }: State): Record<string, string | undefined> {
  const described = Object.entries(origin.data).map(([role, { name, format, dtype, shape }]) => {
    return [role, JSON.stringify([name.replace(/^.*[\\/]/, ""), format, dtype, shape])] as const;
  });
  const { shape, order, dtype } = origin;
  return {
    ...Object.fromEntries(described),
    "arrays of": Object.keys(origin.data).join(", "),
    shape: JSON.stringify([shape, order]),
    "--dtype": dtype ?? undefined,
    "--loss": options.losses.join(",") || undefined,
    "--metric": options.metrics.join(",") || undefined,
    "--nan": options.nan,
    "--per-output": options.perOutput === undefined ? undefined : String(options.perOutput),
    "--worst": String(options.worst),
    "--by": options.by?.replace(/^.*[\\/]/, ""),
    "a number of shards of": String(course.shard.of),
  };
}

function checkComplete(sorted: readonly StateFile[]): void {
  const { of } = sorted[0].state.course.shard;
  const paths = new Map<number, string>();
  for (const { path, state } of sorted) {
    const { index } = state.course.shard;
    const other = paths.get(index);
    if (other !== undefined) {
      throw new InputError(`${path}: expected each shard once, got shard ${index}/${of} also in ${other}`);
    }
    paths.set(index, path);
  }
  const missing = Array.from({ length: of }, (_, i) => i).filter((i) => !paths.has(i));
  if (missing.length === 0) return;
  const shown = missing.slice(0, 10).map((i) => `${i}/${of}`);
  const more = missing.length > 10 ? ` and ${missing.length - 10} more` : "";
  throw new InputError(`expected the states of all ${of} shards, missing ${shown.join(", ")}${more}`);
}
