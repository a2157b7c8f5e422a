/**
 * Random formulas with their operands, and the options of a call; see test/support/fused-case.ts.
 */
import type { DType } from "lossgrad";
import type { FormulaArgument, FormulaCase, FormulaStep } from "../support/formula-case.js";
import { randomFormula } from "../support/formula-case.js";
import type { FusedCase } from "../support/fused-case.js";
import type { FormulaRow } from "../../src/loss/formula-row.js";
import { FORMS } from "../support/formula-rows.js";
import { type Formula, isTorchs } from "../support/losses.js";
import type { Random } from "../support/random.js";
import type { WireArray } from "../support/wire.js";
import { encode } from "../support/wire.js";
import { product } from "./shapes.js";
import type { FloatType } from "./values.js";
import { floats, special } from "./values.js";

const DEPTH = 12;

/** Shapes of three operands that broadcast. */
const BROADCAST: readonly (readonly (readonly number[])[])[] = [
  [[4, 3], [3], [4, 1]],
  [[6], [], [1]],
  [[2, 1, 3], [2, 2, 1], []],
  [[], [5], [2, 1]],
];

type Formulated = FusedCase & {
  /** What is called here, which torch is told by its steps. */
  readonly text: FormulaCase["text"];
};

export function formulaCase(random: Random): Formulated {
  const dtype = random.weighted({ float32: 40, float64: 25, float16: 15, bfloat16: 20 });
  const formula = randomFormula(random, DEPTH, dtype);
  const shapes = shapesOf(random, formula.operands);
  const leaves = shapes.map((shape) => ({
    ...encode(dtype, shape, elements(random, dtype, product(shape))),
    requires: random.chance(0.8),
  }));
  const shape = shapeOfResult(formula, shapes);
  const whole = shapes.every((other) => other.join() === shape.join());
  const reduction = random.pick(["none", "mean", "sum"] as const);
  const options = whole ? partsOf(random, dtype, shape, reduction) : {};
  const left = reduction === "none" ? shape : remaining(shape, options.dim);
  const upstream = random.chance(0.5)
    ? { upstream: encode(dtype, left, elements(random, dtype, product(left))) }
    : {};
  const seed = random.integer(0, 2 ** 31 - 1);
  const { steps } = formula;
  const asked: FusedCase = { formula: { steps }, leaves, shape, reduction, ...options, ...upstream, seed };
  // Behind all that JSON writes.
  return Object.defineProperty(asked, "text", { value: formula.text, enumerable: false }) as Formulated;
}

/** The operands of PyTorch's losses that it has no gradient by. */
export const WITHOUT_GRADIENT: Readonly<Partial<Record<Formula, readonly string[]>>> = {
  softMarginLoss: ["target"],
  hingeEmbeddingLoss: ["target"],
  binaryCrossEntropyWithLogits: ["posWeight"],
};

export const TORCHS = FORMS.filter(({ name }) => isTorchs(name));

/** Numbers that a parameter is given besides its default. */
const PARAMETERS = [0.25, 1.5];

/** A loss of the table of formulas that PyTorch has, which it is told by its name. */
export function formulaLossCase(random: Random): FusedCase {
  const { name: formulaLoss, row, words, present, options } = random.pick(TORCHS);
  const { weightedMean, parameters } = row;
  const numbers = Object.entries(parameters).filter(([, { default: value }]) => typeof value === "number");
  const given = numbers
    .filter(() => random.chance(0.4))
    .map(([word]): [string, number] => [word, random.pick(PARAMETERS)]);
  const dtype = random.weighted({ float32: 40, float64: 25, float16: 15, bfloat16: 20 });
  const [shape] = shapesOf(random, 1);
  const leaves = words.map((word) => ({
    ...encode(dtype, shape, elements(random, dtype, product(shape)).map(domainOf(row, word))),
    requires: !WITHOUT_GRADIENT[formulaLoss]?.includes(word) && random.chance(0.9),
  }));
  const reduction = random.pick(["none", "mean", "sum"] as const);
  const { weight, ...parts } = partsOf(random, dtype, shape, reduction);
  const left = reduction === "none" ? shape : remaining(shape, parts.dim);
  const upstream = random.chance(0.5)
    ? { upstream: encode(dtype, left, elements(random, dtype, product(left))) }
    : {};
  const seed = random.integer(0, 2 ** 31 - 1);
  return {
    formulaLoss,
    options: { ...options, ...Object.fromEntries(given) },
    present,
    weightedMean,
    leaves,
    shape,
    reduction,
    ...parts,
    ...(weight && weightedMean ? { weight } : {}),
    ...upstream,
    seed,
  };
}

/** Brings numbers to where the loss takes them. */
export function domainOf({ refusals = [] }: FormulaRow, word: string): (x: number) => number {
  const refusal = refusals.find(({ operand }) => operand === word);
  if (!refusal) return (x) => x;
  const isProbability = refusal.message.includes("between 0 and 1");
  return (x) => {
    if (!isProbability) return Number.isNaN(x) ? x : Math.abs(x);
    return Number.isNaN(x) ? 0.5 : Math.min(1, Math.abs(x) / 2);
  };
}

function shapesOf(random: Random, count: number): number[][] {
  if (random.chance(0.3))
    return random
      .pick(BROADCAST)
      .slice(0, count)
      .map((shape) => [...shape]);
  const shape = random.pick([
    [],
    [1],
    [random.integer(2, 40)],
    [random.integer(2, 40)],
    [random.integer(1, 5), random.integer(1, 6)],
    [random.integer(1, 5), random.integer(1, 6)],
    [2, random.integer(1, 3), 3],
    [0],
  ]);
  return Array.from({ length: count }, () => [...shape]);
}

/**
 * Moderate numbers, on which formulas stay finite, in most cases; those of all styles in the
 * others.
 */
function elements(random: Random, dtype: FloatType, count: number): number[] {
  if (random.chance(0.25)) return floats(random, dtype, count);
  const specials = random.pick([0, 0, 0.05, 0.3]);
  const grid = random.chance(0.4);
  return Array.from({ length: count }, () =>
    random.chance(specials)
      ? special(random, dtype)
      : grid
        ? random.integer(-8, 8) / 4
        : random.normal() * 1.5,
  );
}

/** The broadcast shape of the operands that the result depends on. */
function shapeOfResult({ operands, steps }: FormulaCase, shapes: readonly number[][]): number[] {
  const made: number[][] = shapes.slice(0, operands);
  for (const step of steps)
    made.push(
      inputsOf(step)
        .map((input) => made[input])
        .reduce(broadcast),
    );
  return made[made.length - 1];
}

function inputsOf({ args, min, max }: FormulaStep): number[] {
  const all: (FormulaArgument | undefined)[] = [...args, min, max];
  return all.filter((argument) => typeof argument === "number");
}

function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [m, n] = [a, b].map((shape) => shape[shape.length - rank + i] ?? 1);
    return m === 1 ? n : m;
  });
}

interface Parts {
  dim?: number[];
  mask?: WireArray;
  weight?: WireArray;
}

/** A mask, weights and dimensions, each in some of the cases. */
function partsOf(random: Random, dtype: FloatType, shape: readonly number[], reduction: string): Parts {
  const parts: Parts = {};
  const smaller = (): number[] => (random.chance(0.3) ? shape.slice(1) : [...shape]);
  if (random.chance(0.3)) {
    const sizes = smaller();
    const kind: DType = random.pick(["bool", "uint8"] as const);
    const kept = random.pick([0.2, 0.7, 0.95]);
    const bits = Array.from({ length: product(sizes) }, () =>
      random.chance(kept) ? (kind === "bool" ? 1 : random.integer(1, 255)) : 0,
    );
    parts.mask = encode(kind, sizes, bits);
  }
  if (random.chance(0.15)) {
    const sizes = smaller();
    parts.weight = encode(
      dtype,
      sizes,
      Array.from({ length: product(sizes) }, () => random.integer(1, 12) / 4),
    );
  }
  if (reduction !== "none" && shape.length > 0 && random.chance(0.25)) {
    const all = shape.map((_, i) => (random.chance(0.5) ? i : i - shape.length));
    parts.dim = random.chance(0.5) ? [random.pick(all)] : all;
  }
  return parts;
}

function remaining(shape: readonly number[], dim: readonly number[] | undefined): number[] {
  if (!dim) return [];
  const gone = new Set(dim.map((d) => (d < 0 ? d + shape.length : d)));
  return shape.filter((_, d) => !gone.has(d));
}
