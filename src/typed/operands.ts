/** What users hand to the losses, read and checked before anything is written. */
import {
  adapt,
  type HalfBits,
  isLossgradTensor,
  isTensorLike,
  type RuntimeTensor,
} from "../ndarray/adapter.js";
import { type DType, isComplex, isFloating, promoteTypes, roundFloat } from "../ndarray/dtype.js";
import { ForeignArray } from "../ndarray/foreign.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
import { checkKept, dtypeOf, nameOf, type TakenData, takeTyped, type TypedData } from "../ndarray/typed.js";
import type { HalfArray } from "../ndarray/view.js";
import { describeValue } from "../core/describe.js";
import type { LinearMemory } from "../core/memory.js";

/**
 * Numbers to compare: a typed array of float16, float32, float64, int8, int16, int32, int64 or
 * uint8 (clamped or not), over shared memory or not; tagged bits of halves; or a tensor of another
 * runtime, whose bools count as 0 and 1.
 */
export type ArrayOperand = TypedData | HalfBits | RuntimeTensor;

/** Elements to read. */
export interface ReadOperand {
  /** What messages call it. */
  readonly word: string;
  readonly data: TakenData;
  /** The elements that there were when they were taken. */
  readonly length: number;
  /** bool counts as uint8. */
  readonly dtype: DType;
  /** Null where the operand has a length only. */
  readonly shape: Shape | null;
}

/**
 * The elements of `value`, which `word` names in messages. What getters do afterwards,
 * `checkOperands` sees.
 */
export function readOperand(caller: string, word: string, value: unknown): ReadOperand {
  if (nameOf(value) !== undefined) {
    const given = value as TypedData;
    const dtype = dtypeOf(given) ?? taggedDType(caller, word, given);
    return taken(caller, word, given, dtype, null);
  }
  if (isLossgradTensor(value)) {
    throw new TypeError(`${caller}: expected ${word} to be a typed array, got a Tensor; use F.${caller}`);
  }
  if (isTensorLike(value)) {
    const { data, own, dtype, shape } = adapt(caller, word, value);
    if (own === null || dtype === null || isComplex(dtype)) {
      throw new TypeError(
        `${caller}: expected ${word} to hold real numbers of a dtype, got ${dtype ?? nameOf(data)!}`,
      );
    }
    return taken(caller, word, data, own, shape);
  }
  throw new TypeError(
    `${caller}: expected ${word} to be a typed array, { data, dtype } or a tensor with data and dims or shape, ` +
      `got ${describeValue(value)}; Float32Array.from(values) makes an array of numbers`,
  );
}

function taken(
  caller: string,
  word: string,
  given: TypedData,
  dtype: DType,
  shape: Shape | null,
): ReadOperand {
  const data = takeTyped(caller, word, given);
  return { word, data, length: data.length, dtype, shape };
}

/**
 * Throws unless every operand still has its elements. From here on nothing of the caller's runs
 * that could take them away.
 */
export function checkOperands(caller: string, operands: readonly ReadOperand[]): void {
  for (const { word, data, length } of operands) checkKept(caller, word, data, length);
}

/** What a Uint16Array holds, if it says so: `allocate` and gradients do. */
function taggedDType(caller: string, word: string, data: TypedData): DType {
  const { dtype } = data as Partial<HalfArray>;
  if (nameOf(data) === "Uint16Array") {
    if (dtype === "float16" || dtype === "bfloat16") return dtype;
    throw new TypeError(
      `${caller}: expected ${word} to say what its Uint16Array holds, got no dtype; pass { data, dtype: "float16" } or ` +
        '{ data, dtype: "bfloat16" }',
    );
  }
  throw new TypeError(
    `${caller}: expected ${word} to be of a type that losses read, got ${nameOf(data)!}; Float64Array.from(array) ` +
      "converts numbers",
  );
}

/**
 * Throws unless the lengths, and the shapes where both operands have one, are the same; `way` is
 * the way out.
 */
export function checkSameSize(caller: string, a: ReadOperand, b: ReadOperand, way = ""): void {
  const words = `${a.word} and ${b.word}`;
  if (a.length !== b.length) {
    throw new RangeError(`${caller}: expected ${words} of one length, got ${a.length} and ${b.length}${way}`);
  }
  if (a.shape && b.shape && !sameShape(a.shape, b.shape)) {
    throw new RangeError(
      `${caller}: expected ${words} of one shape, got [${a.shape.join(", ")}] and [${b.shape.join(", ")}]`,
    );
  }
}

/**
 * The dtype that a loss of two operands is computed in: torch's promotion of floats, float64 for
 * integers among themselves.
 */
export function computingType(a: DType, b: DType): DType {
  return isFloating(a) || isFloating(b) ? promoteTypes(a, b) : "float64";
}

/** The operand as kernels over `memory` reach it. */
export function elementsOf(
  { data, length, dtype }: Pick<ReadOperand, "data" | "length" | "dtype">,
  memory: LinearMemory,
): ForeignArray {
  return new ForeignArray(data, dtype, length, memory);
}

/** `numel` times the number `value` of the floating `dtype`. */
export function constant(value: number, dtype: DType, numel: number, memory: LinearMemory): ForeignArray {
  const stored = dtype === "float64" ? dtype : "float32";
  return new ForeignArray(roundFloat(dtype, value), stored, numel, memory);
}
