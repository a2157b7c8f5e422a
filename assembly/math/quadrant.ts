/**
 * How many quarter turns x is from 0, modulo 4, where x is so large that floating-point numbers
 * would tell nothing of it: by Payne and Hanek (1983). Of the bits of 2/π, those that make whole
 * turns of x are left out; the next 192, times x's mantissa, are the quarter turns modulo 4, right
 * to 2^-137. All of it is integer arithmetic.
 *
 * The bits stand in the code and not in a table, so that a function that uses them touches no
 * memory.
 */

/** The i-th 64 bits of 2/π, after 64 zeros. */
@inline
export function bitsOf2OverPi(i: i32): u64 {
  switch (i) {
    case 1:
      return 0xa2f9836e4e441529;
    case 2:
      return 0xfc2757d1f534ddc0;
    case 3:
      return 0xdb6295993c439041;
    case 4:
      return 0xfe5163abdebbc561;
    case 5:
      return 0xb7246e3a424dd2e0;
    case 6:
      return 0x06492eea09d1921c;
    case 7:
      return 0xfe1deb1cb129a73e;
    case 8:
      return 0xe88235f52ebb4484;
    case 9:
      return 0xe99c7026b45f7e41;
    case 10:
      return 0x3991d639835339f4;
    case 11:
      return 0x9c845f8bbdf9283b;
    case 12:
      return 0x1ff897ffde05980f;
    case 13:
      return 0xef2f118b5a0a6d1f;
    case 14:
      return 0x6d367ecf27cb09b7;
    case 15:
      return 0x4f463f669e5fea2d;
    case 16:
      return 0x7527bac7ebe5f17b;
    case 17:
      return 0x3d0739f78a5292ea;
    case 18:
      return 0x6bfb5fb11f8d5d08;
    case 19:
      return 0x56033046fc7b6bab;
    default:
      return 0;
  }
}

/** 64 bits from bit `shift` of `first` on, which `second` follows. */
@inline
export function shifted(first: u64, second: u64, shift: u64): u64 {
  // Two shifts to the right, since one by 64 would be one by 0.
  return (first << shift) | ((second >> 1) >> (63 - shift));
}

/** The upper 64 bits of a product. */
@inline
export function upperProduct(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  const cross = aLow * bHigh + (middle & 0xffffffff);
  return aHigh * bHigh + (middle >> 32) + (cross >> 32);
}

/**
 * The fraction high · 2^-64 + low · 2^-128 as the nearest float64, nearly, and `fractionRest`, what
 * that loses: sums of parts of 32 bits, which are exact.
 */
@inline
export function fractionOf(high: u64, low: u64): f64 {
  return upperPart(high) + lowerPart(high) + lowestPart(low);
}

@inline
export function fractionRest(high: u64, low: u64, fraction: f64): f64 {
  const sum = upperPart(high) + lowerPart(high);
  const lost = lowerPart(high) - (sum - upperPart(high));
  return sum - fraction + (lost + lowestPart(low));
}

@inline
function upperPart(high: u64): f64 {
  return <f64>(high >> 32) * 2.3283064365386963e-10;
}

@inline
function lowerPart(high: u64): f64 {
  return <f64>(high & 0xffffffff) * 5.421010862427522e-20;
}

@inline
function lowestPart(low: u64): f64 {
  return <f64>low * 2.938735877055719e-39;
}

/** π/2 times a fraction, and `angleRest`, what that loses of π/2 (fraction + rest). */
@inline
export function angleOf(fraction: f64): f64 {
  return fraction * 1.5707963267948966;
}

@inline
export function angleRest(fraction: f64, rest: f64, angle: f64): f64 {
  // Dekker's product (1971): the upper and the lower half of each factor's mantissa.
  const upper = reinterpret<f64>(reinterpret<u64>(fraction) & 0xfffffffff8000000);
  const lower = fraction - upper;
  const half = upper * 1.5707963109016418 - angle + upper * 1.5893254712295857e-8;
  const lost = half + lower * 1.5707963109016418 + lower * 1.5893254712295857e-8;
  return lost + (fraction * 6.123233995736766e-17 + rest * 1.5707963267948966);
}
