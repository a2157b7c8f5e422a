import { InputError } from "../../input-error.js";
import { peek } from "../../sources/peek.js";

/** Byte order marks; UTF-32's begins like UTF-16's, so it is asked for first. */
const MARKS = [
  ["utf-32le", [0xff, 0xfe, 0, 0]],
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
] as const;

/** Whether the engine knows an encoding by this name. */
export function isEncoding(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}

/**
 * Decodes text chunk by chunk. A byte order mark tells the encoding; without one it is `encoding`,
 * or UTF-8.
 *
 * Bytes that the encoding does not have are an error: they would become names and numbers that
 * nobody wrote.
 */
export async function* decodeText(
  source: AsyncIterable<Uint8Array>,
  path: string,
  encoding?: string,
): AsyncGenerator<string> {
  const { head, chunks } = await peek(source, 4);
  const marked = MARKS.find(([, bytes]) => bytes.every((byte, i) => head[i] === byte))?.[0];
  const label = marked ?? encoding ?? "utf-8";
  if (!marked && !encoding) refuseZeros(head, path);
  if (!isEncoding(label))
    throw new InputError(`${path}: its byte order mark is ${label}'s; save it as UTF-8`);
  const decoder = new TextDecoder(label, { fatal: true });
  const decode = (bytes?: Uint8Array) => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      const way = "--encoding names another, such as windows-1252 or utf-16le";
      throw new InputError(`${path}: expected text in ${label}, got bytes that it does not have; ${way}`);
    }
  };
  for await (const chunk of chunks) yield decode(chunk);
  yield decode();
}

/** Text has no zero bytes, but UTF-16 of Latin letters has one in two. */
function refuseZeros(head: Uint8Array, path: string): void {
  const [first, second] = [head[0] === 0, head[1] === 0];
  if (!first && !second) return;
  if (first && second)
    throw new InputError(`${path}: expected text or an .npy file, got bytes that are zero`);
  const label = first ? "utf-16be" : "utf-16le";
  throw new InputError(
    `${path}: expected text in utf-8, got zero bytes as ${label} has; --encoding ${label}`,
  );
}
