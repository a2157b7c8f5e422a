/**
 * What the page and its workers say to each other: one question at a time, each with one answer.
 */
import type { Pass } from "../../../../../bench/contest.js";

export type Question =
  | { readonly kind: "start"; readonly threads: number }
  | { readonly kind: "prepare"; readonly n: number }
  | { readonly kind: "check"; readonly pass: Pass }
  | { readonly kind: "time"; readonly pass: Pass; readonly repeats: number };

/** Of a result, beside the exact one. */
export interface Checked {
  readonly error: number;
  readonly wrongGradients: number;
}

/** By the question's kind. */
export interface Answers {
  /** Says what is at work: threads, a version. */
  start: string;
  prepare: null;
  check: Checked;
  /** Seconds. */
  time: number;
}

export type Reply = { readonly value: Answers[keyof Answers] } | { readonly error: string };

/** What takes part, in its worker. */
export interface Contestant {
  start(threads: number): Promise<string>;
  prepare(x: Float32Array, y: Float32Array): void;
  /** The mean absolute error; for "gradient" also computes its gradient. */
  run(pass: Pass): number;
  /** The gradient of the last run. */
  gradient(): Float32Array;
}
