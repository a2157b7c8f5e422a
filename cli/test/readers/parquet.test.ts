import { describe, expect, test } from "vitest";
import { readerOf } from "../../src/readers/open.js";
import { checkDeltas, checkRuns, PageError } from "../../src/readers/parquet/runs.js";
import { bytesSource, readAll, refusalOf } from "../support/arrays.js";
import { asExpected, table, values } from "../support/tables.js";

const open = (name: string, column?: string, keepMissing = false) =>
  readerOf(bytesSource(table(name), name), { column, keepMissing });

describe("reads what PyArrow and pandas wrote, as NumPy has it", () => {
  const dense = Object.keys(values).filter((name) => !name.startsWith("nullable"));
  test.each(dense)("a column of each dtype, in groups, and lists: %s", async (column) => {
    expect(await asExpected(await open("pyarrow.parquet", column))).toEqual(values[column]);
  });

  test.each(["none", "gzip", "lz4", "v2-zstd"])("compressed: %s", async (name) => {
    for (const column of ["float64", "few", "int64", "bool"])
      expect(await asExpected(await open(`${name}.parquet`, column))).toEqual(values[column]);
  });

  test.each(["float64", "int64", "sorted", "int32", "bool"])("encoded: %s", async (column) => {
    expect(await asExpected(await open("encodings.parquet", column))).toEqual(values[column]);
  });

  test("lists over pages that are smaller than they, and the only column that is no index", async () => {
    expect(await asExpected(await open("small-pages.parquet", "lists"))).toEqual(values.lists);
    // pandas writes NaN as a missing cell.
    const { data } = await asExpected(await open("pandas.parquet", undefined, true));
    expect(data).toEqual(values.float64.data);
  });
});

describe("missing cells", () => {
  test.each(["pyarrow.parquet", "v2-zstd.parquet", "small-pages.parquet"])(
    "are NaN where they are kept, and counted: %s",
    async (name) => {
      const reader = await open(name, "nullable", true);
      const elements = (await readAll(reader)) as Float64Array;
      const { data } = values.nullable;
      const missing = data.flatMap((one, i) => (one === null ? [i] : []));
      expect(missing.every((i) => Number.isNaN(elements[i]))).toBe(true);
      const bits = new BigUint64Array(elements.buffer);
      expect(data.map((one, i) => (one === null ? null : `0x${bits[i].toString(16)}`))).toEqual(data);
      expect(reader.notes).toEqual([`${missing.length} cells are missing, and NaN in their place`]);
    },
  );

  test("of integers make float64 of them", async () => {
    const reader = await open("pyarrow.parquet", "nullable_int", true);
    expect(reader).toMatchObject({ dtype: "int64", held: "float64" });
    const elements = (await readAll(reader)) as Float64Array;
    const expected = values.nullable_int.data.map((one) => (one === null ? NaN : Number(one)));
    expect(Array.from(elements)).toEqual(expected);
    expect(reader.notes[1]).toMatch(/^\d+ numbers are beyond 2\^53, rounded to float64$/);
  });

  test("are an error that says where", async () => {
    const first = values.nullable.data.indexOf(null);
    expect(await refusalOf(() => open("pyarrow.parquet", "nullable"))).toBe(
      `pyarrow.parquet, column "nullable": expected a number, got null at [${first}]; ` +
        "--nan omit leaves out pairs with a missing cell, and counts them",
    );
  });
});

describe("says what it does not read", () => {
  test.each([
    ["text", "got text; cast it to DOUBLE first"],
    ["decimal", "got a decimal; cast it to DOUBLE first"],
    ["time", "got a timestamp; cast it to DOUBLE first"],
    ["ragged", "expected lists of one length, got"],
  ])("%s", async (column, message) => {
    expect(await refusalOf(() => open("pyarrow.parquet", column))).toContain(message);
  });

  test("another compression", async () => {
    expect(await refusalOf(() => open("brotli.parquet", "few"))).toBe(
      'brotli.parquet, column "few": the page at byte ' +
        "975 cannot be read: compressed by Brotli; save it with zstd or snappy",
    );
  });

  test("a column that there is not, and which there are", async () => {
    expect(await refusalOf(() => open("none.parquet", "x"))).toBe(
      'none.parquet: no column "x"; the file has "float64", "few", "int64", "nullable", "bool"',
    );
    expect(await refusalOf(() => open("none.parquet"))).toContain("expected one column, got 5: ");
    expect(await asExpected(await open("none.parquet", "#2"))).toEqual(values.few);
  });
});

describe("runs of values, before they are decoded", () => {
  const runs = (...bytes: number[]) =>
    checkRuns(Uint8Array.from(bytes), { at: 0, end: bytes.length, width: 1 }, 20);

  test("are counted: packed ones, of which the last is padded, and repeated ones", () => {
    expect(runs(3, 0xff, 12 << 1, 1)).toBe(20);
    expect(runs(7, 0xff, 0xff, 0xff)).toBe(20);
    expect(runs(4, 1)).toBe(2);
    expect(runs()).toBe(0);
  });

  test.each([
    ["more repetitions than values", () => runs(42, 1)],
    ["a thousand million repetitions", () => runs(0xfe, 0xff, 0xff, 0xff, 0x07, 1)],
    ["a thousand million packed values", () => runs(0xff, 0xff, 0xff, 0xff, 0x07)],
    ["a number without an end", () => runs(0xff, 0xff, 0xff, 0xff, 0xff, 0xff)],
    ["differences in blocks of 2^31", () => checkDeltas(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 8, 1, 1), 1)],
    ["differences in no parts", () => checkDeltas(Uint8Array.of(0x80, 1, 0, 1), 1)],
    ["more differences than values", () => checkDeltas(Uint8Array.of(0x80, 1, 4, 2), 1)],
  ])("are refused where they say %s", (_, check) => {
    expect(check).toThrow(PageError);
  });
});
