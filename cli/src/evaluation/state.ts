/** The states of shards, written to files and read back. */
import { createHash } from "node:crypto";
import { InputError, quoted } from "../input-error.js";
import type { Course, Origin } from "./result.js";
import type { Evaluated } from "./evaluate.js";
import type { Request, TallyJSON } from "./tally.js";

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
export function stateText({ tally, result }: Evaluated): string {
  const { data, shape, order, dtype, shards, elements, partial, seconds, bytes, notes } = result;
  const { asked, nan, perOutput, worst, by } = tally.request;
  const drawn = tally.picture !== null;
  const state: State = {
    format: FORMAT,
    version: VERSION,
    options: { losses: asked.losses, metrics: asked.metrics, nan, perOutput, worst, by, drawn },
    origin: { data, shape, order, dtype },
    course: { shards, elements, partial, seconds, bytes, notes },
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

/** Whether a state has what a report draws. */
export function holdsPicture({ state }: StateFile): boolean {
  return state.options.drawn;
}
