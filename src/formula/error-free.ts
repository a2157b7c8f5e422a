/** What sums and products of expressions in float64 lose to their rounding. */
import { SPLITTER } from "../core/error-free.js";
import type { Expression } from "./expression.js";

/** Halves of a number's digits: what products of two halves have fits into float64. */
function split(x: Expression): { readonly high: Expression; readonly low: Expression } {
  const scaled = x.mul(SPLITTER);
  const high = scaled.sub(scaled.sub(x));
  return { high, low: x.sub(high) };
}

/** What a · b loses to the product's rounding (Dekker, 1971); no finite number out of range. */
export function lostByProduct(a: Expression, b: Expression, product: Expression): Expression {
  const [p, q] = [split(a), split(b)];
  const high = p.high.mul(q.high).sub(product);
  return high.add(p.high.mul(q.low)).add(p.low.mul(q.high)).add(p.low.mul(q.low));
}

/** What a + b loses to the sum's rounding (Knuth's TwoSum, 1969). */
export function lostBySum(a: Expression, b: Expression, sum: Expression): Expression {
  const kept = sum.sub(a);
  return a.sub(sum.sub(kept)).add(b.sub(kept));
}
