/**
 * Looks through what hyparquet decodes: it writes as many values as a run says, also where that is
 * two thousand million.
 */

/** Values of a page that are not as its header says. */
export class PageError extends Error {}

/** The last group of bits of a run may be padded. */
const PADDING = 512;

/** Where runs of bit-packed and repeated values lie. */
export interface Runs {
  readonly at: number;
  readonly end: number;
  /** Bits of a value. */
  readonly width: number;
}

/** How many of `count` values the runs have. @throws PageError for runs of more */
export function checkRuns(bytes: Uint8Array, { at, end, width }: Runs, count: number): number {
  if (width > 32) throw new PageError(`expected values of at most 32 bits, got ${width}`);
  if (end > bytes.length || at > end) throw new PageError("it ends too early");
  let seen = 0;
  while (at < end && seen < count) {
    const [header, next] = varint(bytes, at, end);
    const isPacked = header % 2 === 1;
    const run = isPacked ? (header - 1) * 4 : header / 2;
    if (run > count - seen + (isPacked ? PADDING : 0))
      throw new PageError(`expected ${count} values, got a run of ${run}`);
    at = next + (isPacked ? (run / 8) * width : Math.ceil(width / 8));
    seen += run;
  }
  return Math.min(seen, count);
}

/** Blocks of differences: how long they say they are. `count` is the most that there are. */
export function checkDeltas(bytes: Uint8Array, count: number): void {
  const [block, afterBlock] = varint(bytes, 0, bytes.length);
  const [parts, afterParts] = varint(bytes, afterBlock, bytes.length);
  const [total] = varint(bytes, afterParts, bytes.length);
  const whole = parts > 0 && Number.isInteger(block / parts / 8);
  if (!whole || block > 2 ** 20 || parts > 2 ** 12)
    throw new PageError(`expected blocks of at most 2^20 differences, got ${block} in ${parts} parts`);
  if (total > count) throw new PageError(`expected ${count} values, got ${total}`);
}

function varint(bytes: Uint8Array, at: number, end: number): [value: number, next: number] {
  let value = 0;
  for (let scale = 1; scale < 2 ** 35; scale *= 128) {
    if (at >= end) throw new PageError("it ends too early");
    const byte = bytes[at++];
    value += (byte & 127) * scale;
    if (byte < 128) return [value, at];
  }
  throw new PageError("a number of more than 5 bytes");
}
