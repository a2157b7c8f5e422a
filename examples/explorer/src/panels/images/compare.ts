/** L1 of two images' bytes by lossgrad: a number for each channel, and an error for each byte. */
import { l1Loss } from "lossgrad/arrays";

export interface Picture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha of each pixel. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const CHANNELS = ["red", "green", "blue", "alpha"] as const;

export interface Comparison {
  /** Mean absolute errors, 0 … 255. */
  readonly channels: readonly number[];
  /** Of red, green and blue together. */
  readonly mean: number;
  readonly largest: number;
  /** |a − b| of each byte. */
  readonly errors: Uint8Array;
}

/** Null if they can be compared, else why not. */
export function mismatch(a: Picture, b: Picture): string | null {
  if (a.width === b.width && a.height === b.height) return null;
  return (
    `The images differ in size: ${a.name} is ${a.width} × ${a.height} pixels, ${b.name} ${b.width} × ${b.height}. ` +
    "Each pixel is compared with the one at its place, so scale or crop one of them to the other's size."
  );
}

function channelOf(bytes: Uint8Array, channel: number): Uint8Array {
  const plane = new Uint8Array(bytes.length / 4);
  for (let i = 0; i < plane.length; i++) plane[i] = bytes[4 * i + channel];
  return plane;
}

export function compare(a: Picture, b: Picture): Comparison {
  const channels = CHANNELS.map((_, channel) =>
    l1Loss(channelOf(a.bytes, channel), channelOf(b.bytes, channel)),
  );
  const errors = l1Loss(a.bytes, b.bytes, { reduction: "none", out: new Uint8Array(a.bytes.length) });
  let largest = 0;
  for (let i = 0; i < errors.length; i++) if (i % 4 !== 3 && errors[i] > largest) largest = errors[i];
  return { channels, mean: (channels[0] + channels[1] + channels[2]) / 3, largest, errors };
}
