/**
 * Looks for what explains a difference. Each row of the table makes hypotheses; one is tried on a
 * few places first, and on all where these speak for it. The first that explains everything is the
 * simplest that does, since rows are in that order. Otherwise the one that leaves least may stand,
 * if that is little.
 */
import { numelOf, sameShape, type Shape } from "../../ndarray/shape.js";
import type { Pairs } from "../distances.js";
import type { Numbers } from "../operand.js";
import {
  explains,
  FACTOR,
  isClearlyBetter,
  isTold,
  type Measured,
  measured,
  SCREEN_FACTOR,
  variationOf,
} from "./explanation.js";
import { FAULTS, LAYOUTS, SECOND } from "./faults.js";
import type { Diagnosis, DiagnosisName, Hypothesis, Residual, Subject } from "./fault.js";
import { type Judge, noiseOf, residualOf } from "./residual.js";
import { sampleOf } from "./sample.js";

/** So many places are tried first. */
const SCREENED = 256;
/** Places that tell how large numbers are. */
const USUAL = 1024;

export function diagnose(pairs: Pairs, candidateShape: Shape, equal: boolean): Diagnosis | null {
  const search = new Search(pairs, candidateShape);
  return search.withoutFault(equal) ?? (equal ? null : search.run());
}

/** A hypothesis that explains the difference. */
interface Found {
  readonly hypothesis: Hypothesis;
  readonly second: DiagnosisName | null;
  readonly residual: Residual;
  /** Whether nothing is left but what tolerances and rounding allow. */
  readonly isWhole: boolean;
}

class Search {
  readonly #subject: Subject;
  readonly #judge: Judge;
  readonly #screen: readonly number[];
  /** As the arrays are; null where shapes differ, so that no element belongs to another. */
  readonly #before: Residual | null;

  constructor(pairs: Pairs, candidateShape: Shape) {
    const { reference, candidate, shape, axis } = pairs;
    const [r, c] = [reference.values, candidate.values];
    const aligned = isAligned(shape, candidateShape);
    this.#subject = {
      shape,
      candidateShape,
      numel: r.length,
      candidateNumel: c.length,
      reference: { at: (i) => r[i] },
      candidate: { at: (i) => c[i] },
      aligned,
      axis,
    };
    this.#judge = { isClose: pairs.isClose, noise: noiseOf(pairs.ulpDtype, usualSize(r)) };
    this.#screen = sampleOf(r.length, SCREENED);
    const asTheyAre = { left: this.#subject.reference.at, right: this.#subject.candidate.at };
    this.#before = aligned ? residualOf(asTheyAre, this.#judge, r.length) : null;
  }

  /** What there is to say of arrays that differ by rounding at most. */
  withoutFault(equal: boolean): Diagnosis | null {
    const { shape, candidateShape, reference, candidate, numel } = this.#subject;
    const residual = this.#before;
    if (!residual || !sameShape(shape, candidateShape)) return null;
    const { noise } = this.#judge;
    let isRounding = true;
    let isIdentical = true;
    for (let i = 0; i < numel && isRounding; i++) {
      const [r, c] = [reference.at(i), candidate.at(i)];
      if (r === c || (Number.isNaN(r) && Number.isNaN(c))) continue;
      isIdentical = false;
      isRounding = Math.abs(c - r) <= noise(r);
    }
    if (!isRounding) return null;
    const [name, text] = isIdentical
      ? ([
          "identical",
          `The arrays are the same${equal ? "" : "; but a NaN is not equal to itself, unless equalNan says so"}.`,
        ] as const)
      : ([
          "rounding",
          "Honest rounding: each difference is as small as other orders of sums make it.",
        ] as const);
    const evidence = isIdentical ? [] : [`The largest difference is ${short(residual.maxAbsolute)}.`];
    return {
      name,
      second: null,
      text,
      evidence,
      parameters: {},
      meanBefore: residual.meanAbsolute,
      residual,
    };
  }

  run(): Diagnosis | null {
    let best: Found | null = null;
    for (const found of this.#all()) {
      if (found.isWhole) return this.#diagnosis(found);
      if (!best || isClearlyBetter(found.residual, best.residual)) best = found;
    }
    return best && this.#diagnosis(best);
  }

  /** All that explain the difference: single faults first, then two at once. */
  *#all(): Generator<Found> {
    for (const fault of FAULTS) {
      for (const hypothesis of fault(this.#subject)) yield* this.#tried(hypothesis, null);
    }
    for (const layout of LAYOUTS) {
      for (const first of layout(this.#subject)) {
        const candidate = { at: first.right, covers: first.covers };
        for (const fault of SECOND) {
          for (const value of fault({ ...this.#subject, candidate, aligned: true })) {
            const { left, right, covers, fitted } = value;
            const text = `${first.text} ${value.text}`;
            const parameters = { ...first.parameters, ...value.parameters };
            const both = { ...first, text, parameters, left, right, covers, fitted };
            yield* this.#tried(both, value.name);
          }
        }
      }
    }
  }

  *#tried(hypothesis: Hypothesis, second: DiagnosisName | null): Generator<Found> {
    const { numel } = this.#subject;
    const found = (): Found => {
      const residual = residualOf(hypothesis, this.#judge, numel);
      return { hypothesis, second, residual, isWhole: residual.mismatches === 0 };
    };
    if (hypothesis.leavesOut) {
      const all = found();
      if (all.isWhole) yield all;
      return;
    }
    const variation = variationOf(hypothesis, this.#screen);
    if (!isTold(hypothesis, variation, numel)) return;
    const { residual, median } = measured(hypothesis, this.#judge, this.#screen);
    // What lies outside is in neither: or leaving it out would be an explanation.
    const before = this.#measuredBefore(hypothesis.covers);
    if (!explains(residual, median, before, variation, SCREEN_FACTOR)) return;
    const all = found();
    if (explains(all.residual, median, this.#wholeBefore(before), variation, FACTOR)) yield all;
  }

  /** The arrays as they are, at the places of the screen that are covered. */
  #measuredBefore(covers: Hypothesis["covers"]): Measured | null {
    const { reference, candidate, aligned } = this.#subject;
    if (!aligned) return null;
    return measured({ left: reference.at, right: candidate.at, covers }, this.#judge, this.#screen);
  }

  /** The same of all places: means of all, and the middle as it was on the screen. */
  #wholeBefore(screened: Measured | null): Measured | null {
    return screened && this.#before && { residual: this.#before, median: screened.median };
  }

  #diagnosis({ hypothesis, second, residual, isWhole }: Found): Diagnosis {
    const { name, text, evidence = [], parameters } = hypothesis;
    const meanBefore = this.#before?.meanAbsolute ?? null;
    const { compared, mismatches, meanAbsolute } = residual;
    const left = isWhole
      ? `all ${compared} pairs are equal`
      : `${mismatches} of ${compared} pairs still differ`;
    const fall =
      meanBefore === null
        ? `the mean difference is ${short(meanAbsolute)}`
        : `the mean difference falls from ${short(meanBefore)} to ${short(meanAbsolute)}`;
    return {
      name,
      second,
      text,
      evidence: [...evidence, `Once it is undone, ${left}, and ${fall}.`],
      parameters,
      meanBefore,
      residual,
    };
  }
}

/**
 * How large numbers mostly are: about the standard deviation of normal ones. It is told by the
 * smaller ones that are not 0, since masks put huge numbers beside those that are computed.
 */
function usualSize(values: Numbers): number {
  const sizes = sampleOf(values.length, USUAL)
    .map((i) => Math.abs(values[i]))
    .filter((size) => size > 0 && size < Infinity)
    .sort((a, b) => a - b);
  return sizes.length === 0 ? 0 : 3 * sizes[sizes.length >> 2];
}

/** Whether shapes differ in dimensions of 1 at most. */
function isAligned(a: Shape, b: Shape): boolean {
  const long = (shape: Shape): number[] => shape.filter((size) => size !== 1);
  return numelOf(a) === numelOf(b) && sameShape(long(a), long(b));
}

function short(x: number): string {
  return String(Number(x.toPrecision(3)));
}
