/*
 * Reads blocks of numbers and of what a kernel made of them, and holds the results to libquadmath
 * (float64) or to the C library's float64 (float32). Prints the largest error in ULP, and where.
 *
 *     accuracy <function> <f32|f64>        blocks of 65536: x, then y
 */
#include <float.h>
#include <math.h>
#include <quadmath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 65536

static const char *const NAMES[] = {"exp",      "expm1",      "log", "log1p", "sigmoid", "tanh",
                                    "softplus", "logsigmoid", "sin", "cos",   "erf"};

#define FUNCTIONS(T, SUFFIX)                                                                     \
  static T function_##SUFFIX(int name, T x, T (*exp_)(T), T (*log1p_)(T)) {                        \
    switch (name) {                                                                              \
    case 4: return x < 0 ? exp_(x) / (1 + exp_(x)) : 1 / (1 + exp_(-x));                         \
    case 6: return x > 20 ? x : x > 0 ? x + log1p_(exp_(-x)) : log1p_(exp_(x));                  \
    case 7: return x < 0 ? x - log1p_(exp_(x)) : 0 - log1p_(exp_(-x));                           \
    default: abort();                                                                            \
    }                                                                                            \
  }
FUNCTIONS(double, d)
FUNCTIONS(__float128, q)

static double in_double(int name, double x) {
  static double (*const plain[])(double) = {exp, expm1, log, log1p, NULL, tanh, NULL, NULL, sin, cos, erf};
  return plain[name] ? plain[name](x) : function_d(name, x, exp, log1p);
}

static __float128 in_quad(int name, __float128 x) {
  static __float128 (*const plain[])(__float128) = {expq, expm1q, logq, log1pq, NULL, tanhq, NULL, NULL, sinq, cosq, erfq};
  return plain[name] ? plain[name](x) : function_q(name, x, expq, log1pq);
}

/*
 * The distance of y from the exact number, in units of the exact number's last place. An infinite y
 * stands for whatever is beyond the largest number, where the exact one has to be.
 */
static double double_error(__float128 exact, double y) {
  if (isnanq(exact) || isnan(y)) return isnanq(exact) && isnan(y) ? 0 : INFINITY;
  if (isinf(y) || isinfq(exact)) return fabsq(exact) > DBL_MAX && fabs(y) >= DBL_MAX && (exact > 0) == (y > 0) ? 0 : INFINITY;
  int exponent;
  frexpq(exact, &exponent);
  const int unit = exponent - 53 < -1074 ? -1074 : exponent - 53;
  return (double)(fabsq(y - exact) / ldexpq(1, unit));
}

static double single_error(double exact, double y) {
  if (isnan(exact) || isnan(y)) return isnan(exact) && isnan(y) ? 0 : INFINITY;
  if (isinf(y) || isinf(exact)) return fabs(exact) > FLT_MAX && fabs(y) >= FLT_MAX && (exact > 0) == (y > 0) ? 0 : INFINITY;
  int exponent;
  frexp(exact, &exponent);
  const int unit = exponent - 24 < -149 ? -149 : exponent - 24;
  return fabs(y - exact) / ldexp(1, unit);
}

int main(int count, char **arguments) {
  static float x32[BLOCK], y32[BLOCK];
  static double x64[BLOCK], y64[BLOCK];
  int name = 0;
  while (count == 3 && name < 11 && strcmp(NAMES[name], arguments[1]) != 0) name++;
  if (count != 3 || name == 11) return 2;
  const int single = strcmp(arguments[2], "f32") == 0;
  double worst = 0, where = 0, there = 0;
  long compared = 0;
  for (;;) {
    size_t n = single ? fread(x32, 4, BLOCK, stdin) : fread(x64, 8, BLOCK, stdin);
    if (n == 0) break;
    if ((single ? fread(y32, 4, n, stdin) : fread(y64, 8, n, stdin)) != n) return 3;
    for (size_t i = 0; i < n; i++) {
      const double x = single ? x32[i] : x64[i];
      const double y = single ? y32[i] : y64[i];
      const double error = single ? single_error(in_double(name, x), y) : double_error(in_quad(name, x), y);
      if (error > worst) worst = error, where = x, there = y;
    }
    compared += (long)n;
  }
  printf("%-10s %s  %.4f ULP at %.17g (%.17g), of %ld\n", arguments[1], arguments[2], worst, where, there, compared);
  return worst > 1;
}
