/** fuse for typed arrays: a function of expressions as a loss of arrays. */
import type { TypedArray } from "../ndarray/dtype.js";
import type { TypedData } from "../ndarray/typed.js";
import { describeValue } from "../core/describe.js";
import { takeOptions } from "../core/options.js";
import type { CallArguments, CallOperands, CallOptions } from "../formula/call.js";
import { type Expression, isExpression } from "../formula/expression.js";
import { Fused, type FuseOptions } from "../formula/fused.js";
import type { Reduction } from "../loss/losses.js";
import { evaluateFused, evaluateFusedWithGradients, FusedWork } from "./fused-evaluate.js";
import { readFused, split } from "./fused-request.js";
import { markFusedArrays } from "./mark.js";
import type { ArrayOperand } from "./operands.js";
import type {
  ArrayLossOptions,
  ArrayWeightOptions,
  GradOptions,
  LossValue,
  OutOptions,
  ValueAndGrad,
} from "./options.js";

export type { FuseOptions } from "../formula/fused.js";

/**
 * What the function is called with in the place of an array: it has the elementwise methods of
 * tensors.
 */
export type FormulaOperand = Expression;
/** An operand in the formula's text; the last of them may be the parameters instead. */
type TextOperand<P> = Expression & P;

/** The options of a fused function of arrays; the parameters besides. */
export interface FusedArrayOptions<R extends Reduction = Reduction>
  extends ArrayLossOptions<R>, ArrayWeightOptions {}
/** The gradients that are wanted. */
export interface GradsOptions {
  /**
   * An entry for each operand: true for its gradient in a new array, an array to write it to, false
   * for none.
   */
  grads: readonly (ArrayOperand | boolean | null | undefined)[];
}
/** A loss and its gradients. */
export interface ValueAndGrads<V> {
  /** The loss. */
  value: V;
  /** Its derivatives by the elements of each operand, null where they were not asked for. */
  grads: (TypedData | null)[];
}

/** A fused function of arrays: of as many operands as the formula has, then of options. */
export interface FusedArrayFunction<
  O extends readonly (ArrayOperand | number)[] = readonly (ArrayOperand | number)[],
  P = object,
> {
  <R extends Reduction = "mean", A extends ArrayOperand = TypedArray>(
    ...args: CallArguments<O, CallOptions<FusedArrayOptions<R> & OutOptions<A>, P>>
  ): LossValue<R, A>;
  /** The formula's name. */
  readonly name: string;
  /**
   * The value, as the function itself gives it, and gradients in the same pass over the operands:
   * that of the first operand as `grad`, as the built-in losses have it, or with the option `grads`
   * those that are asked for, in a list with an entry for each operand.
   *
   * A gradient has the dtype of its operand, which must be floating, and its kind of array. Where
   * an array is given to write it to, it may be an operand itself: the gradient then replaces it.
   * An array that stands in two places is two operands, each with a gradient of its own.
   *
   * @throws as the function; TypeError for the gradient of a number or of integers, or where no
   *   gradient reaches the operand; RangeError for gradients that would overlap
   * @example
   * const gaussian = fuse((mean, target, variance) =>
   *   mean.sub(target).square().div(variance).add(variance.log()).mul(0.5));
   * const [mean, target, variance] = [Float32Array.of(1, 3), Float32Array.of(2, 1), Float32Array.of(1, 4)];
   * Array.from(gaussian.valueAndGrad(mean, target, variance).grad); // [-0.5, 0.25]
   * const { grads } = gaussian.valueAndGrad(mean, target, variance, { grads: [true, false, true] });
   * grads.map((grad) => grad && Array.from(grad)); // [[-0.5, 0.25], null, [0, 0]]
   */
  valueAndGrad: FusedValueAndGrad<O, P>;
  /**
   * The name with the parameters' defaults.
   *
   * @example
   * String(fuse((x, { p }) => x.pow(p), { name: "power", parameters: { p: 2 } })); // "power(p=2)"
   */
  toString(): string;
}

/** Gives the value and a gradient, or with `grads` several. */
export interface FusedValueAndGrad<O extends readonly (ArrayOperand | number)[], P> {
  <R extends Reduction = "mean">(
    ...args: number extends O["length"]
      ? [...operands: (ArrayOperand | number)[], options: CallOptions<FusedArrayOptions<R> & GradsOptions, P>]
      : [...operands: O, options: CallOptions<FusedArrayOptions<R> & GradsOptions, P>]
  ): ValueAndGrads<LossValue<R, TypedArray>>;
  <R extends Reduction = "mean", G extends ArrayOperand = TypedData>(
    ...args: CallArguments<O, CallOptions<FusedArrayOptions<R> & GradOptions<G>, P>>
  ): ValueAndGrad<LossValue<R, TypedArray>, G>;
}

/**
 * Makes a loss of typed arrays of a function that works element by element, as `fuse` of lossgrad
 * makes one of tensors: all operands are read once, and value and gradients are computed in the
 * same pass. The bits are those of tensors of the same numbers.
 *
 * The function is called with operands that have the elementwise methods of tensors and no
 * elements, once for each list of dtypes and parameters: it must depend on nothing that changes,
 * and decides by `where(condition, a, b)`. Its numbers are `parameters`, with their defaults,
 * handed over as one object behind the operands; a call's options give others. A final `mean()` or
 * `sum()` is the reduction of calls that name none.
 *
 * Operands are arrays of one length, as for l1Loss, or numbers; floats of several dtypes, and
 * integers beside them, are first converted to the dtype that they promote to, integers among
 * themselves to float64. Calls take the options of l1Loss: `reduction`, `weight`, `mask`, `dtype`
 * and `out`.
 *
 * @throws TypeError for what is no function, and for parameters that are no numbers; in calls as
 *   l1Loss, and for an operation that is not elementwise, a reduction that is not the last, and
 *   whatever asks for elements; what the function itself throws
 * @example
 * const charbonnier = fuse((input, target, { eps }) => input.sub(target).square().add(eps ** 2).sqrt(), {
 *   name: "charbonnier",
 *   parameters: { eps: 1e-3 },
 * });
 * const [prediction, target] = [Float64Array.of(1, 2, 3), Float64Array.of(1, 6, -1)];
 * charbonnier(prediction, target, { eps: 3, reduction: "sum" }); // 13
 * const { value, grad } = charbonnier.valueAndGrad(prediction, target, { eps: 3, reduction: "sum" });
 * Array.from(grad); // [0, -0.8, 0.8]
 * charbonnier(prediction, 0, { eps: 0, mask: Uint8Array.of(1, 0, 1) }); // 2
 */
export function fuse<A extends TextOperand<P>[], P extends object = object>(
  fn: (...operands: A) => Expression,
  options: FuseOptions<P> = {},
): FusedArrayFunction<CallOperands<A, P, ArrayOperand | number>, P> {
  const { name, parameters } = takeOptions("fuse", options, ["name", "parameters"]);
  const fused = new Fused(fn, name, parameters);
  return arrayFunctionOf(fused) as FusedArrayFunction<CallOperands<A, P, ArrayOperand | number>, P>;
}

/** What computes `fused` of arrays: of any number of operands and with any options. */
export function arrayFunctionOf(fused: Fused): (...args: never[]) => unknown {
  const call = (...args: unknown[]): unknown => evaluateFused(readFused(fused, args, "value"));
  const valueAndGrad = (...args: unknown[]): unknown => {
    const request = readFused(fused, args, "gradients");
    const { value, grads } = evaluateFusedWithGradients(request);
    if (!request.listed) return { value, grad: grads[0] };
    const all = request.operands
      .slice(0, fused.operandCount ?? undefined)
      .map((_, i) => request.gradients.findIndex(({ index }) => index === i));
    return { value, grads: all.map((at) => grads[at] ?? null) };
  };
  Object.defineProperties(call, {
    name: { value: fused.name },
    toString: { value: () => fused.toString() },
    valueAndGrad: { value: valueAndGrad },
  });
  const { name, parameterNames, traits, optionalNames, operandCount } = fused;
  markFusedArrays(call, {
    name,
    parameterNames,
    traits,
    optionalNames,
    operandCount,
    termOf: (operands, values) => fused.termOf(operands, values),
    readParameters: (given) => fused.readParameters(given),
    split: (args) => split(fused, args),
    termsOf: (args) => new FusedWork(readFused(fused, args, "value")).terms(),
  });
  return call;
}

/**
 * Within a formula, `a` where `condition` holds, else `b`.
 *
 * @throws TypeError for a condition that is no comparison of the formula's operands
 * @example
 * const asymmetric = fuse((input, target) => {
 *   const d = input.sub(target);
 *   return where(d.gt(0), d.square(), d.abs());
 * });
 * asymmetric(Float32Array.of(3, 0), 1, { reduction: "none" }).join(); // "4,1"
 */
export function where(
  condition: FormulaOperand,
  a: FormulaOperand | number,
  b: FormulaOperand | number,
): FormulaOperand {
  if (isExpression(condition)) return condition.choose(a, b);
  throw new TypeError(
    `where: expected the condition to be a comparison of a formula's operands, as in x.gt(0), got ${describeValue(condition)}`,
  );
}
