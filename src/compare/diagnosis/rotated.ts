import { contiguousStrides, sameShape } from "../../ndarray/shape.js";
import type { Hypothesis, Subject } from "./fault.js";
import { relaid, sameNumel } from "./layout.js";

/** As many dimensions as permutations are looked for in. */
const MOST_DIMENSIONS = 6;

/**
 * An image rotated by 90°: two axes beside each other exchanged, and one of them from its end to its
 * beginning. By 180°, both are flipped, which flipped.ts has. The candidate may say so by its
 * shape, or hold its elements in that order under the reference's.
 */
export function* rotated(subject: Subject): Generator<Hypothesis> {
  const { shape, candidateShape, reference } = subject;
  if (!sameNumel(subject) || shape.length > MOST_DIMENSIONS) return;
  for (let first = 0; first + 1 < shape.length; first++) {
    const second = first + 1;
    if (shape[first] < 2 || shape[second] < 2) continue;
    const turned = [...shape];
    [turned[first], turned[second]] = [shape[second], shape[first]];
    const strides = contiguousStrides(turned);
    const says = sameShape(turned, candidateShape);
    for (const degrees of [90, 270]) {
      // numpy.rot90: counterclockwise, the last column becomes the first row.
      const reversed = degrees === 90 ? second : first;
      const tables = shape.map((size, d) => {
        const stride = strides[d === first ? second : d === second ? first : d];
        return Float64Array.from({ length: size }, (_, i) => (d === reversed ? size - 1 - i : i) * stride);
      });
      const way = degrees === 90 ? "counterclockwise" : "clockwise";
      const under = says ? "" : ", under a shape that does not say so";
      yield {
        name: "rotated",
        text: `The candidate is the reference rotated by 90° ${way}, in axes ${first} and ${second} of [${shape.join(", ")}]${under}.`,
        parameters: { axes: [first, second], degrees },
        left: reference.at,
        right: relaid(subject, tables).at,
      };
    }
  }
}
