/** How all plots of a report look. They are drawn without a browser. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** Colours by what they mean: words of CSS, so that a page can have a light and a dark look. */
export interface Colors {
  readonly text: string;
  readonly muted: string;
  readonly data: string;
  /** Of what is compared with the data, in this order. */
  readonly others: readonly string[];
}

/** Those of a page, which defines them. */
export const PAGE_COLORS: Colors = {
  text: "var(--text)",
  muted: "var(--muted)",
  data: "var(--data)",
  others: ["var(--first)", "var(--second)"],
};

/** Those of a picture by itself, on white: Okabe and Ito's, which colour-blind readers tell apart. */
export const PAPER_COLORS: Colors = {
  text: "#222222",
  muted: "#666666",
  data: "#0072b2",
  others: ["#d55e00", "#009e73"],
};

const { document } = parseHTML("<html><body></body></html>");

const axis: Plot.ScaleOptions = { labelAnchor: "center", labelArrow: "none", nice: false };

/** Of each plot. */
export const SIZE = { width: 480, height: 320 };

/** Draws a plot as an SVG element. */
export function draw({ x, y, ...options }: Plot.PlotOptions, colors: Colors): string {
  const svg = Plot.plot({
    document,
    ...SIZE,
    marginTop: 16,
    marginLeft: 76,
    marginRight: 16,
    marginBottom: 44,
    ...options,
    x: { ...axis, ...x },
    y: { ...axis, grid: true, ...y },
    style: { background: "none", color: colors.text, fontSize: "12px", overflow: "visible" },
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return svg.outerHTML;
}
