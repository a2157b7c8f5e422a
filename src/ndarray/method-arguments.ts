/**
 * What users may write as arguments of elementwise methods: those of tensors, and those of the
 * expressions of a formula, whose text is the same.
 */
import { describeValue } from "../core/describe.js";
import { checkNoMore, takeOptions } from "../core/options.js";
import type { ClampParameters, NoParameters } from "./parameters.js";

/** Options of add and sub. */
export interface AlphaOptions {
  /** Factor of the second operand; 1 by default. */
  alpha?: number;
}

/** What nanToNum puts in the place of what is not finite. */
export interface NanToNumOptions {
  /** In the place of NaN; 0 by default. */
  nan?: number;
  /** In the place of Infinity; the largest number of the dtype by default. */
  posinf?: number;
  /** In the place of -Infinity; the most negative number of the dtype by default. */
  neginf?: number;
}

/** Options of softplus. */
export interface SoftplusOptions {
  /** Factor of the elements; 1 by default. */
  beta?: number;
  /** Where beta times an element is larger, the element stays as it is; 20 by default. */
  threshold?: number;
}

export function readAlpha(caller: string, options: AlphaOptions | undefined): number {
  if (options === undefined) return 1;
  const { alpha } = takeOptions(caller, options, ["alpha"]);
  return checkNumber(caller, alpha ?? 1);
}

/** What stands in an operation beside numbers: tensors, or the expressions of a formula. */
export interface OperandKind<V> {
  readonly isTensor: (value: unknown) => value is V;
  /** Throws for what is neither of them nor a number. */
  readonly checkOperand: (caller: string, value: unknown) => void;
}

/** Limits of clamp: numbers, or what `isTensor` holds for. */
interface Bounds<V> {
  min?: V | number;
  max?: V | number;
}

/** The operation of a clamp. */
type Clamp<V> =
  | { readonly name: "clamp"; readonly others: []; readonly parameters: ClampParameters }
  | {
      readonly name: "clampBetween" | "clampBelow" | "clampAbove";
      readonly others: (V | number)[];
      readonly parameters: NoParameters;
    };

/**
 * The operation that these bounds call for: numbers alone have one of their own, which keeps their
 * precision.
 */
export function readClamp<V>(
  caller: string,
  first: V | number | Bounds<V> | undefined,
  second: V | number | undefined,
  kind: OperandKind<V>,
): Clamp<V> {
  const { min, max } = boundsOf(caller, first, second, kind.isTensor);
  if ((min ?? max ?? undefined) === undefined) {
    throw new TypeError("torch.clamp: At least one of 'min' or 'max' must not be None");
  }
  const others = [min, max].filter((bound) => bound !== undefined && bound !== null);
  for (const bound of others) kind.checkOperand(caller, bound);
  if (others.every((bound) => typeof bound === "number")) {
    return { name: "clamp", others: [], parameters: { min: numberOf(min), max: numberOf(max) } };
  }
  const one = (max ?? undefined) === undefined ? "clampBelow" : "clampAbove";
  return {
    name: others.length === 2 ? "clampBetween" : one,
    others,
    parameters: {},
  };
}

/** A bound that is a number; null is none, as None is. */
function numberOf(bound: unknown): number | undefined {
  return typeof bound === "number" ? bound : undefined;
}

function boundsOf<V>(
  caller: string,
  first: V | number | Bounds<V> | undefined,
  second: V | number | undefined,
  isTensor: (value: unknown) => value is V,
): Bounds<V> {
  if (typeof first !== "object" || first === null || isTensor(first)) return { min: first, max: second };
  checkNoMore(caller, [second]);
  return takeOptions<Bounds<V>>(caller, first, ["min", "max"]);
}

export function readSoftplus(options: SoftplusOptions): { beta: number; threshold: number } {
  const { beta = 1, threshold = 20 } = takeOptions("softplus", options, ["beta", "threshold"]);
  return { beta: checkNumber("softplus", beta), threshold: checkNumber("softplus", threshold) };
}

export function readReplacements(
  caller: string,
  first: number | NanToNumOptions | undefined,
  posinf: number | undefined,
  neginf: number | undefined,
): NanToNumOptions {
  const given = typeof first === "object";
  if (given)
    checkNoMore(
      caller,
      [posinf, neginf].filter((value) => value !== undefined),
    );
  const options = given
    ? takeOptions<NanToNumOptions>(caller, first, ["nan", "posinf", "neginf"])
    : { nan: first, posinf, neginf };
  for (const value of Object.values(options)) if (value !== undefined) checkNumber(caller, value);
  return { nan: options.nan, posinf: options.posinf, neginf: options.neginf };
}

export function checkNumber(caller: string, value: unknown): number {
  if (typeof value === "number") return value;
  throw new TypeError(`${caller}: expected a number, got ${describeValue(value)}`);
}
