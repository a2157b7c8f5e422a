import { CompressionError } from "./limits.js";

/** Bytes that one field of a frame takes. */
const FRAME_MARK = 0x184d2204;

/** A block of LZ4, of which the length is known. @throws CompressionError unless it has that */
export function lz4Block(from: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const to = new Uint8Array(length);
  const end = decodeBlock(from, to, 0);
  if (end !== length) throw new CompressionError(`expected ${length} bytes, got ${end}`);
  return to;
}

/** A frame of LZ4, as the command lz4 writes it. */
export function lz4Frame(from: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const to = new Uint8Array(length);
  const view = new DataView(from.buffer, from.byteOffset, from.byteLength);
  const word = (at: number): number => {
    if (at + 4 > from.length) throw new CompressionError("it ends too early");
    return view.getUint32(at, true);
  };
  const flags = word(4) & 255;
  if (word(0) !== FRAME_MARK || flags >> 6 !== 1) throw new CompressionError("it is no LZ4 frame");
  const [blockSums, hasSize, hasDictionary] = [flags & 16, flags & 8, flags & 1];
  let at = 7 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0);
  let filled = 0;
  for (;;) {
    const head = word(at);
    at += 4;
    if (head === 0) break;
    const size = head & 0x7fffffff;
    if (size > from.length - at) throw new CompressionError("it ends too early");
    const block = from.subarray(at, at + size);
    if (head === size) filled = decodeBlock(block, to, filled);
    else if (size > length - filled) throw new CompressionError(`expected ${length} bytes, got more`);
    else {
      to.set(block, filled);
      filled += size;
    }
    at += size + (blockSums ? 4 : 0);
  }
  if (filled !== length) throw new CompressionError(`expected ${length} bytes, got ${filled}`);
  return to;
}

/** Decodes a block behind what is there already, and says where it ends. */
function decodeBlock(from: Uint8Array, to: Uint8Array, filled: number): number {
  let [at, end] = [0, filled];
  // A nibble of 15 goes on in bytes, up to one below 255.
  const lengthOf = (nibble: number): number => {
    let length = nibble;
    for (let byte = nibble === 15 ? 255 : 0; byte === 255; length += byte) {
      if (at >= from.length) throw new CompressionError("it ends too early");
      byte = from[at++];
    }
    return length;
  };
  while (at < from.length) {
    const token = from[at++];
    const literals = lengthOf(token >> 4);
    if (literals > from.length - at) throw new CompressionError("it ends too early");
    if (literals > to.length - end) throw new CompressionError(`expected ${to.length} bytes, got more`);
    to.set(from.subarray(at, at + literals), end);
    at += literals;
    end += literals;
    // The last sequence has literals only.
    if (at === from.length) return end;
    if (at + 2 > from.length) throw new CompressionError("it ends too early");
    const offset = from[at] | (from[at + 1] << 8);
    at += 2;
    const match = lengthOf(token & 15) + 4;
    if (offset === 0 || offset > end) throw new CompressionError("it refers to bytes before its beginning");
    if (match > to.length - end) throw new CompressionError(`expected ${to.length} bytes, got more`);
    if (offset >= match) to.copyWithin(end, end - offset, end - offset + match);
    else for (let i = 0; i < match; i++) to[end + i] = to[end - offset + i];
    end += match;
  }
  return end;
}
