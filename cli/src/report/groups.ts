import { badnessOf, type GroupResult } from "../evaluation/result.js";
import { abridged } from "../input-error.js";
import { counted } from "./numbers.js";
import { drawn, type Rows, shown } from "./table.js";

/** So many of the worst and of the best are shown. */
const SHOWN = 10;

/** The groups from the worst to the best, in lines. */
export function groupLines(groups: readonly GroupResult[], column: string): string[] {
  return groupTables(groups, column).flatMap(({ title, ...table }) => [title, drawn(table)]);
}

/** One table of all groups; of many, one of the worst and one of the best. */
export function groupTables(
  groups: readonly GroupResult[],
  column: string,
): (Rows & { readonly title: string })[] {
  const [word] = Object.keys(groups[0].results);
  const comparable = groups.filter((group) => !Number.isNaN(badnessOf(group)));
  const others = groups.length - comparable.length;
  const note = others > 0 ? `, of ${counted(others)} of which ${word} is NaN` : "";
  const title = `${counted(groups.length)} groups by ${column}${note}`;
  if (groups.length <= 2 * SHOWN) return [{ title: `${title}; the worst ${word} first`, ...rowsOf(groups) }];
  return [
    { title: `${title}; the worst ${word}`, ...rowsOf(comparable.slice(0, SHOWN)) },
    { title: `the best ${word}`, ...rowsOf(comparable.slice(-SHOWN).reverse()) },
  ];
}

function rowsOf(groups: readonly GroupResult[]): Rows {
  const words = groups.length > 0 ? Object.keys(groups[0].results) : [];
  const rows = groups.map(({ group, counts, results }) => [
    group === "" ? "(missing)" : abridged(group, 40),
    counted(counts.count),
    ...Object.values(results).map(shown),
  ]);
  return { head: ["group", "pairs", ...words], rows };
}
