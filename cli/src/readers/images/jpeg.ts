import { type Image, ImageError } from "./png.js";

/** The decoder takes some 25 bytes for a pixel. */
const MOST_PIXELS = 2 ** 24;

export function isJpeg(head: Uint8Array): boolean {
  return head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** @throws ImageError for what is damaged, or too large */
export async function decodeJpeg(bytes: Uint8Array): Promise<Image> {
  const { width, height, channels } = readFrame(bytes);
  const { default: jpeg } = await import("jpeg-js");
  let decoded;
  try {
    decoded = jpeg.decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: MOST_PIXELS / 1e6,
      maxMemoryUsageInMB: 512,
    });
  } catch (error) {
    // The decoder throws what it comes upon, also texts.
    throw new ImageError(error instanceof Error ? error.message : String(error));
  }
  if (decoded.width !== width || decoded.height !== height) throw new ImageError("it has two sizes");
  if (channels === 3) return { dtype: "uint8", shape: [height, width, 3], stored: decoded.data };
  // Of grey, all three channels are the same.
  const stored = Uint8Array.from({ length: width * height }, (_, i) => decoded.data[3 * i]);
  return { dtype: "uint8", shape: [height, width], stored };
}

/** Markers of frames that are read: baseline, extended, progressive. */
const FRAMES = [0xc0, 0xc1, 0xc2];
const SCAN = 0xda;
const END = 0xd9;

/** What the header says. A file that was cut has no mark of an end. */
function readFrame(bytes: Uint8Array): Frame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frame: Frame | null = null;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) throw new ImageError(`expected a marker at byte ${at}`);
    const marker = bytes[at + 1];
    // Markers may be padded.
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (length < 2 || at + 2 + length > bytes.length) throw new ImageError("truncated");
    if (marker === SCAN) {
      if (!frame) throw new ImageError("its size does not come first");
      if (!hasEnd(bytes.subarray(at + 2 + length))) throw new ImageError("truncated");
      return frame;
    }
    if (FRAMES.includes(marker)) {
      if (frame) throw new ImageError("it has two sizes");
      frame = frameOf(view, at + 4, length);
    } else if (marker > 0xc2 && marker < 0xd0 && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      throw new ImageError("expected a baseline or progressive JPEG, got another kind");
    at += 2 + length;
  }
  throw new ImageError("truncated");
}

function frameOf(view: DataView, at: number, length: number): Frame {
  if (length < 8) throw new ImageError("its header is none");
  const [height, width, channels] = [view.getUint16(at + 1), view.getUint16(at + 3), view.getUint8(at + 5)];
  if (view.getUint8(at) !== 8) throw new ImageError(`expected 8 bits, got ${view.getUint8(at)}`);
  if (channels !== 1 && channels !== 3)
    throw new ImageError(`expected grey or RGB, got ${channels} channels`);
  if (width * height > MOST_PIXELS || width * height === 0)
    throw new ImageError(`expected from 1 to ${MOST_PIXELS} pixels, got ${width} × ${height}`);
  return { width, height, channels };
}

/** Within the pixels a byte of 255 is never followed by that of a marker. */
function hasEnd(bytes: Uint8Array): boolean {
  for (let at = bytes.lastIndexOf(END); at > 0; at = bytes.lastIndexOf(END, at - 1))
    if (bytes[at - 1] === 0xff) return true;
  return false;
}
