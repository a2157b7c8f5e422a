/** What is drawn on a chart besides its curves. */
import type uPlot from "uplot";
import { themeColor } from "../ui/theme.js";

/** A vertical line through the whole plot. */
export function verticalLine(plot: uPlot, x: number, color: string, dash: readonly number[] = []): void {
  const { ctx, bbox } = plot;
  const at = plot.valToPos(x, "x", true);
  if (!(at >= bbox.left && at <= bbox.left + bbox.width)) return;
  ctx.save();
  ctx.strokeStyle = themeColor(color);
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
  ctx.beginPath();
  ctx.moveTo(at, bbox.top);
  ctx.lineTo(at, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** A line where y is 0. */
export function zeroLine(plot: uPlot): void {
  const { ctx, bbox } = plot;
  const at = plot.valToPos(0, "y", true);
  if (!(at >= bbox.top && at <= bbox.top + bbox.height)) return;
  ctx.save();
  ctx.strokeStyle = themeColor("--axis");
  ctx.setLineDash([]);
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(bbox.left, at);
  ctx.lineTo(bbox.left + bbox.width, at);
  ctx.stroke();
  ctx.restore();
}

/** A dot with a rim in the colour of the page, so that it stands out of curves. */
export function dot(plot: uPlot, x: number, y: number, color: string, radius = 4.5): void {
  const { ctx, bbox } = plot;
  const [left, top] = [plot.valToPos(x, "x", true), plot.valToPos(y, "y", true)];
  const inside =
    left >= bbox.left && left <= bbox.left + bbox.width && top >= bbox.top && top <= bbox.top + bbox.height;
  if (!inside) return;
  ctx.save();
  ctx.beginPath();
  ctx.arc(left, top, radius * devicePixelRatio, 0, 2 * Math.PI);
  ctx.fillStyle = themeColor(color);
  ctx.fill();
  // A dashed curve before it leaves its dashes.
  ctx.setLineDash([]);
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.strokeStyle = themeColor("--surface");
  ctx.stroke();
  ctx.restore();
}
