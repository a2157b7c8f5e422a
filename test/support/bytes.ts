/** Bytes as text, on any engine: in hexadecimal, or as a hash that compares quickly. */

export function bytesIn({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

export function toHex(view: ArrayBufferView): string {
  return Array.from(bytesIn(view), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** MurmurHash3 of words, see https://github.com/aappleby/smhasher. */
function murmur(words: Uint32Array, seed: number): number {
  let h = seed;
  for (const word of words) {
    h ^= Math.imul(rotated(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
    h = Math.imul(rotated(h, 13), 5) + 0xe6546b64;
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * 64 bits that tell views of different bytes apart; engines without Node have no hash that does not
 * make the caller wait.
 */
export function hashOf(view: ArrayBufferView): string {
  const words = new Uint32Array(Math.ceil(view.byteLength / 4));
  new Uint8Array(words.buffer).set(bytesIn(view));
  const halves = [view.byteLength, ~view.byteLength].map((seed) => murmur(words, seed));
  return halves.map((half) => half.toString(16).padStart(8, "0")).join("");
}
