/** What is compared: the numbers of an array, whoever made it. */
import {
  adapt,
  type HalfBits,
  isTensorLike,
  type LossgradTensor,
  type RuntimeTensor,
} from "../ndarray/adapter.js";
import { type DType, isComplex } from "../ndarray/dtype.js";
import { numelOf, type Shape } from "../ndarray/shape.js";
import { checkKept, dtypeOf, nameOf, type TakenData, takeTyped, type TypedData } from "../ndarray/typed.js";
import { fromBFloat16Bits, fromFloat16Bits } from "../core/half.js";
import { describeValue } from "../core/describe.js";

/** A dtype of numbers to compare: those of the library, and unsigned integers of other arrays. */
export type ComparedDType = Exclude<DType, "complex64" | "complex128"> | "uint16" | "uint32" | "uint64";

/**
 * Numbers to compare: a typed array, tagged bits of halves, a tensor of lossgrad, ONNX Runtime,
 * transformers.js, tfjs or jax-js, or anything else with `data` and `shape` or `dims`.
 */
export type Comparable = TypedData | HalfBits | RuntimeTensor | LossgradTensor | ShapedData;

/** Elements in row-major order, with a shape and the name of their dtype. */
export interface ShapedData {
  /** A typed array; of float16, bfloat16 and uint16 a Uint16Array of their bits. */
  readonly data: TypedData;
  /** The sizes of the dimensions. */
  readonly shape: readonly number[];
  /** What the elements are, where the array does not tell: bool, halves and uint16. */
  readonly dtype?: ComparedDType;
}

/** Elements as numbers. */
export type Numbers = ArrayLike<number>;

export interface Operand {
  readonly dtype: ComparedDType;
  /** As the operand says; null for a typed array, which has a length only. */
  readonly shape: Shape | null;
  readonly length: number;
  /** The elements; integers of 64 bits rounded to float64. */
  readonly values: Numbers;
  /** Integers of 64 bits as they are. */
  readonly integers: ArrayLike<bigint> | null;
}

const UNSIGNED: Readonly<Record<string, ComparedDType>> = {
  Uint16Array: "uint16",
  Uint32Array: "uint32",
  BigUint64Array: "uint64",
};

/** The two operands; both are read before the elements of either are looked at. */
export function readOperands(caller: string, reference: unknown, candidate: unknown): [Operand, Operand] {
  const taken = [take(caller, "reference", reference), take(caller, "candidate", candidate)] as const;
  for (const { word, data, length } of taken) checkKept(caller, word, data, length);
  return [operandOf(taken[0]), operandOf(taken[1])];
}

interface Taken {
  readonly word: string;
  readonly data: TakenData;
  readonly length: number;
  readonly dtype: ComparedDType;
  readonly shape: Shape | null;
}

function take(caller: string, word: string, value: unknown): Taken {
  if (nameOf(value) !== undefined) {
    const given = value as TypedData;
    const data = takeTyped(caller, word, given);
    return { word, data, length: data.length, dtype: dtypeOfArray(caller, word, given), shape: null };
  }
  if (!isTensorLike(value)) {
    throw new TypeError(
      `${caller}: expected ${word} to be a typed array, { data, shape, dtype } or a tensor, ` +
        `got ${describeValue(value)}; Float32Array.from(values) makes an array of numbers`,
    );
  }
  const { data, dtype, numeric, shape } = adapt(caller, word, value);
  if (dtype !== null && isComplex(dtype)) {
    throw new TypeError(
      `${caller}: expected ${word} to hold real numbers, got ${dtype}; compare real and imaginary parts, ` +
        "which lie in pairs, as a last dimension of 2",
    );
  }
  const read = (dtype ?? (numeric ? UNSIGNED[nameOf(data)!] : untagged(caller, word))) as ComparedDType;
  const kept = takeTyped(caller, word, data);
  return { word, data: kept, length: kept.length, dtype: read, shape };
}

function dtypeOfArray(caller: string, word: string, data: TypedData): ComparedDType {
  const { dtype } = data as { dtype?: unknown };
  if (nameOf(data) !== "Uint16Array") return (dtypeOf(data) ?? UNSIGNED[nameOf(data)!]) as ComparedDType;
  return dtype === "float16" || dtype === "bfloat16" || dtype === "uint16" ? dtype : untagged(caller, word);
}

function untagged(caller: string, word: string): never {
  throw new TypeError(
    `${caller}: expected ${word} to say what its Uint16Array holds, got no dtype; pass ` +
      '{ data, shape, dtype: "float16" }, or "bfloat16", or "uint16"',
  );
}

function operandOf({ data, dtype, length, shape }: Taken): Operand {
  const wide = dtype === "int64" || dtype === "uint64";
  return {
    dtype,
    shape,
    length,
    values: wide ? Float64Array.from(data as ArrayLike<bigint>, Number) : numbersOf(data, dtype),
    integers: wide ? (data as unknown as ArrayLike<bigint>) : null,
  };
}

/** Halves in any array of their bits, unless the engine has an array of their numbers. */
function numbersOf(data: TakenData, dtype: ComparedDType): Numbers {
  const numbers = data as unknown as Numbers;
  if (nameOf(data) !== "Uint16Array") return numbers;
  if (dtype === "float16") return Float32Array.from(numbers, fromFloat16Bits);
  return dtype === "bfloat16" ? Float32Array.from(numbers, fromBFloat16Bits) : numbers;
}

/**
 * The shapes that the operands are compared in. One that has none takes that of the option, or of
 * the other, where the number of elements allows it.
 */
export function shapesOf(
  caller: string,
  reference: Operand,
  candidate: Operand,
  given: Shape | null,
): { reference: Shape; candidate: Shape } {
  const shaped = (word: string, one: Operand, other: Operand): Shape => {
    if (one.shape) return one.shape;
    if (given) {
      if (numelOf(given) === one.length) return given;
      throw new RangeError(
        `${caller}: expected ${word} to have ${numelOf(given)} elements, as options.shape ` +
          `[${given.join(", ")}] says, got ${one.length}`,
      );
    }
    return other.shape && numelOf(other.shape) === one.length ? other.shape : [one.length];
  };
  return {
    reference: shaped("reference", reference, candidate),
    candidate: shaped("candidate", candidate, reference),
  };
}
