/**
 * A matcher for vitest and jest: `expect(candidate).toBeCloseToTensor(reference)`.
 *
 * @module lossgrad/compare/matchers
 */
import { compare, type Comparison } from "./compare.js";
import type { Furthest } from "./distances.js";
import type { Comparable } from "./operand.js";
import type { CompareOptions } from "./options.js";

/** What vitest and jest take from a matcher. */
export interface MatcherResult {
  /** Whether the arrays are equal within the tolerance. */
  pass: boolean;
  /** What to say where that was not expected. */
  message: () => string;
}

/**
 * `expect(candidate).toBeCloseToTensor(reference, options)`: passes where `compare` finds them equal.
 * A failure tells how many elements differ, the largest differences and their places, and what
 * explains them.
 *
 * @param candidate what is checked: a typed array, or a tensor of any runtime
 * @param reference what is right
 * @param options those of `compare`
 * @throws TypeError for what `compare` does not take
 * @example
 * // expect.extend({ toBeCloseToTensor }) makes expect(candidate).toBeCloseToTensor(reference) of it.
 * toBeCloseToTensor(Float32Array.of(1, 2), Float32Array.of(1, 2.000001)).pass; // true
 * toBeCloseToTensor(Float32Array.of(1, 2), Float32Array.of(1, 2.1)).pass; // false
 */
export function toBeCloseToTensor(
  candidate: Comparable,
  reference: Comparable,
  options: CompareOptions = {},
): MatcherResult {
  const { equal } = compare(reference, candidate, { ...options, diagnose: false });
  if (equal) return { pass: true, message: () => "expected the tensors not to be close, but they are" };
  const text = describeDifference(compare(reference, candidate, options));
  return { pass: false, message: () => text };
}

/**
 * The matcher in types of `expect`. Those of vitest and of `@types/jest` have it where this module is
 * imported; the `expect` of `@jest/globals` is told by
 * `declare module "expect" { interface Matchers<R> extends TensorMatchers<R> {} }`.
 */
export interface TensorMatchers<R> {
  /** Passes where `compare` of lossgrad/compare finds the tensors equal. */
  toBeCloseToTensor(reference: Comparable, options?: CompareOptions): R;
}

function describeDifference({ distances, tolerance, reference, candidate, diagnosis }: Comparison): string {
  const within =
    "ulp" in tolerance
      ? `${tolerance.ulp} ULP`
      : `atol ${tolerance.atol} + rtol ${tolerance.rtol} |reference|`;
  const lines = [`expected a tensor within ${within} of the reference`];
  if (!distances) {
    lines.push(`the shape is [${candidate.shape.join(", ")}] instead of [${reference.shape.join(", ")}]`);
  } else {
    const { elements, mismatches, firstMismatch, absolute, relative, ulp, ulpDtype } = distances;
    lines.push(`${mismatches} of ${elements} elements differ, the first at [${firstMismatch!.join(", ")}]`);
    const unit = ulpDtype === "integer" ? "distance in whole numbers" : `distance in ULP of ${ulpDtype}`;
    lines.push(...furthest("absolute difference", absolute), ...furthest("relative difference", relative));
    lines.push(...furthest(unit, ulp));
  }
  lines.push(...(diagnosis ? [diagnosis.text, ...diagnosis.evidence] : []));
  return lines.join("\n");
}

function furthest(what: string, found: Furthest | null): string[] {
  if (!found) return [];
  const { value, index, reference, candidate } = found;
  return [
    `largest ${what}: ${value} at [${index.join(", ")}], where the reference is ${reference} and the candidate ${candidate}`,
  ];
}

declare global {
  // Jest's own types, and vitest's, which extend these, take matchers from here.
  namespace jest {
    // Both are declared with these parameters, and so must this be.
    // eslint-disable-next-line @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type
    interface Matchers<R, T = {}> extends TensorMatchers<R> {}
  }
}
