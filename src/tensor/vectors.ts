/**
 * Numbers of vectors, of tensors: where there are programs for it, in a pass for each number and one
 * for the gradients of all.
 */
import { applyToVectors, type VectorFormula } from "../formula/vectors.js";
import type { ParameterValues } from "../formula/trace.js";
import { extentOf } from "../loss/reduction.js";
import { isFloating } from "../ndarray/dtype.js";
import { broadcastShapes, numelOf, sameShape, type Shape } from "../ndarray/shape.js";
import { stack } from "./joining.js";
import { Tensor } from "./tensor.js";

interface VectorOptions {
  /** The dimensions of a vector, of the shape that operands broadcast to. */
  readonly dims: readonly number[];
  readonly keepdim?: boolean;
  readonly values?: ParameterValues;
  /** The numbers by operations of tensors, where they are not the reductions of the terms alone. */
  readonly compose?: (operands: readonly Tensor[]) => readonly Tensor[];
}

/** What the formula gives of operands that broadcast: a tensor for each of its numbers. */
export function numbersOf(
  formula: VectorFormula,
  operands: readonly Tensor[],
  options: VectorOptions,
): readonly Tensor[] {
  const { compose = (now: readonly Tensor[]) => reduced(formula, now, options) } = options;
  const shape = shapeOfElements(operands, options);
  const found = shape && applied(formula, operands, shape, { ...options, compose });
  if (!found) return compose(operands);
  const { numbers } = formula.text;
  return numbers > 1 ? Array.from({ length: numbers }, (_, k) => found.select(0, k)) : [found];
}

/** What the operands broadcast to; null where nothing is there to be added, or they are of several dtypes. */
function shapeOfElements(operands: readonly Tensor[], { dims }: VectorOptions): Shape | null {
  const [{ dtype }] = operands;
  if (!isFloating(dtype) || dims.length === 0 || operands.some((x) => x.dtype !== dtype)) return null;
  const shape = operands.map((x) => x.shape).reduce<Shape>(broadcastShapes, []);
  return numelOf(shape) > 0 ? shape : null;
}

function applied(
  formula: VectorFormula,
  operands: readonly Tensor[],
  shape: Shape,
  { dims, keepdim = false, values, compose }: VectorOptions & Required<Pick<VectorOptions, "compose">>,
): Tensor | null {
  return applyToVectors<Tensor>({
    formula,
    operands: operands.map((x) => (sameShape(x.shape, shape) ? x : x.expand([...shape]))),
    values: values ?? null,
    parts: extentOf({ dims, keepdim }, shape),
    compose: (now) => {
      const numbers = compose(now);
      return numbers.length > 1 ? stack(numbers) : numbers[0];
    },
    wrap: Tensor.wrap,
  });
}

function reduced(
  { text }: VectorFormula,
  operands: readonly Tensor[],
  { dims, keepdim, values = {} }: VectorOptions,
): readonly Tensor[] {
  const { terms, reduction, node } = text;
  return terms(operands, values).map((term) =>
    reduction === "norm"
      ? term.op("norm", { dims, keepdim, p: 2, node })
      : term.op("sum", { dims, keepdim, node }),
  );
}
