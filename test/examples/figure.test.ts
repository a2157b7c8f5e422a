import * as Plot from "@observablehq/plot";
import { expect, test } from "vitest";
import { drawFigure, toPng } from "../../examples/support/figure.js";

const draw = (title: string, options: Omit<Plot.PlotOptions, "title" | "subtitle"> = {}) =>
  drawFigure({ title, x: { domain: [0, 1] }, y: { domain: [0, 1] }, ...options });

test("a figure is an SVG document of its own, whatever its title says", () => {
  const svg = draw('L1 < "MSE" & Huber > 0');
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(svg).toContain('L1 &lt; "MSE" &amp; Huber &gt; 0</text>');
});

test("the picture is a PNG of twice the figure's size", () => {
  const png = toPng(draw("", { width: 300, height: 200 }));
  const view = new DataView(png.buffer, png.byteOffset);
  expect(Buffer.from(png.subarray(0, 8)).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  expect([view.getUint32(16), view.getUint32(20)]).toEqual([600, 400]);
});

test("panels share one title", () => {
  const dots = [
    { x: 0, y: 0, panel: "a" },
    { x: 1, y: 1, panel: "b" },
  ];
  const svg = draw("one title", { marks: [Plot.dot(dots, { x: "x", y: "y", fx: "panel" })] });
  expect(svg.split("one title")).toHaveLength(2);
});
