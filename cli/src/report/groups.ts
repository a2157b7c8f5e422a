import { badnessOf, type GroupResult } from "../evaluation/result.js";
import { abridged } from "../input-error.js";
import { counted } from "./numbers.js";
import { shown, tableOf } from "./table.js";

/** So many of the worst and of the best are shown. */
const SHOWN = 10;

/** The groups from the worst to the best; of many, the worst and the best. */
export function groupLines(groups: readonly GroupResult[], column: string): string[] {
  const [word] = Object.keys(groups[0].results);
  const comparable = groups.filter((group) => !Number.isNaN(badnessOf(group)));
  const others = groups.length - comparable.length;
  const note = others > 0 ? `, of ${counted(others)} of which ${word} is NaN` : "";
  const title = `${counted(groups.length)} groups by ${column}${note}`;
  if (groups.length <= 2 * SHOWN) return [`${title}; the worst ${word} first`, groupTable(groups)];
  return [
    `${title}; the worst ${word}`,
    groupTable(comparable.slice(0, SHOWN)),
    `the best ${word}`,
    groupTable(comparable.slice(-SHOWN).reverse()),
  ];
}

function groupTable(groups: readonly GroupResult[]): string {
  const words = groups.length > 0 ? Object.keys(groups[0].results) : [];
  return tableOf(
    ["group", "pairs", ...words],
    groups.map(({ group, counts, results }) => [
      group === "" ? "(missing)" : abridged(group, 40),
      counted(counts.count),
      ...Object.values(results).map(shown),
    ]),
  );
}
