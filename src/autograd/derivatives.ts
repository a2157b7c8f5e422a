/**
 * The derivative rules, one row an operation: g is the gradient of the output, x and y are the
 * inputs, out is the output. Each row gives the inputs' gradients as thunks; only those that are
 * wanted are computed. Gradients of broadcast or converted inputs are brought to the input's shape
 * and dtype by the tape. The formulas are those of torch's derivatives.yaml, operation by
 * operation, so that the bits agree.
 */
import { isSkipped } from "../ndarray/joining.js";
import type { OperationName, ParametersByName } from "../ndarray/operations.js";
import type { ExtentParameters, NormParameters, VarianceParameters } from "../ndarray/parameters.js";
import { type Gradient, gradients, inOneKernel, noNumber } from "./elementwise.js";
import type { Algebra } from "./graph.js";

export type { Saved } from "./elementwise.js";

interface Rule<P = unknown> {
  /** torch's name of the derivative. */
  readonly node: string;
  /** What the gradient of each input reads. */
  readonly reads: readonly (readonly ("x" | "y" | "z" | "out")[])[];
  readonly gradient: Gradient<P>;
}

function rule<P>(node: string, reads: Rule["reads"], gradient: Gradient<P>): Rule<P> {
  return { node, reads, gradient };
}

const BOTH: Rule["reads"] = [
  ["x", "y"],
  ["x", "y"],
];

/** An operation without a gradient. */
const NOT_DIFFERENTIABLE: Rule = rule("NotDifferentiable", [], () => [() => null, () => null]);

/** The reduced gradient with its dimensions back, then broadcast. */
function spread<V extends Algebra<V>>(
  g: V,
  { dims, keepdim }: ExtentParameters,
  shape: readonly number[],
): V {
  const kept =
    keepdim || dims === undefined ? g : g.reshape(shape.map((size, d) => (dims.includes(d) ? 1 : size)));
  return kept.expand(shape);
}

function count({ dims }: ExtentParameters, shape: readonly number[]): number {
  return (dims ?? shape.map((_, d) => d)).reduce((n, d) => n * shape[d], 1);
}

/** A reduced tensor with the dimensions that were reduced back, of size 1. */
function restore<V extends Algebra<V>>(
  r: V,
  { dims, keepdim }: ExtentParameters,
  shape: readonly number[],
): V {
  if (keepdim) return r;
  return r.reshape(shape.map((size, d) => (dims && !dims.includes(d) ? size : 1)));
}

/** To the elements that are the extreme, in equal parts; to the NaNs where that is NaN. */
function extremeOfAll(node: string): Rule {
  return rule(node, [["x", "out"]], (g, { x, out, shape }) => [
    () => {
      const mask = x().eq(out()).add(x().isnan().mul(out().isnan()));
      return g.div(mask.sum()).expand(shape).keep(mask);
    },
  ]);
}

/** To the elements that equal the extreme of their row, in equal parts; NaN where that is NaN. */
function extremeAlong(node: string): Rule<ExtentParameters> {
  return rule(node, [["x", "out"]], (g, { x, out, parameters, shape }) => [
    () => {
      const mask = x().eq(restore(out(), parameters, shape));
      const { dims } = parameters;
      const parts = mask.sum(dims ? { dim: dims, keepdim: true } : { keepdim: true });
      return restore(g, parameters, shape).mul(mask).div(parts);
    },
  ]);
}

/** To the element that the index names. */
function extremeAt(node: string): Rule<ExtentParameters> {
  return rule(node, [["y"]], (g, { y, parameters, shape }) => [
    () => {
      const [dim] = parameters.dims ?? [];
      if (dim === undefined) return g;
      const indices = restore(noNumber(y()), parameters, shape);
      return spread(g, parameters, shape).keep(indices.positions(dim, shape[dim]));
    },
    () => null,
  ]);
}

/**
 * 2 / (n - correction) · g · (x - mean); with no degree of freedom left, infinite or NaN as in
 * torch.
 */
function varianceGradient<V extends Algebra<V>>(g: V, x: V, parameters: VarianceParameters): V {
  const { dims, correction = 1 } = parameters;
  const freedom = count(parameters, x.shape) - correction;
  const mean = x.mean(dims ? { dim: dims, keepdim: true } : { keepdim: true });
  const upstream = restore(g, parameters, x.shape);
  if (dims === undefined && freedom <= 0) {
    // Infinite, and NaN where x is the mean.
    return upstream.mul(x.ne(mean).to(x.dtype).mul(Infinity));
  }
  return upstream.mul(2 / freedom).mul(x.sub(mean));
}

/**
 * torch's norm_backward, case by case; g and n are the gradient and the norm with the dimensions
 * that were reduced.
 */
function normGradient<V extends Algebra<V>>(g: V, x: V, n: V, { p = 2, dims }: NormParameters): V | null {
  if (p === 0) return null;
  if (p === 1) return x.sign().mul(g);
  if (p === 2) return g.mul(x.div(n).keep(n.ne(0)));
  if (Math.abs(p) === Infinity) {
    const mask = x.abs().eq(n).add(x.isnan().mul(n.isnan()));
    const parts = mask.sum(dims ? { dim: dims, keepdim: true } : { keepdim: true });
    return x.sign().mul(g.div(parts).mul(mask));
  }
  if (p < 1) {
    const scaled = x.sign().mul(
      x
        .abs()
        .pow(p - 1)
        .keep(x.ne(0)),
    );
    return scaled.mul(g).mul(n.pow(1 - p));
  }
  const scale = g.div(n.pow(p - 1)).keep(n.ne(0));
  if (p < 2)
    return x
      .sign()
      .mul(x.abs().pow(p - 1))
      .mul(scale);
  return x.mul(x.abs().pow(p - 2)).mul(scale);
}

export const derivatives: { readonly [N in OperationName]: Rule<ParametersByName[N]> } = {
  add: rule("AddBackward0", [], gradients.add),
  sub: rule("SubBackward0", [], gradients.sub),
  mul: rule("MulBackward0", [["y"], ["x"]], gradients.mul),
  div: rule("DivBackward0", [["y"], ["x", "y"]], gradients.div),
  maximum: rule("MaximumBackward0", BOTH, gradients.maximum),
  minimum: rule("MinimumBackward0", BOTH, gradients.minimum),
  keep: rule("WhereBackward0", [["y"]], gradients.keep),
  neg: rule("NegBackward0", [], gradients.neg),
  abs: rule("AbsBackward0", [["x"]], gradients.abs),
  sign: rule("SignBackward0", [], gradients.sign),
  sqrt: rule("SqrtBackward0", [["out"]], gradients.sqrt),
  exp: rule("ExpBackward0", [["out"]], gradients.exp),
  expm1: rule("Expm1Backward0", [["out"]], gradients.expm1),
  log: rule("LogBackward0", [["x"]], gradients.log),
  log1p: rule("Log1PBackward0", [["x"]], gradients.log1p),
  sigmoid: rule("SigmoidBackward0", [["out"]], gradients.sigmoid),
  tanh: rule("TanhBackward0", [["out"]], gradients.tanh),
  softplus: rule("SoftplusBackward0", [["x"]], gradients.softplus),
  logsigmoid: rule("LogSigmoidBackward0", [["x"]], gradients.logsigmoid),
  sigmoidOfNegative: rule("LogSigmoidBackwardBackward0", [["x", "out"]], gradients.sigmoidOfNegative),
  sin: rule("SinBackward0", [["x"]], gradients.sin),
  cos: rule("CosBackward0", [["x"]], gradients.cos),
  erf: rule("ErfBackward0", [["x"]], gradients.erf),
  sgn: rule("SgnBackward0", [["x", "out"]], gradients.sgn),
  conj: rule("ConjBackward0", [], gradients.conj),
  relu: rule("ReluBackward0", [["out"]], gradients.relu),
  clamp: rule("ClampBackward1", [["x"]], gradients.clamp),
  pow: rule("PowBackward0", [["x"]], gradients.pow),
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
  to: rule("ToCopyBackward0", [], gradients.to),
  clone: rule("CloneBackward0", [], gradients.clone),
  zeros: NOT_DIFFERENTIABLE,
  reshape: rule("ViewBackward0", [], (g, { shape }) => [() => g.reshape(shape)]),
  expand: rule("ExpandBackward0", [], (g) => [() => g]),
  squeeze: rule("SqueezeBackward0", [], (g, { shape }) => [() => g.reshape(shape)]),
  unsqueeze: rule("UnsqueezeBackward0", [], (g, { shape }) => [() => g.reshape(shape)]),
  transpose: rule("TransposeBackward0", [], (g, { parameters: { dim, other } }) => [
    () => g.transpose(dim, other),
  ]),

  alias: rule("AliasBackward0", [], (g) => [() => g]),
  select: rule("SelectBackward0", [], (g, { shape, parameters: { dim, index } }) => [
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
  indexPut: rule("IndexPutBackward0", [], (g, { parameters: { steps, selection, accumulate } }) => [
    () => (accumulate ? g : g.op("indexPut", { steps, selection }, 0)),
    () => {
      const view = steps.reduce((v, { name, parameters }) => v.op(name, parameters), g);
      return selection ? view.op("index", { selection }) : view;
    },
  ]),
  maskedFill: rule("MaskedFillBackward0", [["y"], [], ["y"]], (g, { y }) => [
    () => g.op("maskedFill", {}, y(), 0),
    () => null,
    () => g.op("maskedFill", {}, noNumber(y()).eq(0), 0).sum(),
  ]),
  cat: rule("CatBackward0", [], (g, { parameters: { dim, shapes } }) => {
    let end = 0;
    return shapes.map((shape) => {
      if (isSkipped(shape)) return () => g.op("slice", { dim, start: 0, length: 0 }).reshape([0]);
      const [start, length] = [end, shape[dim]];
      end += length;
      return () => g.op("slice", { dim, start, length });
    });
  }),
  stack: rule("StackBackward0", [], (g, { parameters: { dim, shapes } }) =>
    shapes.map((_, index) => () => g.op("select", { dim, index })),
  ),
  constantPad: rule("ConstantPadNdBackward0", [], (g, { parameters: { margins } }) => [
    () => g.op("constantPad", { margins: margins.map(([before, after]) => [-before, -after] as const) }),
  ]),
  // The same windows, turned round, over a gradient with room for the places beyond its ends.
  correlate: rule("CorrelateBackward0", [], (g, { parameters: { weights, room } }) => [
    () => g.op("correlate", { weights: [...weights].reverse(), room: weights.length - 1 - room }),
  ]),
  mm: rule("MmBackward0", [["y"], ["x"]], (g, { x, y }) => [
    () => g.mm(noNumber(y()).transpose(0, 1)),
    () => x().transpose(0, 1).mm(g),
  ]),
  bmm: rule("BmmBackward0", [["y"], ["x"]], (g, { x, y }) => [
    () => g.bmm(noNumber(y()).transpose(1, 2)),
    () => x().transpose(1, 2).bmm(g),
  ]),
  mv: rule("MvBackward0", [["y"], ["x"]], (g, { x, y }) => [
    () => g.unsqueeze(1).mul(y()),
    () => x().transpose(0, 1).mv(g),
  ]),
  dot: rule("DotBackward0", [["y"], ["x"]], (g, { x, y }) => [() => g.mul(y()), () => g.mul(x())]),
  where: rule("WhereBackward0", [[], ["x"], ["x"]], gradients.where),
  clampBetween: rule(
    "ClampBackward0",
    [
      ["x", "y", "z"],
      ["x", "y", "z"],
      ["x", "y", "z"],
    ],
    gradients.clampBetween,
  ),
  clampBelow: rule("ClampBackward0", BOTH, gradients.clampBelow),
  clampAbove: rule("ClampBackward0", BOTH, gradients.clampAbove),
  nanToNum: rule("NanToNumBackward0", [["x"]], gradients.nanToNum),
  isnan: NOT_DIFFERENTIABLE,
  isinf: NOT_DIFFERENTIABLE,
  isfinite: NOT_DIFFERENTIABLE,
  maxAll: extremeOfAll("MaxBackward1"),
  minAll: extremeOfAll("MinBackward1"),
  amax: extremeAlong("AmaxBackward0"),
  amin: extremeAlong("AminBackward0"),
  max: extremeAt("MaxBackward0"),
  min: extremeAt("MinBackward0"),
  argmax: NOT_DIFFERENTIABLE,
  argmin: NOT_DIFFERENTIABLE,
  indicesOfMax: NOT_DIFFERENTIABLE,
  indicesOfMin: NOT_DIFFERENTIABLE,
  positions: NOT_DIFFERENTIABLE,
  nansum: rule("NansumBackward0", [["x"]], (g, { x, parameters, shape }) => [
    () => spread(g, parameters, shape).mul(x().eq(x())),
  ]),
  var: rule("VarBackward0", [["x"]], (g, { x, parameters }) => [() => varianceGradient(g, x(), parameters)]),
  std: rule("StdBackward0", [["x", "out"]], (g, { x, out, parameters }) => [
    () => varianceGradient(g.div(out().mul(2)).keep(out().ne(0)), x(), parameters),
  ]),
  norm: rule("LinalgVectorNormBackward0", [["x", "out"]], (g, { x, out, parameters }) => [
    () =>
      normGradient(restore(g, parameters, x().shape), x(), restore(out(), parameters, x().shape), parameters),
  ]),
  softmax: rule("SoftmaxBackward0", [["out"]], (g, { out, parameters: { dim } }) => [
    () => inOneKernel(g, out(), (g, p) => g.sub(g.mul(p).sum({ dim, keepdim: true })).mul(p)),
  ]),
  logSoftmax: rule("LogSoftmaxBackward0", [["out"]], (g, { out, parameters: { dim } }) => [
    () => inOneKernel(g, out(), (g, y) => g.sub(y.op("exp").mul(g.sum({ dim, keepdim: true })))),
  ]),
  logsumexp: rule("LogsumexpBackward0", [["x", "out"]], (g, { x, out, parameters, shape }) => [
    () =>
      restore(g, parameters, shape).mul(
        x()
          .sub(restore(out(), parameters, shape))
          .op("exp"),
      ),
  ]),
};
