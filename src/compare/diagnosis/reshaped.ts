import { sameShape } from "../../ndarray/shape.js";
import type { Hypothesis, Subject } from "./fault.js";
import { sameNumel } from "./layout.js";

/** The same elements in the same order, under another shape. */
export function* reshaped(subject: Subject): Generator<Hypothesis> {
  const { shape, candidateShape, reference, candidate } = subject;
  if (sameShape(shape, candidateShape) || !sameNumel(subject)) return;
  yield {
    name: "reshaped",
    text: `The elements are in the same order, but the shape is [${candidateShape.join(", ")}] instead of [${shape.join(", ")}].`,
    parameters: { shape: [...candidateShape] },
    left: reference.at,
    right: candidate.at,
  };
}
