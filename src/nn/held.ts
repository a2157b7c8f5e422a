/** What the modules of losses hold, and the options by which they call their functions. */
import { type Taken, takeOptions } from "../core/options.js";
import type { FormulaRow } from "../loss/formula-row.js";
import type { Reduction } from "../loss/losses.js";
import { legacyReduction } from "../loss/reduction.js";
import { takeDims } from "../ndarray/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import type { LegacyOptions, MaskOptions, ReductionOptions } from "./options.js";

type Options = LegacyOptions & ReductionOptions;
export const OPTIONS = ["sizeAverage", "reduce", "reduction", "dim", "keepdim"] as const;

/** What a module holds of options that were taken. */
interface Held<R extends string = Reduction> {
  readonly reduction: R;
  readonly dim: number | readonly number[] | null | undefined;
  readonly keepdim: boolean;
}

export function held({
  sizeAverage,
  reduce,
  reduction = "mean",
  dim,
  keepdim = false,
}: Taken<Options>): Held {
  return {
    reduction: legacyReduction(sizeAverage, reduce) ?? reduction,
    dim: Array.isArray(dim) ? takeDims(dim) : dim,
    keepdim,
  };
}

/** The options of a row's own, with their defaults. */
function ownOptions({ parameters, moduleWeight, optional = [] }: FormulaRow): [string, unknown][] {
  const tensors = [...(moduleWeight ? ["weight"] : []), ...optional];
  return [
    ...tensors.map((name): [string, unknown] => [name, null]),
    ...Object.entries(parameters).map(([name, parameter]): [string, unknown] => [name, parameter.default]),
  ];
}

/** What the module of a row of the table of formulas holds. */
export function heldOf(row: FormulaRow, options: Omit<Options, "reduction">): object {
  const own = ownOptions(row);
  const names = [...OPTIONS.slice(row.legacy ? 0 : 2), ...own.map(([name]) => name)];
  const taken = takeOptions<Record<string, unknown>>(row.module, options, names);
  const values = own.map(([name, standard]): [string, unknown] => {
    const { [name]: value = standard } = taken;
    return [name, value];
  });
  return { ...held(taken), ...Object.fromEntries(values) };
}

/** The options by which such a module calls its function. */
export function optionsOf(loss: Held<string>, row: FormulaRow, options: MaskOptions | undefined): object {
  const { reduction, dim, keepdim } = loss;
  const held = loss as unknown as Readonly<Record<string, unknown>>;
  const values = ownOptions(row).map(([name]): [string, unknown] => [name, held[name]]);
  return { reduction, dim, keepdim, mask: maskOf(row.module, options), ...Object.fromEntries(values) };
}

export function maskOf(caller: string, options: MaskOptions | undefined): Tensor | null | undefined {
  return options && takeOptions(caller, options, ["mask"]).mask;
}
