import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import * as Plot from "@observablehq/plot";
import { Resvg } from "@resvg/resvg-js";
import { parseHTML } from "linkedom";

/** What to do with a finished picture; a test collects what a run writes to disk. */
export type SaveFigure = (name: string, svg: string) => void;

const fontFamily = "DejaVu Sans, Verdana, Arial, sans-serif";

/**
 * What every figure has besides the plot's own options: a title, and a line under it that says what
 * to see.
 */
export interface Caption {
  title: string;
  subtitle?: string;
}

export type FigureOptions = Caption & Omit<Plot.PlotOptions, keyof Caption>;

const { document } = parseHTML("<html><body></body></html>");

const axis: Plot.ScaleOptions = { labelAnchor: "center", labelArrow: "none" };

/** Draws a plot as a standalone SVG document. */
export function drawFigure({ title, subtitle = "", x, y, ...options }: FigureOptions): string {
  // Plot's own title would wrap the SVG in HTML, so the caption is drawn as marks, above the frame.
  const caption = (text: string, dy: number, style: Plot.TextOptions) =>
    Plot.text([text], { frameAnchor: "top-left", dy, lineAnchor: "bottom", facet: "super", ...style });
  const svg = Plot.plot({
    document,
    width: 760,
    height: 500,
    marginTop: 76,
    marginLeft: 64,
    marginRight: 24,
    marginBottom: 48,
    grid: true,
    ...options,
    x: { ...axis, ...x },
    y: { ...axis, ...y },
    style: { fontFamily, fontSize: "13px", background: "white", color: "#222" },
    marks: [
      ...(options.marks ?? []),
      caption(title, -46, { fontSize: 18, fontWeight: "bold" }),
      caption(subtitle, -26, { fontSize: 13, fill: "#555" }),
    ],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return svg.outerHTML;
}

/**
 * Fonts that travel with the project: a bare container has none, and pictures would come out
 * without text.
 */
const require = createRequire(import.meta.url);
const fontFiles = ["DejaVuSans", "DejaVuSans-Bold"].map((font) =>
  require.resolve(`dejavu-fonts-ttf/ttf/${font}.ttf`),
);

/** The picture as PNG, twice its nominal size so that text stays crisp. */
export function toPng(svg: string): Uint8Array {
  const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: "DejaVu Sans" };
  return new Resvg(svg, { background: "white", fitTo: { mode: "zoom", value: 2 }, font }).render().asPng();
}

/**
 * A {@link SaveFigure} that writes `<name>.svg` and `<name>.png` into examples/output and says so
 * on the console.
 */
export const saveFigure: SaveFigure = (name, svg) => {
  const folder = fileURLToPath(new URL("../output/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}${name}.svg`, svg);
  writeFileSync(`${folder}${name}.png`, toPng(svg));
  console.log(`drew examples/output/${name}.svg and .png`);
};
