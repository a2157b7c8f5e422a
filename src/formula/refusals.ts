/** The elements that an operand must not have, found by a pass over it. */
import type { Expression } from "./expression.js";
import { Fused } from "./fused.js";
import type { Refusal } from "./traits.js";

const found = new WeakMap<Refusal, Fused>();

/** 1 for each element that is refused, 0 for the others, in the dtype of the operand. */
export function refusedAmong(refusal: Refusal): Fused {
  let fused = found.get(refusal);
  if (!fused) {
    const marks = (x: Expression): Expression => refusal.where(x).to(x.dtype);
    found.set(refusal, (fused = new Fused(marks, "refused", undefined)));
  }
  return fused;
}
