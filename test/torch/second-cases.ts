/**
 * Cases of second derivatives for every loss of the tables, in float64: numbers at random, and
 * numbers of a grid, where kinks and the ends of domains are met.
 */
import { type Formula, type Loss, LOSSES, parameterOf, traitsOf } from "../support/losses.js";
import type { Random } from "../support/random.js";
import { encode, type WireArray } from "../support/wire.js";
import { losses } from "../../src/loss/losses.js";
import { type RowLossName, rowLosses } from "../../src/loss/row-losses.js";
import { type RowwiseLossName, rowwiseLosses } from "../../src/loss/rowwise.js";
import { BEYOND, type BeyondName, beyondCases } from "./beyond-cases.js";
import { domainOf, TORCHS, WITHOUT_GRADIENT } from "./formula-cases.js";

type Options = Readonly<Record<string, unknown>>;
type Arrays = Readonly<Record<string, WireArray>>;

/** A loss, and what it is called with; which operands have a gradient. */
export interface SecondCase {
  readonly second: string;
  readonly operands: readonly (WireArray & { requires: boolean })[];
  /** Options that are operands with a gradient. */
  readonly behind: Arrays;
  /** Options that are operands without. */
  readonly constants: Arrays;
  readonly options: Options;
}

type RowName = RowLossName | RowwiseLossName | "ctcLoss" | "cosineSimilarity" | "pairwiseDistance";
export type SecondName = Loss | Formula | RowName | BeyondName;

const [COUNT, ROWS, CLASSES] = [24, 4, 5];
const REDUCTIONS = ["none", "mean", "sum"].map((reduction) => ({ reduction }));

/** Numbers of one kind for a case: of a grid or not. */
type Numbers = (shape: readonly number[], requires?: boolean) => SecondCase["operands"][0];

function numbersOf(random: Random, grid: boolean, read = (x: number): number => x): Numbers {
  return (shape, requires = true) => {
    const count = shape.reduce((n, size) => n * size, 1);
    const one = (): number => (grid ? random.integer(-4, 4) / 2 : random.normal() * 1.5);
    const values = Array.from({ length: count }, () => read(one()));
    return { ...encode("float64", [...shape], values), requires };
  };
}

const made = (
  second: string,
  operands: SecondCase["operands"],
  options: Options = {},
  constants: Arrays = {},
  behind: Arrays = {},
): SecondCase => ({ second, operands, behind, constants, options });

/** Each case with every reduction, and one of them with weights besides, where the loss takes them. */
const reduced = (cases: readonly SecondCase[], weighted: readonly SecondCase[] = []): SecondCase[] =>
  [...cases, ...weighted].flatMap((given) =>
    REDUCTIONS.map((reduction) => ({ ...given, options: { ...given.options, ...reduction } })),
  );

function ofPairs(loss: Loss, random: Random): SecondCase[] {
  return [undefined, 0.5].flatMap((parameter) =>
    [false, true].map((grid) => {
      const numbers = numbersOf(random, grid);
      return made(loss, [numbers([COUNT]), numbers([COUNT])], parameterOf(loss, parameter));
    }),
  );
}

function ofFormulas(name: Formula, random: Random): SecondCase[] {
  return TORCHS.filter((form) => form.name === name).flatMap(({ row, words, present, options }) =>
    [false, true].map((grid) => {
      const all = words.map((word) => ({
        ...numbersOf(random, grid, domainOf(row, word))([COUNT]),
        requires: !WITHOUT_GRADIENT[name]?.includes(word),
      }));
      const count = words.length - present.length;
      const more = Object.fromEntries(present.map((word, i) => [word, all[count + i]]));
      const [constants, behind] = [false, true].map((wanted) =>
        Object.fromEntries(Object.entries(more).filter(([, { requires }]) => requires === wanted)),
      );
      return made(name, all.slice(0, count), options, constants, behind);
    }),
  );
}
const integers = (values: readonly number[], shape = [values.length]): SecondCase["operands"][0] => ({
  ...encode("int64", shape, values),
  requires: false,
});

interface Frame {
  readonly random: Random;
  readonly numbers: Numbers;
  readonly positive: Numbers;
}
const labels = ({ random }: Frame, least = 0, count = ROWS): number[] =>
  Array.from({ length: count }, () => random.integer(least, CLASSES - 1));
const signs = ({ random }: Frame): SecondCase["operands"][0] =>
  integers(Array.from({ length: ROWS }, () => random.pick([-1, 1])));
const matrix = [ROWS, CLASSES];
const triple = ({ numbers }: Frame): SecondCase["operands"] => [
  numbers(matrix),
  numbers(matrix),
  numbers(matrix),
];

const OF_ROWS: Readonly<Record<RowName, (frame: Frame, name: string) => SecondCase[]>> = {
  crossEntropy: (frame, name) => {
    const { numbers, positive } = frame;
    const weight = positive([CLASSES], false);
    const options = { labelSmoothing: 0.25, ignoreIndex: 2 };
    return [
      made(name, [numbers(matrix), integers(labels(frame))]),
      made(name, [numbers(matrix), integers(labels(frame))], options, { weight }),
      made(name, [numbers([2, CLASSES, 2]), integers(labels(frame), [2, 2])], {}, { weight }),
      made(name, [numbers(matrix), positive(matrix)], { labelSmoothing: 0.25 }, { weight }),
    ];
  },
  nllLoss: (frame, name) => [
    made(name, [frame.numbers(matrix), integers(labels(frame))], {}, { weight: frame.positive([CLASSES], false) }),
  ], // prettier-ignore
  multiMarginLoss: (frame, name) =>
    [1, 2].map((p) => made(name, [frame.numbers(matrix), integers(labels(frame))], { p })),
  multilabelMarginLoss: (frame, name) => [
    made(name, [frame.numbers(matrix), integers(labels(frame, -1, ROWS * CLASSES), matrix)]),
  ],
  multilabelSoftMarginLoss: (frame, name) => {
    const operands = [frame.numbers(matrix), frame.positive(matrix)];
    return [made(name, operands), made(name, operands, {}, { weight: frame.positive([CLASSES], false) })];
  },
  cosineEmbeddingLoss: (frame, name) =>
    [0, -0.5].map((margin) =>
      made(name, [frame.numbers(matrix), frame.numbers(matrix), signs(frame)], { margin }),
    ),
  tripletMarginLoss: (frame, name) =>
    [2, 1, 3, "inf"].flatMap((p) =>
      // Sums of |d + eps| that tie but for their rounding decide what is swapped: without eps they tie.
      [false, true].map((swap) =>
        made(name, triple(frame), { p, swap, margin: 1.43, ...(p === 1 && { eps: 0 }) }),
      ),
    ),
  tripletMarginWithDistanceLoss: (frame, name) =>
    [false, true].map((swap) => made(name, triple(frame), { swap, margin: 1.43 })),
  cosineSimilarity: (frame, name) =>
    [{}, { eps: 4 }].map((options) => made(name, [frame.numbers(matrix), frame.numbers(matrix)], options)),
  pairwiseDistance: (frame, name) =>
    [2, 1, 3, 0, "inf"].map((p) => made(name, [frame.numbers(matrix), frame.numbers(matrix)], { p })),
  ctcLoss: ({ numbers }, name) => [
    made(name, [numbers([6, 2, CLASSES]), integers([1, 2, 3, 4], [2, 2]), integers([6, 5]), integers([2, 1])]),
  ], // prettier-ignore
};

function ofRows(name: RowName, random: Random): SecondCase[] {
  return [false, true].flatMap((grid) => {
    const positive = numbersOf(random, grid, (x) => Math.abs(x) / 2);
    return OF_ROWS[name]({ random, numbers: numbersOf(random, grid), positive }, name);
  });
}

/** Those that have no reduction. */
const isOperation = (name: string): boolean => name === "cosineSimilarity" || name === "pairwiseDistance";

function ofBeyond(name: BeyondName, random: Random): SecondCase[] {
  return beyondCases(name, random).map(({ operands, behind, options }) =>
    made(
      name,
      // Its authors' code has an exponent that depends on the target, which is 0 or 1 there.
      operands.map((x, i) => ({ ...x, requires: i === 0 || name !== "asymmetricLoss" })),
      { ...options, reduction: "none" },
      {},
      behind,
    ),
  );
}

export const SECOND_NAMES: readonly SecondName[] = [
  ...LOSSES,
  ...new Set(TORCHS.map(({ name }) => name)),
  ...(Object.keys({ ...rowwiseLosses, ...rowLosses }) as RowName[]),
  "ctcLoss",
  "cosineSimilarity",
  "pairwiseDistance",
  ...BEYOND,
];

export function secondCases(name: SecondName, random: Random): SecondCase[] {
  if (name in OF_ROWS) {
    const cases = ofRows(name as RowName, random);
    return isOperation(name) ? cases : reduced(cases);
  }
  if ((BEYOND as readonly string[]).includes(name)) return ofBeyond(name as BeyondName, random);
  const loss = name as Loss | Formula;
  const cases = loss in losses ? ofPairs(loss as Loss, random) : ofFormulas(loss as Formula, random);
  const weight = numbersOf(random, false, Math.abs)([COUNT], false);
  const weighted = traitsOf(loss).takesWeight ? cases.slice(0, 2) : [];
  return reduced(
    cases,
    weighted.map((given) => ({ ...given, constants: { ...given.constants, weight } })),
  );
}
