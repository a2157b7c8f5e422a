/** Images from files. */
import type { Picture } from "./compare.js";

/** Pixels: four bytes each, several times over, are what a page can hold. */
const MOST = 64e6;

/**
 * The file's pixels as they are stored: without conversion of colours, and colours not multiplied
 * by alpha where the browser can tell.
 */
export async function decode(file: File): Promise<Picture> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch {
    const kind = file.type || "no known type";
    throw new Error(
      `${file.name} (${kind}) could not be decoded as an image: it is damaged, or of a kind that this browser does not know. PNG, JPEG and WebP work.`,
    );
  }
  const { width, height } = bitmap;
  try {
    if (width * height > MOST) {
      throw new Error(
        `${file.name} has ${width} × ${height} pixels; up to ${MOST / 1e6} million are compared. Scale it down.`,
      );
    }
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context)
      throw new Error(`${file.name}: this browser has no memory for ${width} × ${height} pixels.`);
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    return { name: file.name, width, height, bytes: new Uint8Array(data.buffer) };
  } finally {
    bitmap.close();
  }
}
