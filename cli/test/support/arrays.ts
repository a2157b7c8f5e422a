/** Readers over bytes in memory, and what they read, whole. */
import { InputError } from "../../src/input-error.js";
import { ARRAYS } from "../../src/readers/dtypes.js";
import type { ArrayReader } from "../../src/readers/reader.js";
import { BlobSource } from "../../src/sources/blob.js";
import { type Source, StreamSource } from "../../src/sources/source.js";

export function bytesSource(bytes: Uint8Array, name = "x"): BlobSource {
  return new BlobSource(name, new Blob([Uint8Array.from(bytes)]));
}

/** The same without a Blob's way through other threads: for thousands of them. */
export function memorySource(bytes: Uint8Array, name = "x"): Source {
  return {
    name,
    size: bytes.length,
    seekable: true,
    read: (offset, into) => {
      const there = bytes.subarray(Math.min(offset, bytes.length)).subarray(0, into.length);
      into.set(there);
      return Promise.resolve(there.length);
    },
    close: () => Promise.resolve(),
  };
}

/** A pipe that brings these pieces. */
export function pipeOf(pieces: Iterable<Uint8Array>, name = "x"): StreamSource {
  return new StreamSource(name, chunked(pieces));
}

async function* chunked(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}

/** All elements, read in pieces of `length`. */
export async function readAll(reader: ArrayReader, length = 5): Promise<ArrayLike<number | bigint>> {
  const make = ARRAYS[reader.held];
  const pieces: ArrayLike<number | bigint>[] = [];
  for (;;) {
    const piece = new make(length);
    const count = await reader.read(piece);
    pieces.push(piece.slice(0, count));
    if (count < length) break;
  }
  await reader.close();
  const all = new make(pieces.reduce((sum, piece) => sum + piece.length, 0)) as Uint8Array;
  let at = 0;
  for (const piece of pieces) {
    all.set(piece as Uint8Array, at);
    at += piece.length;
  }
  return all;
}

/** What the reader says and reads. */
export async function contentOf(opened: ArrayReader | Promise<ArrayReader>) {
  const reader = await opened;
  const { dtype, shape, order } = reader;
  return { data: await readAll(reader), dtype, shape, order };
}

/** The error of a file that is refused, when it is opened or read. */
export async function refusalOf(opened: () => Promise<ArrayReader>): Promise<string> {
  try {
    await readAll(await opened());
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error("expected a refusal, got elements");
}
