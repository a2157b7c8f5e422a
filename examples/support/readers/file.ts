import { InputError } from "../../../cli/src/input-error.js";
import { peek } from "../../../cli/src/sources/peek.js";
import { openBytes } from "./bytes.js";
import { readColumn, type CsvOptions } from "../../../cli/src/readers/csv/column.js";
import { isNpy, readNpy, type NpyArray } from "./npy.js";
import { isZip, openEntry } from "../../../cli/src/readers/npz.js";
import { openFile } from "../../../cli/src/sources/file.js";
import { decodeText } from "../../../cli/src/readers/csv/text.js";

/** How to read a file, as far as its kind has need of it. */
export interface ReadOptions {
  csv?: CsvOptions;
  encoding?: string;
  /** The array of an .npz. */
  array?: string;
  /** How long a pipe may bring nothing. */
  waitSeconds?: number;
}

/** Numbers from a file of any kind. */
export interface Loaded {
  path: string;
  kind: "CSV" | ".npy" | ".npz";
  data: NpyArray["data"] | Float32Array | Float64Array;
  dtype: NpyArray["dtype"];
  shape: number[];
  /** The places of missing cells, whose values are NaN; ascending. */
  missing: Uint32Array;
  /** How many numbers became infinite, since they are too large. */
  overflowed: number;
  notes: string[];
}

/** Long enough for a slow program at the other end of a pipe; --wait changes it. */
export const WAIT_SECONDS = 30;

const NONE = { missing: new Uint32Array(0), overflowed: 0, notes: [] };

/** Reads a file of numbers. Its first bytes tell its kind, whatever its name is. */
export async function readFile(path: string, options: ReadOptions = {}): Promise<Loaded> {
  const source = await openBytes(path, options.waitSeconds ?? WAIT_SECONDS);
  try {
    const { head, chunks } = await peek(source.chunks, 8);
    if (isNpy(head)) return { ...NONE, path, kind: ".npy", ...(await readNpy(chunks, path)) };
    if (isZip(head)) {
      if (!source.isPlainFile)
        throw new InputError(`${path}: expected an .npz as a file of its own, got one in a stream`);
      const archive = await openFile(path);
      try {
        return { ...NONE, path, kind: ".npz", ...(await readNpy(openEntry(archive, options.array), path)) };
      } finally {
        await archive.close();
      }
    }
    refuseOthers(head, path);
    const text = decodeText(chunks, path, options.encoding);
    const { values, ...rest } = await readColumn(text, path, options.csv);
    const dtype = values instanceof Float32Array ? "float32" : "float64";
    return { ...rest, path, kind: "CSV", data: values, dtype, shape: [values.length] };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(`${path}: more numbers than there is memory for (${error.message})`);
  } finally {
    source.close();
  }
}

/** Kinds of files that people also keep numbers in, by their first bytes. */
const OTHERS: readonly [string, string, string][] = [
  ["bzip2", "BZh", "decompress it first, or use gzip"],
  ["xz", "\xfd7zXZ\x00", "decompress it first, or use gzip"],
  ["Zstandard", "\x28\xb5\x2f\xfd", "decompress it first, or use gzip"],
  ["HDF5", "\x89HDF\r\n", "save the numbers with numpy.save"],
  ["Parquet", "PAR1", "save the column as CSV"],
  ["an old Excel workbook", "\xd0\xcf\x11\xe0", "save the sheet as CSV"],
  ["MATLAB", "MATLAB", "save the numbers with numpy.save"],
  ["a pickle of Python's", "\x80", "save the numbers with numpy.save"],
];

function refuseOthers(head: Uint8Array, path: string): void {
  const start = Buffer.from(head).toString("latin1");
  const other = OTHERS.find(([, mark]) => start.startsWith(mark));
  if (other)
    throw new InputError(`${path}: expected CSV, .npy or .npz, also in gzip, got ${other[0]}; ${other[2]}`);
  if (path.endsWith(".npy"))
    throw new InputError(`${path}: not an .npy file: it does not begin with the mark of one`);
}
