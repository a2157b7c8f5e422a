/** The report of `lossgrad evaluate`. */
import type { Inputs, Result } from "../evaluation/evaluate.js";
import type { Picture } from "../picture/picture.js";
import { htmlReport } from "./html.js";
import { PAGE_COLORS } from "./plots/draw.js";
import { figuresOf } from "./plots/plots.js";
import { countLines, headLines, shown } from "./text.js";

export function evaluationReport(picture: Picture, inputs: Inputs, result: Result): string {
  const { results, counts, partial } = result;
  const outputs = Array.isArray(counts) ? counts.length : null;
  const names = Object.keys(results);
  const rows =
    outputs === null
      ? Object.entries(results).map(([name, value]) => [name, shown(value)])
      : Array.from({ length: outputs }, (_, i) => [
          String(i),
          ...names.map((name) => shown((results[name] as unknown[])[i])),
        ]);
  const head = outputs === null ? ["metric", "value"] : ["output", ...names];
  const left = picture.leftOut > 0 ? [`Not drawn: ${picture.leftOut} pairs that are not finite.`] : [];
  return htmlReport({
    title: "Predictions against targets",
    lines: [
      ...headLines(inputs, result),
      ...(partial ? ["PARTIAL: interrupted before all was read"] : []),
      ...countLines(result),
      ...left,
    ],
    tables: [{ title: "Metrics", head, rows }],
    figures: figuresOf(picture, PAGE_COLORS),
  });
}
