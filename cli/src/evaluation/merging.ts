/** The states of shards, merged to that of several, or to the result of the whole. */
import { InputError } from "../input-error.js";
import { imageIn } from "../picture/image.js";
import { Picture } from "../picture/picture.js";
import type { Evaluated } from "./evaluate.js";
import { askedFor } from "./metrics.js";
import { type Course, type Origin, resultOf } from "./result.js";
import { commonShard, joinedShards, missingShards, type Shards, shardWords } from "./shard.js";
import { type State, type StateFile, stateText } from "./state.js";
import { type Request, Tally } from "./tally.js";

/** What is known of the shards so far. */
interface Merged {
  readonly tally: Tally;
  readonly shards: Shards;
  readonly course: Omit<Course, "shards" | "notes">;
}

/**
 * Takes states one after another, in any order, and holds no more than what they amount to: the
 * same bits as of one run, also where some of them were merged before, as in a tree.
 */
export class Merging {
  #first: StateFile | null = null;
  #merged: Merged | null = null;
  readonly #taken: { path: string; shards: Shards }[] = [];
  /** Each with the first shard that has it, so that the order of states does not show. */
  readonly #notes = new Map<string, number>();

  /**
   * @throws InputError that names the file and says why, for a state of other data or options, and
   *   for a shard that is there twice
   */
  add(file: StateFile): void {
    const { path, state } = file;
    const { notes, shards, ...course } = state.course;
    this.#first ??= file;
    checkLike(this.#first, file);
    this.#checkApart(path, shards);
    const none = { of: shards.of, ranges: [] };
    const merged = this.#merged ?? { tally: emptyOf(state), shards: none, course: NOTHING };
    try {
      merged.tally.merge(state.tally);
    } catch (error) {
      throw new InputError(`${path}: the state cannot be merged: ${(error as Error).message}`);
    }
    this.#merged = {
      ...merged,
      shards: joinedShards(merged.shards, shards),
      course: added(merged.course, course),
    };
    this.#taken.push({ path, shards });
    const [[from]] = shards.ranges;
    for (const note of notes) this.#notes.set(note, Math.min(from, this.#notes.get(note) ?? Infinity));
  }

  /** The shards that are not among the states; all that one could know of them without any. */
  get missing(): Shards {
    return missingShards(this.#merged?.shards ?? { of: 1, ranges: [] });
  }

  /** The state of all that came. */
  text(): string {
    return stateText(this.evaluated());
  }

  /** What all that came amounts to, whether or not it is the whole. */
  evaluated(course: Partial<Course> = {}): Evaluated {
    const { tally, shards, course: sum } = this.#require();
    const notes = [...this.#notes].sort(([, a], [, b]) => a - b).map(([note]) => note);
    const { origin } = this.#first!.state;
    return { tally, result: resultOf(tally, tally.request, origin, { ...sum, shards, notes, ...course }) };
  }

  /** The same of the whole. @throws InputError that names the shards that are missing */
  whole(course: Partial<Course> = {}): Evaluated {
    const { missing } = this;
    if (missing.ranges.length === 0) return this.evaluated(course);
    throw new InputError(`expected the states of all ${missing.of} shards, missing ${shardWords(missing)}`);
  }

  #require(): Merged {
    if (this.#merged) return this.#merged;
    throw new Error("internal: no state was merged");
  }

  #checkApart(path: string, shards: Shards): void {
    const common = this.#merged && commonShard(this.#merged.shards, shards);
    if (common === null) return;
    const other = this.#taken.find((one) => commonShard(one.shards, shards) === common)!;
    throw new InputError(
      `${path}: expected each shard once, got shard ${common}/${shards.of} also in ${other.path}`,
    );
  }
}

const NOTHING: Merged["course"] = { elements: 0, partial: false, seconds: 0, bytes: 0 };

function added(a: Merged["course"], b: Merged["course"]): Merged["course"] {
  return {
    elements: a.elements + b.elements,
    partial: a.partial || b.partial,
    seconds: a.seconds + b.seconds,
    bytes: a.bytes + b.bytes,
  };
}

function emptyOf({ options, origin }: State): Tally {
  const { losses, metrics, ...others } = options;
  const request: Request = { asked: askedFor(losses, metrics, false), ...others };
  const numOutputs = options.perOutput === undefined ? undefined : outputsIn(origin, options.perOutput);
  const picture = request.drawn ? new Picture(imageIn(origin)) : null;
  return new Tally(request, numOutputs === undefined ? {} : { numOutputs, dim: 1 }, picture);
}

function outputsIn({ shape }: Origin, dimension: number): number | undefined {
  return shape?.at(dimension);
}

/** Throws unless both are of the same data and options; folders may differ from machine to machine. */
function checkLike(first: StateFile, other: StateFile): void {
  if (first === other) return;
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
    "a number of shards of": String(course.shards.of),
  };
}
