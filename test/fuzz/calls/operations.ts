/** Operations that make tensors: elementwise, conversions, reductions, views. */
import type { Tensor } from "lossgrad";
import { BINARY_TWINS, UNARY_TWINS } from "../../assembly/twins/arithmetic.js";
import { fit, type RealDType, REALS } from "../../ndarray/naive.js";
import type { Value } from "../../support/kernels.js";
import { broadcastShape, exactSum, isFloat, Model, type ModelOperand, resultType, sizeOf } from "../model.js";
import type { Held, World } from "../world.js";

/** Of integers and bools, these are float32. */
const TO_FLOAT = [
  "sqrt",
  "exp",
  "expm1",
  "log",
  "log1p",
  "sigmoid",
  "tanh",
  "sin",
  "cos",
  "erf",
] as const satisfies readonly (keyof Tensor)[];
const UNARY = ["neg", "abs", "sign", "relu", ...TO_FLOAT] as const;
const BINARY = ["add", "sub", "mul", "div", "maximum", "minimum", "eq", "ne", "lt", "le"] as const;
const COMPARISONS: readonly string[] = ["eq", "ne", "lt", "le"];
type BinaryCall = (typeof BINARY)[number];

/** The type that numbers of `dtype` are computed in, as a rounding. */
function computing(dtype: RealDType): (value: Value) => Value {
  if (!isFloat(dtype)) return (value) => fit("int64", value);
  return dtype === "float64" ? (value) => Number(value) : (value) => Math.fround(Number(value));
}

/**
 * An operand's elements in `common`. A single factor or divisor keeps the precision that is
 * computed with.
 */
function operandValues(
  x: ModelOperand,
  common: RealDType,
  shape: readonly number[],
  precise: boolean,
): Value[] {
  const compute = computing(common);
  const single = typeof x === "number" || x.numel === 1;
  const convert = (value: Value): Value => (single && precise ? compute(value) : compute(fit(common, value)));
  if (typeof x === "number") return new Array<Value>(sizeOf(shape)).fill(convert(x));
  return x.broadcast(shape).values.map(convert);
}

/** Quotients are floats, and integers are compared by their values. */
function computedIn(name: BinaryCall, dtype: RealDType): RealDType {
  if (isFloat(dtype)) return dtype;
  if (COMPARISONS.includes(name)) return "int64";
  return name === "div" ? "float32" : dtype;
}

/** What an operation of two operands gives, computed one by one. */
export function binaryModel(name: BinaryCall, x: ModelOperand, y: ModelOperand, alpha = 1): Model {
  const shapes = [x, y].map((operand) => (typeof operand === "number" ? [] : operand.shape));
  const shape = broadcastShape(shapes[0], shapes[1])!;
  const common = computedIn(name, resultType([x, y]));
  const dtype = COMPARISONS.includes(name) ? "bool" : common;
  const left = operandValues(x, common, shape, false);
  const right = scaledBy(alpha, operandValues(y, common, shape, name === "mul" || name === "div"), y, common);
  const { float, integer } = BINARY_TWINS[name];
  const round = common === "float64" ? (value: number): number => value : Math.fround;
  const values = left.map((a, i) =>
    isFloat(common) ? float(Number(a), Number(right[i]), round) : integer!(a as bigint, right[i] as bigint),
  );
  return Model.of(dtype, shape, values);
}

/**
 * The second operand of add and sub times alpha: a product of its own, but for a number; of halves,
 * it is one of float32, and the sum alone is rounded.
 */
function scaledBy(alpha: number, values: Value[], y: ModelOperand, common: RealDType): Value[] {
  if (alpha === 1) return values;
  const compute = computing(common);
  if (!isFloat(common)) return values.map((value) => compute(fit(common, (value as bigint) * BigInt(alpha))));
  if (typeof y === "number") return values.map(() => compute(y * alpha));
  if (common === "float16" || common === "bfloat16")
    return values.map((value) => compute(Number(value) * alpha));
  return values.map((value) => fit(common, Number(compute(Number(value) * alpha))));
}

/** Whether torch defines the operation, and whether its numbers mean the same to all. */
export function allowed(name: BinaryCall, operands: readonly ModelOperand[]): boolean {
  const bools = operands.some((x) => typeof x !== "number" && x.dtype === "bool");
  return !(bools && name === "sub");
}

export const SCALARS = [0, 1, 2, 3, 0.5, 0.25, 1.5];

function secondOperand(world: World, { model }: Held): { value: Tensor | number; model: ModelOperand } {
  const { random } = world;
  if (random.chance(0.3)) {
    const number = random.pick(SCALARS);
    return { value: number, model: number };
  }
  const fits = (other: Held): boolean => {
    const shape = broadcastShape(model.shape, other.model.shape);
    return shape !== null && sizeOf(shape) <= 20_000;
  };
  const other = world.tensorOf(fits, () => world.fresh(random.pick(REALS), model.shape));
  return { value: other.tensor, model: other.model };
}

export function binary(world: World): void {
  const { random } = world;
  const x = world.any();
  const y = secondOperand(world, x);
  const name = random.pick(BINARY);
  if (!allowed(name, [x.model, y.model])) return;
  const integral = !isFloat(resultType([x.model, y.model]));
  const alpha = name === "add" || name === "sub" ? random.pick(integral ? [1, 1, 2, 3] : [1, 1, 2, 0.5]) : 1;
  world.say(`${name} ${describe(x.model)} ${describe(y.model)} alpha ${alpha}`);
  const result = alpha === 1 ? x.tensor[name](y.value) : x.tensor[name as "add" | "sub"](y.value, { alpha });
  world.hold(result, binaryModel(name, x.model, y.model, alpha));
}

export function unary(world: World): void {
  const { tensor, model } = world.any();
  const name = world.random.pick(UNARY);
  const toFloat = (TO_FLOAT as readonly string[]).includes(name);
  if (model.dtype === "bool" && name !== "sign" && !toFloat) return;
  const dtype = toFloat && !isFloat(model.dtype) ? "float32" : model.dtype;
  const { float, integer } = UNARY_TWINS[name];
  const round = dtype === "float64" ? (value: number): number => value : Math.fround;
  const apply = (value: Value): Value => {
    if (isFloat(dtype)) return float(Number(fit(dtype, value)), 0, 0, round);
    return name === "relu" ? (value > 0 ? value : 0) : integer!(BigInt(value));
  };
  world.say(`${name} ${describe(model)}`);
  world.hold(tensor[name](), Model.of(dtype, model.shape, model.values.map(apply)));
}

export function convert(world: World): void {
  const { tensor, model } = world.any();
  const dtype = world.random.pick(REALS);
  if (dtype === model.dtype) return;
  world.say(`to ${dtype} ${describe(model)}`);
  world.hold(tensor.to(dtype), Model.of(dtype, model.shape, model.values));
}

export function reduce(world: World): void {
  const { random } = world;
  const { tensor, model } = world.any();
  const name = isFloat(model.dtype) ? random.pick(["sum", "mean"] as const) : "sum";
  const all = model.shape.map((_, d) => d);
  const dims = random.chance(0.4) ? all : all.filter(() => random.chance(0.5));
  if (dims.length === 0) return;
  const keepdim = random.chance(0.5);
  world.say(`${name} ${describe(model)} dims ${dims.join()} keepdim ${keepdim}`);
  const options = { dim: dims.length === 1 ? dims[0] : dims, keepdim };
  world.hold(tensor[name](options), reducedModel(name, model, dims, keepdim));
}

function reducedModel(name: "sum" | "mean", x: Model, dims: readonly number[], keepdim: boolean): Model {
  const kept = x.shape.map((size, d) => (dims.includes(d) ? 1 : size));
  const groups = Array.from({ length: sizeOf(kept) }, (): Value[] => []);
  // Where each element's sum stands: the model of the sums, broadcast back, tells.
  const places = Model.of(
    "int64",
    kept,
    groups.map((_, i) => i),
  ).broadcast(x.shape).numbers;
  x.values.forEach((value, i) => groups[places[i]].push(value));
  const shape = keepdim ? kept : x.shape.filter((_, d) => !dims.includes(d));
  const { dtype } = x;
  if (!isFloat(dtype)) {
    return Model.of(
      "int64",
      shape,
      groups.map((group) => group.reduce<bigint>((a, b) => a + BigInt(b), 0n)),
    );
  }
  const divisor = name === "mean" ? sizeOf(dims.map((d) => x.shape[d])) : 1;
  return Model.of(
    dtype,
    shape,
    groups.map((group) => exactSum(group.map(Number), dtype as "float32", divisor)),
  );
}

export function view(world: World): void {
  const { random } = world;
  const { tensor, model } = world.any();
  const kind = random.pick(["transpose", "at", "reshape", "expand", "unsqueeze", "detach"] as const);
  world.say(`${kind} ${describe(model)}`);
  const { shape } = model;
  if (kind === "detach") world.hold(tensor.detach(), model.view(shape, model.index));
  else if (kind === "unsqueeze") world.hold(tensor.unsqueeze(0), model.view([1, ...shape], model.index));
  else if (kind === "expand" && model.numel <= 2000) {
    world.hold(tensor.expand(3, ...shape), model.broadcast([3, ...shape]));
  } else if (kind === "transpose" && shape.length >= 2) {
    const [a, b] = [random.integer(0, shape.length - 1), random.integer(0, shape.length - 1)];
    world.hold(tensor.transpose(a, b), model.transposed(a, b));
  } else if (kind === "at" && shape.length > 0 && shape[0] > 0) {
    const row = random.integer(0, shape[0] - 1);
    world.hold(tensor.at(row), model.slice(row));
  } else if (kind === "reshape") {
    // A reshape of what is not contiguous is a copy: only where it must be a view is it held as
    // one.
    const contiguous = model.index.every((cell, i) => i === 0 || cell === model.index[i - 1] + 1);
    const flat = tensor.reshape(model.numel);
    world.hold(
      flat,
      contiguous
        ? model.view([model.numel], model.index)
        : Model.of(model.dtype, [model.numel], model.values),
    );
  }
}

export function describe(x: ModelOperand): string {
  return typeof x === "number" ? String(x) : `${x.dtype}[${x.shape.join()}]`;
}
