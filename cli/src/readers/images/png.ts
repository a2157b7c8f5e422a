import { crc32 } from "../../compression/crc32.js";
import { inflateInto } from "../../compression/inflate.js";
import { CompressionError } from "../../compression/limits.js";
import type { Dtype } from "../dtypes.js";

/** What an image is made of. */
export interface Image {
  readonly dtype: Dtype;
  /** [height, width], or [height, width, channels] of several. */
  readonly shape: readonly number[];
  /** As the dtype stores them. */
  readonly stored: Uint8Array;
}

/** An image that is not one, or that we do not read. */
export class ImageError extends Error {}

/** An image is held whole. */
export const MOST_BYTES = 2 ** 27;

const MARK = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** How many channels there are, by the kind of colours: grey, RGB, and each with alpha. */
const CHANNELS = new Map([
  [0, 1],
  [2, 3],
  [4, 2],
  [6, 4],
]);
const PALETTE = 3;

export function isPng(head: Uint8Array): boolean {
  return MARK.every((byte, i) => head[i] === byte);
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly channels: number;
  readonly isInterlaced: boolean;
}

/** @throws ImageError for what is damaged, or has more bytes than it says */
export async function decodePng(bytes: Uint8Array): Promise<Image> {
  const chunks = chunksOf(bytes);
  const header = readHeader(chunks[0]);
  const data = chunks.filter(({ type }) => type === "IDAT");
  await checkLength(
    data.map(({ body }) => body),
    rawLength(header),
  );
  // The package decompresses whatever comes, so that it gets only what was looked through.
  const { decode } = await import("fast-png");
  const { width, height, depth, channels } = header;
  const { data: pixels } = decode(joined([chunks[0], ...data, chunks[chunks.length - 1]]));
  const shape = channels === 1 ? [height, width] : [height, width, channels];
  const stored = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  return { dtype: depth === 16 ? "uint16" : "uint8", shape, stored };
}

interface Chunk {
  readonly type: string;
  readonly body: Uint8Array;
  /** With its length, type and checksum. */
  readonly whole: Uint8Array;
}

/** The chunks from the header to the end, all of them whole. */
function chunksOf(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = MARK.length; chunks.at(-1)?.type !== "IEND";) {
    if (at + 12 > bytes.length) throw new ImageError("truncated");
    const length = view.getUint32(at);
    if (length > bytes.length - at - 12) throw new ImageError("truncated");
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 12 + length;
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4))
      throw new ImageError(`the checksum of its part at byte ${at} is another: it is damaged`);
    chunks.push({ type, body: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) });
    at = end;
  }
  return chunks;
}

function readHeader({ type, body }: Chunk): Header {
  if (type !== "IHDR" || body.length !== 13) throw new ImageError("it does not begin with a header");
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colours, compression, filter, interlace] = body.subarray(8);
  if (colours === PALETTE) throw new ImageError("expected grey or RGB, got the colours of a palette");
  const channels = CHANNELS.get(colours);
  if (channels === undefined || compression + filter > 0 || interlace > 1)
    throw new ImageError("its header is none");
  if (depth !== 8 && depth !== 16) throw new ImageError(`expected 8 or 16 bits, got ${depth}`);
  const needed = width * height * channels * (depth / 8);
  if (needed > MOST_BYTES || needed === 0) {
    throw new ImageError(
      `expected from 1 to ${MOST_BYTES} bytes, got ${width} × ${height} × ${channels} of ${depth} bits`,
    );
  }
  return { width, height, depth, channels, isInterlaced: interlace === 1 };
}

/** How long the rows are, each with a byte that says how it is filtered. */
function rawLength({ width, height, depth, channels, isInterlaced }: Header): number {
  const ofPart = (columns: number, rows: number) =>
    columns > 0 ? rows * (1 + columns * channels * (depth / 8)) : 0;
  if (!isInterlaced) return ofPart(width, height);
  return ADAM7.reduce((sum, [x, y, byX, byY]) => {
    return sum + ofPart(Math.ceil((width - x) / byX), Math.ceil((height - y) / byY));
  }, 0);
}

/** The parts of an interlaced image: where they begin, and their steps. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Decompresses without keeping anything: a few bytes may become millions. */
async function checkLength(pieces: readonly Uint8Array[], length: number): Promise<void> {
  let count = 0;
  try {
    await inflateInto("deflate", pieces, (piece) => {
      count += piece.length;
      if (count > length) throw new CompressionError(`expected ${length} bytes, got more`);
    });
  } catch (error) {
    throw error instanceof CompressionError ? new ImageError(error.message) : error;
  }
  if (count < length) throw new ImageError(`expected ${length} bytes, got ${count}`);
}

function joined(chunks: readonly Chunk[]): Uint8Array {
  const parts = [Uint8Array.from(MARK), ...chunks.map(({ whole }) => whole)];
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
