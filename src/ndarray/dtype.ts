/**
 * Data types: how they are stored, in which type they are computed, how they promote, and what
 * torch calls them.
 */
import {
  fromBFloat16Bits,
  fromFloat16Bits,
  roundToBFloat16,
  roundToFloat16,
  toBFloat16Bits,
  toFloat16Bits,
} from "../core/half.js";
import { describeValue } from "../core/describe.js";
import type { ComputeTag, StorageTag } from "../core/kernels.js";

export const DTYPES = [
  "bool",
  "uint8",
  "int8",
  "int16",
  "int32",
  "int64",
  "float16",
  "bfloat16",
  "float32",
  "float64",
  "complex64",
  "complex128",
] as const;
/** Name of a data type; torch's, without its prefix. */
export type DType = (typeof DTYPES)[number];

/** A complex element on the JS side. */
export interface Complex {
  /** Real part. */
  re: number;
  /** Imaginary part. */
  im: number;
}
/**
 * An element on the JS side: bigint for int64, boolean for bool, {re, im} for complex, else number.
 */
export type Scalar = number | bigint | boolean | Complex;

/** What array() can return; Float16Array besides, where the engine has it. */
export type TypedArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Float32Array
  | Float64Array;

type Category = "bool" | "integer" | "float" | "complex";

export interface DTypeInfo {
  readonly category: Category;
  /** Bytes of an element. */
  readonly size: number;
  /** How one number is stored; a complex element is two of them. */
  readonly storage: StorageTag;
  /** The type that arithmetic happens in. */
  readonly compute: ComputeTag;
  /** Array type over the stored numbers. */
  readonly array: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray;
  /** torch's word for the type in messages. */
  readonly torchName: string;
}

function info(
  category: Category,
  size: number,
  storage: StorageTag,
  compute: ComputeTag,
  array: DTypeInfo["array"],
  torchName: string,
): DTypeInfo {
  return { category, size, storage, compute, array, torchName };
}

export const dtypes: Readonly<Record<DType, DTypeInfo>> = {
  bool: info("bool", 1, "bool", "i64", Uint8Array, "Bool"),
  uint8: info("integer", 1, "u8", "i64", Uint8Array, "Byte"),
  int8: info("integer", 1, "i8", "i64", Int8Array, "Char"),
  int16: info("integer", 2, "i16", "i64", Int16Array, "Short"),
  int32: info("integer", 4, "i32", "i64", Int32Array, "Int"),
  int64: info("integer", 8, "i64", "i64", BigInt64Array, "Long"),
  float16: info("float", 2, "f16", "f32", Uint16Array, "Half"),
  bfloat16: info("float", 2, "bf16", "f32", Uint16Array, "BFloat16"),
  float32: info("float", 4, "f32", "f32", Float32Array, "Float"),
  float64: info("float", 8, "f64", "f64", Float64Array, "Double"),
  complex64: info("complex", 8, "f32", "f32", Float32Array, "ComplexFloat"),
  complex128: info("complex", 16, "f64", "f64", Float64Array, "ComplexDouble"),
};

/**
 * What C++ calls the types, in other messages of torch's. Not a column of the table above, which
 * every bundle has: losses of arrays have no use for these.
 */
export const C_NAMES: Readonly<Record<DType, string>> = {
  bool: "bool",
  uint8: "unsigned char",
  int8: "signed char",
  int16: "short int",
  int32: "int",
  int64: "long int",
  float16: "c10::Half",
  bfloat16: "c10::BFloat16",
  float32: "float",
  float64: "double",
  complex64: "c10::complex<float>",
  complex128: "c10::complex<double>",
};

export function isFloating(dtype: DType): boolean {
  return dtypes[dtype].category === "float";
}

/** Whether elements are float16 or bfloat16, which are computed in float32. */
export function isHalf(dtype: DType): boolean {
  return isFloating(dtype) && dtypes[dtype].size === 2;
}

export function isComplex(dtype: DType): boolean {
  return dtypes[dtype].category === "complex";
}

export function isIntegral(dtype: DType): boolean {
  return dtypes[dtype].category === "integer" || dtype === "bool";
}

/** The real type of a complex type's parts; any other type as it is. */
export function realOf(dtype: DType): DType {
  if (dtype === "complex64") return "float32";
  return dtype === "complex128" ? "float64" : dtype;
}

/** Throws a TypeError unless `value` names a dtype. */
export function checkDType(caller: string, value: unknown): DType {
  if (typeof value === "string" && (DTYPES as readonly string[]).includes(value)) return value as DType;
  const ours = typeof value === "string" ? spelling(value) : undefined;
  throw new TypeError(
    `${caller}: expected dtype to be one of ${DTYPES.join(", ")}, got ${describeValue(value)}` +
      (ours ? `; write "${ours}"` : ""),
  );
}

/** Other names of dtypes in torch. */
const ALIASES: Readonly<Record<string, DType>> = {
  half: "float16",
  float: "float32",
  double: "float64",
  byte: "uint8",
  char: "int8",
  short: "int16",
  int: "int32",
  long: "int64",
  cfloat: "complex64",
  cdouble: "complex128",
};

/** Ours for torch's name of a dtype, such as torch.float; undefined for what is none. */
function spelling(name: string): DType | undefined {
  const bare = name.replace(/^torch\./, "");
  if ((DTYPES as readonly string[]).includes(bare)) return bare as DType;
  return Object.hasOwn(ALIASES, bare) ? ALIASES[bare] : undefined;
}

/** The type that holds values of both; torch.promote_types. */
export function promoteTypes(a: DType, b: DType): DType {
  if (a === b) return a;
  const [low, high] = DTYPES.indexOf(a) < DTYPES.indexOf(b) ? [a, b] : [b, a];
  if (low === "uint8" && high === "int8") return "int16";
  if (low === "float16" && high === "bfloat16") return "float32";
  if (low === "float64" && high === "complex64") return "complex128";
  return high;
}

const CATEGORIES: readonly Category[] = ["bool", "integer", "float", "complex"];

/**
 * Throws torch's error when results of dtype `from` cannot be stored as `to`, which is of a lower
 * category.
 */
export function checkCast(from: DType, to: DType, name = dtypes[to].torchName): void {
  if (CATEGORIES.indexOf(dtypes[from].category) <= CATEGORIES.indexOf(dtypes[to].category)) return;
  throw new TypeError(
    `result type ${dtypes[from].torchName} can't be cast to the desired output type ${name}`,
  );
}

/**
 * Writes `value` as the number at `index` of an array of the stored type; complex parts are written
 * one by one.
 */
export function encode(dtype: DType, value: number | bigint | boolean): number | bigint {
  switch (dtype) {
    case "bool":
      // NaN is not 0.
      return Number(value) === 0 ? 0 : 1;
    case "int64":
      return typeof value === "bigint" ? value : BigInt(Math.trunc(finite(Number(value))));
    case "float16":
      return toFloat16Bits(Number(value));
    case "bfloat16":
      return toBFloat16Bits(Number(value));
    default:
      return Number(value);
  }
}

/**
 * Least and greatest value that an integer type takes; uint8 takes negative ones modulo 256, as in
 * torch.
 */
const integerRanges: Readonly<Partial<Record<DType, readonly [low: bigint, high: bigint]>>> = {
  uint8: [-255n, 255n],
  int8: [-128n, 127n],
  int16: [-32768n, 32767n],
  int32: [-0x80000000n, 0x7fffffffn],
  int64: [-0x8000000000000000n, 0x7fffffffffffffffn],
};

/**
 * Throws torch's error when the integer type `dtype` cannot hold `value`, whose fraction is cut
 * off.
 */
export function checkFits(value: number | bigint, dtype: DType): void {
  const range = integerRanges[dtype];
  // Comparing numbers with bigints is exact, and false for NaN.
  if (!range || (value >= range[0] && value <= range[1])) return;
  throw cannotConvert(dtype);
}

/**
 * As checkFits, for a number that elements are compared with: modulo 256, -1 would be the greatest
 * uint8, and each element would be less.
 */
export function checkHolds(value: number | bigint, dtype: DType): void {
  checkFits(value, dtype);
  if (dtype === "uint8" && value < 0) throw cannotConvert(dtype);
}

function cannotConvert(dtype: DType): RangeError {
  return new RangeError(`value cannot be converted to type ${dtype} without overflow`);
}

/** NaN and ±Inf have no integer: torch's conversion is undefined, ours gives 0. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

/** Element `index` of an array of the stored type as a JS value. */
export function decode(dtype: DType, array: TypedArray, index: number): Scalar {
  switch (dtype) {
    case "bool":
      return array[index] !== 0;
    case "float16":
      return fromFloat16Bits(array[index] as number);
    case "bfloat16":
      return fromBFloat16Bits(array[index] as number);
    case "complex64":
    case "complex128":
      return { re: array[2 * index] as number, im: array[2 * index + 1] as number };
    default:
      return array[index];
  }
}

/** The number `x` as an element of the floating `dtype` would read. */
export function roundFloat(dtype: DType, x: number): number {
  if (dtype === "float64") return x;
  if (dtype === "float32") return Math.fround(x);
  return dtype === "float16" ? roundToFloat16(x) : roundToBFloat16(x);
}

/** The least positive number of the floating `dtype`, a subnormal. */
export function leastPositive(dtype: DType): number {
  if (dtype === "float64") return 2 ** -1074;
  if (dtype === "float32") return 2 ** -149;
  return dtype === "float16" ? 2 ** -24 : 2 ** -133;
}

/** `value` as an element of `dtype` would read. */
export function roundTo(dtype: DType, value: Scalar): Scalar {
  if (dtypes[dtype].category === "float") return roundFloat(dtype, Number(value));
  if (typeof value === "object") {
    const part = realOf(dtype);
    return { re: roundFloat(part, value.re), im: roundFloat(part, value.im) };
  }
  const { array } = dtypes[dtype];
  const cell = new array(new ArrayBuffer(16), 0, isComplex(dtype) ? 2 : 1);
  (cell as Record<number, number | bigint>)[0] = encode(dtype, value);
  return decode(dtype, cell, 0);
}
