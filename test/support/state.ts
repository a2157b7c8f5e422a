/** The header of states of sums, by its description in src/loss/state-format.ts. */

/** Bytes of the header. */
export const HEADER = 16;

/** CRC-32 by its definition: the remainder of a division of polynomials. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const odd = ((crc ^ (byte >> bit)) & 1) === 1;
      crc = odd ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** The bytes with a right length and checksum, whatever was changed behind the header. */
export function sealed(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  view.setUint32(8, copy.length, true);
  view.setUint32(12, crc32(copy.subarray(HEADER)), true);
  return copy;
}
