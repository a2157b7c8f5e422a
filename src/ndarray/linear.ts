/**
 * Products of matrices and vectors, with torch's checks. Each element is a sum in the order of the
 * columns.
 */
import { memory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { C_NAMES, type DType, dtypes, isComplex, isFloating, roundFloat } from "./dtype.js";
import { binary, contiguous, convert } from "./elementwise.js";
import { NdArray } from "./ndarray.js";
import { numelOf } from "./shape.js";
import { sumAll } from "./sums.js";

function checkDType(kernel: string, dtype: DType): void {
  if (dtype !== "bool" && !isComplex(dtype)) return;
  throw new TypeError(`"${kernel}" not implemented for '${dtypes[dtype].torchName}'`);
}

/** Integers are multiplied as int64 and wrap, halves as float32 and are rounded once. */
function wideType(dtype: DType): DType {
  if (dtype === "float64") return dtype;
  return isFloating(dtype) ? "float32" : "int64";
}

/** a (batches, m, k) · b (batches, k, n), as an array of `shape`. */
function multiply(
  a: NdArray,
  b: NdArray,
  [batches, m, k, n]: readonly [number, number, number, number],
  shape: readonly number[],
): NdArray {
  const wide = wideType(a.dtype);
  const left = contiguous(convert(a, wide));
  const right = contiguous(convert(b, wide));
  const out = NdArray.empty(wide, shape);
  const { compute, size } = dtypes[wide];
  const kernel = memory().kernels[`matmul_${compute}`];
  operate(() => {
    const [x, y, z] = [left, right, out].map((operand) => operand.address());
    for (let i = 0; i < batches; i++)
      kernel(x + i * m * k * size, y + i * k * n * size, z + i * m * n * size, m, k, n);
  });
  return convert(out, a.dtype);
}

/** Throws torch's error unless two matrices have one dtype. */
export function checkFactors(a: DType, b: DType): void {
  if (a === b) return;
  throw new TypeError(`expected m1 and m2 to have the same dtype, but got: ${C_NAMES[a]} != ${C_NAMES[b]}`);
}

/** a (m, k) · b (k, n) */
export function mm(a: NdArray, b: NdArray): NdArray {
  if (a.shape.length !== 2) throw new RangeError("self must be a matrix");
  if (b.shape.length !== 2) throw new RangeError("mat2 must be a matrix");
  const [m, k] = a.shape;
  const [l, n] = b.shape;
  if (k !== l) {
    throw new RangeError(`mat1 and mat2 shapes cannot be multiplied (${m}x${k} and ${l}x${n})`);
  }
  checkFactors(a.dtype, b.dtype);
  checkDType("addmm_impl_cpu_", a.dtype);
  return multiply(a, b, [1, m, k, n], [m, n]);
}

/** The products of matching matrices: a (batches, m, k) · b (batches, k, n) */
export function bmm(a: NdArray, b: NdArray): NdArray {
  if (a.shape.length !== 3) throw new RangeError("batch1 must be a 3D tensor");
  if (b.shape.length !== 3) throw new RangeError("batch2 must be a 3D tensor");
  const [batches, m, k] = a.shape;
  const [c, l, n] = b.shape;
  if (c !== batches || l !== k) {
    throw new RangeError(
      `Expected size for first two dimensions of batch2 tensor to be: [${batches}, ${k}] but got: [${c}, ${l}].`,
    );
  }
  if (a.dtype !== b.dtype) {
    throw new TypeError(
      `expected scalar type ${dtypes[a.dtype].torchName} but found ${dtypes[b.dtype].torchName}`,
    );
  }
  checkDType("bmm", a.dtype);
  return multiply(a, b, [batches, m, k, n], [batches, m, n]);
}

/** a (m, k) · v (k) */
export function mv(a: NdArray, v: NdArray): NdArray {
  if (a.shape.length !== 2 || v.shape.length !== 1) {
    throw new RangeError(`vector + matrix @ vector expected, got 1, ${a.shape.length}, ${v.shape.length}`);
  }
  const [m, k] = a.shape;
  if (k !== v.shape[0]) {
    const size = v.shape[0];
    throw new RangeError(`size mismatch, got input (${m}), mat (${m}x${k}), vec (${size})`);
  }
  if (a.dtype !== v.dtype) {
    const [matrix, vector] = [dtypes[a.dtype].torchName, dtypes[v.dtype].torchName];
    throw new TypeError(
      `addmv input tensors must have the same dtype, but got ${vector}, ${matrix}, and ${vector}`,
    );
  }
  checkDType("addmv_impl_cpu", a.dtype);
  return multiply(a, v, [1, m, k, 1], [m]);
}

/**
 * Σ a · b of two vectors: the exact sum of the products, which are exact for float32 and halves.
 */
export function dot(a: NdArray, b: NdArray): NdArray {
  if (a.shape.length !== 1 || b.shape.length !== 1) {
    throw new RangeError(`1D tensors expected, but got ${a.shape.length}D and ${b.shape.length}D tensors`);
  }
  if (a.dtype !== b.dtype) {
    throw new TypeError(
      `dot : expected both vectors to have same dtype, but found ${dtypes[a.dtype].torchName} and ` +
        dtypes[b.dtype].torchName,
    );
  }
  const [n, other] = [numelOf(a.shape), numelOf(b.shape)];
  if (n !== other) {
    throw new RangeError(
      `inconsistent tensor size, expected tensor [${n}] and src [${other}] to have the same number of elements, ` +
        `but got ${n} and ${other} elements respectively`,
    );
  }
  checkDType("dot", a.dtype);
  const products = binary("mul", a, b, isFloating(a.dtype) ? "float64" : "int64");
  const sum = sumAll(products);
  products.storage.dispose();
  return NdArray.scalar(a.dtype, typeof sum === "bigint" ? sum : roundFloat(a.dtype, sum));
}
