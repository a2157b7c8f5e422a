/** What the camera sees: sheets of handwritten digits, some of them spoilt. */
import { imageSize, toUnit } from "../support/image.js";
import { anomalies, dice, kinds, type Kind, type Relief } from "./anomalies.js";

/** A sheet has 4 rows of 6 digits. */
export const columns = 6;
export const rows = 4;
export const imagesPerFrame = columns * rows;

/** Two sheets in five are spoilt, in one to four places. */
const spoilt = 0.4;
const mostPlaces = 4;

/** One sheet. */
export interface Frame {
  /** Its images one after the other, (24, 784). */
  readonly pixels: Float32Array<ArrayBuffer>;
  /** What is wrong with each image; null for a good one. */
  readonly truth: readonly (Kind | null)[];
}

/** Whole sheets of images as they are. */
export function goodFrames(images: Uint8Array): Frame[] {
  const size = imagesPerFrame * imageSize;
  const truth = new Array<null>(imagesPerFrame).fill(null);
  return Array.from({ length: Math.floor(images.length / size) }, (_, i) => ({
    pixels: toUnit(images.subarray(i * size, (i + 1) * size)),
    truth,
  }));
}

/** The same sheets, some of them spoilt: always the same ones in the same way. */
export function spoil(frames: readonly Frame[], relief: Relief): Frame[] {
  const draw = dice(3);
  return frames.map((frame) => {
    if (draw() >= spoilt) return frame;
    const pixels = frame.pixels.slice();
    const truth = [...frame.truth];
    const places = 1 + Math.floor(draw() * mostPlaces);
    for (let place = 0; place < places; place++) {
      const image = Math.floor(draw() * imagesPerFrame);
      const kind = kinds[Math.floor(draw() * kinds.length)];
      const start = image * imageSize;
      const good = frame.pixels.subarray(start, start + imageSize);
      pixels.set(anomalies[kind](good, draw, relief), start);
      truth[image] = kind;
    }
    return { pixels, truth };
  });
}
