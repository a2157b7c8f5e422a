/**
 * The derivative rules, one row an operation: g is the gradient of the output, x and y are the inputs, out is the output.
 * Each row gives the inputs' gradients as thunks; only those that are wanted are computed. Gradients of broadcast or converted inputs
 * are brought to the input's shape and dtype by the tape. The formulas are those of torch's derivatives.yaml, operation
 * by operation, so that the bits agree.
 */
import type { OperationName, Parameters } from "../ndarray/operations.js";
import { isComplex, isHalf } from "../ndarray/dtype.js";
import { isSkipped } from "../ndarray/joining.js";
import type { Algebra } from "./graph.js";

/** What a rule reads; saved variables are functions, so that a change in place is noticed when they are used. */
export interface Saved<V> {
  /** The inputs, output. A number that stood in a tensor's stead is read as it is. */
  readonly x: () => V;
  readonly y: () => V | number;
  readonly z: () => V | number;
  readonly out: () => V;
  readonly parameters: Parameters;
  /** Shape of the first input. */
  readonly shape: readonly number[];
}

/** Variables of the tape and expressions of formulas alike. */
type Gradient = <V extends Algebra<V>>(g: V, saved: Saved<V>) => readonly (() => V | null)[];

export interface Rule {
  /** torch's name of the derivative. */
  readonly node: string;
  /** What the gradient of each input reads. */
  readonly reads: readonly (readonly ("x" | "y" | "z" | "out")[])[];
  readonly gradient: Gradient;
}

function rule(node: string, reads: Rule["reads"], gradient: Gradient): Rule {
  return { node, reads, gradient };
}

/** An operation that is constant almost everywhere, or that has no gradient at all. */
const constant = (node: string): Rule => rule(node, [], (g) => [() => g.zeros(), () => null]);
const NOT_DIFFERENTIABLE: Rule = rule("NotDifferentiable", [], () => [() => null, () => null]);

/** conj of what a derivative multiplies by: torch's gradients are conjugate. */
const conj = <V extends Algebra<V>>(x: V | number): V | number =>
  typeof x !== "number" && isComplex(x.dtype) ? x.conj() : x;
const scaled = <V extends Algebra<V>>(g: V, factor = 1): V => (factor === 1 ? g : g.mul(factor));

/** g to the larger input; to both, halved, where they are equal. */
function selection(node: string, loses: <V extends Algebra<V>>(a: V, b: V) => V): Rule {
  const share = <V extends Algebra<V>>(g: V, a: V, b: V): V => {
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

/** An input that is never a number. */
const noNumber = <V>(y: V | number): V => y as V;

/** A number as a tensor like `like`. */
function lift<V extends Algebra<V>>(y: V | number, like: V): V {
  return typeof y === "number" ? like.zeros().add(y) : y;
}

/** The reduced gradient with its dimensions back, then broadcast. */
function spread<V extends Algebra<V>>(g: V, { dims, keepdim }: Parameters, shape: readonly number[]): V {
  const kept =
    keepdim || dims === undefined ? g : g.reshape(shape.map((size, d) => (dims.includes(d) ? 1 : size)));
  return kept.expand(shape);
}

function count({ dims }: Parameters, shape: readonly number[]): number {
  return (dims ?? shape.map((_, d) => d)).reduce((n, d) => n * shape[d], 1);
}

/** A reduced tensor with the dimensions that were reduced back, of size 1. */
function restore<V extends Algebra<V>>(r: V, { dims, keepdim }: Parameters, shape: readonly number[]): V {
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
function extremeAlong(node: string): Rule {
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
function extremeAt(node: string): Rule {
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
 * torch's rule for clamp by tensors: to x within the bounds, to a bound beyond it, in equal parts where x is at one of two
 * bounds in order; all to the upper bound where the bounds are out of order. A NaN of x stays with x.
 */
function shareAmongBounds<V extends Algebra<V>>(g: V, { x, y, z }: Saved<V>): readonly (() => V | null)[] {
  const share = (whole: V, half: V): V => g.mul(half.to(g.dtype).mul(-0.5).add(1)).keep(whole.add(half));
  const not = (mask: V): V => mask.eq(0);
  const [low, high] = [lift(y(), x()), lift(z(), x())];
  const inOrder = low.lt(high);
  const within = not(x().lt(low)).mul(not(x().gt(high)));
  const atLow = inOrder.mul(x().eq(low));
  const atHigh = inOrder.mul(x().eq(high));
  return [
    () => share(within, atLow.add(atHigh)),
    () => share(x().lt(low).mul(low.le(high)), atLow),
    () => share(x().gt(high).mul(low.le(high)).add(high.lt(low)), atHigh),
  ];
}

/** 2 / (n - correction) · g · (x - mean); with no degree of freedom left, infinite or NaN as in torch. */
function varianceGradient<V extends Algebra<V>>(g: V, x: V, parameters: Parameters): V {
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

/** torch's norm_backward, case by case; g and n are the gradient and the norm with the dimensions that were reduced. */
function normGradient<V extends Algebra<V>>(g: V, x: V, n: V, { p = 2, dims }: Parameters): V | null {
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

/** A derivative that torch computes in one kernel, so that halves are computed in float32 and rounded once. */
function inOneKernel<V extends Algebra<V>>(g: V, saved: V, compute: (g: V, saved: V) => V): V {
  if (!isHalf(g.dtype)) return compute(g, saved);
  return compute(g.to("float32"), saved.to("float32")).to(g.dtype);
}

/** The derivative of softplus: sigmoid(beta x), and 1 where beta x is above the threshold. */
function softplusSlope<V extends Algebra<V>>(x: V, { beta = 1, threshold = 20 }: Parameters): V {
  const z = x.mul(beta);
  const linear = z.gt(threshold);
  return z.op("sigmoid").keep(linear.eq(0)).add(linear);
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
  keep: rule("WhereBackward0", [["y"]], (g, { y }) => [() => g.keep(noNumber(y())), () => null]),
  neg: rule("NegBackward0", [], (g) => [() => g.neg()]),
  abs: rule("AbsBackward0", [["x"]], (g, { x }) => [
    () => g.mul(isComplex(x().dtype) ? x().sgn() : x().sign()),
  ]),
  sign: constant("SignBackward0"),
  sqrt: rule("SqrtBackward0", [["out"]], (g, { out }) => [() => g.div(out().mul(2))]),
  exp: rule("ExpBackward0", [["out"]], (g, { out }) => [() => g.mul(out())]),
  expm1: rule("Expm1Backward0", [["out"]], (g, { out }) => [() => g.mul(out().add(1))]),
  log: rule("LogBackward0", [["x"]], (g, { x }) => [() => g.div(x())]),
  log1p: rule("Log1PBackward0", [["x"]], (g, { x }) => [() => g.div(x().add(1))]),
  sigmoid: rule("SigmoidBackward0", [["out"]], (g, { out }) => [
    () => inOneKernel(g, out(), (g, y) => g.mul(y.neg().add(1)).mul(y)),
  ]),
  tanh: rule("TanhBackward0", [["out"]], (g, { out }) => [
    () => inOneKernel(g, out(), (g, y) => g.mul(y.mul(y).neg().add(1))),
  ]),
  // torch makes both of exp; a sigmoid is the same quotient, and does not overflow.
  softplus: rule("SoftplusBackward0", [["x"]], (g, { x, parameters }) => [
    () => inOneKernel(g, x(), (g, x) => g.mul(softplusSlope(x, parameters))),
  ]),
  logsigmoid: rule("LogSigmoidBackward0", [["x"]], (g, { x }) => [
    () => inOneKernel(g, x(), (g, x) => g.mul(x.neg().op("sigmoid"))),
  ]),
  sin: rule("SinBackward0", [["x"]], (g, { x }) => [() => g.mul(x().op("cos"))]),
  cos: rule("CosBackward0", [["x"]], (g, { x }) => [() => g.mul(x().op("sin").neg())]),
  erf: rule("ErfBackward0", [["x"]], (g, { x }) => [
    () =>
      x()
        .pow(2)
        .neg()
        .op("exp")
        .mul(2 / Math.sqrt(Math.PI))
        .mul(g),
  ]),
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
  clamp: rule("ClampBackward1", [["x"]], (g, { x, parameters: { min, max } }) => [
    () => {
      const above = min === undefined ? g : g.keep(x().gt(min));
      return max === undefined ? above : above.keep(x().lt(max));
    },
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
    () => g.op("maskedFill", {}, noNumber(y()).eq(0), 0).sum(),
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
  where: rule("WhereBackward0", [[], ["x"], ["x"]], (g, { x }) => [
    () => null,
    () => g.keep(x()),
    () => g.keep(x().eq(0)),
  ]),
  clampBetween: rule(
    "ClampBackward0",
    [
      ["x", "y", "z"],
      ["x", "y", "z"],
      ["x", "y", "z"],
    ],
    (g, saved) => shareAmongBounds(g, saved),
  ),
  clampBelow: selection("ClampBackward0", (a, b) => a.lt(b)),
  clampAbove: selection("ClampBackward0", (a, b) => a.gt(b)),
  nanToNum: rule("NanToNumBackward0", [["x"]], (g, { x }) => [() => g.mul(x().isfinite())]),
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
};
