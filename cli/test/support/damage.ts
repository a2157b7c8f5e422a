/** Files that are damaged by chance, always in the same ways. */
import type { Random } from "../../../test/support/random.js";

/** What lies in headers where lengths and places are. */
const BYTES = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

/** The bytes with one to four of them changed, a stretch left out, doubled or overwritten. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  const place = () => random.integer(0, bytes.length - 1);
  const [at, length] = [place(), random.integer(1, 16)];
  const kind = random.integer(0, 7);
  if (kind === 0) return joined(bytes.subarray(0, at), bytes.subarray(at + length));
  if (kind === 1) return joined(bytes.subarray(0, at + length), bytes.subarray(at));
  const copy = bytes.slice();
  if (kind === 2) copy.fill(0xff, at, at + length);
  else if (kind === 3) copy.copyWithin(at, place(), place());
  else {
    for (let i = random.integer(1, 4); i > 0; i--) {
      const here = kind === 4 ? at + i : place();
      copy[here] = kind < 6 ? random.pick(BYTES) : copy[here] ^ (1 << random.integer(0, 7));
    }
  }
  return copy;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const all = new Uint8Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}
