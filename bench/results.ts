/** What a run found. */
import type { Contest, Entry, Pass, Rival } from "./contest.js";
import type { Machine } from "./machine.js";
import type { Absence } from "./rivals.js";

export type RivalInfo = Pick<Rival, "name" | "about" | "passes">;

/** A contest as the report needs it. */
export interface ContestInfo extends Omit<Contest, "rivals"> {
  readonly rivals: readonly RivalInfo[];
}

export interface Run {
  readonly machine: Machine;
  readonly absences: readonly Absence[];
  readonly contests: readonly ContestInfo[];
  readonly entries: readonly Entry[];
}

export function withoutCode({ rivals, ...contest }: Contest): ContestInfo {
  return { ...contest, rivals: rivals.map(({ name, about, passes }) => ({ name, about, passes })) };
}

/** Those entries that match. */
export function select(run: Run, pattern: Partial<Entry>): Entry[] {
  const keys = Object.keys(pattern) as (keyof Entry)[];
  return run.entries.filter((entry) => keys.every((key) => entry[key] === pattern[key]));
}

/**
 * Time of `rival` over that of `base` where both ran, round by round: above 1, `base` is faster.
 */
export function ratios(
  run: Run,
  cell: { contest: string; pass: Pass; elements: number },
  rival: string,
  base: string,
): number[] {
  const [entries, bases] = [rival, base].map((name) => select(run, { ...cell, rival: name }));
  return entries.flatMap(({ seconds }) =>
    bases.flatMap((own) => own.seconds.slice(0, seconds.length).map((time, round) => seconds[round] / time)),
  );
}
