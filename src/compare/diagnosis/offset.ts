import { contiguousStrides, sameShape } from "../../ndarray/shape.js";
import type { Hypothesis, Subject } from "./fault.js";
import { axisText, ownTables, relaid } from "./layout.js";

/** Off by one, mostly; a header or a window may be of a few. */
const STEPS = [1, -1, 2, -2, 3, -3];
/** What lies outside is not compared: of few rows, too little would be. */
const FEWEST_ROWS = 8;

/** Off by one row: everything a step further along an axis, which may have become shorter. */
export function* offset(subject: Subject): Generator<Hypothesis> {
  const { shape, candidateShape, reference } = subject;
  if (shape.length !== candidateShape.length) return;
  const strides = contiguousStrides(candidateShape);
  for (const [axis, size] of shape.entries()) {
    const others = (sizes: readonly number[]): number[] => sizes.filter((_, d) => d !== axis);
    if (size < FEWEST_ROWS || !sameShape(others(shape), others(candidateShape))) continue;
    const length = candidateShape[axis];
    for (const step of STEPS) {
      const tables = ownTables(shape).map((table, d) => table.map((_, i) => i * strides[d]));
      tables[axis] = tables[axis].map((_, i) =>
        i + step < 0 || i + step >= length ? NaN : (i + step) * strides[axis],
      );
      const distance = Math.abs(step) === 1 ? "one step" : `${Math.abs(step)} steps`;
      const way = step > 0 ? "later" : "earlier";
      const { at, covers } = relaid(subject, tables);
      yield {
        name: "offset",
        text: `The candidate is off by ${Math.abs(step)} along ${axisText(axis, shape)}: its elements come ${distance} ${way}.`,
        parameters: { axis, step },
        left: reference.at,
        right: at,
        covers,
      };
    }
  }
}
