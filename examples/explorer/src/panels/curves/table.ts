/**
 * The losses of the library's table of formulas as curves: its rows say what each takes, so that a
 * loss that is added there can be drawn here.
 */
import { F, full, tensor, type Tensor } from "lossgrad";
import { lossesBeyondTorch } from "lossgrad/loss/beyond-torch.js";
import type { FormulaRow } from "lossgrad/loss/formula-row.js";
import { formulaLosses, type FormulaLossName } from "lossgrad/loss/formulas.js";
import type { Each } from "../../losses.js";
import { type Setting, settingsOf, type Settings } from "./settings.js";

export interface TableRow {
  readonly id: FormulaLossName;
  readonly name: string;
  readonly color: string;
  readonly dash: readonly number[];
  readonly group: Group;
  readonly formula: string;
  readonly settings: readonly Setting[];
  readonly eachWith: (settings: Settings) => Each;
  /** Why there is no loss at a target; empty where there is one. */
  readonly problemAt: (target: number) => string;
}

export const GROUPS = {
  torch: "PyTorch's other losses",
  beyond: "Losses beyond PyTorch",
} as const;
export type Group = keyof typeof GROUPS;

/** Custom properties of style.css; losses that share one differ in their dashes. */
const COLORS = 8;
const DASHES = [[], [9, 4], [2, 3]];

export const TABLE: readonly TableRow[] = Object.entries<FormulaRow>(formulaLosses).map(([id, row], i) => ({
  id: id as FormulaLossName,
  name: row.name,
  color: `--more-${(i % COLORS) + 1}`,
  dash: DASHES[Math.floor(i / COLORS) % DASHES.length],
  group: id in lossesBeyondTorch ? "beyond" : "torch",
  formula: row.formula.split("; slope")[0],
  settings: settingsOf(row),
  eachWith: (settings) => eachOf(row, settings),
  problemAt: (target) => problemAt(row, target),
}));
export const TABLE_IDS = TABLE.map(({ id }) => id);
export const SETTINGS = TABLE.flatMap(({ settings }) => settings);

type Call = (...args: unknown[]) => Tensor;
type Where = (x: Tensor) => Tensor;

/** The losses of predictions; NaN where the loss refuses a number. */
function eachOf(row: FormulaRow, settings: Settings): Each {
  const values = Object.fromEntries(
    settingsOf(row).map(({ key, word, flag }): [string, number | boolean] => [
      word,
      flag ? settings[key] !== 0 : settings[key],
    ]),
  );
  const own = Object.keys(row.parameters).filter((word) => word in values);
  const options = Object.fromEntries(own.map((word) => [word, values[word]]));
  return (predictions, targets) => {
    const others = row.operands
      .slice(2)
      .map((word) => full([...predictions.shape], Number(values[word] ?? 1), { dtype: predictions.dtype }));
    const operands = ordered(row, predictions, targets, others);
    const kept = keptOf(row, operands);
    const call = { reduction: "none", ...options, ...(kept ? { mask: kept } : {}) };
    const losses = (F[row.name as FormulaLossName] as unknown as Call)(...operands, call);
    return kept ? losses.where(kept, NaN) : losses;
  };
}

/** The prediction is the first operand, and the target the one of that name. */
function ordered(row: FormulaRow, prediction: Tensor, target: Tensor, others: readonly Tensor[]): Tensor[] {
  const rest = [...others];
  return row.operands.map((word, i) => (i === 0 ? prediction : word === "target" ? target : rest.shift()!));
}

/** Where all operands have numbers that the loss takes; null for one that takes any. */
function keptOf(row: FormulaRow, operands: readonly Tensor[]): Tensor | null {
  const kept = (row.refusals ?? []).flatMap(({ operand, where }) => {
    const x = operands[row.operands.indexOf(operand)] as Tensor | undefined;
    return x ? [(where as unknown as Where)(x.detach()).eq(0)] : [];
  });
  return kept.length > 0 ? kept.reduce((all, one) => all.mul(one)) : null;
}

function problemAt(row: FormulaRow, target: number): string {
  const refusal = row.refusals?.find(
    ({ operand, where }) =>
      operand === "target" &&
      (where as unknown as Where)(tensor([target]))
        .at(0)
        .item<boolean>(),
  );
  return refusal ? `No curve: ${refusal.message}.` : "";
}
