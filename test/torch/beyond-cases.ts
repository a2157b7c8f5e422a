/** Random cases of the losses that PyTorch does not have, which beyond.py answers. */
import { lossesBeyondTorch } from "../../src/loss/beyond-torch.js";
import type { Random } from "../support/random.js";
import { encode, type WireArray } from "../support/wire.js";

type Elementwise = keyof typeof lossesBeyondTorch;
type OfSets = "diceLoss" | "jaccardLoss" | "generalizedBoxIouLoss" | "ensembleCrpsLoss" | "pearsonLoss";
export type BeyondName = Elementwise | OfSets;

export interface BeyondCase {
  readonly beyond: BeyondName;
  readonly operands: readonly WireArray[];
  /** Operands that are options. */
  readonly behind: Readonly<Record<string, WireArray>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly upstream: WireArray;
}
/** Options that a loss is called with, one after the other. */
const OPTIONS: Record<Elementwise, readonly Readonly<Record<string, number>>[]> = {
  quantileLoss: [{}, { quantile: 0.9 }, { quantile: 0 }, { quantile: 1 }],
  logCoshLoss: [{}],
  charbonnierLoss: [{}, { epsilon: 2 }],
  epsilonInsensitiveLoss: [{}, { epsilon: 1 }, { epsilon: 0 }],
  tukeyBiweightLoss: [{}, { c: 1.5 }],
  cauchyLoss: [{}, { c: 3 }],
  generalRobustLoss: [1, 2, 0, -2, 0.5, 1.999, 4, -8, -Infinity].flatMap(
    (alpha): Record<string, number>[] => [{ alpha }, { alpha, c: 3 }],
  ),
  wingLoss: [{}, { omega: 1, epsilon: 0.25 }],
  sigmoidFocalLoss: [{}, { alpha: -1 }, { alpha: 0.75, gamma: 1.5 }, { gamma: 0 }],
  asymmetricLoss: [{}, { clip: 0 }, { gammaNeg: 2, gammaPos: 0 }, { gammaNeg: 0, gammaPos: 3, clip: 0.25 }],
  gaussianCrpsLoss: [{}],
};

function operandsOf(name: Elementwise, random: Random): WireArray[] {
  const n = 60;
  const scale = random.pick([0.25, 1, 4]);
  const numbers = (): number[] => Array.from({ length: n }, () => random.normal() * scale);
  const isLabelled = name === "sigmoidFocalLoss" || name === "asymmetricLoss";
  const target = isLabelled ? numbers().map((x) => Number(x > 0)) : numbers();
  const made = [numbers(), target];
  if (name === "gaussianCrpsLoss") made.push(numbers().map((x) => Math.abs(x) + 0.1));
  return made.map((values) => encode("float64", [n], values));
}

function casesOf(name: Elementwise, random: Random): BeyondCase[] {
  const upstream = (): WireArray =>
    encode(
      "float64",
      [60],
      Array.from({ length: 60 }, () => random.normal()),
    );
  const given = OPTIONS[name].flatMap((options): BeyondCase[] =>
    [1, 2, 3].map(() => ({
      beyond: name,
      operands: operandsOf(name, random),
      behind: {},
      options: Object.fromEntries(
        Object.entries(options).map(([word, x]) => [word, Number.isFinite(x) ? x : String(x)]),
      ),
      upstream: upstream(),
    })),
  );
  const word = { quantileLoss: "quantile", generalRobustLoss: "alpha" }[name as string];
  if (word === undefined) return given;
  const levels = Array.from({ length: 60 }, () => (word === "alpha" ? 3 * random.normal() : random.next()));
  const each = { [word]: encode("float64", [60], levels) };
  return [
    ...given,
    { beyond: name, operands: operandsOf(name, random), behind: each, options: {}, upstream: upstream() },
  ];
}

interface Sets {
  /** The sizes of operands and result. */
  readonly shapes: readonly number[][];
  readonly result: number[];
  readonly options: readonly object[];
}
/** The losses of sets and rows. */
const SETS: Record<OfSets, Sets> = {
  diceLoss: {
    shapes: [[3, 2, 4, 5], [3, 2, 4, 5]], // prettier-ignore
    result: [3],
    options: [{}, { smooth: 1 }, { squared: true }],
  },
  jaccardLoss: { shapes: [[4, 30], [4, 30]], result: [4], options: [{}, { smooth: 2 }] }, // prettier-ignore
  generalizedBoxIouLoss: { shapes: [[40, 4], [40, 4]], result: [40], options: [{}, { eps: 0.5 }] }, // prettier-ignore
  ensembleCrpsLoss: { shapes: [[9, 11], [9]], result: [9], options: [{}, { fair: true }] },
  pearsonLoss: { shapes: [[5, 12], [5, 12]], result: [5], options: [{}] }, // prettier-ignore
};

/** Numbers that such a loss takes: probabilities, boxes with corners in order, or any. */
function numbersOf(name: OfSets, random: Random, n: number): number[] {
  if (name === "generalizedBoxIouLoss") {
    const box = (): number[] => {
      const [x, y] = [random.next(), random.next()];
      return [x, y, x + 0.1 + random.next(), y + 0.1 + random.next()];
    };
    return Array.from({ length: n / 4 }, box).flat();
  }
  const isMask = name === "diceLoss" || name === "jaccardLoss";
  return Array.from({ length: n }, () => (isMask ? random.next() : random.normal()));
}

function casesOfSets(name: OfSets, random: Random): BeyondCase[] {
  const { shapes, result, options } = SETS[name];
  const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
  return options.map((given) => ({
    beyond: name,
    operands: shapes.map((shape) => encode("float64", shape, numbersOf(name, random, count(shape)))),
    behind: {},
    options: given as Record<string, unknown>,
    upstream: encode(
      "float64",
      result,
      Array.from({ length: count(result) }, () => random.normal()),
    ),
  }));
}

/** The losses that PyTorch does not have. */
export const BEYOND = [...Object.keys(lossesBeyondTorch), ...Object.keys(SETS)] as BeyondName[];

export function beyondCases(name: BeyondName, random: Random): BeyondCase[] {
  return name in SETS ? casesOfSets(name as OfSets, random) : casesOf(name as Elementwise, random);
}
