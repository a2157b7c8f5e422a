/** Complex tensors, as far as L1 needs them: sum, difference, product, modulus, sign, conjugate. */
import { memory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { type DType, realOf } from "./dtype.js";
import { type Argument, binary, contiguous, convert, pairs, part } from "./elementwise.js";
import { NdArray } from "./ndarray.js";
import { broadcastShapes } from "./shape.js";

/** An operand as an array of the complex `dtype`. */
function toComplex(x: Argument, dtype: DType): NdArray {
  return convert(x instanceof NdArray ? x : NdArray.scalar(realOf(dtype), x), dtype);
}

/** An operation that acts on real and imaginary parts alike. A number that multiplies is real. */
export function onPairs(name: "add" | "sub" | "mul", x: Argument, y: Argument, dtype: DType): NdArray {
  const a = toComplex(x, dtype);
  const b = name === "mul" ? null : toComplex(y, dtype);
  const out = NdArray.empty(dtype, b ? broadcastShapes(a.shape, b.shape) : a.shape);
  const right = b ? pairs(b.expanded(out.shape)) : (y as number);
  binary(name, pairs(a.expanded(out.shape)), right, realOf(dtype), pairs(out));
  return out;
}

/** (a + bi)(c + di) = ac - bd + (ad + bc)i */
export function complexMultiply(x: Argument, y: Argument, dtype: DType): NdArray {
  if (!(y instanceof NdArray)) return onPairs("mul", x, y, dtype);
  const real = realOf(dtype);
  const [p, q] = [toComplex(x, dtype), toComplex(y, dtype)];
  const [a, b, c, d] = [part(p, 0), part(p, 1), part(q, 0), part(q, 1)];
  const times = (u: NdArray, v: NdArray): NdArray => binary("mul", u, v, real);
  const out = NdArray.empty(dtype, broadcastShapes(p.shape, q.shape));
  binary("sub", times(a, c), times(b, d), real, part(out, 0));
  binary("add", times(a, d), times(b, c), real, part(out, 1));
  return out;
}

export function complexConjugate(z: NdArray): NdArray {
  const out = NdArray.empty(z.dtype, z.shape);
  const real = realOf(z.dtype);
  binary("mul", part(z, 0), 1, real, part(out, 0));
  binary("mul", part(z, 1), -1, real, part(out, 1));
  return out;
}

function run(name: "cabs" | "csign", z: NdArray, out: NdArray): NdArray {
  const source = contiguous(z);
  const kernel = memory().kernels[`${name}_${z.dtype === "complex64" ? "f32" : "f64"}`];
  operate(() => kernel(source.address(), out.address(), z.numel));
  return out;
}

/** |z|, real. */
export function complexAbs(z: NdArray): NdArray {
  return run("cabs", z, NdArray.empty(realOf(z.dtype), z.shape));
}

/** z / |z|, and 0 at 0. */
export function complexSign(z: NdArray): NdArray {
  return run("csign", z, NdArray.empty(z.dtype, z.shape));
}
