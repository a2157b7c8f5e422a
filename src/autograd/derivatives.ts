/**
 * The derivative rules, one row an operation: g is the gradient of the output, x and y are the inputs, out is the output.
 * Each row gives the inputs' gradients as thunks; only those that are wanted are computed. Gradients of broadcast or converted inputs
 * are brought to the input's shape and dtype by the tape. The formulas are those of torch's derivatives.yaml, operation
 * by operation, so that the bits agree.
 */
import type { OperationName, Parameters } from "../array/operations.js";
import { isComplex } from "../array/dtype.js";
import { isSkipped } from "../array/joining.js";
import type { Variable } from "./graph.js";

/** What a rule reads; saved variables are functions, so that a change in place is noticed when they are used. */
export interface Saved {
  /** First and second input, output. A number that stood in a tensor's stead is read as it is. */
  readonly x: () => Variable;
  readonly y: () => Variable | number;
  readonly out: () => Variable;
  readonly parameters: Parameters;
  /** Shape of the first input. */
  readonly shape: readonly number[];
}

type Gradient = (g: Variable, saved: Saved) => readonly (() => Variable | null)[];

export interface Rule {
  /** torch's name of the derivative. */
  readonly node: string;
  /** What the gradient of the first and of the second input read. */
  readonly reads: readonly (readonly ("x" | "y" | "out")[])[];
  readonly gradient: Gradient;
}

function rule(node: string, reads: Rule["reads"], gradient: Gradient): Rule {
  return { node, reads, gradient };
}

/** An operation that is constant almost everywhere, or that has no gradient at all. */
const constant = (node: string): Rule => rule(node, [], (g) => [() => g.zeros(), () => null]);
const NOT_DIFFERENTIABLE: Rule = rule("NotDifferentiable", [], () => [() => null, () => null]);

/** conj of what a derivative multiplies by: torch's gradients are conjugate. */
const conj = (x: Variable | number): Variable | number =>
  typeof x !== "number" && isComplex(x.dtype) ? x.conj() : x;
const scaled = (g: Variable, factor = 1): Variable => (factor === 1 ? g : g.mul(factor));

/** g to the larger input; to both, halved, where they are equal. */
function selection(node: string, loses: (a: Variable, b: Variable) => Variable): Rule {
  const share = (g: Variable, a: Variable, b: Variable): Variable => {
    const half = a.eq(b).to(g.dtype).mul(-0.5).add(1);
    return g.mul(half).keep(loses(a, b).eq(0));
  };
  return rule(
    node,
    [
      ["x", "y"],
      ["x", "y"],
    ],
    (g, { x, y }) => [() => share(g, x(), lift(y(), x())), () => share(g, lift(y(), x()), x())],
  );
}

/** A number as a tensor like `like`. */
function lift(y: Variable | number, like: Variable): Variable {
  return typeof y === "number" ? like.zeros().add(y) : y;
}

/** The reduced gradient with its dimensions back, then broadcast. */
function spread(g: Variable, { dims, keepdim }: Parameters, shape: readonly number[]): Variable {
  const kept =
    keepdim || dims === undefined ? g : g.reshape(shape.map((size, d) => (dims.includes(d) ? 1 : size)));
  return kept.expand(shape);
}

function count({ dims }: Parameters, shape: readonly number[]): number {
  return (dims ?? shape.map((_, d) => d)).reduce((n, d) => n * shape[d], 1);
}

export const derivatives: Readonly<Record<OperationName, Rule>> = {
  add: rule("AddBackward0", [], (g, { parameters: { alpha } }) => [() => g, () => scaled(g, alpha)]),
  sub: rule("SubBackward0", [], (g, { parameters: { alpha } }) => [() => g, () => scaled(g.neg(), alpha)]),
  mul: rule("MulBackward0", [["y"], ["x"]], (g, { x, y }) => [
    () => g.mul(conj(y())),
    () => g.mul(conj(x())),
  ]),
  div: rule("DivBackward0", [["y"], ["x", "y"]], (g, { x, y }) => [
    () => g.div(y()),
    () => g.neg().mul(x().div(y()).div(y())),
  ]),
  maximum: selection("MaximumBackward0", (a, b) => a.lt(b)),
  minimum: selection("MinimumBackward0", (a, b) => a.gt(b)),
  keep: rule("WhereBackward0", [["y"]], (g, { y }) => [() => g.keep(y() as Variable), () => null]),
  neg: rule("NegBackward0", [], (g) => [() => g.neg()]),
  abs: rule("AbsBackward0", [["x"]], (g, { x }) => [
    () => g.mul(isComplex(x().dtype) ? x().sgn() : x().sign()),
  ]),
  sign: constant("SignBackward0"),
  sqrt: rule("SqrtBackward0", [["out"]], (g, { out }) => [() => g.div(out().mul(2))]),
  sgn: rule("SgnBackward0", [["x", "out"]], (g, { x, out }) => [
    // (g - sgn(z)² conj(g)) / (2 |z|), and 0 at 0
    () => {
      const z = x().abs();
      const difference = g.sub(out().mul(out()).mul(conj(g)));
      return difference.mul(z.mul(2).pow(-1).keep(z.gt(0)));
    },
  ]),
  conj: rule("ConjBackward0", [], (g) => [() => g.conj()]),
  relu: rule("ReluBackward0", [["out"]], (g, { out }) => [() => g.keep(out().le(0).eq(0))]),
  clamp: rule("ClampBackward1", [["x"]], (g, { x, parameters: { min = -Infinity, max = Infinity } }) => [
    () => g.keep(x().ge(min).mul(x().le(max))),
  ]),
  pow: rule("PowBackward0", [["x"]], (g, { x, parameters: { exponent = 1 } }) => [
    () =>
      exponent === 0
        ? g.zeros()
        : g.mul(
            x()
              .pow(exponent - 1)
              .mul(exponent),
          ),
  ]),
  eq: NOT_DIFFERENTIABLE,
  ne: NOT_DIFFERENTIABLE,
  lt: NOT_DIFFERENTIABLE,
  le: NOT_DIFFERENTIABLE,
  gt: NOT_DIFFERENTIABLE,
  ge: NOT_DIFFERENTIABLE,
  sum: rule("SumBackward0", [], (g, { parameters, shape }) => [() => spread(g, parameters, shape)]),
  mean: rule("MeanBackward0", [], (g, { parameters, shape }) => [
    () => spread(g, parameters, shape).div(count(parameters, shape)),
  ]),
  matmul: rule("MmBackward0", [["y"], ["x"]], (g, { x, y }) => [
    () => g.matmul((y() as Variable).transpose(0, 1)),
    () => x().transpose(0, 1).matmul(g),
  ]),
  to: rule("ToCopyBackward0", [], (g) => [() => g]),
  clone: rule("CloneBackward0", [], (g) => [() => g]),
  zeros: NOT_DIFFERENTIABLE,
  reshape: rule("ViewBackward0", [], (g, { shape }) => [() => g.reshape(shape)]),
  expand: rule("ExpandBackward0", [], (g) => [() => g]),
  squeeze: rule("SqueezeBackward0", [], (g, { shape }) => [() => g.reshape(shape)]),
  unsqueeze: rule("UnsqueezeBackward0", [], (g, { shape }) => [() => g.reshape(shape)]),
  transpose: rule("TransposeBackward0", [], (g, { parameters: { dim = 0, other = 1 } }) => [
    () => g.transpose(dim, other),
  ]),

  alias: rule("AliasBackward0", [], (g) => [() => g]),
  select: rule("SelectBackward0", [], (g, { shape, parameters: { dim = 0, index = 0 } }) => [
    () => g.unsqueeze(dim).op("intoSlice", { shape, dim, start: index, length: 1 }),
  ]),
  slice: rule("SliceBackward0", [], (g, { shape, parameters }) => [
    () => g.op("intoSlice", { ...parameters, shape }),
  ]),
  intoSlice: rule("SliceBackwardBackward0", [], (g, { parameters: { dim, start, length, step } }) => [
    () => g.op("slice", { dim, start, length, step }),
  ]),
  index: rule("IndexBackward0", [], (g, { parameters: { selection, accumulate } }) => [
    () => g.op("intoSelection", { selection, accumulate }),
  ]),
  intoSelection: rule("IndexPutBackward0", [], (g, { parameters: { selection } }) => [
    () => g.op("index", { selection }),
  ]),
  // What was there has no part in it, unless it was added to.
  indexPut: rule("IndexPutBackward0", [], (g, { parameters: { steps = [], selection, accumulate } }) => [
    () => (accumulate ? g : g.op("indexPut", { steps, selection }, 0)),
    () => {
      const view = steps.reduce((v, { name, parameters }) => v.op(name, parameters), g);
      return selection ? view.op("index", { selection }) : view;
    },
  ]),
  maskedFill: rule("MaskedFillBackward0", [["y"], [], ["y"]], (g, { y }) => [
    () => g.op("maskedFill", {}, y(), 0),
    () => null,
    () => g.op("maskedFill", {}, (y() as Variable).eq(0), 0).sum(),
  ]),
  cat: rule("CatBackward0", [], (g, { parameters: { dim = 0, shapes = [] } }) => {
    let end = 0;
    return shapes.map((shape) => {
      if (isSkipped(shape)) return () => g.op("slice", { dim, start: 0, length: 0 }).reshape([0]);
      const [start, length] = [end, shape[dim]];
      end += length;
      return () => g.op("slice", { dim, start, length });
    });
  }),
  stack: rule("StackBackward0", [], (g, { parameters: { dim = 0, shapes = [] } }) =>
    shapes.map((_, index) => () => g.op("select", { dim, index })),
  ),
  constantPad: rule("ConstantPadNdBackward0", [], (g, { parameters: { margins = [] } }) => [
    () => g.op("constantPad", { margins: margins.map(([before, after]) => [-before, -after] as const) }),
  ]),
};
