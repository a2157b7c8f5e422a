/**
 * The operations that a formula may be made of: those of the table in ndarray/operations.ts that
 * work element by element, each with the dtype of its result.
 */
import { type DType, isIntegral, realOf } from "../ndarray/dtype.js";
import type { OperationName, ParametersByName } from "../ndarray/operations.js";
import { resultType, type Typed } from "../ndarray/promotion.js";

type Input = Typed | number;
type TypeRule<P = unknown> = (inputs: readonly [Typed, ...Input[]], parameters: P) => DType;

const common: TypeRule = (inputs) => resultType(inputs);
const same: TypeRule = ([x]) => x.dtype;
const truth: TypeRule = () => "bool";
const floating = (dtype: DType): DType => (isIntegral(dtype) ? "float32" : dtype);
/** Integers become float32. */
const toFloat: TypeRule = ([x]) => floating(x.dtype);

const table = {
  add: common,
  sub: common,
  mul: common,
  div: (inputs) => floating(resultType(inputs)),
  maximum: common,
  minimum: common,
  keep: same,
  neg: same,
  abs: ([x]) => realOf(x.dtype),
  sign: same,
  sgn: same,
  conj: same,
  sqrt: toFloat,
  exp: toFloat,
  expm1: toFloat,
  log: toFloat,
  log1p: toFloat,
  sigmoid: toFloat,
  tanh: toFloat,
  softplus: same,
  logsigmoid: same,
  sigmoidOfNegative: same,
  sin: toFloat,
  cos: toFloat,
  erf: toFloat,
  relu: same,
  clamp: ([x], { min, max }) => resultType([x, ...[min, max].filter((bound) => bound !== undefined)]),
  clampBetween: common,
  clampBelow: common,
  clampAbove: common,
  pow: ([x], { exponent }) => resultType([x, exponent]),
  eq: truth,
  ne: truth,
  lt: truth,
  le: truth,
  gt: truth,
  ge: truth,
  isnan: truth,
  isinf: truth,
  isfinite: truth,
  nanToNum: same,
  // Two numbers make float32, as they make tensors.
  where: (inputs) => {
    const [, a, b] = inputs;
    return typeof a === "number" && typeof b === "number" ? "float32" : resultType([a, b]);
  },
  to: (_, { dtype }) => dtype,
  clone: same,
  zeros: same,
} as const satisfies { readonly [N in OperationName]?: TypeRule<ParametersByName[N]> };

export type ElementwiseName = keyof typeof table;

const elementwise: { readonly [N in ElementwiseName]: TypeRule<ParametersByName[N]> } = table;

/** The dtype of an operation's result. */
export function dtypeOf<N extends ElementwiseName>(
  name: N,
  inputs: readonly [Typed, ...Input[]],
  parameters: ParametersByName[N],
): DType {
  return elementwise[name](inputs, parameters);
}

export function isElementwise(name: OperationName): name is ElementwiseName {
  return Object.hasOwn(table, name);
}

/** The methods without arguments that are an operation of the same name. */
export const UNARY_METHODS = [
  "neg",
  "abs",
  "sign",
  "sqrt",
  "exp",
  "expm1",
  "log",
  "log1p",
  "sigmoid",
  "tanh",
  "logsigmoid",
  "sin",
  "cos",
  "erf",
  "relu",
  "isnan",
  "isinf",
  "isfinite",
  "clone",
  "zeros",
] as const satisfies ElementwiseName[];

/** The methods with another operand that are an operation of the same name. */
export const BINARY_METHODS = [
  "mul",
  "div",
  "maximum",
  "minimum",
  "eq",
  "ne",
  "lt",
  "le",
  "gt",
  "ge",
] as const satisfies ElementwiseName[];
