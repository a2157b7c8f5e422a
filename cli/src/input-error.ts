/** Long enough for two paths and a list of names, short enough for a terminal. */
const LONGEST_MESSAGE = 2000;

/**
 * Something is wrong with what the user gave: told in one line, without a stack.
 *
 * The message is made visible and short here, so that no caller can forget it: it quotes files.
 */
export class InputError extends Error {
  override name = "InputError";
  constructor(message: string) {
    super(visible(abridged(message, LONGEST_MESSAGE)));
  }
}

const SHORT_ESCAPES = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** What a terminal would obey or hide: controls, text direction, surrogates. */
export const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text with what a terminal would obey or hide written as an escape. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    return SHORT_ESCAPES.get(character) ?? (code.length > 2 ? `\\u{${code}}` : `\\x${code.padStart(2, "0")}`);
  });
}

/** The text itself, or the beginning of one that is longer than `limit`, and how long it is. */
export function abridged(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit)}… (${text.length.toLocaleString("en")} characters)`;
}

/** What a file holds, in quotes, as an error shows it. */
export function quoted(text: string): string {
  const shown = abridged(text, 60);
  return shown === text ? `"${text}"` : `"${text.slice(0, 60)}"${shown.slice(60)}`;
}

/** Names in quotes; of many only the first, and how many more there are. */
export function listed(names: readonly string[]): string {
  const most = 10;
  const shown = names.slice(0, most).map(quoted).join(", ");
  return names.length > most ? `${shown} and ${(names.length - most).toLocaleString("en")} more` : shown;
}

/** The command itself is wrong, not the data: another exit code. */
export class UsageError extends InputError {
  override name = "UsageError";
}

/** The data cannot be had now; they may be had later. */
export class UnavailableError extends InputError {
  override name = "UnavailableError";
}
