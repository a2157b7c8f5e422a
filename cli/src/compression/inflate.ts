import { CompressionError, Filling } from "./limits.js";

/** What gzip or zlib ("deflate") made, of which the length is known. */
export async function inflate(
  format: "gzip" | "deflate",
  pieces: Iterable<Uint8Array>,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const filling = new Filling(length);
  await inflateInto(format, pieces, (piece) => {
    filling.add(piece);
  });
  return filling.finish();
}

/** Hands over the bytes piece by piece. @throws CompressionError for what is damaged */
export async function inflateInto(
  format: "gzip" | "deflate",
  pieces: Iterable<Uint8Array>,
  take: (piece: Uint8Array) => void,
): Promise<void> {
  const stream = new DecompressionStream(format);
  const writer = stream.writable.getWriter();
  const writing = (async () => {
    for (const piece of pieces) await writer.write(piece as Uint8Array<ArrayBuffer>);
    await writer.close();
  })();
  // What goes wrong there shows where it is read.
  writing.catch(() => undefined);
  const reader = stream.readable.getReader();
  try {
    for (;;) {
      const next = await reader.read();
      if (next.done) return;
      take(next.value);
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    throw error instanceof CompressionError ? error : new CompressionError((error as Error).message);
  }
}
