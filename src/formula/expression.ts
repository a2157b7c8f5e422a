/**
 * What a formula is made of: the operands that a user's function is called with while it is traced,
 * and what it makes of them. Expressions have the methods of tensors that work element by element,
 * under the same names, and the algebra that derivative rules are written in (autograd/graph.ts).
 */
import { describeStranger, FORMULA, isLossgradTensor } from "../ndarray/adapter.js";
import { checkDType, type DType, isComplex } from "../ndarray/dtype.js";
import {
  type AlphaOptions,
  checkNumber,
  type NanToNumOptions,
  readAlpha,
  readClamp,
  readReplacements,
  readSoftplus,
  type SoftplusOptions,
} from "../ndarray/method-arguments.js";
import type { BareName, OperationName, ParametersByName } from "../ndarray/operations.js";
import type { Typed } from "../ndarray/promotion.js";
import type { Algebra } from "../autograd/graph.js";
import { describeValue } from "../core/describe.js";
import { checkNoMore } from "../core/options.js";
import {
  BINARY_METHODS,
  dtypeOf,
  type ElementwiseName,
  isElementwise,
  UNARY_METHODS,
} from "./elementwise.js";
import { refused } from "./refused.js";

/** A function that makes more than this many expressions is taken for one that never ends. */
const MOST_EXPRESSIONS = 10_000;

/** One run of a user's function on operands without elements. */
export class Trace {
  /** Whether the function runs: its operands are of use only then. */
  open = true;
  /** Whether the derivative is being made, which is no work of the user's function. */
  extending = false;
  private made = 0;

  constructor(
    /** The formula's name, for messages. */
    readonly caller: string,
  ) {}

  /** Numbers expressions in the order in which they are made, which is the order of the tape. */
  next(): number {
    if (this.open && this.made >= MOST_EXPRESSIONS) {
      throw this.error(
        `expected a formula of at most ${MOST_EXPRESSIONS} operations, got more; a loop may never end, or run ` +
          "over elements: an operation works on all elements at once",
      );
    }
    return this.made++;
  }

  error(message: string): TypeError {
    return new TypeError(`${this.caller}: ${message}`);
  }
}

/**
 * What an expression is: an operand, one that gradients do not pass or whose derivatives are stated, a
 * reduction, or an operation.
 */
type ExpressionName = ElementwiseName | "operand" | "detach" | "stated" | "mean" | "sum";
/** The derivative of an expression by another. */
export type PartialDerivative = readonly [by: Expression, derivative: Expression];
export type ExpressionInput = Expression | number;

type Unary = (typeof UNARY_METHODS)[number];
type Binary = (typeof BINARY_METHODS)[number];
/**
 * Members that exist to be refused, since the derivative rules of other operations name them. The
 * published types lack those that are internal.
 */
type Shaped = Pick<
  Algebra<Expression>,
  Extract<
    keyof Algebra<Expression>,
    "shape" | "mm" | "bmm" | "mv" | "unsqueeze" | "positions" | "transpose" | "reshape" | "expand"
  >
>;

// The methods of the tables are put into the prototype below.
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export interface Expression
  extends Record<Unary, () => Expression>, Record<Binary, (other: ExpressionInput) => Expression>, Shaped {}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export class Expression implements Algebra<Expression> {
  /** @internal */
  readonly sequence: number;

  /** @internal */
  constructor(
    readonly trace: Trace,
    readonly name: ExpressionName,
    readonly inputs: readonly ExpressionInput[],
    readonly parameters: ParametersByName[ElementwiseName],
    readonly dtype: DType,
    /** Whether it is made of 0-d operands only, whose dtypes count less. */
    readonly scalar: boolean,
    /** Which operand it is; -1 for none. */
    readonly index = -1,
    /** The derivatives that are stated; made of operands, and no inputs. @internal */
    readonly partials: readonly PartialDerivative[] = [],
  ) {
    this.sequence = trace.next();
    Object.freeze(this);
  }

  /** @internal */
  static operand(trace: Trace, index: number, { dtype, shape }: Typed): Expression {
    return new Expression(trace, "operand", [], {}, dtype, shape.length === 0, index);
  }

  /** @internal By which those who expect a tensor know it. */
  get [FORMULA](): string {
    return this.trace.caller;
  }

  /** An operation of the table. */
  op(name: BareName): Expression;
  op<N extends OperationName>(
    name: N,
    parameters: ParametersByName[N],
    ...others: ExpressionInput[]
  ): Expression;
  op(
    name: OperationName,
    parameters: ParametersByName[OperationName] = {},
    ...others: ExpressionInput[]
  ): Expression {
    this.checkUsable(name);
    for (const other of others) this.checkOther(name, other);
    if (!isElementwise(name)) throw this.trace.error(refused.get(name) ?? `a formula has no ${name}`);
    const inputs: [Expression, ...ExpressionInput[]] = [this, ...others];
    const types = inputs.map((x) => (typeof x === "number" ? x : typeOf(x)));
    const dtype = dtypeOf(name, types as [Typed, ...(Typed | number)[]], parameters);
    const scalar = inputs.every((x) => typeof x === "number" || x.scalar);
    return new Expression(this.trace, name, inputs, parameters, dtype, scalar);
  }

  /** Throws unless this expression may be used now. */
  private checkUsable(method: string): void {
    const { trace, name } = this;
    if (!trace.open && !trace.extending) {
      throw trace.error(
        `${method}() was called on an operand that was kept after the formula was traced; use operands within ` +
          "the function only, and call the fused function for values",
      );
    }
    if (name === "mean" || name === "sum") throw trace.error(afterReduction(name, method));
  }

  private checkOther(method: string, other: unknown): void {
    if (typeof other === "number") return;
    const { trace } = this;
    if (!(other instanceof Expression)) throw trace.error(describeOther(method, other));
    other.checkUsable(method);
    if (other.trace === trace) return;
    throw trace.error(
      `${method}() got an operand of another formula, ${other.trace.caller}; use the operands of this call only`,
    );
  }

  add(other: ExpressionInput, options?: AlphaOptions): Expression {
    return this.op("add", { alpha: readAlpha("add", options) }, other);
  }
  sub(other: ExpressionInput, options?: AlphaOptions): Expression {
    return this.op("sub", { alpha: readAlpha("sub", options) }, other);
  }
  sgn(): Expression {
    return this.op(isComplex(this.dtype) ? "sgn" : "sign");
  }
  conj(): Expression {
    return isComplex(this.dtype) ? this.op("conj") : this;
  }
  square(): Expression {
    return this.pow(2);
  }
  pow(exponent: number, ...rest: unknown[]): Expression {
    checkNoMore("pow", rest);
    if ((exponent as unknown) instanceof Expression) {
      throw this.trace.error("pow() takes a number as its exponent; write exp() of a product with log()");
    }
    return this.op("pow", { exponent: checkNumber("pow", exponent) });
  }
  clamp(
    first?: ExpressionInput | { min?: ExpressionInput; max?: ExpressionInput },
    second?: ExpressionInput,
  ): Expression {
    const { name, others, parameters } = readClamp<Expression>("clamp", first, second, {
      isTensor: isExpression,
      checkOperand: (caller, value) => {
        this.checkOther(caller, value);
      },
    });
    return this.op(name, parameters, ...others);
  }
  nanToNum(first?: number | NanToNumOptions, posinf?: number, neginf?: number): Expression {
    return this.op("nanToNum", readReplacements("nanToNum", first, posinf, neginf));
  }
  softplus(options: SoftplusOptions = {}): Expression {
    return this.op("softplus", readSoftplus(options));
  }
  where(condition: Expression, other: ExpressionInput): Expression {
    this.checkOther("where", condition);
    return condition.choose(this, other);
  }
  /** `a` where this holds, else `b`. */
  choose(a: ExpressionInput, b: ExpressionInput): Expression {
    if (this.dtype !== "bool") {
      throw this.trace.error(
        `where() expected its condition to be of dtype bool, got ${this.dtype}; compare it, as in x.gt(0)`,
      );
    }
    return this.op("where", {}, a, b);
  }
  /** This where `mask` holds, 0 elsewhere. */
  keep(mask: Expression): Expression {
    return this.op("keep", {}, mask);
  }
  to(dtype: DType, ...rest: unknown[]): Expression {
    checkNoMore("to", rest);
    checkDType("to", dtype);
    return dtype === this.dtype ? this : this.op("to", { dtype });
  }
  detach(): Expression {
    this.checkUsable("detach");
    return new Expression(this.trace, "detach", [this], {}, this.dtype, this.scalar);
  }
  /** This, with these derivatives in the place of those of its operations. @internal */
  stating(partials: readonly PartialDerivative[]): Expression {
    return new Expression(this.trace, "stated", [this], {}, this.dtype, this.scalar, -1, partials);
  }

  max(other?: unknown): Expression {
    return this.extreme("max", other);
  }
  min(other?: unknown): Expression {
    return this.extreme("min", other);
  }
  private extreme(name: "max" | "min", other: unknown): Expression {
    const elementwiseName = name === "max" ? "maximum" : "minimum";
    if (other instanceof Expression) return this.op(elementwiseName, {}, other);
    throw this.trace.error(
      `${name}() makes one number of many, and a formula is computed element by element; write ` +
        `${elementwiseName}(other), or call the fused function with { reduction: "none" } and reduce its result`,
    );
  }

  /** The reduction of the formula, which must be its last operation. */
  mean(options?: unknown, keepdim?: unknown): Expression {
    return this.reduced("mean", options, keepdim);
  }
  sum(options?: unknown, keepdim?: unknown): Expression {
    return this.reduced("sum", options, keepdim);
  }
  private reduced(name: "mean" | "sum", options: unknown, keepdim: unknown): Expression {
    this.checkUsable(name);
    if (hasAnything(options) || keepdim !== undefined) {
      throw this.trace.error(
        `${name}() takes no dimensions in a formula; leave it out and call the fused function with ` +
          `{ reduction: "${name}", dim }`,
      );
    }
    return new Expression(this.trace, name, [this], {}, this.dtype, true);
  }

  /** Whatever asks for a number or a text: comparisons with < and >, +, template literals. */
  [Symbol.toPrimitive](): never {
    throw this.trace.error(
      "an expression was used as a number or a text, as in `x > 0`, `x + 1` or `${x}`; it has no value while the " +
        "formula is traced. Write x.gt(0) and x.add(1), and where(condition, a, b) instead of if",
    );
  }
  valueOf(): never {
    return this[Symbol.toPrimitive]();
  }
  toString(): never {
    return this[Symbol.toPrimitive]();
  }
}

for (const name of UNARY_METHODS) {
  define(name, function (this: Expression, ...rest: unknown[]) {
    checkNoMore(name, rest);
    return this.op(name);
  });
}
for (const name of BINARY_METHODS) {
  define(name, function (this: Expression, other: ExpressionInput, ...rest: unknown[]) {
    checkNoMore(name, rest);
    return this.op(name, {}, other);
  });
}
for (const [name, message] of refused) {
  Object.defineProperty(Expression.prototype, name, {
    configurable: true,
    get(this: Expression): never {
      throw this.trace.error(message);
    },
  });
}

function define(name: string, value: (this: Expression, ...args: never[]) => Expression): void {
  Object.defineProperty(Expression.prototype, name, { configurable: true, writable: true, value });
}

export function isExpression(value: unknown): value is Expression {
  return value instanceof Expression;
}

function typeOf({ dtype, scalar }: Expression): Typed {
  return { dtype, shape: { length: scalar ? 0 : 1 } };
}

function hasAnything(options: unknown): boolean {
  if (options === undefined || options === null) return false;
  return typeof options !== "object" || Array.isArray(options) || Object.keys(options).length > 0;
}

function afterReduction(name: string, method: string): string {
  return (
    `${name}() must be the last operation of a formula, got ${method}() after it; call the fused function without ` +
    "it, and compute with its result"
  );
}

/** The message where an operand of a formula meets a tensor that is none. */
export function outsideOf(method: string): string {
  return (
    `${method}() got a Tensor from outside of the formula; make it an operand, as in (input, target, weight) => …, ` +
    "and pass it with each call"
  );
}

function describeOther(method: string, other: unknown): string {
  if (isLossgradTensor(other)) return outsideOf(method);
  const found = typeof other === "object" ? describeStranger(other) : describeValue(other);
  return `${method}() expected an operand of the formula or a number, got ${found}`;
}
