/** The report of `lossgrad evaluate`. */
import type { Result } from "../evaluation/result.js";
import { visible } from "../input-error.js";
import type { Picture } from "../picture/picture.js";
import { groupTables } from "./groups.js";
import { htmlReport } from "./html.js";
import { PAGE_COLORS } from "./plots/draw.js";
import { figuresOf } from "./plots/plots.js";
import { metricTable, worstTable } from "./table.js";
import { headLines } from "./text.js";

export function evaluationReport(picture: Picture, result: Result): string {
  const { data, worst, groups } = result;
  const left = picture.leftOut > 0 ? [`Not drawn: ${picture.leftOut} pairs that are not finite.`] : [];
  return htmlReport({
    title: "Predictions against targets",
    lines: [...headLines(result), ...left],
    tables: [
      { title: "Metrics", ...metricTable(result) },
      ...(worst.length > 0 ? [{ title: "The largest errors", ...worstTable(worst) }] : []),
      ...(groups && groups.length > 0 ? groupTables(groups, visible(data.by.name)) : []),
    ],
    figures: figuresOf(picture, PAGE_COLORS),
  });
}
