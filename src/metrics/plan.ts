/**
 * All that the asked-for metrics add up, as one program: each chunk is read once, whatever is made
 * of it.
 */
import { Expression, Trace } from "../formula/expression.js";
import { lower, type Lowered, type Wanted } from "../formula/lower.js";
import type { DType } from "../ndarray/dtype.js";
import { digitsOf, type ElementNumbers, type Factor, type Quantity } from "./quantity.js";

/** What is done with elements of which a number is NaN. */
export type NanPolicy = "propagate" | "omit" | "error";
export const NAN_POLICIES: readonly NanPolicy[] = ["propagate", "omit", "error"];

/** What metrics ask of the data. */
export interface Needs {
  /** Sums over all elements. */
  readonly sums: readonly Quantity[];
  /** The largest |error|, and where it is. */
  readonly maximum?: true;
  /** How many elements have which |error|. */
  readonly histogram?: true;
}

/** What the program stores of each element, for one of those who take it in. */
export type OutputName = "kept" | "nan" | "weight" | "|error|" | `sum ${string}` | `refused ${string}`;

export interface Computation {
  readonly lowered: Lowered;
  /** What each of the program's outputs is. */
  readonly outputs: readonly OutputName[];
}

/** What a chunk is made of. */
export interface ChunkTypes {
  readonly prediction: DType;
  readonly target: DType;
  readonly weight: DType | null;
  readonly masked: boolean;
}

const FLOAT64 = { dtype: "float64", shape: [1] } as const;

export class Plan {
  /** In the order of their keys. */
  readonly sums: readonly Quantity[];
  readonly maximum: boolean;
  readonly histogram: boolean;
  private readonly computations = new Map<string, Computation>();

  constructor(
    needs: readonly Needs[],
    readonly nan: NanPolicy,
  ) {
    const sums = new Map<string, Quantity>();
    for (const quantity of needs.flatMap((need) => need.sums)) sums.set(quantity.key, quantity);
    this.sums = [...sums.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    this.maximum = needs.some(({ maximum }) => maximum);
    this.histogram = needs.some(({ histogram }) => histogram);
  }

  /** The program for chunks of these dtypes. */
  computationFor(types: ChunkTypes): Computation {
    const { prediction, target, weight, masked } = types;
    const digits = [prediction, target, weight].map((dtype) => dtype && digitsOf(dtype));
    const key = `${digits.join()} ${masked}`;
    let found = this.computations.get(key);
    if (!found) this.computations.set(key, (found = this.compute(types)));
    return found;
  }

  private compute(types: ChunkTypes): Computation {
    return compute(types, (x) => this.outputsOf(x, types.masked));
  }

  private outputsOf(x: ElementNumbers, masked: boolean): [OutputName, Expression][] {
    const { weight, difference } = x;
    const kept = isKept(x);
    const omits = this.nan !== "propagate";
    /** What is left out gives 0, as where a mask does not hold. */
    const taken = (value: Expression): Expression => (omits ? kept.choose(value, 0) : value);
    const outputs: [OutputName, Expression][] = [];
    // What is left out has an |error| of 0 as well, and somebody has to tell it from others.
    const hasError = this.maximum || this.histogram;
    if (omits || (masked && hasError)) outputs.push(["kept", kept.to("float64")]);
    if (weight) outputs.push(["weight", taken(weight.value)]);
    if (hasError) outputs.push(["|error|", taken(difference.abs())]);
    for (const quantity of this.sums) {
      for (const term of quantity.terms(x)) outputs.push([`sum ${quantity.key}`, taken(term)]);
      for (const { where, message } of quantity.refusals ?? []) {
        outputs.push([`refused ${message}`, taken(where(x).to("float64"))]);
      }
    }
    return outputs;
  }
}

/** The program that finds the elements of which a number is NaN. */
export function nanComputation(types: ChunkTypes): Computation {
  return compute(types, (x) => [["nan", isKept(x).eq(0).to("float64")]]);
}

/** Throws unless a formula of the user's can be computed with others. */
export function checkComputable(caller: string, quantity: Quantity): void {
  const trace = new Trace(caller);
  const [p, t] = [0, 1].map((index) => Expression.operand(trace, index, FLOAT64));
  const [prediction, target] = [p, t].map((value) => ({ value, digits: digitsOf("float64") }));
  const terms = quantity.terms({ prediction, target, weight: null, difference: p.sub(t) });
  trace.open = false;
  if (lower([{ role: "store", from: terms[0] }], "float64", () => false)) return;
  throw new TypeError(
    `${caller}: expected a formula of its operands that gives numbers in their dtype, got arithmetic of conditions, a ` +
      "conversion to another dtype, or a constant; write where(condition, 1, 0) for a condition as numbers",
  );
}

/** Whether none of an element's numbers is NaN. */
function isKept({ prediction, target, weight }: ElementNumbers): Expression {
  const numbers = [prediction, target, ...(weight ? [weight] : [])];
  return numbers.map(({ value }) => value.eq(value)).reduce((a, b) => a.mul(b));
}

function compute(
  { prediction, target, weight, masked }: ChunkTypes,
  outputsOf: (x: ElementNumbers) => [OutputName, Expression][],
): Computation {
  const trace = new Trace("lossgrad/metrics");
  const factor = (index: number, dtype: DType): Factor => ({
    value: Expression.operand(trace, index, FLOAT64),
    digits: digitsOf(dtype),
  });
  const [p, t] = [factor(0, prediction), factor(1, target)];
  const w = weight === null ? null : factor(2, weight);
  const stored = outputsOf({ prediction: p, target: t, weight: w, difference: p.value.sub(t.value) });
  trace.open = false;
  const wanted = stored.map(([, from]): Wanted => ({ role: "store", from }));
  const lowered = lower(wanted, "float64", () => false, masked);
  if (!lowered) throw new Error("internal: a metric has no program");
  return { lowered, outputs: stored.map(([name]) => name) };
}
