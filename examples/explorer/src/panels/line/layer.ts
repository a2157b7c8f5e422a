/**
 * The points as a picture that is drawn once and then copied in each frame: a hundred thousand take
 * too long to draw anew.
 */
import { themeColor } from "../../ui/theme.js";
import type { Cloud } from "./cloud.js";

export interface Box {
  readonly width: number;
  readonly height: number;
}

/** From canvas pixels of the box, and back. */
export interface Scales {
  readonly left: (x: number) => number;
  readonly top: (y: number) => number;
}

/**
 * More points than this are drawn as a density, pixel by pixel: circles would merge into one blot.
 */
const CIRCLES = 3000;

export class Layer {
  private readonly canvas = document.createElement("canvas");
  private key = "";

  /** The picture, drawn anew only if `key` is another. */
  picture(cloud: Cloud, box: Box, scales: Scales, key: string): HTMLCanvasElement {
    if (key === this.key) return this.canvas;
    this.key = key;
    this.canvas.width = box.width;
    this.canvas.height = box.height;
    const context = this.canvas.getContext("2d")!;
    if (cloud.drawn <= CIRCLES) drawCircles(context, cloud, scales);
    else drawDensity(context, cloud, box, scales);
    return this.canvas;
  }
}

function drawCircles(context: CanvasRenderingContext2D, cloud: Cloud, { left, top }: Scales): void {
  const radius = (cloud.drawn <= 300 ? 3.5 : 2) * devicePixelRatio;
  context.fillStyle = themeColor("--point");
  context.globalAlpha = cloud.drawn <= 300 ? 0.75 : 0.5;
  for (let i = 0; i < cloud.drawn; i++) {
    if (cloud.moved.has(i)) continue;
    context.beginPath();
    context.arc(left(cloud.x[i]), top(cloud.y[i]), radius, 0, 2 * Math.PI);
    context.fill();
  }
}

/**
 * How many points lie at each pixel, as opacity; the logarithm, since the middle has a hundred
 * times the edge's.
 */
function drawDensity(context: CanvasRenderingContext2D, cloud: Cloud, box: Box, { left, top }: Scales): void {
  const counts = new Uint32Array(box.width * box.height);
  const size = Math.max(1, Math.round(devicePixelRatio * 1.5));
  for (let i = 0; i < cloud.drawn; i++) {
    if (cloud.moved.has(i)) continue;
    const column = Math.round(left(cloud.x[i])) - (size >> 1);
    const row = Math.round(top(cloud.y[i])) - (size >> 1);
    if (column < 0 || row < 0 || column + size > box.width || row + size > box.height) continue;
    for (let dy = 0; dy < size; dy++) {
      for (let dx = 0; dx < size; dx++) counts[(row + dy) * box.width + column + dx] += 1;
    }
  }
  const [red, green, blue] = rgbOf(themeColor("--point"));
  const image = context.createImageData(box.width, box.height);
  const pixels = new Uint32Array(image.data.buffer);
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const opacity = Array.from({ length: most + 1 }, (_, n) =>
    n === 0 ? 0 : Math.round(70 + (185 * Math.log(n)) / Math.log(most + 1)),
  );
  const color = (blue << 16) | (green << 8) | red;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] > 0) pixels[i] = ((opacity[counts[i]] << 24) | color) >>> 0;
  }
  context.putImageData(image, 0, 0);
}

/** Of `#rrggbb`. */
function rgbOf(color: string): [number, number, number] {
  const value = parseInt(color.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
