/**
 * Which options of `lossgrad evaluate` do not go together, since one would pass the other over. What
 * is not here has a say beside each other option; a test runs all pairs.
 */
import { UsageError } from "../input-error.js";
import type { EvaluateOptions } from "./evaluate.js";

type Name = keyof EvaluateOptions;

interface Apart {
  readonly option: Name;
  readonly without: readonly Name[];
  readonly why: string;
}

const APART: readonly Apart[] = [
  {
    option: "shard",
    without: ["shards", "threads", "redis"],
    why: ", since it is one of the shards itself",
  },
  { option: "redis", without: ["threads"], why: "; each worker has its --concurrency" },
  { option: "by", without: ["perOutput"], why: ", since each group has one result" },
  {
    option: "grad",
    without: ["perOutput", "shard", "shards", "redis"],
    why: ", since one mean divides all gradients",
  },
];

/** What goes by the elements of predictions. */
const OF_ELEMENTS: readonly Name[] = ["perOutput", "worst", "report", "plot", "forReport"];

/** @throws UsageError for options that do not go together, or with the loss of rows `ofRows` */
export function checkTogether(given: EvaluateOptions, ofRows: string | null): void {
  const isGiven = (name: Name): boolean => given[name] !== undefined;
  if (isGiven("forReport") && !isGiven("state"))
    throw new UsageError("--for-report: expected it with --state, which holds what a report draws");
  for (const { option, without, why } of APART) {
    const other = isGiven(option) ? without.find(isGiven) : undefined;
    if (other !== undefined)
      throw new UsageError(`${flag(option)}: expected it without ${flag(other)}${why}`);
  }
  const other = ofRows === null ? undefined : OF_ELEMENTS.find(isGiven);
  if (other === undefined) return;
  throw new UsageError(
    `--loss ${ofRows}: expected it without ${flag(other)}, since predictions are rows of classes`,
  );
}

/** `--per-output` for perOutput. */
function flag(name: Name): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
