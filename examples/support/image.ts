/** The side of the examples' images, and the number of their pixels. */
export const side = 28;
export const imageSize = side * side;

/** Pixels from 0 to 1, as models take them. */
export function toUnit(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  return new Float32Array(bytes).map((byte) => byte / 255);
}
