/** Sums and means of fused functions along dimensions, and weighted ones. */
import { isGradEnabled } from "../autograd/mode.js";
import { ExactSum } from "../core/exact-sum.js";
import { scope } from "../core/scope.js";
import { applyFused, type Mask } from "../formula/apply.js";
import type { Traced } from "../formula/fused.js";
import { applyInParts } from "../formula/parts.js";
import { arrayOf, countsOfParts } from "../loss/parts.js";
import type { Extent } from "../loss/reduction.js";
import { addExactly } from "../ndarray/exact.js";
import { NdArray } from "../ndarray/ndarray.js";
import { sumOver } from "../ndarray/reductions.js";
import type { Tensor } from "./tensor.js";

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
export function partsOf(call: Parted): Tensor {
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
