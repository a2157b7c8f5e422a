import type { Hypothesis, Subject } from "./fault.js";
import { ownTables, relaid } from "./layout.js";

/** 63 sets of axes. */
const MOST_DIMENSIONS = 6;

/** One axis or several from their end to their beginning. */
export function* flipped(subject: Subject): Generator<Hypothesis> {
  const { shape, reference, aligned } = subject;
  const long = shape.flatMap((size, d) => (size > 1 ? [d] : []));
  if (!aligned || long.length > MOST_DIMENSIONS) return;
  for (const axes of subsets(long)) {
    const tables = ownTables(shape).map((table, d) => (axes.includes(d) ? table.reverse() : table));
    const which = axes.length === 1 ? `axis ${axes[0]}` : `axes ${axes.join(" and ")}`;
    const half = axes.length === 2 && axes[1] === axes[0] + 1 ? ": rotated by 180°" : "";
    yield {
      name: "flipped",
      text: `The candidate is flipped along ${which} of [${shape.join(", ")}]${half}.`,
      parameters: { axes },
      left: reference.at,
      right: relaid(subject, tables).at,
    };
  }
}

/** All sets of at least one, small ones first. */
function subsets(axes: readonly number[]): number[][] {
  return Array.from({ length: 2 ** axes.length - 1 }, (_, set) =>
    axes.filter((_axis, i) => ((set + 1) >> i) & 1),
  ).sort((a, b) => a.length - b.length);
}
