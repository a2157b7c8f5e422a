import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { InputError } from "../input-error.js";
import { piecesOf, readBytes, type Source, StreamSource } from "./source.js";

/** What gzip made is decompressed on the way, known by its first bytes; all else stays as it is. */
export async function decompressed(source: Source): Promise<Source> {
  const [first, second] = await readBytes(source, 0, 2);
  if (first !== 0x1f || second !== 0x8b) return source;
  return new StreamSource(source.name, gunzip(source), () => source.close());
}

async function* gunzip(source: Source): AsyncGenerator<Uint8Array> {
  const unzipped = createGunzip();
  // What goes wrong on either side arrives where `unzipped` is read.
  pipeline(Readable.from(piecesOf(source)), unzipped, () => undefined);
  try {
    yield* unzipped as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${source.name}: not readable as gzip: ${(error as Error).message}`);
  }
}
