/**
 * The whole ABI: one line a kernel, and nothing else. Kernels are pure: pointers and counts in,
 * bytes and partial sums out; they check nothing, allocate nothing, keep nothing. A pointer is
 * named x, y, a, b, z (read) or out (written).
 *
 * A loss's kernels are named <loss>_<pass>_<dtype>:
 *
 *     map        out[i] = term(x[i] - y[i])
 *     sum        Σ term(x[i] - y[i]) of one block
 *     slope      out[i] = (norm · slope(x[i] - y[i])) · g
 *     sumslope   the sum, and out[i] = norm · slope(x[i] - y[i]), in one pass
 *     kept       the sum of the elements whose byte at keep is not 0; of f32 and f64 only
 *     keptslope  the same, and out[i] as above, or 0
 *     rows       the sum, or what is kept of it, of each of several rows, an f64 for each; keep is 0 where all elements count, as for halves
 *     rowslopes  the same, and out[i] with the norm of its row
 *
 * p is the term's parameter, beta or delta; q is the slope's, which torch rounds in its own way.
 *
 * The last type argument says how halves are rounded on the way, which is what torch does: after
 * each operation (f16, bf16), or once at the end (f32).
 */
import { f16, bf16 } from "./lanes";
import { Absolute } from "./terms/absolute";
import { Squared } from "./terms/squared";
import { Smooth } from "./terms/smooth";
import { Huber } from "./terms/huber";
import { SlopeOf, ValueOf } from "./terms/elementwise";
import * as op from "./terms/arithmetic";
import * as elementary from "./math/operators";
import { binary, longUnary, unary } from "./loops/map";
import { Given, GivenByHalves } from "./terms/given";
import { maskedSum, maskedSumAndSlope, sum, sumAndSlope, sumGiven } from "./loops/passes";
import { smoothMaskedSum, smoothMaskedSumAndSlope, smoothSum, smoothSumAndSlope } from "./loops/smooth";
import { exact } from "./loops/exact";
import { exactSums } from "./loops/few";
import { review, settle } from "./loops/settle";
import { singleSquares, singleSums } from "./loops/singles";
import { sums, sumsOfIntegers } from "./loops/sums";
import { total, totalIntegers } from "./loops/total";
import { choose } from "./loops/choose";
import { columns } from "./loops/columns";
import { countRows, keepWhere } from "./loops/masks";
import { RowOf, scaleRows, SmoothRowOf, sumAndSlopeRows, sumRows } from "./loops/rows";
import { extreme } from "./loops/extreme";
import { logSoftmax, logSumExp, softmax } from "./loops/softmax";
import { crossEntropy, negativeLogLikelihood } from "./loops/cross-entropy";
import { multilabelMargin, multiMargin } from "./loops/margins";
import { pathSlopes, pathSums } from "./loops/ctc";
import { transpose } from "./loops/transpose";
import { correlate } from "./loops/correlate";
import { Distance, mapBytes, sumBytes, Wrapped } from "./loops/bytes";
import { convert, narrow, truth, widen } from "./loops/convert";
import { gather, scatter } from "./loops/strided";
import { addMatmul, matmul } from "./loops/matmul";
import { complexAbs, complexSign } from "./loops/complex";

type ptr = usize;

// l1
export function l1_map_f32(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { binary<ValueOf<Absolute, f32>, f32, f32>(x, 16, y, 16, out, n, p, 0, 0); }
export function l1_sum_f32(x: ptr, y: ptr, n: i32, p: f64): f64 { return sum<Absolute, f32, f32>(x, y, n, p); }
export function l1_slope_f32(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { binary<SlopeOf<Absolute, f32>, f32, f32>(x, 16, y, 16, out, n, p, norm, g); }
export function l1_sumslope_f32(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return sumAndSlope<Absolute, f32, f32, f32>(x, y, out, n, p, norm, q); }
export function l1_map_f64(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { binary<ValueOf<Absolute, f64>, f64, f64>(x, 16, y, 16, out, n, p, 0, 0); }
export function l1_sum_f64(x: ptr, y: ptr, n: i32, p: f64): f64 { return sum<Absolute, f64, f64>(x, y, n, p); }
export function l1_slope_f64(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { binary<SlopeOf<Absolute, f64>, f64, f64>(x, 16, y, 16, out, n, p, norm, g); }
export function l1_sumslope_f64(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return sumAndSlope<Absolute, f64, f64, f64>(x, y, out, n, p, norm, q); }
export function l1_map_f16(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { binary<ValueOf<Absolute, f16>, f32, f16>(x, 8, y, 8, out, n, p, 0, 0); }
export function l1_sum_f16(x: ptr, y: ptr, n: i32, p: f64): f64 { return sum<Absolute, f32, f16>(x, y, n, p); }
export function l1_slope_f16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { binary<SlopeOf<Absolute, f32>, f32, f16>(x, 8, y, 8, out, n, p, norm, g); }
export function l1_sumslope_f16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return sumAndSlope<Absolute, f32, f16, f32>(x, y, out, n, p, norm, q); }
export function l1_map_bf16(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { binary<ValueOf<Absolute, bf16>, f32, bf16>(x, 8, y, 8, out, n, p, 0, 0); }
export function l1_sum_bf16(x: ptr, y: ptr, n: i32, p: f64): f64 { return sum<Absolute, f32, bf16>(x, y, n, p); }
export function l1_slope_bf16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { binary<SlopeOf<Absolute, f32>, f32, bf16>(x, 8, y, 8, out, n, p, norm, g); }
export function l1_sumslope_bf16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return sumAndSlope<Absolute, f32, bf16, f32>(x, y, out, n, p, norm, q); }

// l1 of bytes: |x - y|, or (x - y) mod 256 as torch has it; exact sums
export function l1_map_u8(x: ptr, y: ptr, out: ptr, n: i32): void { mapBytes<Distance>(x, y, out, n); }
export function l1_sum_u8(x: ptr, y: ptr, n: i32): f64 { return sumBytes<Distance>(x, y, n); }
export function l1wrap_map_u8(x: ptr, y: ptr, out: ptr, n: i32): void { mapBytes<Wrapped>(x, y, out, n); }
export function l1wrap_sum_u8(x: ptr, y: ptr, n: i32): f64 { return sumBytes<Wrapped>(x, y, n); }

// mse
export function mse_map_f32(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { binary<ValueOf<Squared, f32>, f32, f32>(x, 16, y, 16, out, n, p, 0, 0); }
export function mse_sum_f32(x: ptr, y: ptr, n: i32, p: f64): f64 { return sum<Squared, f32, f32>(x, y, n, p); }
export function mse_slope_f32(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { binary<SlopeOf<Squared, f32>, f32, f32>(x, 16, y, 16, out, n, p, norm, g); }
export function mse_sumslope_f32(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return sumAndSlope<Squared, f32, f32, f32>(x, y, out, n, p, norm, q); }
export function mse_map_f64(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { binary<ValueOf<Squared, f64>, f64, f64>(x, 16, y, 16, out, n, p, 0, 0); }
export function mse_sum_f64(x: ptr, y: ptr, n: i32, p: f64): f64 { return sum<Squared, f64, f64>(x, y, n, p); }
export function mse_slope_f64(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { binary<SlopeOf<Squared, f64>, f64, f64>(x, 16, y, 16, out, n, p, norm, g); }
export function mse_sumslope_f64(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return sumAndSlope<Squared, f64, f64, f64>(x, y, out, n, p, norm, q); }
export function mse_map_f16(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { binary<ValueOf<Squared, f16>, f32, f16>(x, 8, y, 8, out, n, p, 0, 0); }
export function mse_sum_f16(x: ptr, y: ptr, n: i32, p: f64): f64 { return sum<Squared, f32, f16>(x, y, n, p); }
export function mse_slope_f16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { binary<SlopeOf<Squared, f16>, f32, f16>(x, 8, y, 8, out, n, p, norm, g); }
export function mse_sumslope_f16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return sumAndSlope<Squared, f32, f16, f16>(x, y, out, n, p, norm, q); }
export function mse_map_bf16(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { binary<ValueOf<Squared, bf16>, f32, bf16>(x, 8, y, 8, out, n, p, 0, 0); }
export function mse_sum_bf16(x: ptr, y: ptr, n: i32, p: f64): f64 { return sum<Squared, f32, bf16>(x, y, n, p); }
export function mse_slope_bf16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { binary<SlopeOf<Squared, bf16>, f32, bf16>(x, 8, y, 8, out, n, p, norm, g); }
export function mse_sumslope_bf16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return sumAndSlope<Squared, f32, bf16, bf16>(x, y, out, n, p, norm, q); }

// smoothl1
export function smoothl1_map_f32(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { if (p == 1) binary<ValueOf<Huber, f32>, f32, f32>(x, 16, y, 16, out, n, p, 0, 0); else binary<ValueOf<Smooth, f32>, f32, f32>(x, 16, y, 16, out, n, p, 0, 0); }
export function smoothl1_sum_f32(x: ptr, y: ptr, n: i32, p: f64): f64 { return smoothSum<f32, f32>(x, y, n, p); }
export function smoothl1_slope_f32(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { if (p == 1) binary<SlopeOf<Huber, f32>, f32, f32>(x, 16, y, 16, out, n, p, norm, g); else binary<SlopeOf<Smooth, f32>, f32, f32>(x, 16, y, 16, out, n, p, norm, g); }
export function smoothl1_sumslope_f32(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return smoothSumAndSlope<f32, f32>(x, y, out, n, p, norm, q); }
export function smoothl1_map_f64(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { if (p == 1) binary<ValueOf<Huber, f64>, f64, f64>(x, 16, y, 16, out, n, p, 0, 0); else binary<ValueOf<Smooth, f64>, f64, f64>(x, 16, y, 16, out, n, p, 0, 0); }
export function smoothl1_sum_f64(x: ptr, y: ptr, n: i32, p: f64): f64 { return smoothSum<f64, f64>(x, y, n, p); }
export function smoothl1_slope_f64(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { if (p == 1) binary<SlopeOf<Huber, f64>, f64, f64>(x, 16, y, 16, out, n, p, norm, g); else binary<SlopeOf<Smooth, f64>, f64, f64>(x, 16, y, 16, out, n, p, norm, g); }
export function smoothl1_sumslope_f64(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return smoothSumAndSlope<f64, f64>(x, y, out, n, p, norm, q); }
export function smoothl1_map_f16(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { if (p == 1) binary<ValueOf<Huber, f16>, f32, f16>(x, 8, y, 8, out, n, p, 0, 0); else binary<ValueOf<Smooth, f16>, f32, f16>(x, 8, y, 8, out, n, p, 0, 0); }
export function smoothl1_sum_f16(x: ptr, y: ptr, n: i32, p: f64): f64 { return smoothSum<f32, f16>(x, y, n, p); }
export function smoothl1_slope_f16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { if (p == 1) binary<SlopeOf<Huber, f32>, f32, f16>(x, 8, y, 8, out, n, p, norm, g); else binary<SlopeOf<Smooth, f32>, f32, f16>(x, 8, y, 8, out, n, p, norm, g); }
export function smoothl1_sumslope_f16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return smoothSumAndSlope<f32, f16>(x, y, out, n, p, norm, q); }
export function smoothl1_map_bf16(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { if (p == 1) binary<ValueOf<Huber, f32>, f32, bf16>(x, 8, y, 8, out, n, p, 0, 0); else binary<ValueOf<Smooth, f32>, f32, bf16>(x, 8, y, 8, out, n, p, 0, 0); }
export function smoothl1_sum_bf16(x: ptr, y: ptr, n: i32, p: f64): f64 { return smoothSum<f32, bf16>(x, y, n, p); }
export function smoothl1_slope_bf16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { if (p == 1) binary<SlopeOf<Huber, f32>, f32, bf16>(x, 8, y, 8, out, n, p, norm, g); else binary<SlopeOf<Smooth, f32>, f32, bf16>(x, 8, y, 8, out, n, p, norm, g); }
export function smoothl1_sumslope_bf16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return smoothSumAndSlope<f32, bf16>(x, y, out, n, p, norm, q); }

// huber
export function huber_map_f32(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { binary<ValueOf<Huber, f32>, f32, f32>(x, 16, y, 16, out, n, p, 0, 0); }
export function huber_sum_f32(x: ptr, y: ptr, n: i32, p: f64): f64 { return sum<Huber, f32, f32>(x, y, n, p); }
export function huber_slope_f32(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { binary<SlopeOf<Huber, f32>, f32, f32>(x, 16, y, 16, out, n, p, norm, g); }
export function huber_sumslope_f32(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return sumAndSlope<Huber, f32, f32, f32>(x, y, out, n, p, norm, q); }
export function huber_map_f64(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { binary<ValueOf<Huber, f64>, f64, f64>(x, 16, y, 16, out, n, p, 0, 0); }
export function huber_sum_f64(x: ptr, y: ptr, n: i32, p: f64): f64 { return sum<Huber, f64, f64>(x, y, n, p); }
export function huber_slope_f64(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { binary<SlopeOf<Huber, f64>, f64, f64>(x, 16, y, 16, out, n, p, norm, g); }
export function huber_sumslope_f64(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return sumAndSlope<Huber, f64, f64, f64>(x, y, out, n, p, norm, q); }
export function huber_map_f16(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { binary<ValueOf<Huber, f32>, f32, f16>(x, 8, y, 8, out, n, p, 0, 0); }
export function huber_sum_f16(x: ptr, y: ptr, n: i32, p: f64): f64 { return sum<Huber, f32, f16>(x, y, n, p); }
export function huber_slope_f16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { binary<SlopeOf<Huber, f16>, f32, f16>(x, 8, y, 8, out, n, p, norm, g); }
export function huber_sumslope_f16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return sumAndSlope<Huber, f32, f16, f16>(x, y, out, n, p, norm, q); }
export function huber_map_bf16(x: ptr, y: ptr, out: ptr, n: i32, p: f64): void { binary<ValueOf<Huber, bf16>, f32, bf16>(x, 8, y, 8, out, n, p, 0, 0); }
export function huber_sum_bf16(x: ptr, y: ptr, n: i32, p: f64): f64 { return sum<Huber, f32, bf16>(x, y, n, p); }
export function huber_slope_bf16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, g: f64): void { binary<SlopeOf<Huber, bf16>, f32, bf16>(x, 8, y, 8, out, n, p, norm, g); }
export function huber_sumslope_bf16(x: ptr, y: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return sumAndSlope<Huber, f32, bf16, bf16>(x, y, out, n, p, norm, q); }

// Arithmetic, in the three types that are computed with. Comparisons give 1 or 0.
export function neg_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<op.Negative, f32>(x, out, n, p, q); }
export function neg_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<op.Negative, f64>(x, out, n, p, q); }
export function neg_i64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<op.Negative, i64>(x, out, n, p, q); }
export function abs_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<op.Magnitude, f32>(x, out, n, p, q); }
export function abs_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<op.Magnitude, f64>(x, out, n, p, q); }
export function abs_i64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<op.Magnitude, i64>(x, out, n, p, q); }
export function sign_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<op.Sign, f32>(x, out, n, p, q); }
export function sign_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<op.Sign, f64>(x, out, n, p, q); }
export function sign_i64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<op.Sign, i64>(x, out, n, p, q); }
export function sqrt_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<op.Root, f32>(x, out, n, p, q); }
export function sqrt_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<op.Root, f64>(x, out, n, p, q); }
export function relu_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<op.Rectified, f32>(x, out, n, p, q); }
export function relu_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<op.Rectified, f64>(x, out, n, p, q); }
export function clamp_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<op.Clamp, f32>(x, out, n, p, q); }
export function clamp_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<op.Clamp, f64>(x, out, n, p, q); }
export function add_f32(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Add, f32, f32>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function add_f64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Add, f64, f64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function add_i64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Add, i64, i64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function sub_f32(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Subtract, f32, f32>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function sub_f64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Subtract, f64, f64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function sub_i64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Subtract, i64, i64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function mul_f32(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Multiply, f32, f32>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function mul_f64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Multiply, f64, f64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function mul_i64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Multiply, i64, i64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function div_f32(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Divide, f32, f32>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function div_f64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Divide, f64, f64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function maximum_f32(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Maximum, f32, f32>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function maximum_f64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Maximum, f64, f64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function maximum_i64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Maximum, i64, i64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function minimum_f32(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Minimum, f32, f32>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function minimum_f64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Minimum, f64, f64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function minimum_i64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Minimum, i64, i64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function keep_f32(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Keep, f32, f32>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function keep_f64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Keep, f64, f64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function eq_f32(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Equal, f32, f32>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function eq_f64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Equal, f64, f64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function eq_i64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Equal, i64, i64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function ne_f32(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.NotEqual, f32, f32>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function ne_f64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.NotEqual, f64, f64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function ne_i64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.NotEqual, i64, i64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function lt_f32(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Less, f32, f32>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function lt_f64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Less, f64, f64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function lt_i64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.Less, i64, i64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function le_f32(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.LessOrEqual, f32, f32>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function le_f64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.LessOrEqual, f64, f64>(x, xStep, y, yStep, out, n, 0, 0, 0); }
export function le_i64(x: ptr, xStep: i32, y: ptr, yStep: i32, out: ptr, n: i32): void { binary<op.LessOrEqual, i64, i64>(x, xStep, y, yStep, out, n, 0, 0, 0); }

// Elementary functions, see math/; of softplus, p is beta and q the threshold.
export function exp_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { longUnary<elementary.Exponential, f32>(x, out, n, p, q); }
export function exp_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { longUnary<elementary.Exponential, f64>(x, out, n, p, q); }
export function expm1_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { longUnary<elementary.ExponentialLessOne, f32>(x, out, n, p, q); }
export function expm1_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { longUnary<elementary.ExponentialLessOne, f64>(x, out, n, p, q); }
export function log_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { longUnary<elementary.Logarithm, f32>(x, out, n, p, q); }
export function log_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { longUnary<elementary.Logarithm, f64>(x, out, n, p, q); }
export function log1p_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { longUnary<elementary.LogarithmOfOneMore, f32>(x, out, n, p, q); }
export function log1p_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { longUnary<elementary.LogarithmOfOneMore, f64>(x, out, n, p, q); }
export function sigmoid_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<elementary.Sigmoid, f32>(x, out, n, p, q); }
export function sigmoid_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<elementary.Sigmoid, f64>(x, out, n, p, q); }
export function tanh_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<elementary.HyperbolicTangent, f32>(x, out, n, p, q); }
export function tanh_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<elementary.HyperbolicTangent, f64>(x, out, n, p, q); }
export function softplus_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<elementary.Softplus, f32>(x, out, n, p, q); }
export function softplus_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<elementary.Softplus, f64>(x, out, n, p, q); }
export function logsigmoid_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<elementary.LogSigmoid, f32>(x, out, n, p, q); }
export function logsigmoid_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<elementary.LogSigmoid, f64>(x, out, n, p, q); }
export function sin_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<elementary.Sine, f32>(x, out, n, p, q); }
export function sin_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<elementary.Sine, f64>(x, out, n, p, q); }
export function cos_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<elementary.Cosine, f32>(x, out, n, p, q); }
export function cos_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<elementary.Cosine, f64>(x, out, n, p, q); }
export function erf_f32(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<elementary.ErrorFunction, f32>(x, out, n, p, q); }
export function erf_f64(x: ptr, out: ptr, n: i32, p: f64, q: f64): void { unary<elementary.ErrorFunction, f64>(x, out, n, p, q); }

// Each as the function of one vector, which another module may copy: see math/functions.ts.
export {
  fn_exp_f32,
  fn_exp_f64,
  fn_expm1_f32,
  fn_expm1_f64,
  fn_log_f32,
  fn_log_f64,
  fn_log1p_f32,
  fn_log1p_f64,
  fn_sigmoid_f32,
  fn_sigmoid_f64,
  fn_tanh_f32,
  fn_tanh_f64,
  fn_softplus_f32,
  fn_softplus_f64,
  fn_logsigmoid_f32,
  fn_logsigmoid_f64,
  fn_sin_f32,
  fn_sin_f64,
  fn_cos_f32,
  fn_cos_f64,
  fn_erf_f32,
  fn_erf_f64,
} from "./math/functions";

// Sums of one block of signed numbers: three f64 at out, see loops/total.ts; integers wrap.
export function total_f32(x: ptr, n: i32, out: ptr): void { total<f32>(x, n, out); }
export function total_f64(x: ptr, n: i32, out: ptr): void { total<f64>(x, n, out); }
export function total_i64(x: ptr, n: i32): i64 { return totalIntegers(x, n); }
export function exact_f32(x: ptr, n: i32, out: ptr): void { exact<f32>(x, n, out); }
export function exact_f64(x: ptr, n: i32, out: ptr): void { exact<f64>(x, n, out); }

// Sums of a block of terms that are stored, in the order of the losses' sums; of halves (stored as
// f32), where that is 1.
export function terms_f32(x: ptr, n: i32, halves: i32): f64 { return halves != 0 ? sumGiven<GivenByHalves, f32>(x, n) : sumGiven<Given, f32>(x, n); }
export function terms_f64(x: ptr, n: i32, _halves: i32): f64 { return sumGiven<Given, f64>(x, n); }


// Sums along the middle dimension of [outer, length, inner], rows `stride` bytes apart: see
// loops/few.ts, loops/singles.ts, loops/sums.ts and loops/settle.ts.
export function sums_f32(x: ptr, outer: i32, length: i32, inner: i32, stride: usize, state: ptr, plane: usize, fresh: i32): void { sums<f32>(x, outer, length, inner, stride, state, plane, fresh != 0); }
export function sums_f64(x: ptr, outer: i32, length: i32, inner: i32, stride: usize, state: ptr, plane: usize, fresh: i32): void { sums<f64>(x, outer, length, inner, stride, state, plane, fresh != 0); }
export function sums_i64(x: ptr, outer: i32, length: i32, inner: i32, stride: usize, out: ptr): void { sumsOfIntegers(x, outer, length, inner, stride, out); }
export function few_f32(x: ptr, outer: i32, length: i32, inner: i32, stride: usize, divisor: f64, out: ptr): i32 { return exactSums<f32>(x, outer, length, inner, stride, divisor, out); }
export function few_f64(x: ptr, outer: i32, length: i32, inner: i32, stride: usize, divisor: f64, out: ptr): i32 { return exactSums<f64>(x, outer, length, inner, stride, divisor, out); }
export function singles_f32(x: ptr, rows: i32, length: i32, divisor: f64, out: ptr): i32 { return singleSums(x, rows, length, divisor, out); }
export function squares_f32(x: ptr, rows: i32, length: i32, out: ptr): i32 { return singleSquares(x, rows, length, out); }
export function settle_f64(state: ptr, plane: usize, count: i32, error: f64, divisor: f64, out: ptr): i32 { return settle(state, plane, count, error, divisor, out); }
export function review_f32(x: ptr, length: i32, inner: i32, stride: usize, list: ptr, count: i32, magnitudes: ptr, out: ptr): i32 { return review<f32>(x, length, inner, stride, list, count, magnitudes, out); }
export function review_f64(x: ptr, length: i32, inner: i32, stride: usize, list: ptr, count: i32, magnitudes: ptr, out: ptr): i32 { return review<f64>(x, length, inner, stride, list, count, magnitudes, out); }

// Conversions: convert_<from>_<to>
export function convert_f16_f32(x: ptr, out: ptr, n: i32): void { widen<f16>(x, out, n); }
export function convert_f32_f16(x: ptr, out: ptr, n: i32): void { narrow<f16>(x, out, n); }
export function convert_bf16_f32(x: ptr, out: ptr, n: i32): void { widen<bf16>(x, out, n); }
export function convert_f32_bf16(x: ptr, out: ptr, n: i32): void { narrow<bf16>(x, out, n); }
export function convert_f32_f64(x: ptr, out: ptr, n: i32): void { convert<f32, f64>(x, out, n); }
export function convert_f64_f32(x: ptr, out: ptr, n: i32): void { convert<f64, f32>(x, out, n); }
export function convert_i64_f32(x: ptr, out: ptr, n: i32): void { convert<i64, f32>(x, out, n); }
export function convert_i64_f64(x: ptr, out: ptr, n: i32): void { convert<i64, f64>(x, out, n); }
export function convert_f32_i64(x: ptr, out: ptr, n: i32): void { convert<f32, i64>(x, out, n); }
export function convert_f64_i64(x: ptr, out: ptr, n: i32): void { convert<f64, i64>(x, out, n); }
export function convert_i8_i64(x: ptr, out: ptr, n: i32): void { convert<i8, i64>(x, out, n); }
export function convert_i16_i64(x: ptr, out: ptr, n: i32): void { convert<i16, i64>(x, out, n); }
export function convert_i32_i64(x: ptr, out: ptr, n: i32): void { convert<i32, i64>(x, out, n); }
export function convert_u8_i64(x: ptr, out: ptr, n: i32): void { convert<u8, i64>(x, out, n); }
export function convert_i64_i8(x: ptr, out: ptr, n: i32): void { convert<i64, i8>(x, out, n); }
export function convert_i64_i16(x: ptr, out: ptr, n: i32): void { convert<i64, i16>(x, out, n); }
export function convert_i64_i32(x: ptr, out: ptr, n: i32): void { convert<i64, i32>(x, out, n); }
export function convert_f32_bool(x: ptr, out: ptr, n: i32): void { truth<f32>(x, out, n); }
export function convert_f64_bool(x: ptr, out: ptr, n: i32): void { truth<f64>(x, out, n); }
export function convert_i64_bool(x: ptr, out: ptr, n: i32): void { truth<i64>(x, out, n); }

// Strided views, by the size of an element in bytes.
export function gather_1(view: ptr, out: ptr, start: u32, n: u32, ndim: u32, table: ptr): void { gather<u8>(view, out, start, n, ndim, table); }
export function scatter_1(x: ptr, view: ptr, start: u32, n: u32, ndim: u32, table: ptr): void { scatter<u8>(x, view, start, n, ndim, table); }
export function gather_2(view: ptr, out: ptr, start: u32, n: u32, ndim: u32, table: ptr): void { gather<u16>(view, out, start, n, ndim, table); }
export function scatter_2(x: ptr, view: ptr, start: u32, n: u32, ndim: u32, table: ptr): void { scatter<u16>(x, view, start, n, ndim, table); }
export function gather_4(view: ptr, out: ptr, start: u32, n: u32, ndim: u32, table: ptr): void { gather<u32>(view, out, start, n, ndim, table); }
export function scatter_4(x: ptr, view: ptr, start: u32, n: u32, ndim: u32, table: ptr): void { scatter<u32>(x, view, start, n, ndim, table); }
export function gather_8(view: ptr, out: ptr, start: u32, n: u32, ndim: u32, table: ptr): void { gather<u64>(view, out, start, n, ndim, table); }
export function scatter_8(x: ptr, view: ptr, start: u32, n: u32, ndim: u32, table: ptr): void { scatter<u64>(x, view, start, n, ndim, table); }
export function gather_16(view: ptr, out: ptr, start: u32, n: u32, ndim: u32, table: ptr): void { gather<v128>(view, out, start, n, ndim, table); }
export function scatter_16(x: ptr, view: ptr, start: u32, n: u32, ndim: u32, table: ptr): void { scatter<v128>(x, view, start, n, ndim, table); }

// Losses of what masks keep, and of rows.
export function l1_kept_f32(x: ptr, y: ptr, keep: ptr, n: i32, p: f64): f64 { return maskedSum<Absolute, f32, f32>(x, y, keep, n, p); }
export function l1_keptslope_f32(x: ptr, y: ptr, keep: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return maskedSumAndSlope<Absolute, f32, f32, f32>(x, y, keep, out, n, p, norm, q); }
export function mse_kept_f32(x: ptr, y: ptr, keep: ptr, n: i32, p: f64): f64 { return maskedSum<Squared, f32, f32>(x, y, keep, n, p); }
export function mse_keptslope_f32(x: ptr, y: ptr, keep: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return maskedSumAndSlope<Squared, f32, f32, f32>(x, y, keep, out, n, p, norm, q); }
export function smoothl1_kept_f32(x: ptr, y: ptr, keep: ptr, n: i32, p: f64): f64 { return smoothMaskedSum<f32, f32>(x, y, keep, n, p); }
export function smoothl1_keptslope_f32(x: ptr, y: ptr, keep: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return smoothMaskedSumAndSlope<f32, f32>(x, y, keep, out, n, p, norm, q); }
export function huber_kept_f32(x: ptr, y: ptr, keep: ptr, n: i32, p: f64): f64 { return maskedSum<Huber, f32, f32>(x, y, keep, n, p); }
export function huber_keptslope_f32(x: ptr, y: ptr, keep: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return maskedSumAndSlope<Huber, f32, f32, f32>(x, y, keep, out, n, p, norm, q); }
export function l1_kept_f64(x: ptr, y: ptr, keep: ptr, n: i32, p: f64): f64 { return maskedSum<Absolute, f64, f64>(x, y, keep, n, p); }
export function l1_keptslope_f64(x: ptr, y: ptr, keep: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return maskedSumAndSlope<Absolute, f64, f64, f64>(x, y, keep, out, n, p, norm, q); }
export function mse_kept_f64(x: ptr, y: ptr, keep: ptr, n: i32, p: f64): f64 { return maskedSum<Squared, f64, f64>(x, y, keep, n, p); }
export function mse_keptslope_f64(x: ptr, y: ptr, keep: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return maskedSumAndSlope<Squared, f64, f64, f64>(x, y, keep, out, n, p, norm, q); }
export function smoothl1_kept_f64(x: ptr, y: ptr, keep: ptr, n: i32, p: f64): f64 { return smoothMaskedSum<f64, f64>(x, y, keep, n, p); }
export function smoothl1_keptslope_f64(x: ptr, y: ptr, keep: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return smoothMaskedSumAndSlope<f64, f64>(x, y, keep, out, n, p, norm, q); }
export function huber_kept_f64(x: ptr, y: ptr, keep: ptr, n: i32, p: f64): f64 { return maskedSum<Huber, f64, f64>(x, y, keep, n, p); }
export function huber_keptslope_f64(x: ptr, y: ptr, keep: ptr, out: ptr, n: i32, p: f64, norm: f64, q: f64): f64 { return maskedSumAndSlope<Huber, f64, f64, f64>(x, y, keep, out, n, p, norm, q); }
export function l1_rows_f32(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<RowOf<Absolute, f32>, f32, f32>(x, y, keep, sums, rows, length, p); }
export function l1_rowslopes_f32(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<RowOf<Absolute, f32>, f32, f32>(x, y, keep, out, sums, norms, rows, length, p, q); }
export function mse_rows_f32(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<RowOf<Squared, f32>, f32, f32>(x, y, keep, sums, rows, length, p); }
export function mse_rowslopes_f32(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<RowOf<Squared, f32>, f32, f32>(x, y, keep, out, sums, norms, rows, length, p, q); }
export function smoothl1_rows_f32(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<SmoothRowOf, f32, f32>(x, y, keep, sums, rows, length, p); }
export function smoothl1_rowslopes_f32(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<SmoothRowOf, f32, f32>(x, y, keep, out, sums, norms, rows, length, p, q); }
export function huber_rows_f32(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<RowOf<Huber, f32>, f32, f32>(x, y, keep, sums, rows, length, p); }
export function huber_rowslopes_f32(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<RowOf<Huber, f32>, f32, f32>(x, y, keep, out, sums, norms, rows, length, p, q); }
export function l1_rows_f64(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<RowOf<Absolute, f64>, f64, f64>(x, y, keep, sums, rows, length, p); }
export function l1_rowslopes_f64(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<RowOf<Absolute, f64>, f64, f64>(x, y, keep, out, sums, norms, rows, length, p, q); }
export function mse_rows_f64(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<RowOf<Squared, f64>, f64, f64>(x, y, keep, sums, rows, length, p); }
export function mse_rowslopes_f64(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<RowOf<Squared, f64>, f64, f64>(x, y, keep, out, sums, norms, rows, length, p, q); }
export function smoothl1_rows_f64(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<SmoothRowOf, f64, f64>(x, y, keep, sums, rows, length, p); }
export function smoothl1_rowslopes_f64(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<SmoothRowOf, f64, f64>(x, y, keep, out, sums, norms, rows, length, p, q); }
export function huber_rows_f64(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<RowOf<Huber, f64>, f64, f64>(x, y, keep, sums, rows, length, p); }
export function huber_rowslopes_f64(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<RowOf<Huber, f64>, f64, f64>(x, y, keep, out, sums, norms, rows, length, p, q); }
export function l1_rows_f16(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<RowOf<Absolute, f32>, f32, f16>(x, y, keep, sums, rows, length, p); }
export function l1_rowslopes_f16(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<RowOf<Absolute, f32>, f32, f16>(x, y, keep, out, sums, norms, rows, length, p, q); }
export function mse_rows_f16(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<RowOf<Squared, f16>, f32, f16>(x, y, keep, sums, rows, length, p); }
export function mse_rowslopes_f16(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<RowOf<Squared, f16>, f32, f16>(x, y, keep, out, sums, norms, rows, length, p, q); }
export function smoothl1_rows_f16(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<SmoothRowOf, f32, f16>(x, y, keep, sums, rows, length, p); }
export function smoothl1_rowslopes_f16(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<SmoothRowOf, f32, f16>(x, y, keep, out, sums, norms, rows, length, p, q); }
export function huber_rows_f16(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<RowOf<Huber, f16>, f32, f16>(x, y, keep, sums, rows, length, p); }
export function huber_rowslopes_f16(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<RowOf<Huber, f16>, f32, f16>(x, y, keep, out, sums, norms, rows, length, p, q); }
export function l1_rows_bf16(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<RowOf<Absolute, f32>, f32, bf16>(x, y, keep, sums, rows, length, p); }
export function l1_rowslopes_bf16(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<RowOf<Absolute, f32>, f32, bf16>(x, y, keep, out, sums, norms, rows, length, p, q); }
export function mse_rows_bf16(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<RowOf<Squared, bf16>, f32, bf16>(x, y, keep, sums, rows, length, p); }
export function mse_rowslopes_bf16(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<RowOf<Squared, bf16>, f32, bf16>(x, y, keep, out, sums, norms, rows, length, p, q); }
export function smoothl1_rows_bf16(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<SmoothRowOf, f32, bf16>(x, y, keep, sums, rows, length, p); }
export function smoothl1_rowslopes_bf16(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<SmoothRowOf, f32, bf16>(x, y, keep, out, sums, norms, rows, length, p, q); }
export function huber_rows_bf16(x: ptr, y: ptr, keep: ptr, sums: ptr, rows: i32, length: i32, p: f64): void { sumRows<RowOf<Huber, bf16>, f32, bf16>(x, y, keep, sums, rows, length, p); }
export function huber_rowslopes_bf16(x: ptr, y: ptr, keep: ptr, out: ptr, sums: ptr, norms: ptr, rows: i32, length: i32, p: f64, q: f64): void { sumAndSlopeRows<RowOf<Huber, bf16>, f32, bf16>(x, y, keep, out, sums, norms, rows, length, p, q); }

// rows times factors, masked elements, and how many of each row are kept
export function scale_f32(x: ptr, factors: ptr, out: ptr, rows: i32, length: i32): void { scaleRows<f32>(x, factors, out, rows, length); }
export function scale_f64(x: ptr, factors: ptr, out: ptr, rows: i32, length: i32): void { scaleRows<f64>(x, factors, out, rows, length); }
export function masked_2(mask: ptr, x: ptr, out: ptr, n: i32): void { keepWhere<u16>(mask, x, out, n); }
export function masked_4(mask: ptr, x: ptr, out: ptr, n: i32): void { keepWhere<u32>(mask, x, out, n); }
export function masked_8(mask: ptr, x: ptr, out: ptr, n: i32): void { keepWhere<u64>(mask, x, out, n); }
export function counts_u8(mask: ptr, out: ptr, rows: i32, length: i32): void { countRows(mask, out, rows, length); }

// Sums of columns of a loss's terms, in the order of additions of its kernels; of terms that are given, also in that of halves.
export function l1_columns_f32(x: ptr, y: ptr, outer: i32, rows: i32, n: i32, stride: usize, length: i32, p: f64, state: ptr, fresh: bool, out: ptr, divisor: f64): bool { return columns<Absolute, f32>(x, y, outer, rows, n, stride, length, p, false, state, fresh, out, divisor); }
export function mse_columns_f32(x: ptr, y: ptr, outer: i32, rows: i32, n: i32, stride: usize, length: i32, p: f64, state: ptr, fresh: bool, out: ptr, divisor: f64): bool { return columns<Squared, f32>(x, y, outer, rows, n, stride, length, p, false, state, fresh, out, divisor); }
export function smoothl1_columns_f32(x: ptr, y: ptr, outer: i32, rows: i32, n: i32, stride: usize, length: i32, p: f64, state: ptr, fresh: bool, out: ptr, divisor: f64): bool { return columns<Smooth, f32>(x, y, outer, rows, n, stride, length, p, false, state, fresh, out, divisor); }
export function huber_columns_f32(x: ptr, y: ptr, outer: i32, rows: i32, n: i32, stride: usize, length: i32, p: f64, state: ptr, fresh: bool, out: ptr, divisor: f64): bool { return columns<Huber, f32>(x, y, outer, rows, n, stride, length, p, false, state, fresh, out, divisor); }
export function columns_f32(x: ptr, outer: i32, rows: i32, n: i32, length: i32, halves: bool, state: ptr, fresh: bool, out: ptr, divisor: f64): bool { return columns<Given, f32>(x, 0, outer, rows, n, <usize>n * sizeof<f32>(), length, 0, halves, state, fresh, out, divisor); }
export function l1_columns_f64(x: ptr, y: ptr, outer: i32, rows: i32, n: i32, stride: usize, length: i32, p: f64, state: ptr, fresh: bool, out: ptr, divisor: f64): bool { return columns<Absolute, f64>(x, y, outer, rows, n, stride, length, p, false, state, fresh, out, divisor); }
export function mse_columns_f64(x: ptr, y: ptr, outer: i32, rows: i32, n: i32, stride: usize, length: i32, p: f64, state: ptr, fresh: bool, out: ptr, divisor: f64): bool { return columns<Squared, f64>(x, y, outer, rows, n, stride, length, p, false, state, fresh, out, divisor); }
export function smoothl1_columns_f64(x: ptr, y: ptr, outer: i32, rows: i32, n: i32, stride: usize, length: i32, p: f64, state: ptr, fresh: bool, out: ptr, divisor: f64): bool { return columns<Smooth, f64>(x, y, outer, rows, n, stride, length, p, false, state, fresh, out, divisor); }
export function huber_columns_f64(x: ptr, y: ptr, outer: i32, rows: i32, n: i32, stride: usize, length: i32, p: f64, state: ptr, fresh: bool, out: ptr, divisor: f64): bool { return columns<Huber, f64>(x, y, outer, rows, n, stride, length, p, false, state, fresh, out, divisor); }
export function columns_f64(x: ptr, outer: i32, rows: i32, n: i32, length: i32, halves: bool, state: ptr, fresh: bool, out: ptr, divisor: f64): bool { return columns<Given, f64>(x, 0, outer, rows, n, <usize>n * sizeof<f64>(), length, 0, halves, state, fresh, out, divisor); }

// Choices between two arrays, by the size of an element in bytes.
export function where_1(mask: ptr, x: ptr, y: ptr, out: ptr, n: i32): void { choose<u8>(mask, x, y, out, n); }
export function where_2(mask: ptr, x: ptr, y: ptr, out: ptr, n: i32): void { choose<u16>(mask, x, y, out, n); }
export function where_4(mask: ptr, x: ptr, y: ptr, out: ptr, n: i32): void { choose<u32>(mask, x, y, out, n); }
export function where_8(mask: ptr, x: ptr, y: ptr, out: ptr, n: i32): void { choose<u64>(mask, x, y, out, n); }
export function where_16(mask: ptr, x: ptr, y: ptr, out: ptr, n: i32): void { choose<v128>(mask, x, y, out, n); }

// The largest (1) or smallest (0) along a dimension, and where: see loops/extreme.ts.
export function extreme_f32(x: ptr, values: ptr, indices: ptr, outer: i32, length: i32, inner: i32, largest: i32): void { extreme<f32>(x, values, indices, outer, length, inner, largest != 0); }
export function extreme_f64(x: ptr, values: ptr, indices: ptr, outer: i32, length: i32, inner: i32, largest: i32): void { extreme<f64>(x, values, indices, outer, length, inner, largest != 0); }
export function extreme_i64(x: ptr, values: ptr, indices: ptr, outer: i32, length: i32, inner: i32, largest: i32): void { extreme<i64>(x, values, indices, outer, length, inner, largest != 0); }

// Rows of n numbers, one for each class; and what brings the classes of others side by side.
export function softmax_f32(x: ptr, out: ptr, rows: i32, n: i32): void { softmax<f32>(x, out, rows, n); }
export function softmax_f64(x: ptr, out: ptr, rows: i32, n: i32): void { softmax<f64>(x, out, rows, n); }
export function logsoftmax_f32(x: ptr, out: ptr, rows: i32, n: i32): void { logSoftmax<f32>(x, out, rows, n); }
export function logsoftmax_f64(x: ptr, out: ptr, rows: i32, n: i32): void { logSoftmax<f64>(x, out, rows, n); }
export function logsumexp_f32(x: ptr, out: ptr, rows: i32, n: i32): void { logSumExp<f32>(x, out, rows, n); }
export function logsumexp_f64(x: ptr, out: ptr, rows: i32, n: i32): void { logSumExp<f64>(x, out, rows, n); }
export function crossentropy_f32(x: ptr, targets: ptr, y: ptr, w: ptr, losses: ptr, grad: ptr, norms: ptr, rows: i32, n: i32, a: f64, b: f64, norm: f64): void { crossEntropy<f32>(x, targets, y, w, losses, grad, norms, rows, n, a, b, norm); }
export function crossentropy_f64(x: ptr, targets: ptr, y: ptr, w: ptr, losses: ptr, grad: ptr, norms: ptr, rows: i32, n: i32, a: f64, b: f64, norm: f64): void { crossEntropy<f64>(x, targets, y, w, losses, grad, norms, rows, n, a, b, norm); }
export function nll_f32(x: ptr, targets: ptr, w: ptr, losses: ptr, grad: ptr, norms: ptr, rows: i32, n: i32, norm: f64): void { negativeLogLikelihood<f32>(x, targets, w, losses, grad, norms, rows, n, norm); }
export function nll_f64(x: ptr, targets: ptr, w: ptr, losses: ptr, grad: ptr, norms: ptr, rows: i32, n: i32, norm: f64): void { negativeLogLikelihood<f64>(x, targets, w, losses, grad, norms, rows, n, norm); }
export function multimargin_f32(x: ptr, targets: ptr, w: ptr, losses: ptr, grad: ptr, norms: ptr, rows: i32, n: i32, p: i32, margin: f64, norm: f64): void { multiMargin<f32>(x, targets, w, losses, grad, norms, rows, n, p, margin, norm); }
export function multimargin_f64(x: ptr, targets: ptr, w: ptr, losses: ptr, grad: ptr, norms: ptr, rows: i32, n: i32, p: i32, margin: f64, norm: f64): void { multiMargin<f64>(x, targets, w, losses, grad, norms, rows, n, p, margin, norm); }
export function multilabelmargin_f32(x: ptr, targets: ptr, room: ptr, losses: ptr, grad: ptr, norms: ptr, rows: i32, n: i32, norm: f64): void { multilabelMargin<f32>(x, targets, room, losses, grad, norms, rows, n, norm); }
export function multilabelmargin_f64(x: ptr, targets: ptr, room: ptr, losses: ptr, grad: ptr, norms: ptr, rows: i32, n: i32, norm: f64): void { multilabelMargin<f64>(x, targets, room, losses, grad, norms, rows, n, norm); }
// Connectionist temporal classification: see loops/ctc.ts.
export function ctc_f64(x: ptr, stride: isize, labels: ptr, jumps: ptr, out: ptr, step: usize, frames: i32, n: i32): f64 { return pathSums(x, stride, labels, jumps, out, step, frames, n); }
export function ctcslope_f64(x: ptr, stride: isize, labels: ptr, alpha: ptr, beta: ptr, step: usize, grad: ptr, frames: i32, n: i32, classes: i32, loss: f64, norm: f64): void { pathSlopes(x, stride, labels, alpha, beta, step, grad, frames, n, classes, loss, norm); }
export function transpose_4(x: ptr, stride: usize, out: ptr, outStride: usize, rows: i32, columns: i32): void { transpose<u32>(x, stride, out, outStride, rows, columns); }
export function transpose_8(x: ptr, stride: usize, out: ptr, outStride: usize, rows: i32, columns: i32): void { transpose<u64>(x, stride, out, outStride, rows, columns); }

// windows along a dimension: out[t] = Σ w[k] · x[t + k · step], n of them in each of several rows, which begin stride after each other
export function correlate_f32(x: ptr, w: ptr, out: ptr, rows: i32, stride: i32, n: i32, size: i32, step: i32): void { correlate<f32>(x, w, out, rows, stride, n, size, step); }
export function correlate_f64(x: ptr, w: ptr, out: ptr, rows: i32, stride: i32, n: i32, size: i32, step: i32): void { correlate<f64>(x, w, out, rows, stride, n, size, step); }

// Matrices and complex numbers.
export function matmul_f32(a: ptr, b: ptr, out: ptr, m: i32, k: i32, n: i32): void { matmul<f32>(a, b, out, m, k, n); }
export function matmul_f64(a: ptr, b: ptr, out: ptr, m: i32, k: i32, n: i32): void { matmul<f64>(a, b, out, m, k, n); }
export function matmul_i64(a: ptr, b: ptr, out: ptr, m: i32, k: i32, n: i32): void { matmul<i64>(a, b, out, m, k, n); }
export function addmatmul_f32(a: ptr, b: ptr, out: ptr, m: i32, k: i32, n: i32): void { addMatmul<f32>(a, b, out, m, k, n); }
export function addmatmul_f64(a: ptr, b: ptr, out: ptr, m: i32, k: i32, n: i32): void { addMatmul<f64>(a, b, out, m, k, n); }
export function cabs_f32(z: ptr, out: ptr, n: i32): void { complexAbs<f32>(z, out, n); }
export function cabs_f64(z: ptr, out: ptr, n: i32): void { complexAbs<f64>(z, out, n); }
export function csign_f32(z: ptr, out: ptr, n: i32): void { complexSign<f32>(z, out, n); }
export function csign_f64(z: ptr, out: ptr, n: i32): void { complexSign<f64>(z, out, n); }
