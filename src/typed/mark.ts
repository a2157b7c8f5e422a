/** Which functions of arrays were made by `fuse`. Apart from what fuses, so that whoever asks does not bring all of it along. */
import type { Fused } from "../formula/fused.js";

const fused = new WeakMap<object, Fused>();

/** Remembers that a call of `fn` is one of `formula`. */
export function markFusedArrays(fn: object, formula: Fused): void {
  fused.set(fn, formula);
}

/** What a function of arrays that `fuse` made computes; undefined for anything else. */
export function fusedArraysOf(fn: unknown): Fused | undefined {
  return typeof fn === "function" ? fused.get(fn) : undefined;
}
