/**
 * A user's function as something that can be called: traced once for each list of dtypes and
 * parameters, with the programs that calls need. Tensors and typed arrays call it alike.
 */
import type { DType } from "../ndarray/dtype.js";
import type { Typed } from "../ndarray/promotion.js";
import { describeValue } from "../core/describe.js";
import { derive, reachedBy } from "./derive.js";
import { Expression } from "./expression.js";
import { isProgramDType, lower, type Lowered, type Wanted } from "./lower.js";
import { UNNAMED } from "./mark.js";
import type { ProgramDType } from "./program.js";
import { PLAIN, type Traits } from "./traits.js";
import {
  extend,
  type Formula,
  type FormulaFunction,
  type Gradients,
  inOrder,
  type ParameterValues,
  type SlopesFunction,
  termOf,
  traceFormula,
} from "./trace.js";

/** What a program is asked for. */
export interface Request {
  /** What becomes of the value: it is added up, stored, or not computed at all. */
  readonly value: "sum" | "store" | null;
  /** The operands whose gradients are stored. */
  readonly wanted: readonly number[];
  /** What gradients start from: one number, or an operand behind the others. */
  readonly seed: "number" | "operand";
  /** The operands that are one number for all elements. */
  readonly numbers: readonly number[];
  readonly masked: boolean;
}

/**
 * A formula of many operands has a program for each choice of those that want a gradient; they are
 * forgotten from so many on.
 */
const MOST_PROGRAMS = 64;

/** A formula for operands of certain dtypes, and its programs. */
export class Traced {
  /**
   * The dtype of all operands and of the result; null where there are several, and so no program.
   */
  readonly dtype: ProgramDType | null;
  /** Which operands the result depends on. */
  readonly used: ReadonlySet<number>;
  /** Which of them a gradient reaches. */
  private readonly reached: ReadonlySet<number>;
  private readonly seed: Expression;
  /** The gradients from `seed`, an operand behind the others, where the formula states them. */
  readonly slopes: Gradients | null;
  private readonly programs = new Map<number | string, Lowered | null>();
  private readonly weightings = new Map<string, Traced>();

  constructor(readonly formula: Formula) {
    const { operands, root, trace } = formula;
    const inputs = inOrder([root]).filter(({ name }) => name === "operand");
    this.used = new Set(inputs.map(({ index }) => index));
    const one = isProgramDType(root.dtype) && inputs.every(({ dtype }) => dtype === root.dtype);
    this.dtype = one ? root.dtype : null;
    const type = { dtype: root.dtype, shape: [1] };
    this.seed = extend(trace, () => Expression.operand(trace, operands.length, type));
    this.slopes = formula.slopes && extend(trace, () => formula.slopes!(this.seed));
    this.reached = this.slopes ? new Set(this.slopes.keys()) : reachedBy(root);
  }

  /** Whether a gradient reaches an operand. */
  isReached(index: number): boolean {
    return this.reached.has(index);
  }

  /** The operands that require a gradient and that one reaches. */
  differentiable(operands: readonly { readonly requiresGrad: boolean }[]): readonly number[] {
    let found = NONE;
    for (let i = 0; i < operands.length; i++) {
      if (operands[i].requiresGrad && this.reached.has(i)) found = [...found, i];
    }
    return found;
  }

  /** The formula times a weight, which is one more operand behind the others. */
  weighted(weight: Typed): Traced {
    const { formula } = this;
    const { trace, operands, root } = formula;
    const key = `${weight.dtype}${weight.shape.length === 0 ? "." : ""}`;
    let found = this.weightings.get(key);
    if (!found) {
      const { operand, product } = extend(trace, () => {
        const operand = Expression.operand(trace, operands.length, weight);
        const product = root.mul(operand);
        return { operand, product: formula.weighsInPlace ? product.to(root.dtype) : product };
      });
      const { slopes } = formula;
      // torch's formulas for gradients multiply by the weights last.
      const own = (upstream: Expression): Gradients =>
        new Map([
          ...[...slopes!(upstream.to(root.dtype))].map(([index, slope]): [number, Expression] => [
            index,
            slope.mul(operand).to(slope.dtype),
          ]),
          [operand.index, upstream.mul(root).to(operand.dtype)],
        ]);
      const all = [...operands, operand];
      found = new Traced({
        ...formula,
        operands: all,
        root: product,
        reduction: null,
        slopes: slopes && own,
      });
      this.weightings.set(key, found);
    }
    return found;
  }

  /** The program that gives what is asked for; null where there is none. */
  program(request: Request): Lowered | null {
    const key = keyOf(request);
    let found = this.programs.get(key);
    if (found !== undefined) return found;
    if (this.programs.size >= MOST_PROGRAMS) this.programs.clear();
    this.programs.set(key, (found = this.lowered(request)));
    return found;
  }

  private lowered({ value, wanted, seed, numbers, masked }: Request): Lowered | null {
    const { dtype } = this;
    const { root } = this.formula;
    if (dtype === null) return null;
    const outputs: Wanted[] = value ? [{ role: value, from: root }] : [];
    const gradients = this.slopes ?? derive(root, new Set(wanted), this.seed);
    for (const index of wanted) {
      const from = gradients.get(index);
      // Where a gradient ends on its way, as behind a comparison, there is no program.
      if (!from) return null;
      outputs.push({ role: "store", from });
    }
    const isNumber = (index: number): boolean =>
      index === this.seed.index ? seed === "number" : numbers.includes(index);
    return lower(outputs, dtype, isNumber, masked);
  }
}

const NONE: readonly number[] = [];
const NO_NAMES: readonly string[] = [];
const VALUES = { sum: 0, store: 1, none: 2 } as const;
/** Operands that fit into a number as a set, twice, beside what else a request says. */
const MOST_IN_NUMBER = 23;

/** A number where it can be, which is faster to find than a text. */
function keyOf({ value, wanted, seed, numbers, masked }: Request): number | string {
  const kind = (VALUES[value ?? "none"] * 2 + Number(seed === "operand")) * 2 + Number(masked);
  let [sets, most] = [0, 0];
  for (const index of wanted) {
    sets += 2 ** index;
    if (index > most) most = index;
  }
  for (const index of numbers) {
    sets += 2 ** (index + MOST_IN_NUMBER);
    if (index > most) most = index;
  }
  if (most < MOST_IN_NUMBER) return sets * 16 + kind;
  return `${kind} ${wanted.join()} ${numbers.join()}`;
}

/** Formulas that were traced for other dtypes and parameters are forgotten from so many on. */
const MOST_TRACED = 32;

/** Options of fuse. */
export interface FuseOptions<P> {
  /** The formula's name in messages and in the graph; the function's own by default. */
  name?: string;
  /** The numbers that the function takes behind its operands, with their defaults. */
  parameters?: P & Readonly<Record<string, number>>;
}

/** The options that every fused function has; no parameter may have their names. */
const RESERVED: readonly string[] = [
  "reduction",
  "weight",
  "mask",
  "dim",
  "keepdim",
  "dtype",
  "out",
  "grad",
  "grads",
];

export class Fused {
  readonly name: string;
  readonly parameters: ParameterValues | null;
  /** The options that are parameters. */
  readonly parameterNames: readonly string[];
  readonly traits: Traits = PLAIN;
  /** The options that are operands. */
  readonly optionalNames: readonly string[] = [];
  /** What messages say of tensors where there should be typed arrays. */
  readonly wayForTensors: string = "make the function with fuse of lossgrad";
  private readonly traced = new Map<string, Traced>();
  /** What was traced last: calls in a loop are of one kind. */
  private recent: Kind | null = null;

  constructor(
    readonly fn: FormulaFunction,
    name: string | undefined,
    parameters: object | undefined,
    readonly slopes: SlopesFunction | null = null,
  ) {
    if (typeof fn !== "function") {
      throw new TypeError(`fuse: expected a function of operands, got ${describeValue(fn)}`);
    }
    if (name !== undefined && typeof name !== "string") {
      throw new TypeError(`fuse: expected name to be a string, got ${describeValue(name)}`);
    }
    // A function that is written in place has no name, or that of the constant which fuse gives.
    this.name = name ?? (fn.name === "" ? UNNAMED : fn.name);
    this.parameters = parameters === undefined ? null : Object.freeze(checkParameters(parameters));
    this.parameterNames = this.parameters ? Object.keys(this.parameters) : [];
  }

  /** The name with the parameters' defaults. */
  toString(): string {
    const shown = Object.entries(this.parameters ?? {}).map(([name, value]) => `${name}=${value}`);
    return `${this.name}(${shown.join(", ")})`;
  }

  /**
   * How many operands the function names; null for one of any number, (...operands) => …, or whose
   * length was made something else.
   */
  get operandCount(): number | null {
    const count = this.fn.length - (this.parameters ? 1 : 0);
    return count > 0 ? count : null;
  }

  /** What is computed of each element, of operands of a trace that is open. */
  termOf(operands: readonly Expression[], values: ParameterValues | null): Expression {
    return termOf(this.fn, operands, values && { ...values });
  }

  /** The function of as many operands as a call gives: those behind the others come from options. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- formulas of the tables read it
  givenBy(_options: Readonly<Record<string, unknown>>): { fused: Fused; behind: readonly string[] } {
    return { fused: this, behind: NO_NAMES };
  }

  /** Throws unless `count` operands are as many as the function names. */
  checkCount(count: number): void {
    const expected = this.operandCount;
    if (expected === null || count === expected) return;
    throw new TypeError(
      `${this.name}: expected ${expected} operand${expected === 1 ? "" : "s"}, as the function has them, got ${count}`,
    );
  }

  /** The parameters of a call: those that it gives, and the defaults of the others. */
  readParameters(options: Readonly<Record<string, unknown>>): ParameterValues | null {
    if (!this.parameters) return null;
    if (!this.parameterNames.some((name) => Object.hasOwn(options, name))) return this.parameters;
    return Object.fromEntries(
      Object.entries(this.parameters).map(([name, standard]) => {
        // Any name may be that of a parameter, also one that all objects inherit.
        const given = Object.hasOwn(options, name) ? options[name] : undefined;
        return [name, this.readParameter(name, given, standard)];
      }),
    );
  }

  protected readParameter(name: string, given: unknown, standard: number): number {
    return checkParameter(this.name, name, given ?? standard);
  }

  /** What messages call an operand. */
  wordFor(place: number): string {
    return `operand ${place + 1}`;
  }

  /** The formula for operands of these types, of which `positions` says which stands where. */
  trace(types: readonly Typed[], positions: readonly number[], values: ParameterValues | null): Traced {
    if (this.recent && isOfKind(this.recent, types, positions, values)) return this.recent.traced;
    const traced = this.find(types, positions, values);
    this.recent = {
      dtypes: types.map(({ dtype }) => dtype),
      scalars: types.map(isScalar),
      positions,
      values,
      traced,
    };
    return traced;
  }

  private find(
    types: readonly Typed[],
    positions: readonly number[],
    values: ParameterValues | null,
  ): Traced {
    const shown = types.map(({ dtype, shape }) => (shape.length === 0 ? `${dtype}.` : dtype));
    const key = `${shown.join()} ${positions.join()} ${values ? Object.values(values).map(textOf).join() : ""}`;
    let found = this.traced.get(key);
    if (found) return found;
    found = new Traced(traceFormula(this, types, positions, values && { ...values }));
    if (this.traced.size >= MOST_TRACED) this.traced.clear();
    this.traced.set(key, found);
    return found;
  }
}

/** A kind of calls: those whose operands and parameters are alike share what was traced. */
interface Kind {
  readonly dtypes: readonly DType[];
  readonly scalars: readonly boolean[];
  readonly positions: readonly number[];
  readonly values: ParameterValues | null;
  readonly traced: Traced;
}

function isScalar({ shape }: Typed): boolean {
  return shape.length === 0;
}

function isOfKind(
  kind: Kind,
  types: readonly Typed[],
  positions: readonly number[],
  values: ParameterValues | null,
): boolean {
  if (kind.values !== values || kind.dtypes.length !== types.length) return false;
  for (let i = 0; i < types.length; i++) {
    if (types[i].dtype !== kind.dtypes[i] || isScalar(types[i]) !== kind.scalars[i]) return false;
  }
  if (positions === kind.positions) return true;
  if (positions.length !== kind.positions.length) return false;
  for (let i = 0; i < positions.length; i++) if (positions[i] !== kind.positions[i]) return false;
  return true;
}

/** -0 is another number than 0. */
function textOf(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function checkParameters(parameters: unknown): ParameterValues {
  if (typeof parameters !== "object" || parameters === null || Array.isArray(parameters)) {
    throw new TypeError(
      `fuse: expected parameters as an object of numbers, as in { eps: 1e-3 }, got ${describeValue(parameters)}`,
    );
  }
  const taken = Object.entries(parameters).map(([name, value]): [string, number] => {
    if (RESERVED.includes(name)) {
      throw new TypeError(
        `fuse: expected parameters of other names than ${RESERVED.join(", ")}, got ${name}; all fused ` +
          "functions have these options",
      );
    }
    return [name, checkParameter("fuse", name, value)];
  });
  return Object.fromEntries(taken);
}

function checkParameter(caller: string, name: string, value: unknown): number {
  if (typeof value === "number") return value;
  throw new TypeError(
    `${caller}: expected the parameter ${name} to be a number, got ${describeValue(value)}; pass what differs ` +
      "between elements as an operand",
  );
}
