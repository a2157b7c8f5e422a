/**
 * Nested arrays as data. They are walked twice: once for their shape, their dtype and their errors,
 * and once more to write the elements where they belong. What lies between is a small chunk of
 * them, so that a tensor takes no more memory than its own. The second walk checks all that the
 * first did: a getter or a proxy may answer something else by then.
 */
import {
  checkFits,
  type Complex,
  type DType,
  isComplex,
  isIntegral,
  promoteTypes,
  type Scalar,
} from "../ndarray/dtype.js";
import { bytesOf, NdArray } from "../ndarray/ndarray.js";
import { checkDimensions } from "../ndarray/shape.js";
import { describeValue } from "../core/describe.js";
import { memory } from "../core/memory.js";
import type { Origin } from "../core/storage.js";
import { lengthOf } from "../core/options.js";
import type { TypedData } from "../ndarray/typed.js";
import { lengthIn, outsideOfMemory, readTyped, type TypedSource, writeTyped, writeValues } from "./data.js";

/**
 * Nested arrays of one depth and regular lengths, or one value. The innermost arrays may be typed
 * arrays.
 */
export type NestedData = Scalar | readonly (NestedData | TypedData)[];

/** What is done with the elements on the way, in row-major order. */
interface Visitor {
  /** The lengths of the dimensions, as far as they are known. */
  readonly shape: number[];
  /** Whether the shape is known whole: from the first element on. */
  readonly closed: boolean;
  value(value: unknown): void;
  /** How the elements of an innermost typed array are to be read. */
  source(view: ArrayBufferView): TypedSource;
  row(row: TypedSource): void;
  /** The dtype that the tensor is to have; null for none. */
  readonly asked: DType | null;
}

/** Walks `data`; the first path down decides the shape. */
function walk(data: unknown, depth: number, visitor: Visitor): void {
  const { shape } = visitor;
  if (Array.isArray(data)) {
    checkDimensions("tensor", depth + 1);
    const length = lengthOf("tensor", data);
    checkLength(data, length, depth, visitor);
    // By index: iteration would end early or go on where `data` has an iterator of its own.
    for (let i = 0; i < length; i++) walk(data[i], depth + 1, visitor);
  } else if (depth > 0 && ArrayBuffer.isView(data)) {
    const row = visitor.source(data);
    checkLength(data, lengthIn(row), depth, visitor);
    if (depth + 1 < shape.length) refuseDepth("a number", depth + 1, shape);
    visitor.row(row);
  } else {
    if (depth !== shape.length) refuseDepth(describeValue(data), depth, shape);
    visitor.value(data);
  }
}

function refuseDepth(got: string, depth: number, shape: readonly number[]): never {
  throw new TypeError(`tensor: expected an array of length ${shape[depth]} at dim ${depth}, got ${got}`);
}

/** The array `data` of `length` elements must be as long as the first one at its depth. */
function checkLength(data: unknown, length: number, depth: number, { shape, closed }: Visitor): void {
  if (shape.length > depth) {
    if (shape[depth] === length) return;
    throw new TypeError(`expected sequence of length ${shape[depth]} at dim ${depth} (got ${length})`);
  }
  if (closed) throw new TypeError(`tensor: expected a number beside numbers, got ${describeValue(data)}`);
  shape.push(length);
}

/** The first walk. */
class Survey implements Visitor {
  readonly shape: number[] = [];
  closed = false;
  private rows: DType | null = null;
  private readonly kinds = { number: false, boolean: false, bigint: false, object: false };

  /** Copies of rows that would be detached when memory grows for the tensor. */
  readonly kept = new Map<ArrayBufferView, TypedSource>();

  constructor(readonly asked: DType | null) {}

  source(view: ArrayBufferView): TypedSource {
    const row = readTyped(view, this.asked);
    if (memory().shared) return row;
    const copy = outsideOfMemory(row);
    if (copy !== row) this.kept.set(view, copy);
    return copy;
  }

  value(value: unknown): void {
    const taken = takeScalar(value);
    if (this.asked !== null) checkValue(taken, this.asked);
    // Beside anything else a bigint is refused below.
    else if (typeof taken === "bigint") checkFits(taken, "int64");
    const kind = typeof taken as keyof typeof this.kinds;
    this.kinds[kind] = true;
    if (!this.closed) this.close(kind === "boolean" ? "bool" : "float32");
  }

  row({ fallback }: TypedSource): void {
    this.rows = this.rows === null ? fallback : promoteTypes(this.rows, fallback);
    if (!this.closed) this.close(fallback);
  }

  /**
   * The shape stands: refuses at the first element what no memory could hold, before all of it is
   * walked.
   */
  private close(dtype: DType): void {
    this.closed = true;
    bytesOf(this.asked ?? dtype, this.shape);
  }

  /** The dtype of the elements, where none was asked for. */
  dtype(): DType {
    if (this.asked !== null) return this.asked;
    const { number, boolean, bigint, object: complex } = this.kinds;
    const integers = this.rows === null || isIntegral(this.rows);
    if (bigint && (number || boolean || complex || !integers)) {
      throw new TypeError(
        "tensor: expected bigints only, got bigints among other values; convert them or give a dtype",
      );
    }
    const inferred = complex ? "complex64" : bigint ? "int64" : boolean && !number ? "bool" : "float32";
    if (this.rows === null) return inferred;
    return number || boolean || bigint || complex ? promoteTypes(this.rows, inferred) : this.rows;
  }
}

/**
 * Elements that are gathered before they are written: a getter that runs between them may move the
 * memory.
 */
const CHUNK = 1024;

/** The second walk. */
class Writer implements Visitor {
  readonly closed = true;
  private readonly chunk: Scalar[] = [];
  private written = 0;

  constructor(
    readonly shape: number[],
    readonly asked: DType | null,
    private readonly nd: NdArray,
    private readonly kept: ReadonlyMap<ArrayBufferView, TypedSource>,
  ) {}

  source(view: ArrayBufferView): TypedSource {
    return this.kept.get(view) ?? readTyped(view, this.asked);
  }

  value(value: unknown): void {
    const taken = takeScalar(value);
    checkValue(taken, this.nd.dtype);
    this.chunk.push(taken);
    if (this.chunk.length === CHUNK) this.flush();
  }

  row(row: TypedSource): void {
    this.flush();
    const outside = outsideOfMemory(row);
    writeTyped(this.next(lengthIn(row)), outside);
  }

  flush(): void {
    const { chunk } = this;
    if (chunk.length === 0) return;
    writeValues(this.next(chunk.length), chunk, chunk.length);
    chunk.length = 0;
  }

  /** The place of the next `n` elements. */
  private next(n: number): NdArray {
    const { storage, dtype } = this.nd;
    const place = new NdArray(storage, dtype, [n], [1], this.written);
    this.written += n;
    return place;
  }
}

/**
 * A value of a kind that tensors hold: of complex ones a copy, whose parts are numbers for certain.
 */
function takeScalar(value: unknown): Scalar {
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return value;
  const { re, im } = (value ?? {}) as Partial<Complex>;
  if (typeof re === "number" && typeof im === "number") return { re, im };
  throw new TypeError(`tensor: expected numbers, booleans, bigints or {re, im}, got ${describeValue(value)}`);
}

/** Throws unless `value` can be an element of `dtype`. */
function checkValue(value: Scalar, dtype: DType): void {
  if (typeof value === "boolean") return;
  if (typeof value === "object") {
    if (isComplex(dtype)) return;
    throw new TypeError(`tensor: expected numbers for ${dtype}, got a complex value; use dtype "complex64"`);
  }
  if (typeof value === "bigint" && !isIntegral(dtype)) {
    throw new TypeError(`tensor: expected numbers for ${dtype}, got ${value}n; convert with Number()`);
  }
  checkFits(value, dtype);
}

/** A new array of the elements of `data`; `typeOf` says of what dtype, given what they suggest. */
export function fromNested(
  data: unknown,
  asked: DType | null,
  typeOf: (inferred: DType) => DType,
  origin: Origin = "user",
): NdArray {
  const survey = new Survey(asked);
  if (!Array.isArray(data)) {
    const value = takeScalar(data);
    survey.value(value);
    return NdArray.scalar(typeOf(survey.dtype()), value);
  }
  walk(data, 0, survey);
  const nd = NdArray.empty(typeOf(survey.dtype()), survey.shape, origin);
  try {
    const writer = new Writer(survey.shape, asked, nd, survey.kept);
    walk(data, 0, writer);
    writer.flush();
  } catch (error) {
    // The data said something else than before: nobody gets to see what was written.
    nd.storage.dispose();
    throw error;
  }
  return nd;
}
