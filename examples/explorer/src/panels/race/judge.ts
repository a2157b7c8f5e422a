/** What the hashes of this tab say beside the recorded one. */
import { count } from "../../ui/format.js";
import type { HashRun } from "./hash.js";

export interface Judgement {
  readonly same: boolean;
  readonly words: string;
  /** Those that were computed, each once. */
  readonly hashes: readonly string[];
}

export function judge(runs: readonly HashRun[], recorded: string): Judgement {
  const hashes = [...new Set(runs.map(({ all }) => all))];
  if (hashes.length !== 1 || hashes[0] !== recorded) {
    return { same: false, words: "differs from the recorded hash", hashes };
  }
  const threads = count(Math.max(...runs.map(({ atWork }) => atWork)), "thread");
  const places = runs.map(({ place }) => place).join(" and ");
  return { same: true, words: `same bits as Node (${threads}; arrays ${places})`, hashes };
}
