import { contiguousStrides, sameShape, type Shape } from "../../ndarray/shape.js";
import type { Hypothesis, Subject } from "./fault.js";
import { permutations, relaid, sameNumel } from "./layout.js";

/** 720 orders: more dimensions take long, and have no usual names. */
const MOST_DIMENSIONS = 6;

const LAYOUTS: Readonly<Record<string, string>> = {
  "1,0": "transposed",
  "0,2,3,1": "NHWC where the reference is NCHW",
  "0,3,1,2": "NCHW where the reference is NHWC",
  "1,2,0": "HWC where the reference is CHW",
  "2,0,1": "CHW where the reference is HWC",
};

/**
 * Axes in another order. The candidate may say so by its shape, or hold its elements in that order
 * under the reference's shape or none.
 */
export function* permuted(subject: Subject): Generator<Hypothesis> {
  const { shape, candidateShape, reference } = subject;
  if (!sameNumel(subject) || shape.length > MOST_DIMENSIONS) return;
  for (const permutation of distinct(shape, candidateShape)) {
    const order = permutation.map((d) => shape[d]);
    const strides = contiguousStrides(order);
    const tables = shape.map((size, d) => {
      const stride = strides[permutation.indexOf(d)];
      return Float64Array.from({ length: size }, (_, i) => i * stride);
    });
    const says = sameShape(order, candidateShape);
    const name = LAYOUTS[permutation.join(",")];
    const call = `permute(${permutation.join(", ")})`;
    const text = says
      ? `The axes are permuted: the candidate is the reference's ${call}`
      : `The elements lie in another order than the shape says: in that of the reference's ${call}`;
    yield {
      name: "permuted",
      text: `${text}${name ? `, ${name}` : ""}.`,
      parameters: { permutation },
      left: reference.at,
      right: relaid(subject, tables).at,
    };
  }
}

/**
 * Orders that differ by more than where dimensions of 1 stand; of those that do not, the one that
 * has the candidate's shape.
 */
function distinct(shape: Shape, candidateShape: Shape): number[][] {
  const fits = (permutation: readonly number[]): boolean =>
    sameShape(
      permutation.map((d) => shape[d]),
      candidateShape,
    );
  const keyOf = (permutation: readonly number[]): string => permutation.filter((d) => shape[d] !== 1).join();
  const found = new Map<string, number[]>();
  for (const permutation of permutations(shape.length)) {
    const key = keyOf(permutation);
    const other = found.get(key);
    if (!other || (fits(permutation) && !fits(other))) found.set(key, permutation);
  }
  found.delete(keyOf(shape.map((_, d) => d)));
  return [...found.values()].sort((a, b) => Number(fits(b)) - Number(fits(a)));
}
