/** The errors of the last frames over time, with the threshold. */
import * as Plot from "@observablehq/plot";
import type { Seen } from "../detector.js";

/** How many frames the plot shows. */
const shown = 30;

export type Judgement = "right" | "false" | "missed" | "good";

/** What an alarm, or its absence, amounts to. */
export function judge({ error, truth }: Seen, threshold: number): Judgement {
  if (error > threshold) return truth === null ? "false" : "right";
  return truth === null ? "good" : "missed";
}

export interface Point {
  readonly error: number;
  readonly seen: readonly Seen[];
}

/** Draws the last of `frames` into `place`. */
export function drawChart(place: HTMLElement, frames: readonly Point[], threshold: number): void {
  const first = Math.max(0, frames.length - shown);
  const recent = frames.slice(first);
  const images = recent.flatMap(({ seen }, i) =>
    seen.map((one, j) => ({
      // A frame's images side by side within its place on the axis.
      frame: first + i + 0.5 + (j + 0.5) / seen.length,
      error: one.error,
      judgement: judge(one, threshold),
    })),
  );
  const emphasis = (judgement: Judgement) => images.filter((image) => image.judgement === judgement);
  const dots = (judgement: Judgement, r: number) =>
    Plot.dot(emphasis(judgement), { x: "frame", y: "error", r, fill: `var(--${judgement})` });
  const width = Math.max(280, place.clientWidth);
  const chart = Plot.plot({
    width,
    height: 260,
    marginLeft: 48,
    marginBottom: 36,
    style: { background: "transparent", fontSize: "12px" },
    x: { label: "frame", domain: [first + 0.5, first + shown + 0.5], ticks: width / 80, tickFormat: "d" },
    y: { type: "log", label: "L1 error", domain: [0.01, 1], ticks: 4, tickFormat: "~g", grid: true },
    marks: [
      dots("good", 1.8),
      Plot.line(recent, { x: (_, i) => first + i + 1, y: "error", stroke: "var(--mean)", strokeWidth: 1.5 }),
      Plot.ruleY([threshold], { stroke: "var(--right)", strokeDasharray: "5 3" }),
      Plot.text([`threshold ${threshold.toFixed(4)}`], {
        y: [threshold],
        frameAnchor: "right",
        textAnchor: "end",
        dy: -8,
        fill: "var(--right)",
      }),
      dots("missed", 4),
      dots("false", 4),
      dots("right", 4),
    ],
  });
  place.replaceChildren(chart);
}
