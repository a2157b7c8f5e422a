import { quoted } from "../input-error.js";

/** What the header of an .npy file says. */
export interface NpyHeader {
  /** numpy's code of the dtype, such as "<f4". */
  descr: string;
  fortranOrder: boolean;
  shape: number[];
}

/** A header that is not one, in words that follow "a header that cannot be read:". */
export class NpyHeaderError extends Error {}

const KEYS = ["descr", "fortran_order", "shape"];
/** Numpy has arrays of up to 64 dimensions. */
const MOST_DIMENSIONS = 64;

/**
 * Parses the header, a Python dict literal:
 *
 *     {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
 *
 * Each character is looked at once, nothing is evaluated, and what numpy would not write is
 * refused. Strings have either quotes; lengths may end in L, as Python 2 wrote them.
 */
export function parseNpyHeader(text: string): NpyHeader {
  const cursor = new Cursor(text);
  const found = new Map<string, unknown>();
  cursor.expect("{");
  while (!cursor.skip("}")) {
    const key = cursor.string();
    if (!KEYS.includes(key))
      throw new NpyHeaderError(`expected the keys ${KEYS.join(", ")}, got ${quoted(key)}`);
    if (found.has(key)) throw new NpyHeaderError(`expected ${key} once, got it twice`);
    cursor.expect(":");
    if (key === "descr") found.set(key, cursor.peek() === "[" ? cursor.list() : cursor.string());
    else found.set(key, key === "shape" ? cursor.tuple() : cursor.boolean());
    if (!cursor.skip(",") && cursor.peek() !== "}") throw cursor.unexpected("a comma or }");
  }
  if (cursor.peek() !== "") throw cursor.unexpected("nothing after the }");
  const absent = KEYS.find((key) => !found.has(key));
  if (absent) throw new NpyHeaderError(`expected the keys ${KEYS.join(", ")}, got none named ${absent}`);
  return {
    descr: found.get("descr") as string,
    fortranOrder: found.get("fortran_order") as boolean,
    shape: found.get("shape") as number[],
  };
}

/** Goes through a text from left to right. Blanks before a token are passed over. */
class Cursor {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next character that is no blank; empty at the end. */
  peek(): string {
    while (" \t\r\n".includes(this.#text[this.#at] ?? "end")) this.#at++;
    return this.#text[this.#at] ?? "";
  }

  skip(character: string): boolean {
    const there = this.peek() === character;
    if (there) this.#at++;
    return there;
  }

  expect(character: string): void {
    if (!this.skip(character)) throw this.unexpected(character);
  }

  unexpected(expected: string): NpyHeaderError {
    const next = this.peek();
    const found = next === "" ? "its end" : `"${next}" at character ${this.#at + 1}`;
    return new NpyHeaderError(`expected ${expected}, got ${found}`);
  }

  /** A string without escapes, of which no dtype has need. */
  string(): string {
    const quote = this.peek();
    if (quote !== "'" && quote !== '"') throw this.unexpected("a string");
    const end = this.#text.indexOf(quote, this.#at + 1);
    if (end < 0) throw new NpyHeaderError("expected a string, got a quote that is not closed");
    const content = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return content;
  }

  boolean(): boolean {
    this.peek();
    for (const word of ["True", "False"]) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return word === "True";
    }
    throw this.unexpected("True or False");
  }

  /** Lengths of dimensions: (), (4,), (2, 3), but not (4), which Python takes for a number. */
  tuple(): number[] {
    const lengths: number[] = [];
    this.expect("(");
    while (!this.skip(")")) {
      if (lengths.length === MOST_DIMENSIONS) {
        throw new NpyHeaderError(`expected at most ${MOST_DIMENSIONS} dimensions, got more`);
      }
      lengths.push(this.length());
      const comma = this.skip(",");
      if (!comma && lengths.length === 1) throw this.unexpected("a comma after the first length");
      if (!comma && this.peek() !== ")") throw this.unexpected("a comma or )");
    }
    return lengths;
  }

  private length(): number {
    this.peek();
    const start = this.#at;
    while (isDigit(this.#text[this.#at])) this.#at++;
    if (this.#at === start) throw this.unexpected("a length");
    const length = Number(this.#text.slice(start, this.#at));
    if (!Number.isSafeInteger(length)) throw new NpyHeaderError("expected a length below 2^53, got more");
    if (this.#text[this.#at] === "L") this.#at++;
    return length;
  }

  /** The fields of a structured dtype, unread: only that they are there matters. */
  list(): string {
    this.#at = this.#text.lastIndexOf("]") + 1 || this.#text.length;
    return "[";
  }
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= "0" && character <= "9";
}
