/**
 * Which functions were made by `fuse`. Apart from what fuses, so that whoever asks does not bring
 * all of it along.
 */

import type { Expression } from "./expression.js";
import type { Traits } from "./traits.js";

/** The name of a function that is written in place and was given none. */
export const UNNAMED = "fused";

/** What a fused function says of itself. */
export interface FusedDescription {
  readonly name: string;
  readonly parameterNames: readonly string[];
  readonly traits: Traits;
  /** The options that are operands. */
  readonly optionalNames: readonly string[];
  /**
   * The parameters of a call: those that it gives, and the defaults of the others; null for a
   * function without.
   */
  readParameters(options: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> | null;
  /** How many operands the function names; null for any number. */
  readonly operandCount: number | null;
  /**
   * What is computed of each element, made of operands of a trace that is open, for whoever
   * computes it among other things.
   */
  termOf(operands: readonly Expression[], parameters: Readonly<Record<string, number>> | null): Expression;
}

const fused = new WeakMap<object, FusedDescription>();

/** Remembers that a call of `fn` is one of `formula`. */
export function markFused(fn: object, formula: FusedDescription): void {
  fused.set(fn, formula);
}

/** What a function that `fuse` made says of itself; undefined for anything else. */
export function fusedOf(fn: unknown): FusedDescription | undefined {
  return typeof fn === "function" ? fused.get(fn) : undefined;
}
