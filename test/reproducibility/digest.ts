/** SHA-256 of results: canonical bytes, one digest a step, one a group of steps, one of all groups. */
import type { DType } from "lossgrad";

/** Takes one result: its dtype and its elements, which are copied. */
export type Emit = (dtype: DType, elements: ArrayBufferView) => void;

/** A part of the set that has a hash of its own, so that a difference says where it is. */
export interface Group {
  readonly name: string;
  /** Each emits the results of one pair of operands. */
  readonly steps: readonly ((emit: Emit) => void)[];
}

/** Words of the elements of floating types, the bits of Inf in the word with the sign, and the one NaN that stands for all. */
const NANS: Partial<Record<DType, { words: 2 | 4 | 8; infinity: number; nan: number }>> = {
  float16: { words: 2, infinity: 0x7c00, nan: 0x7e00 },
  bfloat16: { words: 2, infinity: 0x7f80, nan: 0x7fc0 },
  float32: { words: 4, infinity: 0x7f800000, nan: 0x7fc00000 },
  complex64: { words: 4, infinity: 0x7f800000, nan: 0x7fc00000 },
  float64: { words: 8, infinity: 0x7ff00000, nan: 0x7ff80000 },
  complex128: { words: 8, infinity: 0x7ff00000, nan: 0x7ff80000 },
};

/**
 * The bytes of `elements`, little-endian as WebAssembly's memory and every engine's typed arrays are. Which NaN an operation
 * gives is the processor's choice by WebAssembly's rules, so they all become one.
 */
export function canonicalBytes(dtype: DType, elements: ArrayBufferView): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(elements.byteLength);
  bytes.set(new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength));
  const format = NANS[dtype];
  if (!format) return bytes;
  const { infinity, nan } = format;
  const magnitude = format.words === 2 ? 0x7fff : 0x7fffffff;
  const words = format.words === 2 ? new Uint16Array(bytes.buffer) : new Uint32Array(bytes.buffer);
  const double = format.words === 8;
  for (let i = double ? 1 : 0; i < words.length; i += double ? 2 : 1) {
    const size = words[i] & magnitude;
    if (size > infinity || (double && size === infinity && words[i - 1] !== 0)) {
      words[i] = nan;
      if (double) words[i - 1] = 0;
    }
  }
  return bytes;
}

const encoder = new TextEncoder();

async function sha256(parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", whole));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The hash of each group by its name. Every result counts with its dtype and length. */
export async function hashGroups(groups: readonly Group[]): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const { name, steps } of groups) {
    const digests: Uint8Array[] = [];
    for (const step of steps) {
      const parts: Uint8Array[] = [];
      step((dtype, elements) => {
        parts.push(encoder.encode(`${dtype} ${elements.byteLength}\n`), canonicalBytes(dtype, elements));
      });
      digests.push(await sha256(parts));
    }
    hashes[name] = hex(await sha256(digests));
  }
  return hashes;
}

/** One hash of all groups, in the order of their names. */
export async function hashAll(hashes: Readonly<Record<string, string>>): Promise<string> {
  const lines = Object.keys(hashes)
    .sort()
    .map((name) => `${name} ${hashes[name]}\n`);
  return hex(await sha256([encoder.encode(lines.join(""))]));
}
