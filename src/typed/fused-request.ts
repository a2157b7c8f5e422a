/** A call of a fused function of typed arrays: its operands and options, read and checked whole. */
import { isLossgradTensor, isTensorLike } from "../ndarray/adapter.js";
import { type DType, isFloating, promoteTypes } from "../ndarray/dtype.js";
import { nameOf } from "../ndarray/typed.js";
import { describeValue } from "../core/describe.js";
import { takeList, takeOptions } from "../core/options.js";
import type { Fused, Traced } from "../formula/fused.js";
import type { Reduction } from "../loss/losses.js";
import type { OwnReduction } from "../formula/traits.js";
import { checkReduction, ownReduction } from "../loss/reduction.js";
import { type Given, readGiven } from "./destination.js";
import { checkOperands, checkSameSize, type ReadOperand, readOperand } from "./operands.js";
import { checkNoDimensions, operandsAmong, readDType, readMask } from "./request.js";

/**
 * What is asked for besides the value: the gradient of an operand, and where it goes if that was
 * said.
 */
export interface Asked {
  readonly index: number;
  /** What messages call it. */
  readonly word: string;
  readonly given: Given | null;
}

export interface FusedRequest {
  readonly caller: string;
  readonly fused: Fused;
  readonly traced: Traced;
  readonly operands: readonly (ReadOperand | number)[];
  /** The first that is an array. */
  readonly like: ReadOperand;
  readonly weight: ReadOperand | null;
  readonly mask: ReadOperand | null;
  /** What all of it is computed in; floating. */
  readonly dtype: DType;
  /** The dtype that the caller asked for. */
  readonly asked: DType | null;
  readonly reduction: Reduction;
  /** What a mean divides by where that is neither the number of elements nor that of weights. */
  readonly divisor: number | null;
  /** What the caller gave to write the unreduced loss to. */
  readonly out: Given | null;
  /** The gradients that are wanted, by the order of the operands. */
  readonly gradients: readonly Asked[];
  /** Whether they were asked for as a list. */
  readonly listed: boolean;
}

/** The options of a pass. */
type Pass = "value" | "gradients";
const DESTINATIONS = { value: ["out"], gradients: ["grad", "grads"] } as const;

/**
 * Reads a call of `fused`. Whatever runs code of the caller's comes first: options are read once,
 * then operands, then the formula is traced. What any of it did to the operands is looked at last.
 */
export function readFused(called: Fused, args: readonly unknown[], pass: Pass): FusedRequest {
  const caller = called.name;
  const { given, options } = split(called, args);
  checkNoDimensions(caller, options);
  const names = optionNames(called, pass);
  const taken = takeOptions<Record<string, unknown>>(caller, options as Record<string, unknown>, names);
  const { weight: factors, mask: bytes, dtype: wanted, out, grad, grads } = taken;
  const { fused, behind } = called.givenBy(taken);
  const parameters = fused.readParameters(taken);
  const { mode, divisorOf } = readReduction(called, taken);
  called.checkCount(given.length);
  const gradients = pass === "value" ? [] : readAsked(caller, given.length, grad, grads);
  const written = pass === "value" ? readGiven(out) : null;
  const operands = [...given, ...behind.map((name) => taken[name])].map((x, i) =>
    typeof x === "number" ? x : readArray(fused, fused.wordFor(i), x),
  );
  const [like, ...others] = operandsAmong(...operands) as [ReadOperand | undefined, ...ReadOperand[]];
  if (!like) throw noArray(caller, given.length);
  const weight = factors == null ? null : readArray(fused, "weight", factors);
  for (const other of others)
    checkSameSize(caller, like, other, "; a number may stand for a constant operand");
  if (weight) checkSameSize(caller, like, weight);
  const mask = readMask(caller, bytes, like);
  const asked = readDType(caller, wanted);
  const arrays = [like, ...others, ...(weight ? [weight] : [])];
  const dtype = asked ?? commonType(arrays.map((array) => array.dtype));
  const types = operands.map((x) => ({ dtype, shape: typeof x === "number" ? [] : [1] }));
  const traced = fused.trace(types, [...types.keys()], parameters);
  // The function is the caller's, too.
  checkOperands(caller, [...arrays, ...(mask ? [mask] : [])]);
  const read: FusedRequest = {
    caller,
    fused,
    traced,
    operands,
    like,
    weight,
    mask,
    dtype,
    asked,
    reduction: mode ?? traced.formula.reduction ?? "mean",
    divisor: divisorOf?.(like.shape ?? [like.length]) ?? null,
    out: written,
    gradients,
    listed: grads !== undefined,
  };
  for (const { index } of gradients) checkDifferentiable(read, index);
  if (traced.dtype !== dtype) throw otherType(read);
  return read;
}

function optionNames({ traits, optionalNames, parameterNames }: Fused, pass: Pass): string[] {
  const weights = traits.weightedMean ? ["weight"] : [];
  const names = ["reduction", ...weights, "mask", "dtype", ...DESTINATIONS[pass]];
  return [...names, ...optionalNames, ...parameterNames];
}

/** The reduction of a call, null where it gives none; one of the function's own is a mean. */
function readReduction(
  { traits }: Fused,
  { reduction, weight }: Readonly<Record<string, unknown>>,
): { mode: Reduction | null; divisorOf: OwnReduction["divisor"] } {
  const { divisor } = ownReduction(traits, reduction ?? "mean");
  if (divisor) return { mode: "mean", divisorOf: divisor };
  const words = traits.reductionWords ?? (weight == null ? "enum" : "weighted");
  return { mode: reduction === undefined ? null : checkReduction(reduction, words), divisorOf: undefined };
}

/**
 * torch's promotion of floats; float64 for integers among themselves, as in the losses of the
 * table.
 */
function commonType(dtypes: readonly DType[]): DType {
  const floating = dtypes.find(isFloating);
  return floating ? dtypes.reduce(promoteTypes, floating) : "float64";
}

/** The arguments of a call. */
export interface Arguments {
  /** The operands. */
  readonly given: readonly unknown[];
  readonly options: unknown;
}

/** The operands, and the options behind them: an object that is no operand. */
export function split({ operandCount }: Fused, args: readonly unknown[]): Arguments {
  const last = args.at(-1);
  const isBehind = operandCount !== null && args.length === operandCount + 1;
  if (!(isBehind || isOptions(last))) return { given: args, options: {} };
  return { given: args.slice(0, -1), options: last === undefined ? {} : last };
}

function isOptions(value: unknown): boolean {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && nameOf(value) === undefined && !isLossgradTensor(value) && !isTensorLike(value);
}

function readArray({ name, wayForTensors }: Fused, word: string, value: unknown): ReadOperand {
  if (!isLossgradTensor(value)) return readOperand(name, word, value);
  throw new TypeError(`${name}: expected ${word} to be a typed array, got a Tensor; ${wayForTensors}`);
}

function noArray(caller: string, count: number): TypeError {
  return new TypeError(
    `${caller}: expected a typed array among the operands, got ${count === 0 ? "none" : "numbers only"}; ` +
      "Float32Array.of(x) makes one",
  );
}

/** Which gradients are asked for: the first operand's, or those that a list has an entry for. */
export function readAsked(caller: string, count: number, grad: unknown, grads: unknown): Asked[] {
  if (grads === undefined) return [{ index: 0, word: "grad", given: readGiven(grad) }];
  if (grad !== undefined) {
    throw new TypeError(
      `${caller}: expected either grad or grads, got both; grads[0] is the first operand's`,
    );
  }
  if (!Array.isArray(grads)) {
    throw new TypeError(
      `${caller}: expected grads as a list with an entry for each operand, as in [true, false], got ${describeValue(grads)}`,
    );
  }
  const read = takeList(caller, grads, (entry, index): Asked | null => {
    if (entry === undefined || entry === null || entry === false) return null;
    return { index, word: `grads[${index}]`, given: entry === true ? null : readGiven(entry) };
  });
  if (read.length === count) return read.filter((entry) => entry !== null);
  throw new RangeError(
    `${caller}: expected grads to have an entry for each of ${count} operands, got ${read.length}`,
  );
}

function checkDifferentiable({ caller, fused, operands, traced }: FusedRequest, index: number): void {
  const operand = operands[index];
  const word = fused.wordFor(index);
  if (typeof operand === "number") {
    throw new TypeError(
      `${caller}: expected ${word} to be an array, which has a gradient, got a number; fill an array with it`,
    );
  }
  if (!isFloating(operand.dtype)) {
    throw new TypeError(
      `${caller}: expected a floating ${word}, which has a gradient, got ${operand.dtype}; Float32Array.from(array) ` +
        "converts it",
    );
  }
  if (traced.isReached(index)) return;
  throw new TypeError(
    `${caller}: expected the result to depend on ${word} by operations that have a gradient, but none reaches it`,
  );
}

function otherType({ caller, dtype, traced }: FusedRequest): TypeError {
  const found = traced.formula.root.dtype;
  const why = found === dtype ? "operations of several dtypes" : `a result of ${found}`;
  return new TypeError(
    `${caller}: expected a formula in the dtype of its operands, ${dtype}, got ${why}; leave out to(), write ` +
      "where(condition, 1, 0) for a condition as numbers, and choose the dtype of all by the option dtype",
  );
}
