import { openAsBlob } from "node:fs";
import { InputError, listed, quoted } from "../../../cli/src/input-error.js";

const EXTENSION = ".npy";

/** Whether a file that begins with these bytes is a zip archive, as an .npz is. */
export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
}

/**
 * The bytes of one array of numpy's .npz, a zip archive of .npy files; the checksum is verified at
 * their end.
 *
 * `name` may be left out where there is only one.
 */
export async function* openNpz(path: string, name?: string): AsyncGenerator<Uint8Array> {
  const { BlobReader, ZipReader } = await import("@zip.js/zip.js");
  const reader = new ZipReader(new BlobReader(await openAsBlob(path)), { useWebWorkers: false });
  try {
    const entries = await reader.getEntries();
    const arrays = new Map(
      entries.flatMap((entry) =>
        !entry.directory && entry.filename.endsWith(EXTENSION)
          ? [[entry.filename.slice(0, -EXTENSION.length), entry]]
          : [],
      ),
    );
    const chosen = name ?? (arrays.size === 1 ? [...arrays.keys()][0] : undefined);
    const entry = chosen === undefined ? undefined : arrays.get(chosen);
    if (!entry) throw new InputError(`${path}: ${explainChoice([...arrays.keys()], name)}`);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    // A failure reaches the reader through the stream.
    entry
      .getData(writable, { checkSignature: true })
      .catch((error: unknown) => writable.abort(error).catch(() => undefined));
    yield* readable as unknown as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path}: not readable as an .npz: ${(error as Error).message}`);
  } finally {
    await reader.close();
  }
}

function explainChoice(names: string[], name: string | undefined): string {
  if (names.length === 0)
    return "a zip archive without arrays; expected numpy's .npz, or a table saved as CSV";
  if (name !== undefined) return `no array ${quoted(name)}; the archive has ${listed(names)}`;
  return `expected one array, got ${names.length}: ${listed(names)}; choose one with --array`;
}
