import type { FileEntry } from "@zip.js/zip.js";
import { InputError, listed, quoted } from "../input-error.js";
import { readBytes, type Source, StreamSource } from "../sources/source.js";
import type { BinaryReader } from "./binary.js";
import { openNpy } from "./npy.js";

const EXTENSION = ".npy";
/** The list of an archive's files is read at once: of some 100,000. A longer one is none. */
const LONGEST_READ = 2 ** 24;

/** Whether a file that begins with these bytes is a zip archive, as an .npz is. */
export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
}

/**
 * Opens one array of NumPy's .npz, a zip archive of .npy files, by its name, which may be left out
 * where there is only one.
 */
export async function openNpz(source: Source, name?: string): Promise<BinaryReader> {
  const array = new StreamSource(source.name, openEntry(source, name), () => source.close());
  return openNpy(array, "npz");
}

/** The names of an archive's arrays, in its order. */
export async function arrayNames(source: Source): Promise<string[]> {
  const { arrays, close } = await openArchive(source);
  await close();
  return [...arrays.keys()];
}

/** The bytes of one array's file; its checksum is verified at their end. */
async function* openEntry(source: Source, name?: string): AsyncGenerator<Uint8Array> {
  const { arrays, close } = await openArchive(source);
  try {
    const chosen = name ?? (arrays.size === 1 ? [...arrays.keys()][0] : undefined);
    const entry = chosen === undefined ? undefined : arrays.get(chosen);
    if (!entry) throw new InputError(`${source.name}: ${explainChoice([...arrays.keys()], name)}`);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    // A failure reaches the reader through the stream.
    entry
      .getData(writable, { checkSignature: true })
      .catch((error: unknown) => writable.abort(error).catch(() => undefined));
    yield* readable as unknown as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw unreadable(source, error);
  } finally {
    await close();
  }
}

interface Archive {
  /** By their names, without the ending. */
  readonly arrays: ReadonlyMap<string, FileEntry>;
  readonly close: () => Promise<void>;
}

async function openArchive(source: Source): Promise<Archive> {
  if (!source.seekable || source.size === null) {
    throw new InputError(`${source.name}: expected an .npz as a file of its own, got one in a stream`);
  }
  const { Reader, ZipReader } = await import("@zip.js/zip.js");
  class SourceReader extends Reader<Source> {
    override size = source.size!;
    override async readUint8Array(offset: number, length: number): Promise<Uint8Array> {
      if (length > LONGEST_READ)
        throw new Error(`a part of ${length} bytes, expected at most ${LONGEST_READ}`);
      return readBytes(source, offset, length);
    }
  }
  const reader = new ZipReader(new SourceReader(source), { useWebWorkers: false });
  try {
    const entries = await reader.getEntries();
    const arrays = new Map(
      entries.flatMap((entry) =>
        !entry.directory && entry.filename.endsWith(EXTENSION)
          ? [[entry.filename.slice(0, -EXTENSION.length), entry]]
          : [],
      ),
    );
    return { arrays, close: () => reader.close() };
  } catch (error) {
    await reader.close();
    throw unreadable(source, error);
  }
}

function unreadable({ name }: Source, error: unknown): unknown {
  if (error instanceof InputError) return error;
  return new InputError(`${name}: not readable as an .npz: ${(error as Error).message}`);
}

function explainChoice(names: string[], name: string | undefined): string {
  if (names.length === 0)
    return "a zip archive without arrays; expected numpy's .npz, or a table saved as CSV";
  if (name !== undefined) return `no array ${quoted(name)}; the archive has ${listed(names)}`;
  return `expected one array, got ${names.length}: ${listed(names)}; choose one with --array`;
}
