/** The texts of a page, one after another, without an object for each. */
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import type { Labels } from "../columns/labels.js";
import { checkDeltas, PageError } from "./runs.js";

type Visit = (text: Uint8Array, i: number) => void;

/** How texts lie in a page, by the number of the encoding in parquet.thrift. */
export type TextEncoding = "PLAIN" | "DELTA_LENGTH_BYTE_ARRAY" | "DELTA_BYTE_ARRAY";

/** Calls `visit` with each of `count` texts. @throws PageError for what are none */
export function forEachText(bytes: Uint8Array, encoding: TextEncoding, count: number, visit: Visit): void {
  if (count === 0) return;
  if (encoding === "PLAIN") plain(bytes, count, visit);
  else if (encoding === "DELTA_LENGTH_BYTE_ARRAY") {
    const [lengths, at] = numbersAt(bytes, 0, count);
    eachPiece(bytes, at, lengths, visit);
  } else {
    const [shared, afterShared] = numbersAt(bytes, 0, count);
    const [lengths, at] = numbersAt(bytes, afterShared, count);
    let before = new Uint8Array(0);
    eachPiece(bytes, at, lengths, (rest, i) => {
      if (shared[i] < 0 || shared[i] > before.length)
        throw new PageError("a text begins with more than the one before it has");
      const text = new Uint8Array(shared[i] + rest.length);
      text.set(before.subarray(0, shared[i]));
      text.set(rest, shared[i]);
      visit(text, i);
      before = text;
    });
  }
}

/** Each text stands behind its length. */
function plain(bytes: Uint8Array, count: number, visit: Visit): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const end = at + 4 <= bytes.length ? at + 4 + view.getUint32(at, true) : Infinity;
    if (end > bytes.length) throw new PageError("a text goes beyond the end of the page");
    visit(bytes.subarray(at + 4, end), i);
    at = end;
  }
}

function eachPiece(bytes: Uint8Array, from: number, lengths: Int32Array, visit: Visit): void {
  let at = from;
  lengths.forEach((length, i) => {
    if (length < 0 || at + length > bytes.length)
      throw new PageError("a text goes beyond the end of the page");
    visit(bytes.subarray(at, at + length), i);
    at += length;
  });
}

/** Numbers by their differences, and where what follows them begins. */
function numbersAt(bytes: Uint8Array, at: number, count: number): [Int32Array, number] {
  const rest = bytes.subarray(at);
  checkDeltas(rest, count);
  const reader = { view: new DataView(rest.buffer, rest.byteOffset, rest.byteLength), offset: 0 };
  const numbers = new Int32Array(count);
  deltaBinaryUnpack(reader, count, numbers);
  return [numbers, at + reader.offset];
}

/** A dictionary of texts. Those that no value refers to are no labels. */
export class TextDictionary {
  readonly #begins: number[] = [];
  readonly #texts: Uint8Array;
  readonly #codes: Int32Array;

  constructor(bytes: Uint8Array, count: number) {
    if (count > bytes.length / 4) throw new PageError("a text goes beyond the end of the page");
    this.#texts = bytes;
    this.#codes = new Int32Array(count).fill(-1);
    plain(bytes, count, (text) => this.#begins.push(text.byteOffset - bytes.byteOffset, text.length));
  }

  get length(): number {
    return this.#codes.length;
  }

  codeAt(place: number, labels: Labels): number {
    const known = this.#codes[place];
    if (known >= 0) return known;
    const [begin, length] = [this.#begins[2 * place], this.#begins[2 * place + 1]];
    return (this.#codes[place] = labels.codeOfBytes(this.#texts.subarray(begin, begin + length)));
  }
}
