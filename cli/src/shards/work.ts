/** What a thread is asked for, and what it answers. */
import type { Shard } from "../evaluation/shard.js";
import { Merging } from "../evaluation/merging.js";
import { readState } from "../evaluation/state.js";
import { InputError, UnavailableError, UsageError } from "../input-error.js";
import { type Attention, evaluateShard, type Task } from "./task.js";

/** Some work whose result is a state. */
export type Work =
  | { readonly kind: "shard"; readonly task: Task; readonly shard: Shard }
  /** The texts of states, and what messages call them. */
  | { readonly kind: "merge"; readonly states: readonly (readonly [name: string, text: string])[] };

/** Does it in this thread. @throws InputError for data that are wrong */
export async function done(work: Work, attention: Attention): Promise<string> {
  if (work.kind === "shard") return evaluateShard(work.task, work.shard, attention);
  const merging = new Merging();
  for (const [name, text] of work.states) merging.add(readState(name, text));
  return merging.text();
}

/** An error as it passes from thread to thread, and from machine to machine. */
export interface Failure {
  /** Whether the data are wrong or cannot be had now, the command is wrong, or anything else. */
  readonly kind: "input" | "unavailable" | "usage" | "other";
  readonly message: string;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof UsageError) return { kind: "usage", message: error.message };
  if (error instanceof UnavailableError) return { kind: "unavailable", message: error.message };
  if (error instanceof InputError) return { kind: "input", message: error.message };
  return { kind: "other", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** Whether another try may bring something else. */
export function mayPass({ kind }: Failure): boolean {
  return kind === "unavailable" || kind === "other";
}

export function errorOf({ kind, message }: Failure): Error {
  if (kind === "usage") return new UsageError(message);
  if (kind === "unavailable") return new UnavailableError(message);
  return kind === "input" ? new InputError(message) : new Error(message);
}
