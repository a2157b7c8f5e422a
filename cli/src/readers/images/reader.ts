import { InputError } from "../../input-error.js";
import { piecesOf, type Source } from "../../sources/source.js";
import { type Batch, BatchReader } from "../columns/batches.js";
import { decodeJpeg } from "./jpeg.js";
import { decodePng, type Image, ImageError, MOST_BYTES } from "./png.js";

const DECODERS = { png: decodePng, jpeg: decodeJpeg };

/** Opens an image as [height, width, channels], or [height, width] of one channel. It is held whole. */
export async function openImage(source: Source, format: keyof typeof DECODERS): Promise<BatchReader> {
  const { name } = source;
  const image = await decoded(source, format);
  return new BatchReader(source, { name, format, ...image, keepMissing: false }, whole(image));
}

async function decoded(source: Source, format: keyof typeof DECODERS): Promise<Image> {
  const bytes = await bytesOf(source);
  try {
    return await DECODERS[format](bytes);
  } catch (error) {
    // Packages throw what they come upon.
    const way = error instanceof ImageError ? "" : "damaged: ";
    throw new InputError(
      `${source.name}: not readable as ${format.toUpperCase()}: ${way}${(error as Error).message}`,
    );
  }
}

async function bytesOf(source: Source): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of piecesOf(source)) {
    pieces.push(piece);
    length += piece.length;
    if (length > MOST_BYTES)
      throw new InputError(`${source.name}: expected an image of at most ${MOST_BYTES} bytes, got more`);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

async function* whole({ stored }: Image): AsyncGenerator<Batch> {
  yield await Promise.resolve({ stored, missing: [] });
}
