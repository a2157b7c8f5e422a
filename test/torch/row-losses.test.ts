/**
 * Random cases of the losses of rows of the table in src/loss/row-losses.ts, and of the operations
 * that they take, here and in PyTorch. LOSSGRAD_SEED repeats a run. PyTorch's sums of a row are
 * rounded after each step, and so are its operations of halves, so that results may differ by some
 * units of the largest number that has a part in them.
 */
import { autograd, F, tidy } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, test } from "vitest";
import { type RowLossName, rowLosses } from "../../src/loss/row-losses.js";
import { Random } from "../support/random.js";
import { encode, flatten, leafOf, type WireArray } from "../support/wire.js";
import { liveTorch } from "./live.js";
import { pythonWithTorch } from "./process.js";
import { FLOATS, type FloatType } from "./values.js";

const python = pythonWithTorch();
const seed = Number(process.env.LOSSGRAD_SEED ?? Math.floor(Math.random() * 2 ** 31));
const CASES = 1500;
const EPSILON: Record<FloatType, number> = {
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
  float32: 2 ** -23,
  float64: 2 ** -52,
};
const OPERATIONS = ["cosineSimilarity", "pairwiseDistance"] as const;
type Name = RowLossName | (typeof OPERATIONS)[number];
const NAMES = [...(Object.keys(rowLosses) as RowLossName[]), ...OPERATIONS];

interface Case {
  readonly rowLoss: Name;
  readonly operands: readonly (WireArray & { requires: boolean })[];
  readonly weight: WireArray | null;
  readonly upstream: WireArray;
  readonly options: Readonly<Record<string, number | string | boolean | undefined>>;
  readonly dtype: FloatType;
}
interface Answer {
  readonly refused?: string;
  readonly dtype: FloatType;
  readonly shape: number[];
  readonly value: (number | string)[];
  /** Null of what has none: a norm of order 0 is constant. */
  readonly gradients: ((number | string)[] | null)[];
  readonly node: string;
}
/** What a case is made by: its dtype, its rows, and how wide they are. */
interface Frame {
  readonly random: Random;
  readonly dtype: FloatType;
  readonly rows: number;
  readonly size: number;
  readonly shape: readonly number[];
  readonly batched: boolean;
}
type Made = Pick<Case, "operands" | "options"> & { readonly weight?: WireArray };

const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Numbers on a grid in half of the cases, so that kinks are met, and some that are not finite. */
function floats({ random, dtype }: Frame, shape: readonly number[], requires = true): Case["operands"][0] {
  const grid = random.chance(0.5);
  const scale = random.pick([1, 1, 3, 100]);
  const special = random.chance(0.06);
  const values = Array.from({ length: count(shape) }, () => {
    if (special && random.chance(0.1)) return random.pick([NaN, Infinity, -Infinity]);
    return grid ? random.integer(-4, 4) / 2 : random.normal() * scale;
  });
  return { ...encode(dtype, [...shape], values), requires };
}

const integers = (shape: readonly number[], values: readonly number[]): Case["operands"][0] => ({
  ...encode("int64", [...shape], values),
  requires: false,
});

const margins = ({ random }: Frame, all: readonly number[]): { margin?: number } =>
  random.chance(0.3) ? {} : { margin: random.pick(all) };

const MAKERS: Readonly<Record<Name, (frame: Frame) => Made>> = {
  cosineEmbeddingLoss: (frame) => {
    const { random, rows, shape, batched } = frame;
    const labels = Array.from({ length: rows }, () => random.pick([1, -1, -1, 0]));
    const target = integers(batched ? [rows] : [], batched ? labels : [random.pick([1, -1])]);
    return {
      operands: [floats(frame, shape), floats(frame, shape, random.chance(0.8)), target],
      options: margins(frame, [0.43, -0.57]),
    };
  },
  tripletMarginLoss: (frame) => triplet(frame, frame.random.pick([2, 2, 1, 3, 1.5, 0, "inf"])),
  tripletMarginWithDistanceLoss: (frame) => triplet(frame, null),
  multiMarginLoss: (frame) => {
    const { random, rows, size, shape, batched, dtype } = frame;
    const classes = Array.from({ length: batched ? rows : 1 }, () => random.integer(0, size - 1));
    const weight = random.chance(0.4) ? { weight: floats(frame, [size], false) } : {};
    const p = random.pick([1, 1, 2]);
    return {
      operands: [floats(frame, shape), integers(batched ? [rows] : random.pick([[], [1]]), classes)],
      options: { p, ...margins(frame, [0.5, 2, -1]) },
      ...(dtype === "float32" || dtype === "float64" ? weight : {}),
    };
  },
  multilabelMarginLoss: (frame) => {
    const { random, size, shape } = frame;
    const labels = Array.from({ length: count(shape) }, () =>
      random.chance(0.25) ? -1 : random.integer(0, size - 1),
    );
    return { operands: [floats(frame, shape), integers(shape, labels)], options: {} };
  },
  multilabelSoftMarginLoss: (frame) => {
    const { random, size, shape } = frame;
    const target = floats(frame, random.chance(0.2) ? [size] : shape, random.chance(0.5));
    const weight = random.chance(0.4) ? { weight: floats(frame, random.pick([[size], shape]), false) } : {};
    return { operands: [floats(frame, shape), target], options: {}, ...weight };
  },
  cosineSimilarity: (frame) => {
    const { random, shape, batched } = frame;
    const dim = random.pick(batched ? [0, 1, -1] : [0, -1]);
    const eps = random.chance(0.3) ? { eps: random.pick([1, 4, 0]) } : {};
    return { operands: [floats(frame, shape), floats(frame, shape)], options: { dim, ...eps } };
  },
  pairwiseDistance: (frame) => {
    const { random, shape } = frame;
    const other = random.chance(0.3) ? shape.slice(-1) : shape;
    const options = { p: random.pick([2, 2, 1, 3, 0.5, -1, 0, "inf"]), keepdim: random.chance(0.3) };
    return { operands: [floats(frame, shape), floats(frame, other)], options };
  },
};

function triplet(frame: Frame, p: number | string | null): Made {
  const { random, shape } = frame;
  const swap = random.chance(0.4);
  const other = p === null ? {} : { p, eps: random.pick([1e-6, 0.5]) };
  // Of a grid's distances no difference is one of these, where PyTorch's last bit would decide.
  const margin = random.pick([0.43, 3.1, 20.3]);
  return {
    operands: [floats(frame, shape), floats(frame, shape), floats(frame, shape, random.chance(0.8))],
    options: { swap, margin, ...other },
  };
}

function randomCase(random: Random): Case {
  const rowLoss = random.pick(NAMES);
  const size = random.pick([1, 2, 3, 4, 5, 9, 33]);
  const batched = random.chance(0.8);
  const rows = batched ? random.integer(1, 5) : 1;
  const halves = rowLoss !== "multiMarginLoss" && rowLoss !== "multilabelMarginLoss";
  const dtype = random.pick(halves ? FLOATS : (["float32", "float64"] as const));
  const frame = { random, dtype, rows, size, shape: batched ? [rows, size] : [size], batched };
  const { operands, options, weight = null } = MAKERS[rowLoss](frame);
  const reduction = rowLoss in rowLosses ? { reduction: random.pick(["none", "mean", "sum"]) } : {};
  const upstream = encode(dtype, [], [random.pick([1, 1, 0.5, -3])]);
  return { rowLoss, operands, weight, upstream, options: { ...options, ...reduction }, dtype };
}

/**
 * How large the numbers are at least that a loss adds up to its value: distances of triplets are
 * taken off from each other, terms of targets below 0 from others, and the products of a cosine are
 * parts of two vectors of norm 1.
 */
function leastOf(rowLoss: Name, largest: number, length: number): number {
  if (rowLoss.startsWith("triplet")) return 2 * largest * length;
  if (rowLoss === "multilabelSoftMarginLoss") return largest * largest;
  return rowLoss.startsWith("cosine") ? 1 : 0;
}

/**
 * The same of a gradient: those of distances are parts of vectors of norm 1, those of a cosine too,
 * divided by the norm of an operand, which is no smaller than any of its elements. A target's
 * gradient is the input.
 */
function leastSlopeOf(rowLoss: Name, numbers: readonly number[]): number {
  const sizes = numbers.map(Math.abs).filter((size) => size > 0 && size < Infinity);
  if (rowLoss.startsWith("triplet") || rowLoss === "pairwiseDistance") return 3;
  if (rowLoss === "multilabelSoftMarginLoss") return Math.max(...sizes);
  return rowLoss.startsWith("cosine") ? 3 / Math.min(1, ...sizes) : 0;
}

/** What differs, as words. */
function differences(given: Case, answer: Answer): string[] {
  const { rowLoss, options, dtype } = given;
  const operands = given.operands.map((wire) => leafOf(wire, wire.requires));
  const weight = given.weight ? { weight: leafOf(given.weight) } : {};
  const read = Object.fromEntries(
    Object.entries(options).map(([word, value]) => [word, value === "inf" ? Infinity : value]),
  );
  const result = (F[rowLoss] as (...args: unknown[]) => Tensor)(...operands, { ...read, ...weight });
  const leaves = operands.filter(({ requiresGrad }) => requiresGrad);
  const upstream = leafOf(given.upstream)
    .to(result.dtype)
    .expand([...result.shape])
    .clone();
  const gradients = autograd.grad(result, leaves, { gradOutputs: upstream, allowUnused: true });
  const found: string[] = [];
  if (result.dtype !== answer.dtype) found.push(`dtype ${result.dtype} for ${answer.dtype}`);
  if (String(result.shape) !== String(answer.shape)) found.push(`shape ${result.shape.join()}`);
  if (result.gradFn?.name !== answer.node) found.push(`${result.gradFn?.name} for ${answer.node}`);
  const numbers = operands.flatMap((x) => flatten(x.tolist()).map(Number));
  const finite = numbers.every(Number.isFinite);
  const largest = Math.max(...numbers.filter(Number.isFinite).map(Math.abs));
  const least = leastOf(rowLoss, largest, numbers.length);
  found.push(...apart("value", result, answer.value, { dtype, finite, least }));
  gradients.forEach((gradient, i) => {
    const { [i]: expected } = answer.gradients;
    const bounds = { dtype, finite, least: leastSlopeOf(rowLoss, numbers) };
    if (gradient && expected) found.push(...apart(`gradient ${i}`, gradient, expected, bounds));
    else if (gradient || expected) found.push(`gradient ${i}: ${String(gradient)} for ${String(expected)}`);
  });
  return found;
}

function apart(
  word: string,
  result: Tensor,
  theirs: readonly (number | string)[],
  { dtype, finite, least }: { dtype: FloatType; finite: boolean; least: number },
): string[] {
  const expected = theirs.map((value) => Number(String(value).replace("inf", "Infinity")));
  const largest = Math.max(1e-3, least, ...expected.filter(Number.isFinite).map(Math.abs));
  return (flatten(result.tolist()) as number[]).flatMap((value, i) => {
    const other = expected[i];
    if (Object.is(value, other) || value === other) return [];
    // Where operands are finite, PyTorch's steps may overflow, in halves above all.
    if ((finite || EPSILON[dtype] > 1e-4) && !Number.isFinite(other)) return [];
    return Math.abs(value - other) <= 64 * EPSILON[dtype] * largest
      ? []
      : [`${word} ${i}: ${value} for ${other}`];
  });
}

describe.skipIf(python === null)("live against PyTorch (skipped where no Python has torch)", () => {
  const live = liveTorch(python);

  test(`losses of rows: ${CASES} cases, LOSSGRAD_SEED=${seed}`, async () => {
    const random = new Random(seed);
    const cases = Array.from({ length: CASES }, () => randomCase(random));
    live.torch.ask(cases);
    const answers = (await live.torch.read()) as Answer[];
    const failures = cases.flatMap((given, i) => {
      if (answers[i].refused !== undefined) return [];
      const shapes = given.operands.map(({ shape }) => `[${shape.join()}]`).join(" ");
      const about = `case ${i}: ${given.rowLoss} of ${given.dtype} ${shapes}, ${JSON.stringify(given.options)}`;
      return tidy(() => differences(given, answers[i])).map((difference) => `${about}: ${difference}`);
    });
    const refused = answers.filter((answer) => answer.refused !== undefined).length;
    console.log(`losses of rows: ${CASES - refused} of ${CASES} cases compared with PyTorch`);
    expect(failures.slice(0, 10)).toEqual([]);
    expect(refused).toBeLessThan(CASES / 10);
  });
});
