/**
 * The elementary functions of one vector, one line each. A body calls nothing and touches no memory
 * and no global, so that it can be copied out of the binary into another module: all that it is
 * made of is inlined, and constants stand in the code.
 */
import { erf } from "./error-function";
import { exp, expm1 } from "./exponential";
import { log, log1p } from "./logarithm";
import { sigmoid, tanh, softplus, logsigmoid } from "./logistic";
import { sin, cos } from "./trigonometric";

export function fn_exp_f32(x: v128): v128 {
  return exp<f32>(x);
}
export function fn_exp_f64(x: v128): v128 {
  return exp<f64>(x);
}
export function fn_expm1_f32(x: v128): v128 {
  return expm1<f32>(x);
}
export function fn_expm1_f64(x: v128): v128 {
  return expm1<f64>(x);
}
export function fn_log_f32(x: v128): v128 {
  return log<f32>(x);
}
export function fn_log_f64(x: v128): v128 {
  return log<f64>(x);
}
export function fn_log1p_f32(x: v128): v128 {
  return log1p<f32>(x);
}
export function fn_log1p_f64(x: v128): v128 {
  return log1p<f64>(x);
}
export function fn_sigmoid_f32(x: v128): v128 {
  return sigmoid<f32>(x);
}
export function fn_sigmoid_f64(x: v128): v128 {
  return sigmoid<f64>(x);
}
export function fn_tanh_f32(x: v128): v128 {
  return tanh<f32>(x);
}
export function fn_tanh_f64(x: v128): v128 {
  return tanh<f64>(x);
}
export function fn_softplus_f32(x: v128, p: v128, q: v128): v128 {
  return softplus<f32>(x, p, q);
}
export function fn_softplus_f64(x: v128, p: v128, q: v128): v128 {
  return softplus<f64>(x, p, q);
}
export function fn_logsigmoid_f32(x: v128): v128 {
  return logsigmoid<f32>(x);
}
export function fn_logsigmoid_f64(x: v128): v128 {
  return logsigmoid<f64>(x);
}
export function fn_sin_f32(x: v128): v128 {
  return sin<f32>(x);
}
export function fn_sin_f64(x: v128): v128 {
  return sin<f64>(x);
}
export function fn_cos_f32(x: v128): v128 {
  return cos<f32>(x);
}
export function fn_cos_f64(x: v128): v128 {
  return cos<f64>(x);
}
export function fn_erf_f32(x: v128): v128 {
  return erf<f32>(x);
}
export function fn_erf_f64(x: v128): v128 {
  return erf<f64>(x);
}
