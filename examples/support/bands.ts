import * as Plot from "@observablehq/plot";
import { drawFigure } from "./figure.js";
import type { Season } from "./seasons.js";
import type { Day, Weather } from "./weather.js";

/** The shares of the days that lie below the lines of a panel. */
export const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

/** One way to find the lines of `QUANTILES`, in their order. */
export interface Panel {
  name: string;
  lines: Season[];
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const firstOf = (month: number): number => (Date.UTC(2015, month) - Date.UTC(2015, 0)) / 86_400_000;
const COLORS = { band: "#1f77b4", line: "#08306b", unseen: "#d95f02", learned: "#8a8a8a" };

/** The bands of each way to find them, and over them the days. */
export function drawBands(panels: readonly Panel[], { learned, unseen }: Weather): string {
  const grid = Array.from({ length: 183 }, (_, i) => 2 * i);
  const points = panels.flatMap(({ name, lines }) =>
    grid.map((day) => ({ panel: name, day, values: lines.map((line) => line(day)) })),
  );
  const at = (i: number) => (point: (typeof points)[number]) => point.values[i];
  const band = (low: number, high: number, fillOpacity: number) =>
    Plot.areaY(points, { x: "day", y1: at(low), y2: at(high), fx: "panel", fill: COLORS.band, fillOpacity });
  const ends = panels.flatMap(({ name, lines }) =>
    QUANTILES.map((q, i) => ({ panel: name, text: percentile(q), y: lines[i](365) })),
  );
  const dots = (days: Day[], fill: string, r: number) =>
    Plot.dot(days, { x: "dayOfYear", y: "high", fill, r });
  return drawFigure({
    title: "How warm a day gets in Seattle: quantiles by the season, learned by two losses of one's own",
    subtitle: "The fits have not seen 2015, which was warmer than the years that they learned from.",
    width: 1200,
    height: 640,
    marginRight: 56,
    x: {
      label: "day of the year",
      domain: [0, 365],
      ticks: MONTHS.map((_, i) => firstOf(i)),
      tickFormat: (_, i) => MONTHS[i],
    },
    y: { label: "highest temperature of the day (°C)", domain: [-5, 40], ticks: 10 },
    fx: { label: null, padding: 0.12, domain: panels.map(({ name }) => name) },
    marks: [
      band(0, 4, 0.2),
      band(1, 3, 0.28),
      dots(learned, COLORS.learned, 1.3),
      dots(unseen, COLORS.unseen, 1.6),
      Plot.line(points, { x: "day", y: at(2), fx: "panel", stroke: COLORS.line, strokeWidth: 2.4 }),
      Plot.text(ends, {
        x: 365,
        y: "y",
        fx: "panel",
        text: "text",
        dx: 6,
        textAnchor: "start",
        fill: COLORS.line,
      }),
      ...legend(panels[0].name),
    ],
  });
}

/** What the marks stand for, in the corner of the first panel, where no day is. */
function legend(panel: string): Plot.Markish[] {
  const { band, line, learned, unseen } = COLORS;
  const rows = [
    { text: "a day of 2012 to 2014, learned from", fill: learned, r: 3, opacity: 1 },
    { text: "a day of 2015, not seen", fill: unseen, r: 3, opacity: 1 },
    { text: "the middle: median, or mean", fill: line, height: 0.4, opacity: 1 },
    { text: "half of the days, by the fit", fill: band, height: 1.4, opacity: 0.45 },
    { text: "nine days in ten", fill: band, height: 1.4, opacity: 0.2 },
  ].map((row, i) => ({ ...row, panel, y: 38.2 - 2.1 * i }));
  const dots = rows.filter(({ r }) => r !== undefined);
  const bars = rows.filter(({ height }) => height !== undefined);
  const half = (sign: number) => (row: (typeof rows)[number]) => row.y + (sign * (row.height ?? 0)) / 2;
  return [
    Plot.dot(dots, { x: 12, y: "y", fx: "panel", fill: "fill", r: "r" }),
    Plot.rect(bars, {
      x1: 6,
      x2: 18,
      y1: half(-1),
      y2: half(1),
      fx: "panel",
      fill: "fill",
      fillOpacity: "opacity",
    }),
    Plot.text(rows, { x: 22, y: "y", fx: "panel", text: "text", textAnchor: "start" }),
  ];
}

function percentile(q: number): string {
  return `${Math.round(100 * q)} %`;
}
