import { contiguousStrides } from "../../ndarray/shape.js";
import type { Hypothesis, Subject } from "./fault.js";
import { axisText, ownTables, permutations, relaid } from "./layout.js";

/** Red, green, blue and alpha. */
const MOST_CHANNELS = 4;

const NAMES: Readonly<Record<string, string>> = {
  "2,1,0": ", RGB against BGR",
  "2,1,0,3": ", RGBA against BGRA",
};

/** Channels of an image in another order, along an axis as short as that of colours. */
export function* channelsSwapped(subject: Subject): Generator<Hypothesis> {
  const { shape, reference, aligned } = subject;
  if (!aligned) return;
  const strides = contiguousStrides(shape);
  for (const [axis, size] of shape.entries()) {
    if (size < 2 || size > MOST_CHANNELS) continue;
    for (const order of permutations(size)) {
      const tables = ownTables(shape);
      // The candidate's channel c is the reference's channel order[c].
      order.forEach((from, to) => {
        tables[axis][from] = to * strides[axis];
      });
      const name = NAMES[order.join(",")] ?? "";
      yield {
        name: "channels-swapped",
        text: `Channels are swapped along ${axisText(axis, shape)}: the candidate has the reference's channels in the order ${order.join(", ")}${name}.`,
        parameters: { axis, order },
        left: reference.at,
        right: relaid(subject, tables).at,
      };
    }
  }
}
