import { InputError } from "../../input-error.js";

/** A longer line is none: the file is no JSON lines, or of one line. */
export const LONGEST_LINE = 2 ** 22;

export interface Line {
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
}

/** Whether text begins as an object or a list of JSON. */
export function isJson(head: Uint8Array): boolean {
  const begin = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  const first = head.subarray(begin).find((byte) => byte > 0x20);
  return first === 0x7b || first === 0x5b;
}

/** The lines of a text that comes in pieces, but for empty ones. @throws InputError for one too long */
export async function* linesOf(text: AsyncIterable<string>, path: string): AsyncGenerator<Line[]> {
  let [rest, number] = ["", 0];
  const check = (line: string): void => {
    if (line.length <= LONGEST_LINE) return;
    const most = LONGEST_LINE.toLocaleString("en");
    throw new InputError(
      `${path}: line ${number + 1}: expected a value of JSON in each line, got a line of more than ${most} characters`,
    );
  };
  for await (const piece of text) {
    const lines: Line[] = [];
    let begin = 0;
    for (let end = piece.indexOf("\n"); end >= 0; end = piece.indexOf("\n", begin)) {
      const line = rest + piece.slice(begin, end);
      check(line);
      number++;
      if (line.trim() !== "") lines.push({ text: line, number });
      [rest, begin] = ["", end + 1];
    }
    rest += piece.slice(begin);
    check(rest);
    if (lines.length > 0) yield lines;
  }
  if (rest.trim() !== "") yield [{ text: rest, number: number + 1 }];
}
