/** What calls of a fused function go by, besides its formula. */
import type { Shape } from "../ndarray/shape.js";
import type { Expression } from "./expression.js";

/**
 * How torch refuses what is no reduction: "enum" knows the mean's old name besides, with a warning;
 * "weighted" are weighted losses that are made of operations.
 */
export type ReductionWords = "enum" | "weighted" | "string" | "short";

/** What a reduction is besides, or one of the function's own. */
export interface OwnReduction {
  /** What torch warns of when it is asked for by this name. */
  readonly warning?: string;
  /** What the sum is divided by, of the first operand's shape; for a reduction of one's own. */
  readonly divisor?: (first: Shape) => number;
}

/** Elements that an operand must not have. */
export interface Refusal {
  /** Which operand. */
  readonly index: number;
  /** Whether an element is one of them. */
  readonly where: (x: Expression) => Expression;
  readonly message: string;
}

export interface Traits {
  /** What a weighted mean divides by; null where calls take no weights. */
  readonly weightedMean: "weights" | "elements" | null;
  /** Whether weighted terms have the terms' dtype, whatever that of the weights. */
  readonly weighsInPlace: boolean;
  /** Null for torch's words of losses that are made of operations. */
  readonly reductionWords: ReductionWords | null;
  readonly reductions: Readonly<Record<string, OwnReduction>>;
  /** Looked for before anything is written. */
  readonly refusals: readonly Refusal[];
}

/** Those of a user's function. */
export const PLAIN: Traits = {
  weightedMean: "weights",
  weighsInPlace: false,
  reductionWords: null,
  reductions: {},
  refusals: [],
};
