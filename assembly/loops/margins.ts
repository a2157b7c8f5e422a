/**
 * Losses of rows of n numbers, some of which are to be larger than the others by a margin. Each of
 * the others that comes closer costs a hinge: z = margin - x[t] + x[i] where that is above 0, or its
 * square, and nothing where it is NaN. A row's loss is the sum of these over n.
 */
import { lanes, loadTail, splat, storeTail } from "../lanes";
import { normOf, scaleRow } from "./cross-entropy";
import { added, firstLanes, total } from "./softmax";

/**
 * The hinges of n numbers, z = shift + x[i]: the sum of their values and that of their slopes, side
 * by side. The slopes times `factor` go to `grad` unless it is 0; `idle` where there are none.
 */
function hinges<C>(
  x: usize,
  grad: usize,
  n: i32,
  shift: v128,
  factor: v128,
  idle: v128,
  isSquared: bool,
): v128 {
  const width = lanes<C>();
  const one = splat<C>(1);
  let values = f64x2.splat(0);
  let slopes = f64x2.splat(0);
  for (; n > 0; n -= width) {
    const whole = n >= width;
    const z = v128.add<C>(shift, whole ? v128.load(x) : loadTail<C, C>(x, n));
    let counts = v128.gt<C>(z, splat<C>(0));
    if (!whole) counts = v128.and(counts, firstLanes<C>(n));
    const slope = isSquared ? v128.add<C>(z, z) : one;
    values = added<C>(values, v128.and(isSquared ? v128.mul<C>(z, z) : z, counts));
    slopes = added<C>(slopes, v128.and(slope, counts));
    if (grad) {
      const result = v128.bitselect(v128.mul<C>(factor, slope), idle, counts);
      if (whole) v128.store(grad, result);
      else storeTail<C, C>(grad, result, n);
      grad += 16;
    }
    x += 16;
  }
  return f64x2.replace_lane(f64x2.splat(total(values)), 1, total(slopes));
}

/**
 * The hinges, squared for p = 2, of the distance from each row's target class, times its weight.
 * `targets` has a class for each row as i32, below 0 for one that counts for nothing. Addresses as in
 * cross-entropy.ts; the gradient may take the place of x.
 */
export function multiMargin<C>(
  x: usize,
  targets: usize,
  w: usize,
  losses: usize,
  grad: usize,
  norms: usize,
  rows: i32,
  n: i32,
  p: i32,
  margin: f64,
  norm: f64,
): void {
  const bytes = <usize>n * sizeof<C>();
  for (let row: usize = 0; row < <usize>rows; row++) {
    const target = load<i32>(targets + 4 * row);
    if (target < 0) {
      if (losses) store<C>(losses + row * sizeof<C>(), 0);
      if (grad) memory.fill(grad, 0, bytes);
      x += bytes;
      if (grad) grad += bytes;
      continue;
    }
    const place = <usize>target * sizeof<C>();
    const behind = place + sizeof<C>();
    const shift = v128.splat<C>(<C>(<C>margin - load<C>(x + place)));
    const weight: f64 = w ? <f64>load<C>(w + place) : 1;
    const each = normOf<C>(norms, row, norm);
    const slope = (each / <f64>n) * weight;
    const factor = splat<C>(slope);
    // Of an upstream gradient that is not finite, 0 times it.
    const idle = splat<C>(each - each);
    const rest = grad ? grad + behind : 0;
    const both = f64x2.add(
      hinges<C>(x, grad, target, shift, factor, idle, p == 2),
      hinges<C>(x + behind, rest, n - target - 1, shift, factor, idle, p == 2),
    );
    const sum = f64x2.extract_lane(both, 0);
    const slopes = f64x2.extract_lane(both, 1);
    if (losses) store<C>(losses + row * sizeof<C>(), <C>(sum > 0 ? (weight * sum) / <f64>n : 0));
    if (grad) store<C>(grad + place, <C>(slopes > 0 ? -slope * slopes : each - each));
    x += bytes;
    if (grad) grad += bytes;
  }
}

/** Adds 1 to counts[i] where shift + x[i] is above 0, unless `counts` is 0; both sums as of hinges. */
function countedHinges<C>(x: usize, counts: usize, n: i32, shift: v128): v128 {
  const width = lanes<C>();
  const one = splat<C>(1);
  let values = f64x2.splat(0);
  let all = f64x2.splat(0);
  for (; n > 0; n -= width) {
    const whole = n >= width;
    const z = v128.add<C>(shift, whole ? v128.load(x) : loadTail<C, C>(x, n));
    let isAbove = v128.gt<C>(z, splat<C>(0));
    if (!whole) isAbove = v128.and(isAbove, firstLanes<C>(n));
    const unit = v128.and(one, isAbove);
    values = added<C>(values, v128.and(z, isAbove));
    all = added<C>(all, unit);
    if (counts) {
      if (whole) v128.store(counts, v128.add<C>(v128.load(counts), unit));
      else storeTail<C, C>(counts, v128.add<C>(loadTail<C, C>(counts, n), unit), n);
      counts += 16;
    }
    x += 16;
  }
  return f64x2.replace_lane(f64x2.splat(total(values)), 1, total(all));
}

/**
 * The hinges with a margin of 1 between each label of a row and each class that is none. `targets`
 * has n places for the labels of each row, as i32; the first that is below 0 ends them. `room` has
 * space for a row. The gradient counts how often each number is in a hinge, and is scaled then.
 */
export function multilabelMargin<C>(
  x: usize,
  targets: usize,
  room: usize,
  losses: usize,
  grad: usize,
  norms: usize,
  rows: i32,
  n: i32,
  norm: f64,
): void {
  const bytes = <usize>n * sizeof<C>();
  for (let row: usize = 0; row < <usize>rows; row++) {
    // -Infinity in the place of each label: it has no hinge.
    memory.copy(room, x, bytes);
    let labels = 0;
    for (; labels < n; labels++) {
      const target = load<i32>(targets + 4 * labels);
      if (target < 0) break;
      store<C>(room + <usize>target * sizeof<C>(), -Infinity);
    }
    if (grad) memory.fill(grad, 0, bytes);
    let sum: f64 = 0;
    for (let label = 0; label < labels; label++) {
      const place = <usize>load<i32>(targets + 4 * label) * sizeof<C>();
      const both = countedHinges<C>(room, grad, n, v128.splat<C>(<C>(1 - load<C>(x + place))));
      sum += f64x2.extract_lane(both, 0);
      if (grad) store<C>(grad + place, <C>(load<C>(grad + place) - <C>f64x2.extract_lane(both, 1)));
    }
    if (losses) store<C>(losses + row * sizeof<C>(), <C>(sum / <f64>n));
    if (grad) {
      const each = normOf<C>(norms, row, norm);
      scaleRow<C>(grad, n, splat<C>(each / <f64>n));
      grad += bytes;
    }
    x += bytes;
    targets += 4 * <usize>n;
  }
}
