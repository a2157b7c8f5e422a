/**
 * What other runtimes call a tensor, read without depending on any of them: each is known by what it has.
 *
 *     ONNX Runtime   data, dims, type         a Uint16Array holds float16; data elsewhere than on the CPU throws
 *     tfjs           dataSync(), shape        row-major, whatever the tensor was made by
 *     jax-js         dataSync(), shape, ref   reading consumes a reference
 *     numpy-ts       data, shape, strides     data is the whole buffer, also where the array is a view of a part
 *     lossgrad       TENSOR                   of another copy, as two dependencies of a page may bring them
 *     tagged bits    data, dtype              a Uint16Array and the half type that it holds
 */
import { describeValue } from "../core/describe.js";
import { type DType, isComplex } from "./dtype.js";
import { contiguousStrides, numelOf, type Shape } from "./shape.js";
import { checkAttached, dtypeOf, nameOf, type TypedData } from "./typed.js";

/** What this library's own tensors have, those of another copy of it as well: the losses of arrays refuse them without knowing the class. */
export const TENSOR = Symbol.for("lossgrad.tensor");

/** The bits of 16-bit floats, and which floats they are. */
export interface HalfBits {
  /** Two bytes an element. */
  readonly data: Uint16Array;
  /** What the bits mean. */
  readonly dtype: "float16" | "bfloat16";
}

/**
 * A tensor of another runtime: ONNX Runtime's (`data`, `dims`, `type`), tfjs's and jax-js's (`dataSync()`, `shape`), numpy-ts's
 * (`data`, `shape`, `dtype`).
 */
export type RuntimeTensor =
  | { readonly data: ArrayLike<unknown>; readonly dims: readonly number[]; readonly type: string }
  | { dataSync(): ArrayLike<unknown>; readonly shape: readonly number[] }
  | { readonly data: ArrayLike<unknown>; readonly shape: readonly number[] };

/** The elements of another runtime's tensor. */
export interface Adapted {
  /** Row-major; complex elements are pairs. */
  readonly data: TypedData;
  /** How an element of `data` reads; null for numbers of a type that no dtype has. */
  readonly own: DType | null;
  /** What the tensor says that it holds: bool in bytes, complex in pairs; else as `own`. */
  readonly dtype: DType | null;
  /** Null for tagged bits, which have a length only. */
  readonly shape: Shape | null;
}

/** Any property may be missing, or throw. */
interface Candidate {
  readonly data?: unknown;
  readonly dataSync?: unknown;
  readonly dims?: unknown;
  readonly shape?: unknown;
  readonly strides?: unknown;
  readonly type?: unknown;
  readonly dtype?: unknown;
  readonly location?: unknown;
  readonly ref?: unknown;
  readonly refCount?: unknown;
}

/** Whether `value` is an object that means to be a tensor. */
export function isTensorLike(value: unknown): value is RuntimeTensor | HalfBits {
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value))
    return false;
  const hasData = "dataSync" in value || "data" in value;
  return hasData && ("dims" in value || "shape" in value || "dtype" in value);
}

/** Reads what `isTensorLike` let pass; `word` names it in messages. */
export function adapt(caller: string, word: string, value: RuntimeTensor | HalfBits): Adapted {
  const candidate: Candidate = isLossgradTensor(value) ? readAnotherCopy(value) : value;
  const { data, packed } = dataOf(caller, word, candidate);
  checkAttached(caller, word, data);
  const said = typeof candidate.type === "string" ? candidate.type : candidate.dtype;
  const own = elementType(data, said);
  const dtype = meaning(own, said);
  const shape = shapeOf(caller, word, candidate);
  if (shape === null) return { data, own, dtype, shape };
  if (!packed) checkStrides(caller, word, candidate.strides, shape);
  const expected = numelOf(shape) * (dtype !== null && isComplex(dtype) ? 2 : 1);
  if (data.length !== expected) {
    throw new RangeError(
      `${caller}: expected ${word} of shape [${shape.join(", ")}] to hold ${expected} elements, got ${data.length}; ` +
        "pass a copy of a view (numpy-ts: x.copy())",
    );
  }
  return { data, own, dtype, shape };
}

/** What is used here of a tensor of another copy of this library. */
interface AnotherCopy extends Candidate {
  detach(): { array(): TypedData };
}

/** Whether `value` is a tensor of this library: of this copy of it, or of another one on the same page. */
export function isLossgradTensor(value: unknown): value is AnotherCopy {
  return typeof value === "object" && value !== null && TENSOR in value;
}

function readAnotherCopy(value: AnotherCopy): Candidate {
  return { data: value.detach().array(), dtype: value.dtype, shape: value.shape };
}

/** Describes, for messages, what stands where a tensor of this copy was expected. */
export function describeStranger(value: unknown): string {
  return isLossgradTensor(value) ? "one of another copy of lossgrad" : describeValue(value);
}

/** The elements; `packed` when the runtime gives them in row-major order whatever the tensor's layout. */
function dataOf(caller: string, word: string, value: Candidate): { data: TypedData; packed: boolean } {
  const packed = typeof value.dataSync === "function";
  const data = packed ? readSync(value) : readData(caller, word, value);
  if (nameOf(data) === undefined) {
    throw new TypeError(`${caller}: expected ${word}'s data to be a typed array, got ${describeValue(data)}`);
  }
  return { data: data as TypedData, packed };
}

/** jax-js counts references, and reading gives one back: the caller keeps its own. */
function readSync(value: Candidate): unknown {
  const source = (typeof value.refCount === "number" ? value.ref : value) as { dataSync(): unknown };
  return source.dataSync();
}

function readData(caller: string, word: string, value: Candidate): unknown {
  const { location } = value;
  if (location === "none")
    throw new TypeError(`${caller}: expected ${word} with data, got a disposed tensor`);
  if (typeof location === "string" && !location.startsWith("cpu")) {
    throw new TypeError(
      `${caller}: expected ${word}'s data on the CPU, got "${location}"; download it first: await tensor.getData()`,
    );
  }
  if (typeof value.data === "function") {
    throw new TypeError(`${caller}: expected ${word}'s data, got a function; pass what it resolves to`);
  }
  return value.data;
}

/** How the elements of `data` read, given what the tensor says that they are. */
function elementType(data: TypedData, said: unknown): DType | null {
  if (nameOf(data) === "Uint16Array") return said === "float16" || said === "bfloat16" ? said : null;
  return dtypeOf(data);
}

function meaning(own: DType | null, said: unknown): DType | null {
  if (said === "bool" && own !== null) return "bool";
  if (said === "complex64" && own === "float32") return said;
  if (said === "complex128" && own === "float64") return said;
  return own;
}

function shapeOf(caller: string, word: string, value: Candidate): Shape | null {
  const shape: unknown = value.dims ?? value.shape;
  if (shape === undefined) return null;
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 0);
  if (isShape) return shape as number[];
  throw new TypeError(
    `${caller}: expected the shape of ${word} to be an array of non-negative integers, got ${describeValue(shape)}`,
  );
}

function checkStrides(caller: string, word: string, strides: unknown, shape: Shape): void {
  if (!Array.isArray(strides) || strides.length !== shape.length || shape.includes(0)) return;
  const expected = contiguousStrides(shape);
  if (strides.every((stride, d) => shape[d] === 1 || stride === expected[d])) return;
  throw new TypeError(
    `${caller}: expected ${word} in row-major order, strides [${expected.join(", ")}], got strides ` +
      `[${strides.join(", ")}]; pass a copy (numpy-ts: x.copy())`,
  );
}
