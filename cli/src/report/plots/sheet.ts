/** All plots on one sheet: a picture by itself. */
import { createRequire } from "node:module";
import type { Picture } from "../../picture/picture.js";
import { InputError } from "../../input-error.js";
import { PAPER_COLORS, SIZE } from "./draw.js";
import { type Figure, figuresOf } from "./plots.js";

const ACROSS = 2;
/** Room around a plot, and for its title above it. */
const GAP = 24;
const TITLE = 26;
const FONT = "DejaVu Sans, Verdana, Arial, sans-serif";

/** The plots side by side, as one SVG file. */
export function plotOf(picture: Picture): string {
  const figures = figuresOf(picture, PAPER_COLORS);
  if (figures.length === 0) throw new InputError("--plot: expected pairs of finite numbers, got none");
  const [wide, high] = [SIZE.width + GAP, SIZE.height + TITLE + GAP];
  const rows = Math.ceil(figures.length / ACROSS);
  const [width, height] = [ACROSS * wide + GAP, rows * high + GAP];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...figures.map((figure, i) =>
      placed(figure, GAP + (i % ACROSS) * wide, GAP + Math.floor(i / ACROSS) * high),
    ),
    "</svg>\n",
  ].join("\n");
}

function placed({ title, svg }: Figure, x: number, y: number): string {
  const color = PAPER_COLORS.text;
  const words = `<text x="0" y="14" font-size="15" font-weight="bold" fill="${color}">${title}</text>`;
  return `<g transform="translate(${x},${y})">${words}<g transform="translate(0,${TITLE})">${svg}</g></g>`;
}

/** The picture as PNG, twice its nominal size so that text stays crisp. */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js");
  const require = createRequire(import.meta.url);
  // Fonts that travel along: a bare container has none, and text would be missing.
  const fontFiles = ["DejaVuSans", "DejaVuSans-Bold"].map((font) =>
    require.resolve(`dejavu-fonts-ttf/ttf/${font}.ttf`),
  );
  const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: "DejaVu Sans" };
  return new Resvg(svg, { background: "white", fitTo: { mode: "zoom", value: 2 }, font }).render().asPng();
}
