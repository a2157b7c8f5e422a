/** The report of `lossgrad diff`. */
import type { Compared, Difference } from "../comparison/diff.js";
import { visible } from "../input-error.js";
import {
  diagnosisText,
  FURTHEST_HEAD,
  furthestRows,
  headText,
  LAYERS_HEAD,
  layerRows,
  notFiniteText,
  verdict,
} from "./difference.js";
import { htmlReport, type HtmlTable } from "./html.js";
import { counted } from "./numbers.js";
import { comparisonFigures } from "./plots/distances.js";
import { PAGE_COLORS } from "./plots/draw.js";

const TITLE = "Candidate against reference";

export function differenceReport(difference: Difference): string {
  if (difference.kind === "arrays") {
    const { compared } = difference;
    return htmlReport({ title: TITLE, ...partsOf(compared), tables: tablesOf(compared) });
  }
  const { layers, first, unpaired } = difference;
  const departing = layers.find(({ layer }) => layer === first);
  const differing = layers.filter(({ comparison }) => !comparison.equal).length;
  const only = (["reference", "candidate"] as const).flatMap((side) =>
    unpaired[side].length === 0 ? [] : [visible(`Only in the ${side}: ${unpaired[side].join(", ")}`)],
  );
  const parts = departing ? partsOf(departing) : { lines: [], figures: [] };
  return htmlReport({
    title: TITLE,
    lines: [
      `${counted(layers.length)} layers, ${counted(differing)} differ`,
      ...only,
      ...(departing ? [visible(`The first that departs is ${departing.layer}:`)] : []),
      ...parts.lines,
    ],
    tables: [
      ...(departing ? tablesOf(departing) : []),
      { title: "Layers", head: LAYERS_HEAD, rows: layerRows(layers, first) },
    ],
    figures: parts.figures,
  });
}

function partsOf(compared: Compared) {
  const { comparison } = compared;
  return {
    lines: [
      ...headText(compared),
      ...verdict(comparison),
      ...notFiniteText(comparison),
      ...diagnosisText(comparison),
    ],
    figures: comparisonFigures(comparison, PAGE_COLORS),
  };
}

function tablesOf({ comparison: { distances } }: Compared): HtmlTable[] {
  if (!distances?.absolute) return [];
  return [{ title: "Distances", head: FURTHEST_HEAD, rows: furthestRows(distances) }];
}
