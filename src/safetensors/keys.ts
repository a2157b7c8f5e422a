/** What JSON.parse passes over in silence: keys that come twice. It would take the last one. */

/** As deep as Rust's reader goes. */
const DEEPEST = 128;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = 0x7b;
const CLOSING = 0x7d;
const LIST = 0x5b;
const END_OF_LIST = 0x5d;
const COLON = 0x3a;
const SPACE = 0x20;

/** Lone surrogates, which UTF-8 has not. */
export const SURROGATE = /\p{Surrogate}/u;

/**
 * Throws for a key that an object of the JSON text has twice, for one that is no Unicode, and for
 * values that lie too deep in one another. Where the text is no JSON it may find nothing.
 */
export function checkKeys(text: string, fail: (what: string) => Error): void {
  /** The keys of the objects that are open; null for a list. */
  const open: (Set<string> | null)[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === OPENING || code === LIST) open.push(code === OPENING ? new Set() : null);
    else if (code === CLOSING || code === END_OF_LIST) open.pop();
    if (open.length > DEEPEST) throw fail(`expected values at most ${DEEPEST} deep in one another`);
    if (code !== QUOTE) continue;
    const end = endOfString(text, i + 1);
    const keys = open.at(-1);
    if (keys && text.charCodeAt(afterSpace(text, end + 1)) === COLON) {
      const key = JSON.parse(text.slice(i, end + 1)) as string;
      if (SURROGATE.test(key)) throw fail(`expected keys of Unicode, got ${quoted(key)}`);
      if (keys.has(key)) throw fail(`expected each key once, got ${quoted(key)} twice`);
      keys.add(key);
    }
    i = end;
  }
}

/** What a file holds, in quotes and short, as an error shows it. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** Where the string ends whose text begins at `i`: at its closing quote, or with the text. */
function endOfString(text: string, i: number): number {
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) return i;
    if (code === BACKSLASH) i++;
  }
  return text.length;
}

/** Where white space from `i` on ends. Other characters below a space are none of JSON's. */
function afterSpace(text: string, i: number): number {
  while (text.charCodeAt(i) <= SPACE) i++;
  return i;
}
