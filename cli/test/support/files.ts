/** A file of each format, each with how it is read. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ReadOptions } from "../../src/readers/open.js";
import { npyOf } from "./npy.js";
import { table } from "./tables.js";

interface File {
  readonly bytes: Uint8Array;
  readonly options: ReadOptions;
  /** Whether it shows where the end is missing: text does not, where it ends with a line. */
  readonly cutsShow: boolean;
}

const KEPT = { keepMissing: true };

function ofTable(name: string, column: string): File {
  return { bytes: table(name), options: { column, ...KEPT }, cutsShow: true };
}

function ofTexts(name: string, column: string): File {
  return { bytes: table(name), options: { column, labels: true }, cutsShow: true };
}

function image(name: string): File {
  const url = new URL(`../../../test/fixtures/images/${name}`, import.meta.url);
  return { bytes: Uint8Array.from(readFileSync(fileURLToPath(url))), options: {}, cutsShow: true };
}

function ofArray(bytes: Uint8Array): File {
  return { bytes, options: {}, cutsShow: true };
}

function safetensorsOf(header: string, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const NPZ = new URL("../../../test/fixtures/npz/one.npz", import.meta.url);
const HEADER = '{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}';
const CSV = 'a;b\r\n"1,5";2\r\nnan;NA\r\n1e400;-3,25\r\n';
const COMMA = { delimiter: ";", format: { decimal: ",", thousands: "" } };

export const FILES: Readonly<Record<string, File>> = {
  npy: ofArray(npyOf(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])),
  npz: ofArray(Uint8Array.from(readFileSync(fileURLToPath(NPZ)))),
  safetensors: ofArray(safetensorsOf(HEADER, new Uint8Array(24))),
  csv: {
    bytes: new TextEncoder().encode(`\ufeff${CSV}`),
    options: { column: "b", csv: COMMA, ...KEPT },
    cutsShow: false,
  },
  "parquet of lists": ofTable("pyarrow.parquet", "lists"),
  "parquet of missing cells in small pages": ofTable("small-pages.parquet", "nullable"),
  "parquet with zstd": ofTable("v2-zstd.parquet", "few"),
  "parquet with gzip": ofTable("gzip.parquet", "nullable"),
  "parquet with lz4": ofTable("lz4.parquet", "int64"),
  "parquet of differences": ofTable("encodings.parquet", "sorted"),
  "parquet of split bytes": ofTable("encodings.parquet", "float64"),
  "parquet of booleans": ofTable("encodings.parquet", "bool"),
  "arrow of many columns": ofTable("pyarrow.arrow", "lists"),
  "arrow of groups with missing cells": ofTable("lists.arrow", "group.x"),
  "arrow of lists with offsets": ofTable("lists.arrow", "lists"),
  "arrow with a dictionary": ofTable("lists.arrow", "coded"),
  "arrow with lz4": ofTable("lz4.arrow", "nullable"),
  "arrow with zstd": ofTable("zstd.arrow", "few"),
  "parquet of texts": ofTexts("texts.parquet", "kind"),
  "parquet of texts behind their lengths": ofTexts("text-encodings.parquet", "lengths"),
  "parquet of texts that begin alike": ofTexts("text-encodings.parquet", "shared"),
  "arrow of texts": ofTexts("texts.arrow", "large"),
  "arrow of texts with lz4": ofTexts("texts-lz4.arrow", "kind"),
  "arrow with a dictionary of texts that grows": ofTexts("texts-more.arrows", "grown"),
  ...Object.fromEntries(
    ["rgb.png", "interlaced.png", "grey16.png", "rgb.jpg", "progressive.jpg"].map((name) => [
      name,
      image(name),
    ]),
  ),
  "JSON lines": {
    bytes: new TextEncoder().encode('{"a":{"b":[1,2.5]},"c":"NaN"}\n{"a":{"b":[null,NaN]}}\n'.repeat(9)),
    options: { column: "a.b", ...KEPT },
    cutsShow: false,
  },
  "arrow as a stream": ofTable("pyarrow.arrows", "nullable"),
};
