/** fuse for tensors: a function of tensors as one operation. */
import { takeOptions } from "../core/options.js";
import { applyFused, type Mask, shapeOfElements } from "../formula/apply.js";
import type { CallArguments, CallOperands, CallOptions } from "../formula/call.js";
import { Fused, type FuseOptions } from "../formula/fused.js";
import { markFused } from "../formula/mark.js";
import type { ParameterValues } from "../formula/trace.js";
import type { Reduction } from "../loss/losses.js";
import { countKept } from "../loss/mask.js";
import { checkMask, checkWeightBroadcasts, extentOf } from "../loss/reduction.js";
import type { NdArray } from "../ndarray/ndarray.js";
import {
  isOptions,
  NONE_GIVEN,
  readOperands,
  REDUCTION_OPTIONS,
  takeFusedOptions,
  type TakenOptions,
} from "./fused-arguments.js";
import { partsOf } from "./fused-parts.js";
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
