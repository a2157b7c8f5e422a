/**
 * What other runtimes call a tensor, read without depending on any of them: each is known by what
 * it has.
 *
 *     ONNX Runtime   data, dims, type         a Uint16Array holds float16; data elsewhere than on the CPU throws
 *     tfjs           dataSync(), shape        row-major, whatever the tensor was made by
 *     jax-js         dataSync(), shape, ref   reading consumes a reference
 *     numpy-ts       data, shape, strides     data is the whole buffer, also where the array is a view of a part
 *     lossgrad       TENSOR                   of another copy, as two dependencies of a page may bring them
 *     tagged bits    data, dtype              a Uint16Array and the half type that it holds
 */
import { describeValue } from "../core/describe.js";
import { takeList } from "../core/options.js";
import { type DType, isComplex } from "./dtype.js";
import { checkDimensions, contiguousStrides, numelOf, type Shape, takeSizes } from "./shape.js";
import { dtypeOf, nameOf, takeTyped, type TypedData } from "./typed.js";

/**
 * What this library's own tensors have, those of another copy of it as well: the losses of arrays
 * refuse them without knowing the class.
 */
export const TENSOR = Symbol.for("lossgrad.tensor");

/**
 * What the operands of a formula have while it is traced, which are no tensors: the formula's name.
 */
export const FORMULA = Symbol("lossgrad.formula");

/** The bits of 16-bit floats, and which floats they are. */
export interface HalfBits {
  /** Two bytes an element. */
  readonly data: Uint16Array;
  /** What the bits mean. */
  readonly dtype: "float16" | "bfloat16";
}

/**
 * A tensor of another runtime: ONNX Runtime's (`data`, `dims`, `type`), tfjs's and jax-js's
 * (`dataSync()`, `shape`), numpy-ts's (`data`, `shape`, `dtype`).
 */
export type RuntimeTensor =
  | { readonly data: ArrayLike<unknown>; readonly dims: readonly number[]; readonly type: string }
  | { dataSync(): ArrayLike<unknown>; readonly shape: readonly number[] }
  | { readonly data: ArrayLike<unknown>; readonly shape: readonly number[] };

/** A tensor of lossgrad, of this copy of it or of another. */
export interface LossgradTensor {
  /** Its sizes. */
  readonly shape: readonly number[];
  /** Without a gradient to record. */
  readonly detach: () => { array(): ArrayBufferView };
}

/** The elements of another runtime's tensor. */
export interface Adapted {
  /** Row-major; complex elements are pairs. */
  readonly data: TypedData;
  /** How an element of `data` reads; null for numbers of a type that no dtype has. */
  readonly own: DType | null;
  /** What the tensor says that it holds: bool in bytes, complex in pairs; else as `own`. */
  readonly dtype: DType | null;
  /**
   * Whether `data`, of a type that no dtype has, are numbers for certain: a Uint16Array may hold
   * bits of halves.
   */
  readonly numeric: boolean;
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

/**
 * Reads what `isTensorLike` let pass; `word` names it in messages. Each property is read once, the
 * data last: what a getter does to them has then been done. Nothing of the caller's is kept but the
 * elements.
 */
export function adapt(caller: string, word: string, value: RuntimeTensor | HalfBits): Adapted {
  const candidate: Candidate = isLossgradTensor(value) ? readTensor(value) : value;
  const said = meantBy(candidate);
  const shape = takeShape(caller, word, candidate);
  const strides = shape && takeStrides(caller, candidate.strides, shape);
  const { data, packed } = dataOf(caller, word, candidate);
  const own = elementType(data, said);
  const dtype = meaning(own, said);
  const numeric = nameOf(data) !== "Uint16Array" || said === "uint16";
  if (shape === null) return { data, own, dtype, numeric, shape };
  if (strides && !packed) checkStrides(caller, word, strides, shape);
  const expected = numelOf(shape) * (dtype !== null && isComplex(dtype) ? 2 : 1);
  if (data.length !== expected) {
    throw new RangeError(
      `${caller}: expected ${word} of shape [${shape.join(", ")}] to hold ${expected} elements, got ${data.length}; ` +
        "pass a copy of a view (numpy-ts: x.copy())",
    );
  }
  return { data, own, dtype, numeric, shape };
}

/** The name of what the elements are: ONNX Runtime's is its type, the others' their dtype. */
function meantBy(value: Candidate): unknown {
  const { type } = value;
  return typeof type === "string" ? type : value.dtype;
}

/** What is used here of a tensor of another copy of this library. */
interface AnotherCopy extends Candidate {
  detach(): { array(): TypedData };
}

/**
 * Whether `value` is a tensor of this library: of this copy of it, or of another one on the same
 * page.
 */
export function isLossgradTensor(value: unknown): value is AnotherCopy {
  return typeof value === "object" && value !== null && TENSOR in value;
}

/** A tensor of this library, of whichever copy, as one of another runtime. */
export function readTensor(value: AnotherCopy): Candidate {
  const { dtype, shape } = value;
  return { data: value.detach().array(), dtype, shape };
}

/** Describes, for messages, what stands where a tensor of this copy was expected. */
export function describeStranger(value: unknown): string {
  if (isLossgradTensor(value)) return "one of another copy of lossgrad";
  if (isOfFormula(value)) return `an operand of the formula ${value[FORMULA]}`;
  // Its class is often called Tensor as well.
  return isTensorLike(value) ? `another library's ${describeValue(value)}` : describeValue(value);
}

/**
 * The error for what stands where a tensor of this copy was expected; `expected` may name the
 * argument.
 */
export function notATensor(caller: string, expected: string, value: unknown): TypeError {
  const way = isOfFormula(value)
    ? "a formula is made of its operands' methods, such as x.sub(y).abs()"
    : "make one with tensor(...)";
  return new TypeError(`${caller}: expected ${expected}, got ${describeStranger(value)}; ${way}`);
}

function isOfFormula(value: unknown): value is { readonly [FORMULA]: string } {
  return typeof value === "object" && value !== null && FORMULA in value;
}

/**
 * The elements; `packed` when the runtime gives them in row-major order whatever the tensor's
 * layout.
 */
function dataOf(caller: string, word: string, value: Candidate): { data: TypedData; packed: boolean } {
  const { dataSync } = value;
  const packed = typeof dataSync === "function";
  const data = packed ? readSync(value, dataSync as () => unknown) : readData(caller, word, value);
  if (nameOf(data) === undefined) {
    throw new TypeError(`${caller}: expected ${word}'s data to be a typed array, got ${describeValue(data)}`);
  }
  return { data: takeTyped(caller, word, data as TypedData), packed };
}

/** jax-js counts references, and reading gives one back: the caller keeps its own. */
function readSync(value: Candidate, dataSync: () => unknown): unknown {
  return dataSync.call(typeof value.refCount === "number" ? value.ref : value);
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
  const { data } = value;
  if (typeof data === "function") {
    throw new TypeError(`${caller}: expected ${word}'s data, got a function; pass what it resolves to`);
  }
  return data;
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

function takeShape(caller: string, word: string, value: Candidate): Shape | null {
  const shape: unknown = value.dims ?? value.shape;
  if (shape === undefined) return null;
  const refuse = (): never => {
    throw new TypeError(
      `${caller}: expected the shape of ${word} to be an array of non-negative integers, got ${describeValue(shape)}`,
    );
  };
  if (!Array.isArray(shape)) return refuse();
  return takeSizes(caller, shape, (size) => {
    if (!Number.isSafeInteger(size) || (size as number) < 0) refuse();
  });
}

/**
 * The strides, where they are as many as the dimensions; tfjs lacks the last one, which is always
 * 1.
 */
function takeStrides(caller: string, strides: unknown, shape: Shape): unknown[] | null {
  if (!Array.isArray(strides) || shape.includes(0)) return null;
  const taken = takeList(
    caller,
    strides,
    (stride) => stride,
    (n) => {
      checkDimensions(caller, n);
    },
  );
  return taken.length === shape.length ? taken : null;
}

function checkStrides(caller: string, word: string, strides: readonly unknown[], shape: Shape): void {
  const expected = contiguousStrides(shape);
  if (strides.every((stride, d) => shape[d] === 1 || stride === expected[d])) return;
  throw new TypeError(
    `${caller}: expected ${word} in row-major order, strides [${expected.join(", ")}], got strides ` +
      `[${strides.map(String).join(", ")}]; pass a copy (numpy-ts: x.copy())`,
  );
}
