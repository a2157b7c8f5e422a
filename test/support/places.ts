/**
 * Where each loss of the tables can be had, and which options it has there, found by trying. A loss
 * that is missing somewhere needs a reason here; FEATURES.md shows the table.
 */
import { F, LossAccumulator } from "lossgrad";
import * as arrays from "lossgrad/arrays";
import { CrossEntropy, type FusedLoss, MeanLoss, NegativeLogLikelihood } from "lossgrad/metrics";
import { LOSSES as WORDS } from "../../cli/src/evaluation/losses.js";
import { rowLosses } from "../../src/loss/row-losses.js";
import { rowwiseLosses } from "../../src/loss/rowwise.js";
import { type Formula, formulaOf, FORMULAS, LOSSES } from "./losses.js";
import { PART_CASES } from "./part-losses.js";

export const COLUMNS = ["arrays", "accumulator", "metrics", "command", "mask", "dim", "weight"] as const;
export type Column = (typeof COLUMNS)[number];

const isFormula = (name: string): name is Formula => (FORMULAS as string[]).includes(name);
const isRowwise = (name: string): boolean => name in rowwiseLosses;
const isElementwise = (name: string): boolean => isFormula(name) || (LOSSES as string[]).includes(name);

/** The losses of all tables, each once. */
export const ALL_NAMES: readonly string[] = [
  ...new Set([
    ...LOSSES,
    ...FORMULAS,
    ...Object.keys(rowwiseLosses),
    ...Object.keys(rowLosses),
    ...PART_CASES.map(({ name }) => name),
  ]),
];

/** How many arguments come before options. */
function arityOf(name: string): number {
  const given = PART_CASES.find((one) => one.name === name);
  if (given) return given.operands.length + (given.plain?.length ?? 0);
  if (isFormula(name)) return formulaOf(name).operands.length;
  return name === "tripletMarginWithDistanceLoss" ? 3 : 2;
}

type Call = (...args: unknown[]) => unknown;
const functionOf = (name: string): Call => (F as unknown as Record<string, Call>)[name];

/** Whether a function takes an option: it says so before it looks at operands. */
function takes(name: string, option: string): boolean {
  try {
    functionOf(name)(...new Array<undefined>(arityOf(name)).fill(undefined), { [option]: undefined });
    return true;
  } catch (error) {
    return !(error as Error).message.includes(`unexpected keyword argument '${option}'`);
  }
}

function succeeds(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch {
    return false;
  }
}

/** Of losses of rows of classes, the metric and the word of the command line. */
const ROWS: Readonly<Record<string, { make: () => unknown; word: string }>> = {
  crossEntropy: { make: () => new CrossEntropy(), word: "ce" },
  nllLoss: { make: () => new NegativeLogLikelihood(), word: "nll" },
};

const isNamed = (name: string): boolean => (LOSSES as string[]).includes(name);
const words: readonly { sum: unknown; fused?: unknown }[] = Object.values(WORDS);

const TRIALS: Readonly<Record<Column, (name: string) => boolean>> = {
  arrays: (name) =>
    typeof (arrays as Record<string, { valueAndGrad?: unknown } | undefined>)[name]?.valueAndGrad ===
    "function",
  accumulator: (name) => succeeds(() => new LossAccumulator((isFormula(name) ? F[name] : name) as "l1Loss")),
  metrics: (name) =>
    name in ROWS
      ? succeeds(() => ROWS[name].make())
      : succeeds(() => new MeanLoss((isNamed(name) ? name : functionOf(name)) as FusedLoss)),
  command: (name) =>
    name in ROWS ? ROWS[name].word in WORDS : words.some(({ sum }) => sum === functionOf(name)),
  mask: (name) => takes(name, "mask"),
  dim: (name) => takes(name, "dim"),
  weight: (name) => takes(name, "weight"),
};

/** Where a loss is. */
export const has = (name: string, column: Column): boolean => TRIALS[column](name);

/** Why losses are missing in a place: the first of these that holds for one. */
const REASONS: Readonly<Record<Column, readonly [holds: (name: string) => boolean, reason: string][]>> = {
  arrays: [[(name) => name === "tripletMarginWithDistanceLoss", "its distance is a function of tensors"]],
  accumulator: [
    [(name) => !isElementwise(name) && !isRowwise(name), '"none" gives the losses of parts, to add up'],
  ],
  metrics: [
    [(name) => isFormula(name) && arityOf(name) > 2, "a metric has a prediction and a target"],
    [(name) => !isElementwise(name), "metrics are of elements and of rows of classes"],
  ],
  command: [
    [(name) => isFormula(name) && arityOf(name) > 2, "files give a prediction and a target"],
    [(name) => !isElementwise(name), "pairs of files are of elements and of rows of classes"],
  ],
  mask: [
    [(name) => name === "tripletMarginWithDistanceLoss", "what a distance makes of operands is its own"],
  ],
  dim: [[(name) => !isElementwise(name), '"none" has a loss of each part already']],
  weight: [
    [(name) => name === "tripletMarginWithDistanceLoss", "as for mask"],
    [(name) => isElementwise(name), "PyTorch has none"],
  ],
};

export function reasonOf(name: string, column: Column): string | undefined {
  return REASONS[column].find(([holds]) => holds(name))?.[1];
}

/** The table as FEATURES.md has it, and the reasons below. */
export function placesTable(): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const reasons: string[] = [];
  const cellOf = (name: string, column: Column): string => {
    if (has(name, column)) return "yes";
    const reason = `${column}: ${reasonOf(name, column)}`;
    if (!reasons.includes(reason)) reasons.push(reason);
    return `no (${reasons.indexOf(reason) + 1})`;
  };
  const rows = ALL_NAMES.map((name) => row([name, ...COLUMNS.map((column) => cellOf(name, column))]));
  const head = [row(["loss", ...COLUMNS]), row(["---", ...COLUMNS.map(() => "---")])];
  return [...head, ...rows, "", ...reasons.map((reason, i) => `${i + 1}. ${reason}`)].join("\n");
}
