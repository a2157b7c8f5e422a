/** fuse for tensors: a function of tensors as one operation. */
import { notATensor } from "../ndarray/adapter.js";
import { type DType, isFloating } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import { resultType } from "../ndarray/promotion.js";
import { sumOver } from "../ndarray/reductions.js";
import { isGradEnabled } from "../autograd/mode.js";
import { type Taken, takeOptions } from "../core/options.js";
import { ExactSum } from "../core/exact-sum.js";
import { scope } from "../core/scope.js";
import { addExactly } from "../ndarray/exact.js";
import { applyFused, type Mask, shapeOfElements } from "../formula/apply.js";
import type { CallArguments, CallOperands, CallOptions } from "../formula/call.js";
import { applyInParts } from "../formula/parts.js";
import { isExpression } from "../formula/expression.js";
import { Fused, type FuseOptions, type Traced } from "../formula/fused.js";
import { markFused } from "../formula/mark.js";
import type { ParameterValues } from "../formula/trace.js";
import type { Reduction } from "../loss/losses.js";
import { countKept } from "../loss/mask.js";
import {
  checkMask,
  checkWeightBroadcasts,
  type Extent,
  extentOf,
  type ReadReduction,
  readReduction,
} from "../loss/reduction.js";
import { arrayOf, countsOfParts } from "../loss/parts.js";
import { type Operand, Tensor } from "./tensor.js";

export type { FuseOptions } from "../formula/fused.js";

/** The options of every fused function. */
export interface FusedOptions {
  /** "mean" by default, or what the function's text ends in. */
  reduction?: Reduction;
  /** Dimensions to reduce, negative ones counted from the end; all by default. */
  dim?: number | readonly number[];
  /** Whether reduced dimensions stay, with size 1. */
  keepdim?: boolean;
  /**
   * Bools or uint8 that broadcast: what it leaves out counts for nothing, whatever stands there.
   */
  mask?: Tensor | null;
  /** Factors of the elements, which broadcast; a mean divides by the sum of those that count. */
  weight?: Tensor | null;
}

/**
 * An operand in the formula's text. It is a Tensor; the last of them may be the parameters instead.
 */
type TextOperand<P> = Tensor & P;
/** A fused function: of as many operands as the formula has, then of options. */
export interface FusedFunction<O extends Operand[] = Operand[], P = object> {
  (...args: CallArguments<O, CallOptions<FusedOptions, P>>): Tensor;
  /** The formula's name. */
  readonly name: string;
  /**
   * The name with the parameters' defaults.
   *
   * @example
   * String(fuse((x, { p }) => x.pow(p), { name: "power", parameters: { p: 2 } })); // "power(p=2)"
   */
  toString(): string;
}

/**
 * Makes one operation of a function of tensors that works element by element: all operands are read
 * once, and the value and the gradients are computed in the same pass, where the function by itself
 * makes a pass and a tensor for each operation. The bits are those of the function by itself.
 *
 * The function is called once for each list of dtypes and parameters, with operands that have the
 * elementwise methods of tensors and no elements. So it must depend on nothing that changes, and it
 * cannot decide by elements: write `where(condition, a, b)`. The numbers that it takes are
 * `parameters`, with their defaults, handed over as one object behind the operands; a call's
 * options give others. A final `mean()` or `sum()` becomes the reduction of calls that give none.
 *
 * Operands broadcast and promote as in the function by itself; numbers take the tensors' dtype.
 * Gradient: that of the function, by the rules of its operations; one node of the graph, named
 * after `name`. It can be differentiated again.
 *
 * @throws TypeError for what is no function, and for parameters that are no numbers; in calls, for
 *   an operation that is not elementwise, a reduction that is not the last, a tensor that is no
 *   operand, and whatever asks for elements; what the function itself throws
 * @example
 * const charbonnier = fuse((input, target, { eps }) => input.sub(target).square().add(eps ** 2).sqrt(), {
 *   name: "charbonnier",
 *   parameters: { eps: 1e-3 },
 * });
 * const prediction = tensor([1, 2, 3], { requiresGrad: true });
 * const loss = charbonnier(prediction, tensor([1, 5, -1]), { eps: 3, reduction: "sum" });
 * loss.item(); // 12.242640495300293
 * loss.backward();
 * String(prediction.grad); // "tensor([ 0.0000, -0.7071,  0.8000])"
 * const myL1Loss = fuse((prediction, target) => prediction.sub(target).abs().mean());
 * myL1Loss(tensor([1, 2]), tensor([2, 4])).item(); // 1.5
 */
export function fuse<A extends TextOperand<P>[], P extends object = object>(
  fn: (...operands: A) => Tensor,
  options: FuseOptions<P> = {},
): FusedFunction<CallOperands<A, P, Operand>, P> {
  const { name, parameters } = takeOptions("fuse", options, ["name", "parameters"]);
  const fused = new Fused(fn, name, parameters);
  const made = madeOf(fused, REDUCTION_OPTIONS);
  const call = (...args: unknown[]): Tensor => evaluate(made, args);
  Object.defineProperty(call, "name", { value: fused.name });
  markFused(call, fused);
  Object.defineProperty(call, "toString", { value: () => fused.toString() });
  return call;
}

/** A fused function, and what is the same in all its calls. */
export interface Made<F extends Fused = Fused> {
  readonly fused: F;
  /** The name of its node in the graph. */
  readonly node: string;
  /** The names of its options. */
  readonly options: readonly string[];
}

/** `options` are the names of those that are no parameters. */
export function madeOf<F extends Fused>(fused: F, options: readonly string[]): Made<F> {
  return { fused, node: nodeName(fused.name), options: [...options, ...fused.parameterNames] };
}

function evaluate(made: Made, args: readonly unknown[]): Tensor {
  const { fused, options: names } = made;
  const count = args.length > 0 && isOptions(args[args.length - 1]) ? args.length - 1 : args.length;
  const options = count < args.length ? takeFusedOptions(fused, names, args[count] as object) : NONE_GIVEN;
  const values = options === NONE_GIVEN ? fused.parameters : fused.readParameters(options.values);
  return evaluateRead(made, readOperands(fused, args, count), values, options);
}

/** A call whose operands, parameters and options were read. */
export function evaluateRead(
  { fused, node }: Made,
  operands: Tensor[],
  values: ParameterValues | null,
  taken: TakenOptions,
): Tensor {
  const unique = withoutRepeats(operands);
  const count = operands.length;
  const positions =
    unique === operands ? (ORDERS[count] ??= inOrder(count)) : operands.map((x) => unique.indexOf(x));
  const traced = fused.trace(unique.map(ndOf), positions, values);
  // The function is the user's: it may have disposed of an operand, as a list of dimensions may.
  for (const x of unique) x.checkAlive(fused.name);
  const { mask, weight, read, divisor = null } = taken;
  const mode = read.named ? read.mode : (traced.formula.reduction ?? read.mode);
  const shape = shapeOfElements(traced, unique);
  const kept = mask ? checkedMask(fused.name, mask, shape) : null;
  if (weight) checkedWeight(fused.name, weight, shape);
  const call = { node, traced, operands: unique, shape, mask: kept, wrap: Tensor.wrap };
  const inParts = weight !== null || read.dims !== undefined || read.keepdim;
  if (!inParts) return applyFused<Tensor>({ ...call, reduction: mode, divisor });
  if (mode !== "none") {
    const extent = extentOf(read, shape);
    const byWeights = weight !== null && fused.traits.weightedMean === "weights";
    return partsOf({ ...call, mode, extent, keepdim: read.keepdim, weight, byWeights });
  }
  const operandsAndWeight = weight ? [...unique, weight] : unique;
  const weighted = weight ? traced.weighted(weight.nd) : traced;
  return applyFused<Tensor>({
    ...call,
    traced: weighted,
    operands: operandsAndWeight,
    reduction: "none",
    divisor: null,
  });
}

interface Parted {
  readonly node: string;
  readonly traced: Traced;
  readonly operands: readonly Tensor[];
  readonly mask: Mask<Tensor> | null;
  readonly wrap: typeof Tensor.wrap;
  readonly mode: "mean" | "sum";
  readonly shape: readonly number[];
  readonly extent: Extent;
  readonly keepdim: boolean;
  readonly weight: Tensor | null;
  /** Whether a mean divides by the sum of the weights. */
  readonly byWeights: boolean;
}

/**
 * Sums or means along dimensions, or weighted: in one pass where there is a program for it, else by
 * operations of tensors.
 */
function partsOf(call: Parted): Tensor {
  const { node, traced, operands, mask, wrap, mode, shape, extent, weight, byWeights } = call;
  const compose = (operands: readonly Tensor[]): Tensor => {
    const [own, factor] = weight ? [operands.slice(0, -1), operands.at(-1)!] : [operands, null];
    const unreduced = { reduction: "none", divisor: null } as const;
    const terms = applyFused<Tensor>({ node, traced, operands: own, shape, mask, wrap, ...unreduced });
    return reduceParts(terms, { ...call, weight: factor });
  };
  const all = weight ? [...operands, weight] : operands;
  // The weights of a mean are in what it divides by as well.
  const divides = mode === "mean" && byWeights && weight!.requiresGrad && isGradEnabled();
  const weighted = weight ? traced.weighted(weight.nd) : traced;
  if (divides || weighted.dtype === null) return compose(all);
  const found = applyInParts<Tensor>({
    node,
    traced: weighted,
    operands: all,
    mask: mask?.tensor ?? null,
    reduction: mode,
    shape,
    parts: extent,
    counts: mode === "mean" ? countsOf(call) : null,
    compose,
    wrap,
  });
  return found ?? compose(all);
}

/**
 * What a mean divides by where that is not the number of elements: the weights, or how many
 * elements a mask keeps.
 */
function countsOf({ mask, weight: given, byWeights, shape, extent }: Parted): NdArray | null {
  const { rows, dims, result } = extent;
  const weight = byWeights ? given : null;
  if (!weight) {
    return mask && arrayOf(countsOfParts(mask.tensor.nd.expanded(shape), extent), "float64", result);
  }
  const stay = shape.filter((_, d) => !dims.includes(d));
  const counts = NdArray.empty("float64", stay);
  const sum = new ExactSum();
  scope(
    () => {
      const whole = weight.detach().expand(shape);
      const counted = mask ? mask.tensor.ne(0).choose(whole, whole.zeros()) : whole;
      if (rows === 1) addExactly(counted.nd, sum);
      else sumOver(counted.nd, dims, 1, counts);
    },
    () => [],
  );
  return (rows === 1 ? NdArray.scalar("float64", sum.value()) : counts).reshaped([...result]);
}

/** The name of the node in the graph: CharbonnierBackward0. */
function nodeName(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("") || "Fused"}Backward0`;
}

function checkedMask(caller: string, mask: Tensor, shape: readonly number[]): Mask<Tensor> {
  mask.checkAlive(caller);
  checkMask(caller, mask, shape);
  const nd = mask.nd.expanded(shape);
  return { tensor: mask, kept: countKept(nd, 1, nd.numel)[0] };
}

function checkedWeight(caller: string, weight: Tensor, shape: readonly number[]): void {
  weight.checkAlive(caller);
  checkWeightBroadcasts(caller, weight, shape);
}

/**
 * Sums or means of the elements' losses along dimensions, weighted, by sums that are correctly
 * rounded.
 */
function reduceParts(
  terms: Tensor,
  { traced, mode, extent, keepdim, mask, weight, byWeights }: Parted,
): Tensor {
  const holds = mask ? mask.tensor.ne(0) : null;
  const select = (x: Tensor): Tensor => (holds ? holds.choose(x, x.zeros()) : x);
  const inPlace = traced.formula.weighsInPlace;
  const product = weight && (inPlace ? terms.mul(weight).to(terms.dtype) : terms.mul(weight));
  // A weight that is left out may be NaN.
  const weighted = product ? select(product) : terms;
  const along = extent.dims.length > 0 ? { dim: extent.dims, keepdim } : {};
  if (mode === "sum") return weighted.sum(along);
  if (!holds && !byWeights) return weighted.mean(along);
  // The sum of a mean is not rounded to the result's dtype, where it may be infinite.
  const total = weighted.to("float64").sum(along);
  const shape = weighted.shape;
  const counted = byWeights ? select(weight!.expand(shape)).to("float64") : holds!.expand(shape);
  return total.div(counted.sum(along)).to(weighted.dtype);
}

/** Whether the last argument is meant as options: whatever is neither a tensor nor a number. */
function isOptions(value: unknown): value is object {
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

const REDUCTION_OPTIONS = ["reduction", "dim", "keepdim", "mask", "weight"] as const;

function takeFusedOptions(fused: Fused, names: readonly string[], given: object): TakenOptions {
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
function readOperands(fused: Fused, given: readonly unknown[], count: number): Tensor[] {
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

/** Each operand once; the list itself where none stands in it twice. */
function withoutRepeats(operands: Tensor[]): Tensor[] {
  const unique = new Set(operands);
  return unique.size === operands.length ? operands : [...unique];
}

/** What `inOrder` gave for each count. */
const ORDERS: (readonly number[])[] = [];

/** 0 to count - 1. */
function inOrder(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function ndOf({ nd }: Tensor): NdArray {
  return nd;
}

/** A number as an operand beside tensors of `common`. */
export function scalar(common: DType, x: number): Tensor {
  const dtype = isFloating(common) ? common : resultType([{ dtype: common, shape: [1] }, x]);
  return new Tensor(NdArray.scalar(dtype, x));
}
