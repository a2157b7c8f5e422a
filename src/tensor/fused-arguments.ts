/** The arguments of a call of a fused function: operands, and options behind them. */
import { type Taken, takeOptions } from "../core/options.js";
import { isExpression } from "../formula/expression.js";
import type { Fused } from "../formula/fused.js";
import { type ReadReduction, readReduction } from "../loss/reduction.js";
import { notATensor } from "../ndarray/adapter.js";
import { type DType, isFloating } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import { resultType } from "../ndarray/promotion.js";
import { Tensor } from "./tensor.js";

/** Whether the last argument is meant as options: whatever is neither a tensor nor a number. */
export function isOptions(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Tensor) && !isExpression(value);
}

/** The options of a call, read and checked. */
export interface TakenOptions {
  readonly values: Readonly<Record<string, unknown>>;
  readonly read: ReadReduction & { readonly named: boolean };
  readonly mask: Tensor | null;
  readonly weight: Tensor | null;
  /** What a mean divides by where that is a number of its own. */
  readonly divisor?: number;
}

export const NONE_GIVEN: TakenOptions = {
  values: {},
  read: { mode: "mean", dims: undefined, keepdim: false, named: false },
  mask: null,
  weight: null,
};

export const REDUCTION_OPTIONS = ["reduction", "dim", "keepdim", "mask", "weight"] as const;

export function takeFusedOptions(fused: Fused, names: readonly string[], given: object): TakenOptions {
  return readOptions(
    fused,
    takeOptions<Record<string, unknown>>(fused.name, given as Record<string, unknown>, names),
  );
}

export function readOptions(
  { name, traits }: Pick<Fused, "name" | "traits">,
  taken: Taken<Record<string, unknown>>,
): TakenOptions {
  const { reduction, dim, keepdim, mask, weight } = taken;
  const words = traits.reductionWords ?? (weight == null ? "enum" : "weighted");
  const read = readReduction(name, { reduction, dim, keepdim }, words);
  return {
    values: taken,
    read: { ...read, named: reduction !== undefined },
    mask: takenTensor(name, "mask", mask),
    weight: takenTensor(name, "weight", weight),
  };
}

/** A tensor that an option gives; null where it gives none. */
export function takenTensor(caller: string, word: string, value: unknown): Tensor | null {
  if (value === undefined || value === null) return null;
  if (value instanceof Tensor) return value;
  throw notATensor(caller, `${word} to be a Tensor`, value);
}

/**
 * The first `count` arguments as tensors; numbers become 0-d ones of the dtype that the tensors
 * have.
 */
export function readOperands(fused: Fused, given: readonly unknown[], count: number): Tensor[] {
  fused.checkCount(count);
  const operands: unknown[] = given.slice(0, count);
  let tensors = 0;
  operands.forEach((x, i) => {
    if (x instanceof Tensor) {
      x.checkAlive(fused.name);
      tensors++;
    } else if (typeof x !== "number") {
      throw notATensor(fused.name, `operand ${i + 1} to be a Tensor or a number`, x);
    }
  });
  if (tensors === count && count > 0) return operands as Tensor[];
  return withNumbers(fused, operands as (Tensor | number)[]);
}

function withNumbers(fused: Fused, operands: readonly (Tensor | number)[]): Tensor[] {
  const tensors = operands.filter((x) => x instanceof Tensor);
  if (tensors.length === 0) {
    throw new TypeError(
      `${fused.name}: expected a Tensor among the operands, got ${operands.length === 0 ? "none" : "numbers only"}; ` +
        "make one with tensor(...)",
    );
  }
  const common = resultType(tensors.map(({ nd }) => nd));
  return operands.map((x) => (x instanceof Tensor ? x : scalar(common, x)));
}

/** A number as an operand beside tensors of `common`. */
export function scalar(common: DType, x: number): Tensor {
  const dtype = isFloating(common) ? common : resultType([{ dtype: common, shape: [1] }, x]);
  return new Tensor(NdArray.scalar(dtype, x));
}
