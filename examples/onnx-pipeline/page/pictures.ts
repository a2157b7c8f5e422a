/**
 * A frame's images on a canvas, side by side as on the sheet, with frames around those that call
 * for a look.
 */
import { imageSize, side } from "../../support/image.js";
import { columns, rows } from "../frames.js";

/** Pixels between images, where outlines are drawn. */
const gap = 2;
const pitch = side + gap;

/** How a pixel's value is shown: red, green and blue from 0 to 1. */
export type Shade = (value: number) => [number, number, number];

export const grey: Shade = (value) => [value, value, value];

/** From black by red and yellow to white; errors above 3/4 are rare, so they are white. */
export const heat: Shade = (error) => {
  const level = 4 * error;
  return [level, level - 1, level - 2];
};

/** Shows `pixels` (images one after the other); `outlines` has a colour for each image, or null. */
export function drawFrame(
  canvas: HTMLCanvasElement,
  pixels: Float32Array,
  shade: Shade,
  outlines: readonly (string | null)[],
): void {
  canvas.width = columns * pitch + gap;
  canvas.height = rows * pitch + gap;
  const context = canvas.getContext("2d")!;
  const picture = context.createImageData(side, side);
  for (let image = 0; image < columns * rows; image++) {
    for (let i = 0; i < imageSize; i++) {
      const colour = shade(pixels[image * imageSize + i]);
      // A clamped array: what lies beyond 0 and 255 ends there.
      colour.forEach((part, channel) => (picture.data[4 * i + channel] = 255 * part));
      picture.data[4 * i + 3] = 255;
    }
    const [x, y] = [gap + (image % columns) * pitch, gap + Math.floor(image / columns) * pitch];
    context.putImageData(picture, x, y);
    const outline = outlines[image];
    if (outline === null) continue;
    context.strokeStyle = outline;
    context.lineWidth = gap;
    context.strokeRect(x - gap / 2, y - gap / 2, side + gap, side + gap);
  }
}
