/** Options that several commands read alike. */
import { InvalidArgumentError, Option } from "commander";
import { LOSSES } from "../evaluation/losses.js";
import { METRICS } from "../evaluation/metrics.js";
import { parseShard, type Shard } from "../evaluation/shard.js";

export const METRIC_HELP = `some of ${Object.keys(METRICS).join(", ")}, or a quantile of |error| such as q0.9`;
export const LOSS_HELP = `means of some of ${Object.keys(LOSSES).join(", ")}; huber=2 gives a parameter, "ce:ignoreIndex=0:weight=(1,2)" options, "mine=abs(p - t)" a formula`;

export function shardOf(value: string): Shard {
  const shard = parseShard(value);
  if (shard) return shard;
  throw new InvalidArgumentError("Expected a number from 0 and how many there are, such as 0/4.");
}

/** --nan, of pairs or of rows. */
export function nanOption(ones: "pairs" | "rows"): Option {
  return new Option(
    "--nan <policy>",
    `what becomes of ${ones} with a NaN: the result is NaN, they are left out, or an error`,
  )
    .choices(["propagate", "omit", "error"])
    .default("propagate");
}

export function count(value: string): number {
  if (/^\d{1,4}$/.test(value) && Number(value) <= 1000) return Number(value);
  throw new InvalidArgumentError("Expected a number up to 1000.");
}
