import { indexAlong } from "../indices.js";
import type { At, Hypothesis, Subject } from "./fault.js";
import { axisText, innerOf } from "./layout.js";

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
  yield {
    name: "quantized",
    text: `The candidate is the reference quantised to 8 bits with the scale ${short(step)}.`,
    evidence: [
      `Its ${numel} elements have ${levels.length} values, all on a grid of ${count} steps of ${short(step)} from ${short(start)} to ${short(levels[levels.length - 1])}.`,
    ],
    parameters: { scale: step, zeroPoint: zeroPointOf(grid), levels: levels.length },
    left: (i) => nearest(grid, reference.at(i)),
    right: candidate.at,
    fitted: 2,
  };
}

/** So many values lie on a grid by chance less than once in a million times. */
const FEWEST_LEVELS = 8;
const MOST_CHANNELS = 4096;

/**
 * The same with a scale and zero point for each index of an axis, as weights mostly are. Where all
 * elements of one are the same, it tells nothing, and is compared as it is.
 */
export function* quantizedByChannel(subject: Subject): Generator<Hypothesis> {
  const { shape, reference, candidate, aligned, numel } = subject;
  if (!aligned) return;
  for (const [axis, size] of shape.entries()) {
    if (size < 2 || size > MOST_CHANNELS || numel / size < FEWEST_ELEMENTS) continue;
    const grids = gridsOf(subject, axis);
    const known = grids?.filter((grid) => grid !== null) ?? [];
    if (!grids || known.length === 0) continue;
    const channelOf = indexAlong(shape, axis);
    const left: At = (i) => {
      const grid = grids[channelOf(i)];
      return grid ? nearest(grid, reference.at(i)) : reference.at(i);
    };
    const steps = known.map(({ step }) => step);
    const [least, most] = [Math.min(...steps), Math.max(...steps)].map(short);
    yield {
      name: "quantized",
      text: `The candidate is the reference quantised to 8 bits by each index of ${axisText(axis, shape)} on its own.`,
      evidence: [
        `Of each of ${known.length} indices, the elements lie on a grid of up to 256 steps: the scales go from ${least} to ${most}.`,
      ],
      parameters: {
        axis,
        scale: grids.map((grid) => grid?.step ?? 0),
        zeroPoint: grids.map((grid) => (grid ? zeroPointOf(grid) : 0)),
      },
      left,
      right: candidate.at,
      fitted: 2 * known.length,
    };
  }
}

/** The grid of each index along an axis, null where all elements are the same; null unless all have one. */
function gridsOf({ shape, candidate, numel }: Subject, axis: number): (Grid | null)[] | null {
  const inner = innerOf(shape, axis);
  const [length, jump] = [numel / shape[axis], inner * shape[axis]];
  const grids: (Grid | null)[] = [];
  for (let c = 0; c < shape[axis]; c++) {
    const at: At = (i) => candidate.at(Math.floor(i / inner) * jump + c * inner + (i % inner));
    const levels = levelsOf(at, length, 1);
    if (!levels) return null;
    const grid = levels.length === 1 ? null : levels.length < FEWEST_LEVELS ? undefined : gridOf(levels);
    // Of few values none is known to be on a grid, and none to be off it.
    if (grid === undefined || (grid === null && levels.length > 1)) return null;
    grids.push(grid);
  }
  return grids;
}

/** The point of a grid that is nearest to x. */
function nearest({ step, start, count }: Grid, x: number): number {
  const k = Math.min(Math.max(Math.round((x - start) / step), 0), count - 1);
  return start + k * step;
}

function zeroPointOf({ step, start }: Grid): number {
  return Math.round(-start / step);
}

/** The different numbers in ascending order; null where they are too many, too few or not finite. */
function levelsOf(x: At, numel: number, fewest = 3): number[] | null {
  const found = new Set<number>();
  for (let i = 0; i < numel; i++) {
    const value = x(i);
    if (!Number.isFinite(value)) return null;
    found.add(value);
    if (found.size > LEVELS) return null;
  }
  return found.size < fewest ? null : [...found].sort((a, b) => a - b);
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
