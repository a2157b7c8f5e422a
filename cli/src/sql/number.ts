/**
 * Float64 numbers of each row as columns of a query: what ClickHouse computes with the bits of
 * lossgrad, since IEEE 754 defines every operation here to the last bit.
 */
import type { Algebra, Operand } from "../formula/index.js";

/**
 * Columns that a query defines, each once. Those of a level are made of columns of lower ones, and
 * each level is a query of its own around the one before: within one query ClickHouse puts the
 * expression of a name in every place of it, which grows without bounds.
 */
export class Columns {
  readonly #names = new Map<string, string>();
  readonly #levelOf = new Map<string, number>();
  /** "expression AS name", by level. */
  readonly levels: string[][] = [];

  /** The name of the column that the expression defines. */
  define(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const name = `x${this.#names.size + 1}`;
    const inputs = text.match(/\bx\d+\b/g) ?? [];
    const level = Math.max(-1, ...inputs.map((input) => this.#levelOf.get(input)!)) + 1;
    this.#names.set(text, name);
    this.#levelOf.set(name, level);
    (this.levels[level] ??= []).push(`${text} AS ${name}`);
    return name;
  }
}

type Value = SqlNumber | number;

/** A column of Float64, or one of conditions: it has the methods of tensors. */
export class SqlNumber implements Operand {
  constructor(
    private readonly columns: Columns,
    /** The column's name. */
    readonly text: string,
    readonly dtype: "float64" | "bool" = "float64",
  ) {}

  #made(text: string, dtype?: "bool"): SqlNumber {
    return new SqlNumber(this.columns, this.columns.define(text), dtype);
  }

  to(): SqlNumber {
    return this.dtype === "bool" ? this.#made(`toFloat64(${this.text})`) : this;
  }
  mean(): this {
    return this;
  }
  sum(): this {
    return this;
  }

  neg(): SqlNumber {
    return this.#made(`-${this.text}`);
  }
  abs(): SqlNumber {
    return this.#made(`abs(${this.text})`);
  }
  sqrt(): SqlNumber {
    return this.#made(`sqrt(${this.text})`);
  }
  square(): SqlNumber {
    return this.mul(this);
  }
  /** -1, 0 or 1; of NaN 0, as in torch. */
  sign(): SqlNumber {
    const { text } = this;
    return this.#made(`multiIf(${text} > 0, 1., ${text} < 0, -1., 0.)`);
  }
  isfinite(): SqlNumber {
    return this.#made(`isFinite(${this.text})`, "bool");
  }
  isinf(): SqlNumber {
    return this.#made(`isInfinite(${this.text})`, "bool");
  }
  isnan(): SqlNumber {
    return this.#made(`isNaN(${this.text})`, "bool");
  }

  add(other: Value): SqlNumber {
    return this.#made(`${this.text} + ${textOf(other)}`);
  }
  sub(other: Value): SqlNumber {
    return this.#made(`${this.text} - ${textOf(other)}`);
  }
  mul(other: Value): SqlNumber {
    return this.#made(`${this.text} * ${textOf(other)}`);
  }
  div(other: Value): SqlNumber {
    return this.#made(`${this.text} / ${textOf(other)}`);
  }
  /** The exponents that tensors compute by products and roots; others are no matter of IEEE 754. */
  pow(exponent: number): SqlNumber {
    const one = constant(this.columns, 1);
    switch (exponent) {
      case 1:
        return this;
      case 2:
        return this.square();
      case 3:
        return this.square().mul(this);
      case 0.5:
        return this.sqrt();
      case -0.5:
        return one.div(this.sqrt());
      case -1:
        return one.div(this);
      case -2:
        return one.div(this.square());
      default:
        throw new Error(missing(`power to ${exponent}`));
    }
  }
  /** The larger one; NaN where one is NaN, and of zeros +0. */
  maximum(other: Value): SqlNumber {
    return this.#extreme(other, ">", (a, b) => `${a} + ${b}`);
  }
  /** The smaller one; NaN where one is NaN, and of zeros -0. */
  minimum(other: Value): SqlNumber {
    return this.#extreme(other, "<", (a, b) => `-(-${a} - ${b})`);
  }
  #extreme(other: Value, sign: string, ofZeros: (a: string, b: string) => string): SqlNumber {
    const [a, b] = [this.text, columnOf(this.columns, other)];
    const [sum, zero] = [`${a} + ${b}`, ofZeros(a, b)];
    return this.#made(
      `multiIf(${a} ${sign} ${b}, ${a}, ${b} ${sign} ${a}, ${b}, ${a} = 0, ${zero}, ${a} = ${b}, ${a}, ${sum})`,
    );
  }

  eq(other: Value): SqlNumber {
    return this.#compared("=", other);
  }
  ne(other: Value): SqlNumber {
    return this.#compared("!=", other);
  }
  lt(other: Value): SqlNumber {
    return this.#compared("<", other);
  }
  le(other: Value): SqlNumber {
    return this.#compared("<=", other);
  }
  gt(other: Value): SqlNumber {
    return this.#compared(">", other);
  }
  ge(other: Value): SqlNumber {
    return this.#compared(">=", other);
  }
  #compared(sign: string, other: Value): SqlNumber {
    return this.#made(`${this.text} ${sign} ${textOf(other)}`, "bool");
  }

  /** `a` where this holds, else `b`: of numbers, where they are not 0. */
  choose(a: Value, b: Value): SqlNumber {
    const { text, dtype } = this;
    const condition = dtype === "bool" ? text : `${text} != 0`;
    return this.#made(`if(${condition}, ${textOf(a)}, ${textOf(b)})`);
  }
}

/** A number for every row. */
export function constant(columns: Columns, value: number): SqlNumber {
  return new SqlNumber(columns, columns.define(literal(value)));
}

function columnOf(columns: Columns, value: Value): string {
  return typeof value === "number" ? constant(columns, value).text : value.text;
}

function textOf(value: Value): string {
  return typeof value === "number" ? literal(value) : value.text;
}

/** A Float64 of these bits. What has neither a point nor an exponent would be an integer. */
export function literal(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "(-inf)";
  const digits = Object.is(value, -0) ? "-0" : String(value);
  const text = /[.e]/.test(digits) ? digits : `${digits}.`;
  return value < 0 || Object.is(value, -0) ? `(${text})` : text;
}

function missing(name: string): string {
  return (
    `ClickHouse has no ${name} with the bits of lossgrad; a query has + - * /, comparisons, abs, sqrt, square, sign, ` +
    "maximum, minimum, where, and powers to 1, 2, 3, 0.5, -0.5, -1 and -2"
  );
}

/** What formulas are translated to. */
export function sqlAlgebra(columns: Columns): Algebra<SqlNumber> {
  return {
    constant: (value) => constant(columns, value),
    where: (condition, a, b) => condition.choose(a, b),
    has: (name) => METHODS.includes(name),
    missing,
  };
}

const METHODS = Object.getOwnPropertyNames(SqlNumber.prototype).filter(
  (name) => !["constructor", "to", "choose", "mean", "sum"].includes(name),
);
