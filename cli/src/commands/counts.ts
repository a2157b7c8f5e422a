/** Options that say how many of something there are. */
import { InvalidArgumentError } from "commander";

/** Reads a number of threads. */
export function threadCount(value: string): number {
  return countUpTo(value, 256);
}

/** Reads a number of shards, which jobs are made of at once. */
export function shardCount(value: string): number {
  return countUpTo(value, 10_000);
}

/** Reads a number of whole seconds. */
export function secondCount(value: string): number {
  return countUpTo(value, 3600);
}

function countUpTo(value: string, most: number): number {
  const number = /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= most) return number;
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${most}.`);
}
