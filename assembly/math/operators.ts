/**
 * The elementary functions as operators of the elementwise loop (see loops/map.ts). The first four
 * are part of the loop; the others are called, which costs them little and keeps the binary small.
 */
import { exp, expm1 } from "./exponential";
import * as fn from "./functions";
import { log, log1p } from "./logarithm";

@final export class Exponential {
  @inline vector<C>(x: v128, _p: v128, _q: v128): v128 {
    return exp<C>(x);
  }
  @inline called<C>(x: v128): v128 {
    return sizeof<C>() == 4 ? fn.fn_exp_f32(x) : fn.fn_exp_f64(x);
  }
}
@final export class ExponentialLessOne {
  @inline vector<C>(x: v128, _p: v128, _q: v128): v128 {
    return expm1<C>(x);
  }
  @inline called<C>(x: v128): v128 {
    return sizeof<C>() == 4 ? fn.fn_expm1_f32(x) : fn.fn_expm1_f64(x);
  }
}
@final export class Logarithm {
  @inline vector<C>(x: v128, _p: v128, _q: v128): v128 {
    return log<C>(x);
  }
  @inline called<C>(x: v128): v128 {
    return sizeof<C>() == 4 ? fn.fn_log_f32(x) : fn.fn_log_f64(x);
  }
}
@final export class LogarithmOfOneMore {
  @inline vector<C>(x: v128, _p: v128, _q: v128): v128 {
    return log1p<C>(x);
  }
  @inline called<C>(x: v128): v128 {
    return sizeof<C>() == 4 ? fn.fn_log1p_f32(x) : fn.fn_log1p_f64(x);
  }
}
@final export class Sigmoid {
  @inline vector<C>(x: v128, _p: v128, _q: v128): v128 {
    return sizeof<C>() == 4 ? fn.fn_sigmoid_f32(x) : fn.fn_sigmoid_f64(x);
  }
}
@final export class HyperbolicTangent {
  @inline vector<C>(x: v128, _p: v128, _q: v128): v128 {
    return sizeof<C>() == 4 ? fn.fn_tanh_f32(x) : fn.fn_tanh_f64(x);
  }
}
/** p is beta and q the threshold. */
@final export class Softplus {
  @inline vector<C>(x: v128, p: v128, q: v128): v128 {
    return sizeof<C>() == 4 ? fn.fn_softplus_f32(x, p, q) : fn.fn_softplus_f64(x, p, q);
  }
}
@final export class LogSigmoid {
  @inline vector<C>(x: v128, _p: v128, _q: v128): v128 {
    return sizeof<C>() == 4 ? fn.fn_logsigmoid_f32(x) : fn.fn_logsigmoid_f64(x);
  }
}
@final export class Sine {
  @inline vector<C>(x: v128, _p: v128, _q: v128): v128 {
    return sizeof<C>() == 4 ? fn.fn_sin_f32(x) : fn.fn_sin_f64(x);
  }
}
@final export class Cosine {
  @inline vector<C>(x: v128, _p: v128, _q: v128): v128 {
    return sizeof<C>() == 4 ? fn.fn_cos_f32(x) : fn.fn_cos_f64(x);
  }
}
@final export class ErrorFunction {
  @inline vector<C>(x: v128, _p: v128, _q: v128): v128 {
    return sizeof<C>() == 4 ? fn.fn_erf_f32(x) : fn.fn_erf_f64(x);
  }
}
