/**
 * Operations that choose between elements: where, clamp by tensors, and what asks for NaN and
 * infinities.
 */
import { memory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { type DType, dtypes, isComplex, isFloating, type Scalar } from "./dtype.js";
import { type Argument, binary, contiguous, convert, copy, fill, part, unary } from "./elementwise.js";
import { NdArray } from "./ndarray.js";
import { resultType } from "./promotion.js";
import { broadcastShapes } from "./shape.js";
import { forEachBlock, Source, Target } from "./window.js";

/** An operand as an array of `dtype`; a number becomes a 0-d one. */
function toArray(x: Argument, dtype: DType): NdArray {
  return x instanceof NdArray ? convert(x, dtype) : NdArray.scalar(dtype, x);
}

/**
 * x where `mask` is not 0, else y: bits are copied. The mask is of bools or bytes, x and y are of
 * one dtype.
 */
function choose(mask: NdArray, x: NdArray, y: NdArray): NdArray {
  const shape = broadcastShapes(mask.shape, broadcastShapes(x.shape, y.shape));
  const out = NdArray.empty(x.dtype, shape);
  const { storage, size } = dtypes[x.dtype];
  const kernel = memory().kernels[`where_${size as 1 | 2 | 4 | 8 | 16}`];
  operate(() => {
    const condition = new Source(mask.expanded(shape), dtypes[mask.dtype].storage, 0);
    const [a, b] = [x, y].map((operand, i) => new Source(operand.expanded(shape), storage, i + 1));
    const target = new Target(out, storage, 3);
    forEachBlock(out.numel, [condition, a, b, target], (start, n) => {
      kernel(condition.read(start, n), a.read(start, n), b.read(start, n), target.begin(start), n);
      target.end(start, n);
    });
  });
  return out;
}

/**
 * a where `condition` holds, else b, in the type that holds both. Two numbers make float32, as they
 * make tensors.
 */
export function where([condition, a, b]: readonly Argument[]): NdArray {
  const mask = condition as NdArray;
  if (mask.dtype !== "bool" && mask.dtype !== "uint8") {
    throw new TypeError(
      `where expected condition to be a boolean tensor, but got a tensor with dtype ${dtypes[mask.dtype].torchName}`,
    );
  }
  const numbers = !(a instanceof NdArray) && !(b instanceof NdArray);
  const dtype = numbers ? "float32" : resultType([a, b]);
  return choose(mask, toArray(a, dtype), toArray(b, dtype));
}

/** min(max(x, low), high); NaN where any of them is. One bound may be missing. */
export function clampBetween(x: Argument, low: Argument | undefined, high: Argument | undefined): NdArray {
  const bounds = [low, high].filter((bound) => bound !== undefined);
  const dtype = resultType([x, ...bounds]);
  if (isComplex(dtype)) throw new TypeError("clamp is not supported for complex types");
  const raised = low === undefined ? x : binary("maximum", x, low, dtype);
  return high === undefined ? (raised as NdArray) : binary("minimum", raised, high, dtype);
}

const ALL_FALSE = (x: NdArray): NdArray => fill(NdArray.empty("bool", x.shape), 0);

/**
 * The question asked of real and imaginary part, and the answers joined: by "maximum" for or, by
 * "minimum" for and.
 */
function ofParts(x: NdArray, join: "maximum" | "minimum", ask: (x: NdArray) => NdArray): NdArray {
  return isComplex(x.dtype) ? binary(join, ask(part(x, 0)), ask(part(x, 1)), "bool") : ask(x);
}

/** Whether elements are NaN; of a complex number, whether a part is. */
export function isNaNs(x: NdArray): NdArray {
  return ofParts(x, "maximum", (y) =>
    isFloating(y.dtype) ? binary("ne", y, y, "bool", undefined, y.dtype) : ALL_FALSE(y),
  );
}

/** Whether elements are infinite; of a complex number, whether a part is. */
export function isInfinite(x: NdArray): NdArray {
  return ofParts(x, "maximum", (y) =>
    isFloating(y.dtype) ? binary("eq", unary("abs", y), Infinity, "bool", undefined, y.dtype) : ALL_FALSE(y),
  );
}

/** Whether elements are neither; of a complex number, whether both parts are so. */
export function isFinite(x: NdArray): NdArray {
  return ofParts(x, "minimum", (y) =>
    isFloating(y.dtype)
      ? binary("lt", unary("abs", y), Infinity, "bool", undefined, y.dtype)
      : fill(NdArray.empty("bool", y.shape), 1),
  );
}

/** The largest finite number of each floating dtype. */
export const LARGEST: Readonly<Partial<Record<DType, number>>> = {
  float16: 65504,
  bfloat16: (2 - 2 ** -7) * 2 ** 127,
  float32: (2 - 2 ** -23) * 2 ** 127,
  float64: Number.MAX_VALUE,
};

/** x with other numbers for NaN, Infinity and -Infinity. */
export function replaceNaN(x: NdArray, nan = 0, posinf?: number, neginf?: number): NdArray {
  if (isComplex(x.dtype)) {
    const out = NdArray.empty(x.dtype, x.shape);
    for (const i of [0, 1] as const) copy(replaceNaN(part(x, i), nan, posinf, neginf), part(out, i));
    return out;
  }
  const largest = LARGEST[x.dtype];
  if (largest === undefined) return copy(x, NdArray.empty(x.dtype, x.shape));
  const replacements: [Scalar, NdArray][] = [
    [nan, isNaNs(x)],
    [posinf ?? largest, binary("eq", x, Infinity, "bool", undefined, x.dtype)],
    [neginf ?? -largest, binary("eq", x, -Infinity, "bool", undefined, x.dtype)],
  ];
  return replacements.reduce(
    (y, [value, mask]) => choose(mask, NdArray.scalar(x.dtype, value), y),
    contiguous(x),
  );
}
