/**
 * Cross-entropy of rows of n logits, whose class probabilities are p = softmax(x). Each class
 * counts with a coefficient, and the loss of a row is
 *
 *     Σ c[j] (-log p[j])         c[j] = w[j] (a y[j] + b)
 *
 * where y is a row of probabilities, or 1 for the target class and 0 elsewhere. Its slope is
 *
 *     (Σ c[j]) p - c
 *
 * A row is read for its maximum and for the exponentials; by then it lies in a cache. They stand in
 * the place of the slopes until their sum is known, which may be that of the logits.
 */
import { lanes, loadTail, splat, storeTail } from "../lanes";
import { firstLanes, logarithm, rowExponentials, rowMaximum, total } from "./softmax";

/** k elements at p, the other lanes 0; `otherwise` where p is 0. */
@inline
function loadOr<C>(p: usize, k: i32, otherwise: v128): v128 {
  if (!p) return otherwise;
  return k >= lanes<C>() ? v128.load(p) : loadTail<C, C>(p, k);
}

/** The coefficients of k classes; 0 in the other lanes. */
@inline
function coefficients<C>(y: usize, w: usize, k: i32, a: v128, b: v128): v128 {
  const share = v128.add<C>(v128.mul<C>(a, loadOr<C>(y, k, splat<C>(0))), b);
  const c = v128.mul<C>(loadOr<C>(w, k, splat<C>(1)), share);
  return k >= lanes<C>() ? c : v128.and(c, firstLanes<C>(k));
}

/** Two lanes as f64: the first two, or of f32 the last two. */
@inline
function wide<C>(v: v128, high: bool): v128 {
  if (sizeof<C>() == 8) return v;
  return f64x2.promote_low_f32x4(high ? i64x2.shuffle(v, v, 1, 1) : v);
}

/** Σ c[j] and Σ c[j] (x[j] - m), side by side. */
function moments<C>(x: usize, y: usize, w: usize, n: i32, m: v128, a: v128, b: v128): v128 {
  const width = lanes<C>();
  let masses = f64x2.splat(0);
  let products = f64x2.splat(0);
  for (; n > 0; n -= width) {
    const k = min(n, width);
    const c = coefficients<C>(y, w, k, a, b);
    let d = v128.sub<C>(loadOr<C>(x, k, m), m);
    if (k < width) d = v128.and(d, firstLanes<C>(k));
    masses = f64x2.add(masses, wide<C>(c, false));
    products = f64x2.add(products, f64x2.mul(wide<C>(c, false), wide<C>(d, false)));
    if (sizeof<C>() == 4) {
      masses = f64x2.add(masses, wide<C>(c, true));
      products = f64x2.add(products, f64x2.mul(wide<C>(c, true), wide<C>(d, true)));
    }
    x += 16;
    if (y) y += 16;
    if (w) w += 16;
  }
  return f64x2.replace_lane(f64x2.splat(total(masses)), 1, total(products));
}

/** The norm of a row, which has one of its own besides where there are `norms`. */
@inline
export function normOf<C>(norms: usize, row: usize, norm: f64): f64 {
  return norms ? norm * <f64>load<C>(norms + row * sizeof<C>()) : norm;
}

/** e[i] = e[i] · factor */
export function scaleRow<C>(e: usize, n: i32, factor: v128): void {
  const width = lanes<C>();
  for (; n >= width; n -= width) {
    v128.store(e, v128.mul<C>(v128.load(e), factor));
    e += 16;
  }
  if (n > 0) storeTail<C, C>(e, v128.mul<C>(loadTail<C, C>(e, n), factor), n);
}

/** e[i] = e[i] · factor - norm · c[i] */
function slopeRow<C>(e: usize, y: usize, w: usize, n: i32, a: v128, b: v128, factor: v128, norm: v128): void {
  const width = lanes<C>();
  for (; n > 0; n -= width) {
    const k = min(n, width);
    const c = v128.mul<C>(norm, coefficients<C>(y, w, k, a, b));
    const slopes = v128.sub<C>(v128.mul<C>(loadOr<C>(e, k, norm), factor), c);
    if (k >= width) v128.store(e, slopes);
    else storeTail<C, C>(e, slopes, k);
    e += 16;
    if (y) y += 16;
    if (w) w += 16;
  }
}

/**
 * The loss of each row to `losses`, norm times its slope to `grad`, each unless it is 0. `targets`
 * has a class for each row as i32, below 0 where the row is left out. Otherwise `y` has
 * probabilities; then `targets` may be 0, or say which rows are left out. `w` is 0 where all weights
 * are 1, and `norms` unless each row has a norm of its own, of type C, which counts besides. With
 * target classes, a is the target's and b that of all.
 */
export function crossEntropy<C>(
  x: usize,
  targets: usize,
  y: usize,
  w: usize,
  losses: usize,
  grad: usize,
  norms: usize,
  rows: i32,
  n: i32,
  a: f64,
  b: f64,
  norm: f64,
): void {
  const bytes = <usize>n * sizeof<C>();
  const isDense = y != 0 || b != 0;
  const hasClasses = y == 0;
  const va = splat<C>(a);
  const vb = splat<C>(b);
  for (let row: usize = 0; row < <usize>rows; row++) {
    const target = targets ? load<i32>(targets + 4 * row) : -1;
    if (targets && target < 0) {
      if (losses) store<C>(losses + row * sizeof<C>(), 0);
      if (grad) memory.fill(grad, 0, bytes);
    } else {
      const m = rowMaximum<C>(x, n);
      let mass: f64 = 0;
      let products: f64 = 0;
      // All that is read of x comes before the exponentials, which may take its place.
      if (isDense) {
        const both = moments<C>(x, y, w, n, m, va, vb);
        mass = f64x2.extract_lane(both, 0);
        products = f64x2.extract_lane(both, 1);
      }
      let own: f64 = 0;
      let d: f64 = 0;
      if (hasClasses) {
        const place = <usize>target * sizeof<C>();
        own = w ? a * <f64>load<C>(w + place) : a;
        d = <f64>load<C>(x + place) - <f64>v128.extract_lane<C>(m, 0);
      }
      const sum = rowExponentials<C>(x, n, m, grad);
      const logSum = logarithm(sum);
      let loss: f64 = 0;
      if (isDense) loss = mass * logSum - products;
      if (hasClasses) loss += own * (logSum - d);
      mass += own;
      if (losses) store<C>(losses + row * sizeof<C>(), <C>loss);
      if (grad) {
        const each = normOf<C>(norms, row, norm);
        const factor = (each * mass) / sum;
        const at = grad + <usize>max(target, 0) * sizeof<C>();
        const e = <f64>load<C>(at);
        if (isDense) slopeRow<C>(grad, y, w, n, va, vb, splat<C>(factor), splat<C>(each));
        else scaleRow<C>(grad, n, splat<C>(factor));
        if (hasClasses) {
          let slope = e * factor - each * own;
          if (isDense) slope -= each * b * (w ? <f64>load<C>(w + <usize>target * sizeof<C>()) : 1);
          store<C>(at, <C>slope);
        }
      }
    }
    x += bytes;
    if (y) y += bytes;
    if (grad) grad += bytes;
  }
}

/**
 * -w[t] x[t] of each row of n log-probabilities, t being its target class; 0 where that is below 0.
 * `grad` gets the slopes, which are 0 but for the target's. Addresses as above.
 */
export function negativeLogLikelihood<C>(
  x: usize,
  targets: usize,
  w: usize,
  losses: usize,
  grad: usize,
  norms: usize,
  rows: i32,
  n: i32,
  norm: f64,
): void {
  const bytes = <usize>n * sizeof<C>();
  if (grad) memory.fill(grad, 0, <usize>rows * bytes);
  for (let row: usize = 0; row < <usize>rows; row++) {
    const target = load<i32>(targets + 4 * row);
    const place = <usize>target * sizeof<C>();
    const isKept = target >= 0;
    const weight: C = isKept && w ? load<C>(w + place) : 1;
    if (losses) store<C>(losses + row * sizeof<C>(), isKept ? -weight * load<C>(x + place) : 0);
    if (grad && isKept) {
      const each = normOf<C>(norms, row, norm);
      store<C>(grad + place, <C>(-each * <f64>weight));
    }
    x += bytes;
    if (grad) grad += bytes;
  }
}
