/** The instructions of a program on vectors, with the bits of assembly/terms/arithmetic.ts. */
import { neededIn } from "../needed.js";
import type { Instruction, Output, Program, Reference } from "../program.js";
import type { Lanes } from "./lanes.js";
import { type Step, unfold } from "./straight.js";
import { call, type Code, flatten, type FunctionBuilder, isGet, simd } from "./wasm.js";

/** A function of the library: its index in the module, and its steps where it is not called. */
export interface Callee {
  readonly index: number;
  readonly steps: readonly Step[] | null;
}

/** A vector that is computed. */
interface Value {
  /** What reads it: numbers, or all ones and zeros where `mask`. */
  readonly code: Code;
  readonly mask?: true;
  /** Whether the operands' dtype holds it as it is. */
  readonly exact?: boolean;
  /** Its halves in the upper 16 bits of each lane, where they are at hand. */
  readonly rounded?: Code;
}

type Operator = (lanes: Lanes, inputs: readonly Code[]) => Code;

const plain =
  (name: string): Operator =>
  (lanes, inputs) =>
    lanes.op(name, ...inputs);

const OPERATORS: Readonly<Record<string, Operator>> = {
  neg: plain("Negate"),
  // A mask in a local is faster than the engine's own instruction, see `constant` in
  // assembly/lanes.ts.
  abs: (lanes, [x]) => simd("and", x, lanes.magnitude),
  sign: (lanes, [x]) => {
    const positive = simd("and", lanes.op("GreaterThan", x, lanes.zero), lanes.one);
    return lanes.op("Subtract", positive, simd("and", lanes.op("LessThan", x, lanes.zero), lanes.one));
  },
  sqrt: plain("Root"),
  relu: (lanes, [x]) => lanes.op("PseudoMaximum", x, lanes.zero),
  add: plain("Add"),
  sub: plain("Subtract"),
  mul: plain("Multiply"),
  div: plain("Divide"),
  maximum: plain("Maximum"),
  minimum: plain("Minimum"),
};

const COMPARISONS: Readonly<Record<string, string>> = {
  eq: "Equal",
  ne: "NotEqual",
  lt: "LessThan",
  le: "AtMost",
};

/** Instructions whose results a dtype holds if it holds what they read; `sign` gives 1, 0 or -1. */
const EXACT = new Set(["neg", "abs", "relu", "maximum", "minimum", "keep", "where"]);

/**
 * Whether `name` is an instruction of the engine's, or one that calls a function of the library's.
 */
export function isCalled(name: string): boolean {
  return !(name in OPERATORS || name in COMPARISONS || name === "keep" || name === "where");
}

/** What a program computes of one vector of each operand. */
export class Vectors {
  private readonly values: Value[] = [];
  private readonly operands: Value[] = [];
  /** What is kept already, by how it is computed. */
  private readonly kept = new Map<string, Code>();

  constructor(
    program: Program,
    private readonly fn: FunctionBuilder,
    private readonly lanes: Lanes,
    /** Functions of the library, by instruction. */
    private readonly functions: ReadonlyMap<string, Callee>,
    private readonly numberOf: (index: number) => Code,
    private readonly readOperand: (index: number) => Code,
  ) {
    const needed = neededIn(program);
    program.code.forEach((instruction, i) => {
      if (needed[i]) this.values[i] = this.valueOf(instruction);
    });
  }

  /**
   * An output in the computing type; one that is stored as a half in the upper 16 bits of each
   * lane.
   */
  output({ role, from }: Output): Code {
    const value = this.at(from);
    if (role === "sum" || !this.lanes.format.half) return this.numbers(value);
    return value.rounded ?? this.lanes.round(this.fn.keep(this.numbers(value)));
  }

  private at({ kind, index }: Reference): Value {
    if (kind === "value") return this.values[index];
    if (kind === "number") return { code: this.numberOf(index) };
    return (this.operands[index] ??= { code: this.fn.keep(this.readOperand(index)), exact: true });
  }

  /** What reads a vector that is computed once, of locals that stay as they are. */
  private keep(value: Code): Code {
    if (isGet(value)) return value;
    const bytes = flatten(value);
    const key = bytes.join();
    let code = this.kept.get(key);
    if (!code) this.kept.set(key, (code = this.fn.keep(bytes)));
    return code;
  }

  private numbers({ code, mask }: Value): Code {
    return mask ? simd("and", code, this.lanes.one) : code;
  }

  /** Where a value is not 0, all ones. */
  private isSet({ code, mask }: Value): Code {
    return mask ? code : this.lanes.op("NotEqual", code, this.lanes.zero);
  }

  private valueOf({ name, inputs, rounds }: Instruction): Value {
    const { fn, lanes } = this;
    const values = inputs.map((input) => this.at(input));
    if (name in COMPARISONS) {
      const [x, y] = values.map((value) => this.keep(this.numbers(value)));
      return { code: this.keep(lanes.op(COMPARISONS[name], x, y)), mask: true, exact: true };
    }
    const exact = name === "sign" || (EXACT.has(name) && values.every((value) => value.exact));
    const code = this.keep(this.compute(name, values));
    if (!lanes.format.half || !rounds || exact) return { code, exact };
    const rounded = lanes.round(code);
    return { code: fn.keep(lanes.unround(rounded)), exact: true, rounded };
  }

  private compute(name: string, values: readonly Value[]): Code {
    const { lanes } = this;
    if (name === "where") {
      const [condition, x, y] = values;
      return simd("select", this.numbers(x), this.numbers(y), this.isSet(condition));
    }
    if (name === "keep") return simd("and", this.numbers(values[0]), this.isSet(values[1]));
    const inputs = values.map((value) => this.keep(this.numbers(value)));
    if (name in OPERATORS) return OPERATORS[name](lanes, inputs);
    const { index, steps } = this.functions.get(name)!;
    if (!steps) return call(index, ...inputs);
    return unfold(
      steps,
      inputs,
      (words) => lanes.constant(words),
      (value) => this.keep(value),
    );
  }
}
