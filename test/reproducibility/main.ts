/** The set as a program for any engine; scripts/reproduce.mjs bundles it with the library. */
import { empty, F, setNumThreads, threadsInUse, zeros } from "lossgrad";
import { arrayGroups, PLACES } from "./arrays.js";
import type { Place } from "./arrays.js";
import { hashAll, hashGroups } from "./digest.js";
import { FORMULA_GROUPS } from "./formulas.js";
import { LOSS_GROUPS } from "./tensors.js";

/** Everything that is hashed of tensors. */
export const TENSOR_GROUPS = [...LOSS_GROUPS, ...FORMULA_GROUPS];

export { readRecord, writeRecord } from "./record.js";

/** All hashes of one number of threads and one place of the arrays. */
export interface Run {
  readonly threads: number;
  /** Threads that were at work, fewer where there can be none. */
  readonly atWork: number;
  /**
   * Whether the tensors' memory is shared with threads: decided once, when the first tensor is
   * made.
   */
  readonly shared: boolean;
  readonly place: Place;
  readonly all: string;
  readonly groups: Readonly<Record<string, string>>;
}

/** Milliseconds that workers get to start. */
const START = 10_000;
/** Elements that are work for eight threads. */
const MUCH = 1 << 19;
/** Bytes that the set needs: where memory is not shared, growth would detach its arrays. */
const MEMORY = 1 << 28;

/**
 * Sets the number of threads; says whether the memory is shared. Workers start with work for them;
 * in a page, once its thread rests.
 */
async function startThreads(count: number): Promise<boolean> {
  setNumThreads(count);
  const x = zeros([MUCH]);
  const shared = !(x.array().buffer instanceof ArrayBuffer);
  const end = performance.now() + START;
  do {
    F.l1Loss(x, x);
    await new Promise((resolve) => setTimeout(resolve, 10));
  } while (shared && threadsInUse() < count && performance.now() < end);
  x.dispose();
  return shared;
}

/** Tells on the way what share of the whole is done. */
export async function reproduce(
  threadCounts: readonly number[],
  progress?: (share: number) => void,
): Promise<Run[]> {
  const runs: Run[] = [];
  const arrays = PLACES.map((place) => ({ place, groups: arrayGroups(place) }));
  const each = TENSOR_GROUPS.length + arrays.reduce((sum, { groups }) => sum + groups.length, 0);
  let done = 0;
  const hashed = (): void => progress?.(++done / (each * threadCounts.length));
  setNumThreads(threadCounts[0]);
  empty([MEMORY], { dtype: "uint8" }).dispose();
  for (const threads of threadCounts) {
    const shared = await startThreads(threads);
    const tensors = await hashGroups(TENSOR_GROUPS, hashed);
    for (const { place, groups: ofPlace } of arrays) {
      const groups = { ...tensors, ...(await hashGroups(ofPlace, hashed)) };
      runs.push({ threads, atWork: threadsInUse(), shared, place, all: await hashAll(groups), groups });
    }
  }
  return runs;
}

interface Engines {
  Bun?: { version: string };
  Deno?: { version: { deno: string } };
  process?: { versions: { node: string } };
}

/** The version of the engine that runs this, if it is none with a page. */
export function versionHere(): string {
  const { Bun, Deno, process } = globalThis as unknown as Engines;
  return Bun?.version ?? Deno?.version.deno ?? process!.versions.node;
}
