import type { Hypothesis, Subject } from "./fault.js";

/** As many values as 8 bits tell apart. */
const LEVELS = 256;
/** Fewer elements lie on some grid by chance. */
const FEWEST_ELEMENTS = 16;

/** Quantised to 8 bits and back, with one scale and zero point: the candidate lies on a grid. */
export function* quantized({ reference, candidate, aligned, numel }: Subject): Generator<Hypothesis> {
  if (!aligned || numel < FEWEST_ELEMENTS) return;
  const levels = levelsOf(candidate.at, numel);
  const grid = levels && gridOf(levels);
  if (!grid || levels.length * 2 > numel) return;
  const { step, start, count } = grid;
  const nearest = (x: number): number => {
    const k = Math.min(Math.max(Math.round((x - start) / step), 0), count - 1);
    return start + k * step;
  };
  yield {
    name: "quantized",
    text: `The candidate is the reference quantised to 8 bits with the scale ${short(step)}.`,
    evidence: [
      `Its ${numel} elements have ${levels.length} values, all on a grid of ${count} steps of ${short(step)} from ${short(start)} to ${short(levels[levels.length - 1])}.`,
    ],
    parameters: { scale: step, zeroPoint: Math.round(-start / step), levels: levels.length },
    left: (i) => nearest(reference.at(i)),
    right: candidate.at,
    fitted: 2,
  };
}

/** The different numbers in ascending order; null where they are too many, too few or not finite. */
function levelsOf(x: (i: number) => number, numel: number): number[] | null {
  const found = new Set<number>();
  for (let i = 0; i < numel; i++) {
    const value = x(i);
    if (!Number.isFinite(value)) return null;
    found.add(value);
    if (found.size > LEVELS) return null;
  }
  return found.size < 3 ? null : [...found].sort((a, b) => a - b);
}

interface Grid {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** The widest grid of at most 256 steps that all numbers lie on; null where there is none. */
function gridOf(levels: readonly number[]): Grid | null {
  const [start] = levels;
  const width = levels[levels.length - 1] - start;
  // What is left of a step through rounding to float32 or to halves.
  const slack = width / LEVELS / 16;
  let step = width;
  for (const level of levels) {
    const common = commonStep(step, level - start, slack);
    const steps = Math.round(width / common);
    if (steps >= LEVELS) return null;
    // From end to end it is told best, and what was rounded does not add up.
    step = width / steps;
  }
  const isOn = (level: number): boolean => {
    const k = (level - start) / step;
    return Math.abs(k - Math.round(k)) <= 1 / 16;
  };
  return levels.every(isOn) ? { start, step, count: Math.round(width / step) + 1 } : null;
}

/** Euclid's greatest common divisor of numbers that are known to `slack` only. */
function commonStep(a: number, b: number, slack: number): number {
  while (b > slack) {
    const rest = a - Math.round(a / b) * b;
    [a, b] = [b, Math.abs(rest)];
  }
  return a;
}

function short(x: number): string {
  return String(Number(x.toPrecision(6)));
}
