import { InputError } from "../input-error.js";
import { openSource } from "../sources/open.js";
import { readBytes, type Source } from "../sources/source.js";
import { isNpy, openNpy } from "./npy.js";
import { openRaw } from "./raw.js";
import type { ArrayReader } from "./reader.js";
import { isSafetensors, openSafetensors } from "./safetensors.js";

/** How to read a file, as far as its format has need of it. */
export interface ReadOptions {
  /** The tensor of a safetensors file. */
  readonly tensor?: string;
  /** The dtype of a file without a header, which is read as raw elements. */
  readonly raw?: string;
}

/** Opens the array of a file, a pipe or an address. The first bytes tell the format, not the name. */
export async function openArray(path: string, options: ReadOptions = {}): Promise<ArrayReader> {
  const source = await openSource(path);
  try {
    return await readerOf(source, options);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** The same of bytes that are open already: those of a Blob or a Response, in a page too. */
export async function readerOf(source: Source, { tensor, raw }: ReadOptions = {}): Promise<ArrayReader> {
  const head = await readBytes(source, 0, 16);
  if (isNpy(head)) return openNpy(source);
  if (isSafetensors(head)) return openSafetensors(source, tensor);
  if (raw !== undefined) return openRaw(source, raw);
  throw new InputError(`${source.name}: expected npy or safetensors, also in gzip, got ${describe(head)}`);
}

/** Kinds of files that people also keep numbers in, by their first bytes. */
const OTHERS: readonly [string, string][] = [
  ["PK\x03\x04", "a zip archive"],
  ["BZh", "bzip2: decompress it first, or use gzip"],
  ["\xfd7zXZ\x00", "xz: decompress it first, or use gzip"],
  ["\x28\xb5\x2f\xfd", "Zstandard: decompress it first, or use gzip"],
  ["\x89HDF\r\n", "HDF5: save the numbers with numpy.save"],
  ["\xd0\xcf\x11\xe0", "an old Excel workbook: save the sheet as CSV"],
  ["MATLAB", "MATLAB: save the numbers with numpy.save"],
  ["\x80", "a pickle of Python's: save the numbers with numpy.save"],
];

function describe(head: Uint8Array): string {
  if (head.length === 0) return "an empty file";
  const start = String.fromCharCode(...head);
  const known = OTHERS.find(([mark]) => start.startsWith(mark));
  return known?.[1] ?? "another format; --raw DTYPE reads elements without a header";
}
