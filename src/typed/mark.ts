/**
 * Which functions of arrays were made by `fuse`. Apart from what fuses, so that whoever asks does
 * not bring all of it along.
 */
import type { FusedDescription } from "../formula/mark.js";
import type { DType } from "../ndarray/dtype.js";
import type { Elements } from "../ndarray/window.js";
import type { LinearMemory } from "../core/memory.js";

/** The unreduced loss of a call whose arguments were read. */
export interface Terms {
  readonly dtype: DType;
  readonly numel: number;
  readonly memory: LinearMemory;
  readonly mask: Elements | null;
  readonly weight: Elements | null;
  /** Writes it to `out`: times the weights, and 0 where the mask does not hold. */
  store(out: Elements): void;
}

/** A fused function of arrays, for those who call it in other ways than its users. */
export interface FusedArrays extends FusedDescription {
  /** The operands among the arguments of a call, and the options behind them. */
  split(args: readonly unknown[]): { readonly given: readonly unknown[]; readonly options: unknown };
  termsOf(args: readonly unknown[]): Terms;
}

const fused = new WeakMap<object, FusedArrays>();

/** Remembers what `fn` is. */
export function markFusedArrays(fn: object, formula: FusedArrays): void {
  fused.set(fn, formula);
}

/** What a function of arrays that `fuse` made computes; undefined for anything else. */
export function fusedArraysOf(fn: unknown): FusedArrays | undefined {
  return typeof fn === "function" ? fused.get(fn) : undefined;
}
