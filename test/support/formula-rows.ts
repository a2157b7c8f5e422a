/**
 * The rows of the table of formulas in the forms that they have: with their optional operands and
 * without, with booleans as they are by default and otherwise. Tests go by these, so that a row or an
 * option that is added is tested without a line of theirs.
 */
import { F, tensor } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import type { FormulaRow } from "../../src/loss/formula-row.js";
import { type FormulaLossName, formulaLosses } from "../../src/loss/formulas.js";
import { tensorBytes } from "./arrays.js";
import { FORMULAS } from "./losses.js";
import { Random } from "./random.js";

type Call = (...args: unknown[]) => Tensor;
type Numbers = Record<string, number | boolean>;

export interface Form {
  readonly title: string;
  readonly name: FormulaLossName;
  readonly row: FormulaRow;
  /** The operands, the optional ones behind the others. */
  readonly words: readonly string[];
  /** The optional ones that are there. */
  readonly present: readonly string[];
  /** The options that are not as by default. */
  readonly options: Numbers;
}

export const formulaRows = FORMULAS.map((name): [FormulaLossName, FormulaRow] => [name, formulaLosses[name]]);

/** A row's parameters by default. */
export const defaultsOf = ({ parameters }: FormulaRow): Numbers =>
  Object.fromEntries(Object.entries(parameters).map(([word, parameter]) => [word, parameter.default]));

/** What a row may be called with, in all forms. */
export const FORMS: readonly Form[] = formulaRows.flatMap(([name, row]) => {
  const flips = Object.entries(defaultsOf(row)).filter(([, value]) => typeof value === "boolean");
  const settings: Numbers[] = [
    {},
    ...flips.map(([word, value]) => ({ [word]: !value })),
    ...(flips.length > 1 ? [Object.fromEntries(flips.map(([word, value]) => [word, !value]))] : []),
  ];
  const presences = row.optional ? [[], row.optional] : [[]];
  return presences.flatMap((present) =>
    settings.map((options): Form => {
      const said = [
        ...present.map((word) => `with ${word}`),
        ...Object.entries(options).map((e) => e.join(" ")),
      ];
      const title = said.length > 0 ? `${name} ${said.join(", ")}` : name;
      return { title, name, row, words: [...row.operands, ...present], present, options };
    }),
  );
});

/** The arguments of a call of such a form: the operands among the options where they belong there. */
export function argumentsOf(
  { row, present, options }: Form,
  operands: readonly unknown[],
  given: object,
): unknown[] {
  const count = row.operands.length;
  const behind = Object.fromEntries(present.map((word, i) => [word, operands[count + i]]));
  return [...operands.slice(0, count), { ...options, ...behind, ...given }];
}

export function callForm(form: Form, operands: readonly Tensor[], given: object = {}): Tensor {
  return (F[form.name] as unknown as Call)(...argumentsOf(form, operands, given));
}

/** Random operands: inside (0, 1) where a formula is defined there only, else up to 1.5. */
export function operandsOf(form: Form, shape: readonly number[], dtype: DType, seed = 1): Tensor[] {
  const random = new Random(seed);
  const n = shape.reduce((count, size) => count * size, 1);
  const most = form.row.refusals?.some(({ message }) => message.includes("between 0 and 1")) ? 1 : 1.5;
  return form.words.map(() =>
    tensor(Float64Array.from({ length: n }, () => most * (0.05 + 0.9 * random.next())))
      .to(dtype)
      .reshape([...shape]),
  );
}

/** What a formula is given: null for optional operands that are not there, parameters behind. */
function given({ row, present, options }: Form, operands: readonly Tensor[]): unknown[] {
  const count = row.operands.length;
  const optional = (row.optional ?? []).map((word) => {
    const at = present.indexOf(word);
    return at < 0 ? null : operands[count + at];
  });
  const values = Object.entries({ ...defaultsOf(row), ...options }).map(([word, value]) => [
    word,
    Number(value),
  ]);
  return [
    ...operands.slice(0, count),
    ...optional,
    ...(values.length > 0 ? [Object.fromEntries(values) as object] : []),
  ];
}

/** The formula on the tensors themselves, operation by operation. */
export const termOf = (form: Form, operands: readonly Tensor[]): Tensor =>
  (form.row.term as unknown as Call)(...given(form, operands));

export const leavesOf = (operands: readonly Tensor[]): Tensor[] =>
  operands.map((x) => x.detach().requiresGrad_());

/** Its gradients from that of the terms; null for an operand that none reaches. */
export function slopesOf(form: Form, operands: readonly Tensor[], upstream: Tensor): (Tensor | null)[] {
  const { row, present } = form;
  if (row.slopes) {
    const slopes = row.slopes as unknown as (...args: unknown[]) => readonly (Tensor | null)[];
    const all = slopes(upstream, ...given(form, operands)).map((slope) => slope?.to(upstream.dtype));
    const count = row.operands.length;
    return [...all.slice(0, count), ...present.map((word) => all[count + row.optional!.indexOf(word)])].map(
      (slope) => slope ?? null,
    );
  }
  const own = leavesOf(operands);
  termOf(form, own).backward(upstream);
  return own.map(({ grad }) => grad);
}

/** The bytes of a gradient; of none, null. */
export const gradientBytes = (x: Tensor | null | undefined): string | null => (x ? tensorBytes(x) : null);

/** Whether a call is refused because of its operands' shapes: torch has some losses of one shape only. */
export function refusesShapes(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch (error) {
    if (error instanceof RangeError && /size/i.test(error.message)) return true;
    throw error;
  }
}
