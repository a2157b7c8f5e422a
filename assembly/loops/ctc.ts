/**
 * Connectionist temporal classification (Graves et al., 2006) of one sequence. Its states are the
 * labels of the target with blanks around each, and a path goes from a state to itself, to the next
 * one, or past a blank to the one after that:
 *
 *     alpha[t][s] = log(e^alpha[t-1][s] + e^alpha[t-1][s-1] + e^(alpha[t-1][s-2] + jump[s])) + x[t][label[s]]
 *
 * The sums from the end are those of the sequence read backwards: of the last frame first, and of
 * the states in reverse.
 *
 * A row of sums is [-Infinity, -Infinity, the states, one that counts for nothing]: n states are
 * odd in number, and lanes come in pairs.
 *
 *      -Inf  -Inf | s0  s1 | s2  s3 | s4  any
 */
import { exp } from "../math/exponential";
import { log } from "../math/logarithm";

/** The bytes before the states of a row. */
const LEAD: usize = 16;

/** log(e^a + e^b + e^c) */
function logSum(a: v128, b: v128, c: v128): v128 {
  const largest = f64x2.pmax(f64x2.pmax(a, b), c);
  // Nothing is taken off -Infinity, from which it would give NaN.
  const m = v128.bitselect(f64x2.splat(0), largest, f64x2.eq(largest, f64x2.splat(-Infinity)));
  const sum = f64x2.add(
    f64x2.add(exp<f64>(f64x2.sub(a, m)), exp<f64>(f64x2.sub(b, m))),
    exp<f64>(f64x2.sub(c, m)),
  );
  return f64x2.add(log<f64>(sum), m);
}

/** The numbers of two classes that follow each other in `labels`. */
@inline
function emissions(x: usize, labels: usize): v128 {
  const first = load<f64>(x + ((<usize>load<u32>(labels)) << 3));
  return f64x2.replace_lane(f64x2.splat(first), 1, load<f64>(x + ((<usize>load<u32>(labels, 4)) << 3)));
}

/**
 * The sums of all paths up to each frame, of `frames` frames of log-probabilities, each `stride`
 * bytes after the one before. `labels` has the class of each of n states as i32, and of one more;
 * `jumps` 0 where a state is reached past a blank, else -Infinity, and one number more. Rows of
 * sums lie `step` bytes apart; for 0 all are one, which has those of the last frame at last.
 *
 * Returns -log of the sum of all paths that end in the last state or in the one before.
 */
export function pathSums(
  x: usize,
  stride: isize,
  labels: usize,
  jumps: usize,
  out: usize,
  step: usize,
  frames: i32,
  n: i32,
): f64 {
  const none = f64x2.splat(-Infinity);
  const last = (<usize>(n - 1)) << 3;
  const starts = emissions(x, labels);
  for (let at: usize = 0; at <= last + LEAD; at += 16) v128.store(out + at, none);
  store<f64>(out + LEAD, f64x2.extract_lane(starts, 0));
  if (n > 1) store<f64>(out + LEAD + 8, f64x2.extract_lane(starts, 1));
  for (let t = 1; t < frames; t++) {
    const from = out;
    out += step;
    x += stride;
    // From the last states down: what a state is reached from lies below it, and is still there.
    for (let at: isize = last; at >= 0; at -= 16) {
      const p = from + LEAD + at;
      const past = f64x2.add(v128.load(p - 16), v128.load(jumps + at));
      const sums = logSum(v128.load(p), v128.load(p - 8), past);
      v128.store(out + LEAD + at, f64x2.add(sums, emissions(x, labels + ((<usize>at) >> 1))));
    }
    v128.store(out, none);
  }
  const end = out + LEAD + last;
  // Of one state, the one before is -Infinity.
  const likelihood = logSum(f64x2.splat(load<f64>(end)), f64x2.splat(load<f64>(end - 8)), none);
  return -f64x2.extract_lane(likelihood, 0);
}

/**
 * norm times the derivative of the loss by each number of each frame, as torch has it: e^x less the
 * share of the paths that go through the class then. It is NaN at -Infinity, and where the loss is
 * not finite. `alpha` and `beta` have the sums of both
 * directions, whose rows lie `step` bytes apart; `grad` has rows as x has.
 */
export function pathSlopes(
  x: usize,
  stride: isize,
  labels: usize,
  alpha: usize,
  beta: usize,
  step: usize,
  grad: usize,
  frames: i32,
  n: i32,
  classes: i32,
  loss: f64,
  norm: f64,
): void {
  const all = f64x2.splat(loss);
  const bytes = (<usize>classes) << 3;
  const last = (<usize>(n - 1)) << 3;
  // Where no path leads through, torch takes infinities off each other.
  const unknown = loss - loss != 0;
  beta += <usize>(frames - 1) * step;
  for (let t = 0; t < frames; t++) {
    memory.fill(grad, 0, bytes);
    const a = alpha + LEAD;
    const b = beta + LEAD + last;
    for (let at: usize = 0; at <= last; at += 16) {
      const backwards = v128.load(b - at - 8);
      const both = f64x2.add(v128.load(a + at), i64x2.shuffle(backwards, backwards, 1, 0));
      const place = labels + (at >> 1);
      const shares = exp<f64>(f64x2.add(f64x2.sub(both, emissions(x, place)), all));
      addTo(grad, place, f64x2.extract_lane(shares, 0));
      if (at < last) addTo(grad, place + 4, f64x2.extract_lane(shares, 1));
    }
    for (let c: usize = 0; c < bytes; c += 8) {
      const number = load<f64>(x + c);
      const likelihood = f64x2.extract_lane(exp<f64>(f64x2.splat(number)), 0);
      const share = unknown || number == -Infinity ? NaN : load<f64>(grad + c);
      store<f64>(grad + c, (likelihood - share) * norm);
    }
    alpha += step;
    beta -= step;
    x += stride;
    grad += stride;
  }
}

/** Adds to the number of the class that stands at `label`. */
@inline
function addTo(numbers: usize, label: usize, value: f64): void {
  const place = numbers + ((<usize>load<u32>(label)) << 3);
  store<f64>(place, load<f64>(place) + value);
}
