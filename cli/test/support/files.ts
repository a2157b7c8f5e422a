/** A file of each format, each with how it is read. */
import type { ReadOptions } from "../../src/readers/open.js";
import { table } from "./tables.js";

interface File {
  readonly bytes: Uint8Array;
  readonly options: ReadOptions;
  /** Whether it shows where the end is missing: text does not, where it ends with a line. */
  readonly cutsShow: boolean;
}

const KEPT = { csv: { keepMissing: true } };

function ofTable(name: string, column: string): File {
  return { bytes: table(name), options: { column, ...KEPT }, cutsShow: true };
}

export const FILES: Readonly<Record<string, File>> = {
  "parquet of lists": ofTable("pyarrow.parquet", "lists"),
  "parquet of missing cells in small pages": ofTable("small-pages.parquet", "nullable"),
  "parquet with zstd": ofTable("v2-zstd.parquet", "few"),
  "parquet with gzip": ofTable("gzip.parquet", "nullable"),
  "parquet with lz4": ofTable("lz4.parquet", "int64"),
  "parquet of differences": ofTable("encodings.parquet", "sorted"),
  "parquet of split bytes": ofTable("encodings.parquet", "float64"),
  "parquet of booleans": ofTable("encodings.parquet", "bool"),
};
