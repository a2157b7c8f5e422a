import { Decompress } from "fzstd";
import { CompressionError, Filling } from "./limits.js";

/** As zstd itself has it by default: more must be asked for. */
const WIDEST_WINDOW = 2 ** 27;

/** A frame of Zstandard, of which the length is known. @throws CompressionError unless it has that */
export function zstd(from: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  checkWindow(from);
  const filling = new Filling(length);
  const decoder = new Decompress((piece) => {
    filling.add(piece);
  });
  try {
    // It keeps what it is given, and a frame of its own each time.
    decoder.push(from.slice(), true);
  } catch (error) {
    throw error instanceof CompressionError ? error : new CompressionError((error as Error).message);
  }
  return filling.finish();
}

/** A header may ask for a window of 2 GB, which the decoder would make at once. */
function checkWindow(from: Uint8Array): void {
  if (from.length < 6 || from[0] !== 0x28 || from[1] !== 0xb5 || from[2] !== 0x2f || from[3] !== 0xfd)
    throw new CompressionError("it is no Zstandard frame");
  const [flags, descriptor] = [from[4], from[5]];
  const single = (flags & 32) !== 0;
  const window = single
    ? contentSize(from, flags)
    : 2 ** (10 + (descriptor >> 3)) * (1 + (descriptor & 7) / 8);
  if (window > WIDEST_WINDOW)
    throw new CompressionError(`expected a window of at most ${WIDEST_WINDOW} bytes, got ${window}`);
}

/** Of a frame that is one segment, whose size stands in the place of its window. */
function contentSize(from: Uint8Array, flags: number): number {
  const begin = 5 + [0, 1, 2, 4][flags & 3];
  const bytes = from.subarray(begin, begin + [1, 2, 4, 8][flags >> 6]);
  return bytes.reduceRight((size, byte) => size * 256 + byte, 0);
}
