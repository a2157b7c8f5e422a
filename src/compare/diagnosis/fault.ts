/** What a diagnosis is, and what a row of the table of faults gives to find one. */
import type { Shape } from "../../ndarray/shape.js";

/** What explains a difference, by name; docs/compare.md has them all. */
export type DiagnosisName =
  | "identical"
  | "rounding"
  | "not-finite"
  | "reshaped"
  | "rounded"
  | "permuted"
  | "channels-swapped"
  | "flipped"
  | "rotated"
  | "offset"
  | "scaled"
  | "activation"
  | "quantized";

/** What is left of the difference once a fault is undone. */
export interface Residual {
  /** How many pairs were compared: those that both arrays have. */
  readonly compared: number;
  /** How many of them are neither equal within the tolerance nor apart by rounding only. */
  readonly mismatches: number;
  /** The mean of the absolute differences of finite pairs. */
  readonly meanAbsolute: number;
  /** The largest of them. */
  readonly maxAbsolute: number;
}

/** What explains the difference of two arrays. */
export interface Diagnosis {
  /** What it is. */
  readonly name: DiagnosisName;
  /** A second fault besides, as an image may be scaled and in another layout; mostly null. */
  readonly second: DiagnosisName | null;
  /** The same in a sentence. */
  readonly text: string;
  /** What speaks for it, a sentence each. */
  readonly evidence: readonly string[];
  /** The fault's numbers by name, such as `permutation` or `scale`. */
  readonly parameters: Readonly<Record<string, number | string | boolean | readonly number[] | null>>;
  /** The mean of the absolute differences as the arrays are; null where their shapes differ. */
  readonly meanBefore: number | null;
  /** What is left once the fault is undone. */
  readonly residual: Residual;
}

/** The number at a place. */
export type At = (place: number) => number;

/** Numbers in the order of the reference's elements. */
export interface View {
  readonly at: At;
  /** Whether there is a number at a place; left out where there is one at each. */
  readonly covers?: (place: number) => boolean;
}

/** Two arrays whose difference is to be explained. */
export interface Subject {
  readonly shape: Shape;
  readonly candidateShape: Shape;
  readonly numel: number;
  readonly candidateNumel: number;
  readonly reference: View;
  readonly candidate: View;
  /** Whether the elements belong together as they lie: shapes differ in dimensions of 1 at most. */
  readonly aligned: boolean;
  /** The dimension of channels, if the caller said so. */
  readonly axis: number | null;
}

/**
 * That a fault is the cause: then `left` and `right` are the same, which the one is of the reference
 * and the other of the candidate, each undone or done again as far as it takes.
 */
export interface Hypothesis {
  readonly name: DiagnosisName;
  readonly text: string;
  readonly evidence?: readonly string[];
  readonly parameters: Diagnosis["parameters"];
  readonly left: At;
  readonly right: At;
  readonly covers?: (place: number) => boolean;
  /** Whether what is not covered is all of the difference, so that nothing else has to fall. */
  readonly leavesOut?: boolean;
  /** How many numbers were fitted; none by default. */
  readonly fitted?: number;
  /** The middle of what `left` is measured from: of the whole by default, else by place. */
  readonly middle?: At;
}

/** A row of the table: the ways in which it may be the cause, the simplest first. */
export type Fault = (subject: Subject) => Iterable<Hypothesis>;
