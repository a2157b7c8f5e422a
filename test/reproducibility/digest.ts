/**
 * SHA-256 of results: canonical bytes, one digest a step, one a group of steps, one of all groups.
 */
import type { DType } from "lossgrad";

/** Takes a copy of one result. */
export type Emit = (dtype: DType, elements: ArrayBufferView) => void;

/** A part of the set that has a hash of its own, so that a difference says where it is. */
export interface Group {
  readonly name: string;
  /** Each emits the results of one pair of operands. */
  readonly steps: readonly ((emit: Emit) => void)[];
}

/**
 * Of floating types: bytes of a number, the bits of Inf and of the one NaN, in the word that has
 * the sign.
 */
const NANS: Partial<Record<DType, { size: 2 | 4 | 8; infinity: number; nan: number }>> = {
  float16: { size: 2, infinity: 0x7c00, nan: 0x7e00 },
  bfloat16: { size: 2, infinity: 0x7f80, nan: 0x7fc0 },
  float32: { size: 4, infinity: 0x7f800000, nan: 0x7fc00000 },
  complex64: { size: 4, infinity: 0x7f800000, nan: 0x7fc00000 },
  float64: { size: 8, infinity: 0x7ff00000, nan: 0x7ff80000 },
  complex128: { size: 8, infinity: 0x7ff00000, nan: 0x7ff80000 },
};

/**
 * Makes every NaN one: which of them an operation gives is left to the engine by WebAssembly's
 * rules.
 */
function uniteNaNs(dtype: DType, bytes: Uint8Array<ArrayBuffer>): void {
  const format = NANS[dtype];
  if (!format) return;
  const { buffer, byteOffset, byteLength } = bytes;
  const { size, infinity, nan } = format;
  const words =
    size === 2
      ? new Uint16Array(buffer, byteOffset, byteLength / 2)
      : new Uint32Array(buffer, byteOffset, byteLength / 4);
  const magnitude = size === 2 ? 0x7fff : 0x7fffffff;
  const step = size === 8 ? 2 : 1;
  for (let i = step - 1; i < words.length; i += step) {
    const word = words[i] & magnitude;
    if (word > infinity || (size === 8 && word === infinity && words[i - 1] !== 0)) {
      words[i] = nan;
      if (size === 8) words[i - 1] = 0;
    }
  }
}

const encoder = new TextEncoder();
/** Where each result begins, so that words of any size can be read there. */
const ALIGNMENT = 8;

/**
 * Bytes that are to be hashed: of each result a line with its dtype and its length in bytes, then
 * its elements, little-endian as WebAssembly's memory is and every engine's typed arrays are; each
 * filled with zeros to a multiple of 8.
 */
class Bytes {
  private buffer = new Uint8Array(1 << 16);
  private length = 0;

  readonly add: Emit = (dtype, elements) => {
    this.append(encoder.encode(`${dtype} ${elements.byteLength}\n`));
    uniteNaNs(dtype, this.append(new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength)));
  };

  append(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const start = this.length;
    this.length = start + Math.ceil(bytes.length / ALIGNMENT) * ALIGNMENT;
    if (this.length > this.buffer.length) {
      const { buffer } = this;
      this.buffer = new Uint8Array(2 * this.length);
      this.buffer.set(buffer);
    }
    this.buffer.set(bytes, start);
    this.buffer.fill(0, start + bytes.length, this.length);
    return this.buffer.subarray(start, start + bytes.length);
  }

  /** Their SHA-256; empty afterwards. */
  async digest(): Promise<Uint8Array> {
    const bytes = this.buffer.subarray(0, this.length);
    this.length = 0;
    return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes));
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The hash of each group by its name: that of its steps' hashes. Tells after each. */
export async function hashGroups(
  groups: readonly Group[],
  hashed?: () => void,
): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  const [results, digests] = [new Bytes(), new Bytes()];
  for (const { name, steps } of groups) {
    const found: Uint8Array[] = [];
    for (const step of steps) {
      step(results.add);
      found.push(await results.digest());
    }
    for (const digest of found) digests.append(digest);
    hashes[name] = hex(await digests.digest());
    hashed?.();
  }
  return hashes;
}

/** One hash of all groups, in the order of their names. */
export async function hashAll(hashes: Readonly<Record<string, string>>): Promise<string> {
  const lines = Object.keys(hashes)
    .sort()
    .map((name) => `${name} ${hashes[name]}\n`);
  const all = new Bytes();
  all.append(encoder.encode(lines.join("")));
  return hex(await all.digest());
}
