import { InputError } from "../input-error.js";
import { openSource } from "../sources/open.js";
import { readBytes, type Source } from "../sources/source.js";
import { isArrowFile, isArrowStream } from "./arrow/messages.js";
import type { CsvOptions } from "./csv/column.js";
import { isJpeg } from "./images/jpeg.js";
import { isPng } from "./images/png.js";
import { isJson } from "./jsonl/lines.js";
import { isNpy, openNpy } from "./npy.js";
import { isZip, openNpz } from "./npz.js";
import { openRaw } from "./raw.js";
import { isParquet } from "./parquet/footer.js";
import type { ArrayReader } from "./reader.js";
import { isSafetensors, openSafetensors } from "./safetensors.js";

/** How to read a file, as far as its format has need of it. */
export interface ReadOptions {
  /** The tensor of a safetensors file. */
  readonly tensor?: string;
  /** The array of an .npz. */
  readonly array?: string;
  /** The column of a table. */
  readonly column?: string;
  /** Whether missing cells of a table become NaN, or are an error. */
  readonly keepMissing?: boolean;
  /** Whether the column of a table tells groups: texts, or numbers as such. */
  readonly labels?: boolean;
  /** How a table is written. */
  readonly csv?: CsvOptions;
  /** Of text. */
  readonly encoding?: string;
  /** The dtype of a file without a header, which is read as raw elements. */
  readonly raw?: string;
  /** How long a pipe may bring nothing. */
  readonly waitSeconds?: number;
}

/** Opens the array of a file, a pipe or an address. The first bytes tell the format, not the name. */
export async function openArray(path: string, options: ReadOptions = {}): Promise<ArrayReader> {
  const source = await openSource(path, options.waitSeconds);
  try {
    return await readerOf(source, options);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** The same of bytes that are open already: those of a Blob or a Response, in a page too. */
export async function readerOf(source: Source, options: ReadOptions = {}): Promise<ArrayReader> {
  const { tensor, array, column, raw, csv, encoding, keepMissing = false, labels = false } = options;
  const head = await readBytes(source, 0, 16);
  if (isNpy(head)) return openNpy(source);
  if (isZip(head)) return openNpz(source, array);
  if (isSafetensors(head)) return openSafetensors(source, tensor);
  if (isParquet(head)) {
    const { openParquet } = await import("./parquet/reader.js");
    return openParquet(source, column, { keepMissing, labels });
  }
  if (isArrowFile(head) || (raw === undefined && isArrowStream(head))) {
    const { openArrow } = await import("./arrow/reader.js");
    return openArrow(source, head, { column, keepMissing, labels });
  }
  if (isPng(head) || (raw === undefined && isJpeg(head))) {
    const { openImage } = await import("./images/reader.js");
    return openImage(source, isPng(head) ? "png" : "jpeg");
  }
  if (raw !== undefined) return openRaw(source, raw);
  refuseOthers(source.name, head);
  if (isJson(head) || /\.(jsonl|ndjson)(\.gz)?$/i.test(source.name)) {
    const { openJsonLines } = await import("./jsonl/reader.js");
    return openJsonLines(source, { column, encoding, keepMissing, labels });
  }
  const { CsvReader } = await import("./csv/reader.js");
  const delimiter = csv?.delimiter ?? (/\.tsv(\.gz)?$/i.test(source.name) ? "\t" : undefined);
  return new CsvReader(source, { ...csv, keepMissing, labels, delimiter, column }, encoding);
}

/** Kinds of files that people also keep numbers in, by their first bytes. */
const OTHERS: readonly [string, string][] = [
  ["BZh", "bzip2: decompress it first, or use gzip"],
  ["\xfd7zXZ\x00", "xz: decompress it first, or use gzip"],
  ["\x28\xb5\x2f\xfd", "Zstandard: decompress it first, or use gzip"],
  ["\x89HDF\r\n", "HDF5: save the numbers with numpy.save"],
  ["\xd0\xcf\x11\xe0", "an old Excel workbook: save the sheet as CSV"],
  ["MATLAB", "MATLAB: save the numbers with numpy.save"],
  ["\x80", "a pickle of Python's: save the numbers with numpy.save"],
];

function refuseOthers(name: string, head: Uint8Array): void {
  const start = String.fromCharCode(...head);
  const known = OTHERS.find(([mark]) => start.startsWith(mark));
  if (known)
    throw new InputError(`${name}: expected npy, npz, safetensors or CSV, also in gzip, got ${known[1]}`);
  if (/\.(npy|safetensors|bin|raw)$/i.test(name)) {
    throw new InputError(
      `${name}: expected a file that begins as its name says, got another; --raw DTYPE reads elements without a header`,
    );
  }
}
