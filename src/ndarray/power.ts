/** x to a number. */
import { memory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { cPow } from "./c-pow.js";
import { checkFits, dtypes, isComplex, isFloating, roundFloat } from "./dtype.js";
import { binary, convert, copy, fill, unary } from "./elementwise.js";
import { NdArray } from "./ndarray.js";
import { resultType } from "./promotion.js";
import { forEachBlock, Source, Target } from "./window.js";

/**
 * As torch: the usual exponents are products and roots, the rest is the C library's (here
 * JavaScript's) pow, of an exponent that is rounded to x's dtype. The roots of float16 are pow's as
 * well, which takes -0 for 0 and -Infinity for Infinity.
 */
export function power(x: NdArray, exponent: number): NdArray {
  if (isComplex(x.dtype)) throw new TypeError(`"pow" not implemented for '${dtypes[x.dtype].torchName}'`);
  const dtype = resultType([x, exponent]);
  if (!isFloating(dtype)) {
    if (exponent < 0) throw new RangeError("Integers to negative integer powers are not allowed.");
    checkFits(exponent, dtype);
    return integerPower(convert(x, dtype), exponent);
  }
  const base = convert(x, dtype);
  switch (exponent) {
    case 0:
      return fill(NdArray.empty(dtype, x.shape), 1);
    case 1:
      return copy(base, NdArray.empty(dtype, x.shape));
    case 2:
      return binary("mul", base, base, dtype);
    case 3:
      return inOpmathType(base, (x) => binary("mul", binary("mul", x, x, x.dtype), x, x.dtype));
    case 0.5:
      return dtype === "float16" ? generalPower(base, exponent) : unary("sqrt", base);
    case -0.5:
      if (dtype === "float16") return generalPower(base, exponent);
      return inFloat32(base, (x) => binary("div", 1, unary("sqrt", x), x.dtype));
    case -1:
      return binary("div", 1, base, dtype);
    case -2:
      return inOpmathType(base, (x) => binary("div", 1, binary("mul", x, x, x.dtype), x.dtype));
    default:
      return generalPower(base, exponent);
  }
}

/** Halves are computed in float32 and rounded once. */
function inFloat32(x: NdArray, compute: (x: NdArray) => NdArray): NdArray {
  return x.dtype === "float64" ? compute(x) : convert(compute(convert(x, "float32")), x.dtype);
}

/**
 * As torch: several operations in a row are rounded once in float16, but each by itself in
 * bfloat16.
 */
function inOpmathType(x: NdArray, compute: (x: NdArray) => NdArray): NdArray {
  return x.dtype === "bfloat16" ? compute(x) : inFloat32(x, compute);
}

function generalPower(x: NdArray, exponent: number): NdArray {
  const out = NdArray.empty(x.dtype, x.shape);
  const rounded = roundFloat(x.dtype, exponent);
  const tag = dtypes[x.dtype].compute;
  operate(() => {
    const source = new Source(x, tag, 0);
    const target = new Target(out, tag, 1);
    forEachBlock(x.numel, [source, target], (start, n) => {
      const from = source.read(start, n);
      const to = target.begin(start);
      const values = tag === "f64" ? memory().f64 : memory().f32;
      const size = values.BYTES_PER_ELEMENT;
      for (let i = 0; i < n; i++) values[to / size + i] = cPow(values[from / size + i], rounded);
      target.end(start, n);
    });
  });
  return out;
}

/** By repeated squaring; products wrap. */
function integerPower(x: NdArray, exponent: number): NdArray {
  let result = fill(NdArray.empty(x.dtype, x.shape), 1);
  let square = x;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = binary("mul", result, square, x.dtype);
    if (rest > 1) square = binary("mul", square, square, x.dtype);
  }
  return result;
}
