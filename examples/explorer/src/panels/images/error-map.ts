/** Errors as an image. */
import type { ImagesState } from "./state.js";

/**
 * From no error to the largest: stops of a scale whose lightness rises evenly (inferno, by Stéfan
 * van der Walt and Nathaniel Smith).
 */
const STOPS = [
  [0, 0, 4],
  [40, 11, 84],
  [101, 21, 110],
  [159, 42, 99],
  [212, 72, 66],
  [245, 125, 21],
  [250, 193, 39],
  [252, 255, 164],
] as const;

function scaleOf(): Uint8ClampedArray {
  const scale = new Uint8ClampedArray(256 * 3);
  for (let value = 0; value < 256; value++) {
    const at = (value / 255) * (STOPS.length - 1);
    const below = Math.min(STOPS.length - 2, Math.floor(at));
    for (let c = 0; c < 3; c++) {
      scale[3 * value + c] = STOPS[below][c] + (at - below) * (STOPS[below + 1][c] - STOPS[below][c]);
    }
  }
  return scale;
}

export const SCALE = scaleOf();

/** The errors, times the gain, as pixels. */
export function drawErrors(
  errors: Uint8Array,
  { view, gain }: Readonly<ImagesState>,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(errors.length);
  for (let i = 0; i < errors.length; i += 4) {
    pixels[i + 3] = 255;
    if (view === "color") {
      for (let c = 0; c < 3; c++) pixels[i + c] = errors[i + c] * gain;
      continue;
    }
    const mean = (errors[i] + errors[i + 1] + errors[i + 2]) / 3;
    const value = Math.min(255, Math.round(mean * gain));
    for (let c = 0; c < 3; c++) pixels[i + c] = SCALE[3 * value + c];
  }
  return pixels;
}
