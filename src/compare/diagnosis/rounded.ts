import { roundFloat } from "../../ndarray/dtype.js";
import type { Hypothesis, Subject } from "./fault.js";

const DTYPES = ["float32", "float16", "bfloat16"] as const;

/** Rounded to a smaller dtype, whatever dtype holds it now. */
export function* rounded({ reference, candidate, aligned }: Subject): Generator<Hypothesis> {
  if (!aligned) return;
  for (const dtype of DTYPES) {
    const round = (x: number): number => roundFloat(dtype, x);
    yield {
      name: "rounded",
      text: `The candidate is the reference rounded to ${dtype}.`,
      parameters: { dtype, side: "candidate" },
      left: (i) => round(reference.at(i)),
      right: candidate.at,
    };
    yield {
      name: "rounded",
      text: `The reference is the candidate rounded to ${dtype}: the reference is the less exact of the two.`,
      parameters: { dtype, side: "reference" },
      left: reference.at,
      right: (i) => round(candidate.at(i)),
    };
  }
}
