/**
 * Looks for what explains a difference. Each row of the table makes hypotheses; one is tried on a
 * few places first, and on all where these speak for it. The first that explains everything is the
 * simplest that does, since rows are in that order. Otherwise the one that leaves least may stand,
 * if that is little.
 */
import { ExactSum } from "../../core/exact-sum.js";
import { numelOf, sameShape, type Shape } from "../../ndarray/shape.js";
import type { Pairs } from "../distances.js";
import type { Numbers } from "../operand.js";
import { FAULTS, LAYOUTS, SECOND } from "./faults.js";
import type { Diagnosis, DiagnosisName, Hypothesis, Residual, Subject } from "./fault.js";
import { type Judge, noiseOf, residualOf } from "./residual.js";
import { medianOf, sampleOf } from "./sample.js";

/** A fault explains a difference if undone it leaves less than this part of it. */
const FACTOR = 50;
/** On a few places, the same with some allowance for their choice. */
const SCREENED = 256;
const SCREEN_FACTOR = 20;
/** One pair in so many may still differ, by however much. */
const MOST_SPOILT = 7;
/** So many elements for each number that is fitted; fewer would fit by themselves. */
const EACH_FITTED = 8;

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
  readonly #beforeScreen: Residual | null;

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
    this.#judge = { isClose: pairs.isClose, noise: noiseOf(pairs.ulpDtype, rootMeanSquare(r)) };
    this.#screen = sampleOf(r.length, SCREENED);
    const asTheyAre = { left: this.#subject.reference.at, right: this.#subject.candidate.at };
    this.#before = aligned ? residualOf(asTheyAre, this.#judge, r.length) : null;
    this.#beforeScreen = aligned
      ? residualOf(asTheyAre, this.#judge, this.#screen.length, this.#screen)
      : null;
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
    if ((hypothesis.fitted ?? 0) * EACH_FITTED > numel) return;
    const sample = residualOf(hypothesis, this.#judge, this.#screen.length, this.#screen);
    const spread = spreadOf(hypothesis, this.#screen);
    const { leavesOut } = hypothesis;
    if (!leavesOut && !explains(sample, this.#beforeScreen, spread, SCREEN_FACTOR)) return;
    const residual = residualOf(hypothesis, this.#judge, numel);
    const stands = leavesOut ? residual.mismatches === 0 : explains(residual, this.#before, spread, FACTOR);
    if (!stands) return;
    yield { hypothesis, second, residual, isWhole: residual.mismatches === 0 };
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
 * Whether what is left is little: beside the difference as it was, and beside how much the numbers
 * vary, which a constant would leave.
 */
function explains(after: Residual, before: Residual | null, spread: number, factor: number): boolean {
  if (after.compared === 0) return false;
  const differed = before?.mismatches ?? after.compared;
  // A few elements may be spoilt by something else, by however much.
  if (after.mismatches * MOST_SPOILT < differed) return spread > 0 || after.mismatches === 0;
  const most = Math.min(spread, before?.meanAbsolute ?? Infinity) / factor;
  // Pairs of which one is not finite are in no mean.
  return after.meanAbsolute <= most && after.mismatches <= differed;
}

/** What is less simple has to leave far less. */
function isClearlyBetter(one: Residual, other: Residual): boolean {
  const [few, many] = [one, other].map(({ mismatches, compared }) => mismatches * MOST_SPOILT < compared);
  return few === many ? one.meanAbsolute * 4 < other.meanAbsolute : few;
}

/** How far the numbers that are to be explained are from their middle. */
function spreadOf({ left, covers, middle }: Hypothesis, places: readonly number[]): number {
  const there = places.filter((i) => (!covers || covers(i)) && Number.isFinite(left(i)));
  const median = medianOf(there.map(left));
  const sum = new ExactSum();
  for (const i of there) sum.add(Math.abs(left(i) - (middle ? middle(i) : median)));
  return there.length === 0 ? 0 : sum.value() / there.length;
}

function rootMeanSquare(values: Numbers): number {
  const sum = new ExactSum();
  let count = 0;
  const { length } = values;
  for (let i = 0; i < length; i++) {
    if (!Number.isFinite(values[i])) continue;
    sum.add(values[i] * values[i]);
    count++;
  }
  return count === 0 ? 0 : Math.sqrt(sum.dividedBy(count));
}

/** Whether shapes differ in dimensions of 1 at most. */
function isAligned(a: Shape, b: Shape): boolean {
  const long = (shape: Shape): number[] => shape.filter((size) => size !== 1);
  return numelOf(a) === numelOf(b) && sameShape(long(a), long(b));
}

function short(x: number): string {
  return String(Number(x.toPrecision(3)));
}
