import { expect, test } from "vitest";
import { CsvReader } from "../../src/readers/csv/reader.js";
import { bytesSource, contentOf, pipeOf, readAll, refusalOf } from "../support/arrays.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("reads a column in pieces of any length, from a file and a pipe", async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => `${i},${i / 8}`).join("\n");
  const expected = Float64Array.from({ length: 3000 }, (_, i) => i / 8);
  const text = bytes(`a,b\n${rows}\n`);
  for (const length of [1000, 1024, 3000, 4000]) {
    expect(await readAll(new CsvReader(bytesSource(text), { column: "b" }), length)).toEqual(expected);
  }
  const pieces = Array.from({ length: Math.ceil(text.length / 7) }, (_, i) =>
    text.subarray(7 * i, 7 * i + 7),
  );
  const reader = new CsvReader(pipeOf(pieces), { column: "b" });
  expect(await contentOf(reader)).toEqual({ data: expected, dtype: "float64", shape: null, order: "C" });
  expect(reader.bytesRead).toBe(text.length);
});

test("missing cells count as NaN where they may, and a note says how many", async () => {
  const reader = new CsvReader(bytesSource(bytes("y\n1\nNA\n\n1e999\n")), { keepMissing: true });
  expect(await readAll(reader)).toEqual(Float64Array.of(1, NaN, NaN, Infinity));
  expect(reader.notes).toEqual([
    "2 cells are missing, and NaN in their place",
    "1 number is too large for float64, read as infinity",
  ]);
});

const refusal = (text: string | Uint8Array, encoding?: string) =>
  refusalOf(() =>
    Promise.resolve(
      new CsvReader(bytesSource(typeof text === "string" ? bytes(text) : text, "x.csv"), {}, encoding),
    ),
  );

test.each([
  ["an empty file", "", "x.csv: the file is empty; expected a column of numbers"],
  ["a missing cell", "y\n1\nNA\n", 'x.csv: line 3, column y: expected a number, got "NA"; --nan omit leaves out pairs with a missing cell, and counts them'],
  ["text", "y\n1\nhot\n", 'x.csv: line 3, column y: expected a number, got "hot"'],
  ["a quote that is not closed", 'y\n"1\n', "x.csv: line 2: not readable as CSV: a quote is not closed"],
  ["UTF-16 without a mark", Uint8Array.of(0x79, 0, 0x0a, 0), "x.csv: expected text in utf-8, got zero bytes as utf-16le has; --encoding utf-16le"],
])("refuses %s", async (_, text, message) => {
  expect(await refusal(text)).toBe(message);
}); // prettier-ignore

test("text of 2 million rows is read piece by piece", async () => {
  function* endless(): Generator<Uint8Array> {
    const piece = bytes("1\n".repeat(2 ** 16));
    for (let i = 0; i < 32; i++) yield piece;
  }
  const reader = new CsvReader(pipeOf(endless()), {});
  const room = new Float64Array(1000);
  expect(await reader.read(room)).toBe(1000);
  // What is read ahead is a piece, not the file.
  expect(reader.bytesRead).toBeLessThan(2 ** 20);
  await reader.close();
});
