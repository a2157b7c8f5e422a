/** Files that lie: the command says what is wrong in one line, with exit code 1, and soon. */
import { deflateRawSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { temporary } from "../../test/support/temporary.js";
import { crc32 } from "../src/compression/crc32.js";
import { npyOf } from "./support/npy.js";
import { lossgrad } from "./support/program.js";
import { table } from "./support/tables.js";

const { file } = temporary("lossgrad-lies-");
const text = (content: string) => new TextEncoder().encode(content);
const joined = (...parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));
const words = (...numbers: readonly number[]) => new Uint8Array(Uint32Array.from(numbers).buffer);

/** An archive of one file, whose checksum is right. */
function zipOf(name: string, content: Uint8Array): Uint8Array {
  const data = deflateRawSync(content);
  const file = text(name);
  const head = [20, 0, 0, 0, 8, 0, 0, 0, 0, 0];
  const sizes = words(crc32(content), data.length, content.length);
  const local = joined(
    text("PK\x03\x04"),
    Uint8Array.from(head),
    sizes,
    Uint8Array.of(file.length, 0, 0, 0),
    file,
    data,
  );
  const rest = new Uint8Array(12);
  const central = joined(
    text("PK\x01\x02"),
    Uint8Array.of(20, 0, ...head),
    sizes,
    Uint8Array.of(file.length, 0, 0, 0),
    rest,
    words(0).subarray(2),
    file,
  );
  const end = joined(
    text("PK\x05\x06"),
    Uint8Array.of(0, 0, 0, 0, 1, 0, 1, 0),
    words(central.length, local.length),
    Uint8Array.of(0, 0),
  );
  return joined(local, central, end);
}

/** A file of Parquet with this footer, which says that it is so long. */
function parquetOf(footer: Uint8Array, length = footer.length): Uint8Array {
  return joined(text("PAR1"), footer, words(length), text("PAR1"));
}

/** A stream of Arrow with one message, of this table. */
function arrowOf(head: Uint8Array): Uint8Array {
  return joined(words(0xffffffff, head.length), head, new Uint8Array(64));
}

const MEBIBYTE = 2 ** 20;
const many = (count: number, what = "x") => Array.from({ length: count }, (_, i) => `${what}${i}`).join(",");

test.each<[string, Uint8Array, RegExp]>([
  ["empty.npy", new Uint8Array(0), /expected a file that begins as its name says/],
  ["long.npy", npyOf(new Uint8Array(8), [2 ** 52], { descr: "<f8" }), /expected less than 2\^53 bytes/],
  ["short.npy", npyOf(new Uint8Array(8), [2 ** 40], { descr: "<f8" }), /truncated: shape \[1099511627776\]/],
  [
    "bomb.npz",
    zipOf("a.npy", npyOf(new Uint8Array(64 * MEBIBYTE), [4])),
    /more bytes follow the last element/,
  ],
  [
    "deep.safetensors",
    joined(words(200_000, 0), text('{"a":'.repeat(40_000))),
    /a header that cannot be read/,
  ],
  ["long.safetensors", joined(words(2 ** 26, 0), text("{}")), /expected a header of at most 16777216 bytes/],
  ["beyond.parquet", parquetOf(new Uint8Array(20), 0xffffffff), /expected a footer within the file/],
  [
    "ones.parquet",
    parquetOf(joined(Uint8Array.of(0x16), new Uint8Array(MEBIBYTE).fill(0xff))),
    /a number of more than 10 bytes/,
  ],
  ["deep.parquet", parquetOf(new Uint8Array(MEBIBYTE).fill(0x1c)), /structs lie too deep in one another/],
  ["lists.parquet", parquetOf(new Uint8Array(MEBIBYTE).fill(0x19)), /lists lie too deep in one another/],
  ["empty.parquet", parquetOf(new Uint8Array(1)), /fewer columns than its schema counts/],
  [
    "wide.parquet",
    parquetOf(joined(Uint8Array.of(0x29, 0xfc, 0xff, 0xff, 0x3f), new Uint8Array(MEBIBYTE))),
    /more than 262144 columns/,
  ],
  ["ones.arrow", arrowOf(joined(words(4), new Uint8Array(MEBIBYTE).fill(0xff))), /cannot be read/],
  ["zeros.arrow", arrowOf(joined(words(16), new Uint8Array(MEBIBYTE))), /cannot be read/],
  [
    "long.arrow",
    joined(text("ARROW1\0\0"), words(0xffffffff, 0x7fffffff), new Uint8Array(32)),
    /got 2147483647/,
  ],
  ["deep.jsonl", text(`${"[".repeat(MEBIBYTE)}\n`), /line 1: not readable as JSON/],
  [
    "objects.jsonl",
    text(`${'{"a":'.repeat(1e5)}1${"}".repeat(1e5)}\n`),
    /line 1: expected a number, got an object/,
  ],
  [
    "line.csv.gz",
    gzipSync(new Uint8Array(17 * MEBIBYTE).fill(0x31)),
    /a line is longer than 16,777,216 bytes/,
  ],
  ["quote.csv", text('a\n1\n"2\n3\n'), /a quote is not closed/],
  ["quote-within.csv", text('a\n1"2"\n'), /a quote stands in the middle of a cell/],
  ["utf16.csv", Uint8Array.from(Buffer.from("a\n1\n", "utf16le")), /--encoding utf-16le/],
  ["zeros.csv", new Uint8Array(MEBIBYTE), /got bytes that are zero/],
  [
    "latin1.csv",
    Uint8Array.of(0x61, 0x0a, 0xe4, 0x0a),
    /expected text in utf-8, got bytes that it does not have/,
  ],
  ["ragged.csv", text("a\n1\n2,3\n"), /line 3, column a: expected 1 cell, got 2/],
  [
    "columns.csv",
    text(`${many(1e5)}\n${many(1e5, "")}\n`),
    /expected one column, got 100000: "x0", .* and 99,990 more/,
  ],
  ["nothing.csv", text("\n\n\r\n"), /the file is empty/],
])("%s", async (name, bytes, message) => {
  const path = file(name, bytes);
  const began = performance.now();
  const { code, out, err } = await lossgrad(["evaluate", path, path, "--quiet"]);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toMatch(/^lossgrad: [^\n]{1,2100}$/);
  expect(err).toMatch(message);
  expect(performance.now() - began).toBeLessThan(5000);
});

test("a bit of a page of Parquet that is another shows in its checksum", async () => {
  const bytes = table("v2-zstd.parquet");
  bytes[200] ^= 1;
  const path = file("bit.parquet", bytes);
  const { code, err } = await lossgrad(["evaluate", path, path, "--column", "float64"]);
  expect([code, err]).toEqual([
    1,
    `lossgrad: ${path}, column "float64": the page at byte 4 cannot be read: its checksum is another: the file is damaged`,
  ]);
});

test("columns of NaN, with a byte order mark and any line ends, are read", async () => {
  const path = file("nan.csv", text("\ufeffa\r\nnan\r\nNaN\n-nan\r"));
  const { code, err } = await lossgrad(["evaluate", path, path, "--nan", "error", "--metric", "mae"]);
  expect([code, err]).toEqual([
    1,
    `lossgrad: ${path}: expected no NaN, got one at [0]; --nan omit leaves such out`,
  ]);
  expect((await lossgrad(["evaluate", path, path, "--metric", "mae"])).out).toMatch(/mae +│ +NaN/);
});
