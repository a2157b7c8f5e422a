import { describe, expect, test } from "vitest";
import { readerOf } from "../../src/readers/open.js";
import { bytesSource, memorySource, pipeOf, readAll, refusalOf } from "../support/arrays.js";
import { asExpected, outcomeOf, table, values } from "../support/tables.js";

const open = (name: string, column?: string, keepMissing = false) =>
  readerOf(bytesSource(table(name), name), { column, keepMissing });

describe("reads what PyArrow and pandas wrote, as NumPy has it", () => {
  const dense = Object.keys(values).filter((name) => !name.startsWith("nullable"));
  test.each(dense)("a column of each dtype, in groups, and lists: %s", async (column) => {
    expect(await asExpected(await open("pyarrow.arrow", column))).toEqual(values[column]);
  });

  test.each(["lz4.arrow", "zstd.arrow", "pyarrow.arrows"])("compressed, and streams: %s", async (name) => {
    for (const column of ["float64", "few", "int64", "bool"])
      expect(await asExpected(await open(name, column))).toEqual(values[column]);
  });

  test.each(["pyarrow.arrows", "lz4.arrow"])("from a pipe: %s", async (name) => {
    const bytes = Array.from(table(name), (byte) => Uint8Array.of(byte));
    const reader = await readerOf(pipeOf(bytes), { column: "few" });
    expect(reader.shape).toBe(null);
    expect(await asExpected(reader)).toEqual(values.few);
  });

  test("numbers by their places in a dictionary, and the only column", async () => {
    expect(await asExpected(await open("dictionary.arrow", "coded"))).toEqual(values.few);
    expect(await asExpected(await open("dictionary.arrow", "float32"))).toEqual(values.float32);
    const { data } = await asExpected(await open("pandas.feather", undefined, true));
    expect(data).toEqual(values.float64.data);
  });

  test("lists that Arrow has no length for, of one length all the same", async () => {
    expect(await asExpected(await open("lists.arrow", "lists"))).toEqual(values.lists);
  });
});

describe("missing cells", () => {
  test.each(["pyarrow.arrow", "lz4.arrow", "pyarrow.arrows"])(
    "are NaN where they are kept, and counted: %s",
    async (name) => {
      const reader = await open(name, "nullable", true);
      const elements = (await readAll(reader)) as Float64Array<ArrayBuffer>;
      const { data } = values.nullable;
      const missing = data.flatMap((one, i) => (one === null ? [i] : []));
      expect(missing.every((i) => Number.isNaN(elements[i]))).toBe(true);
      const bits = new BigUint64Array(elements.buffer);
      expect(data.map((one, i) => (one === null ? null : `0x${bits[i].toString(16)}`))).toEqual(data);
      expect(reader.notes).toEqual([`${missing.length} cells are missing, and NaN in their place`]);
    },
  );

  test("in groups, in lists and in dictionaries", async () => {
    const nan = async (column: string) =>
      Array.from((await readAll(await open("lists.arrow", column, true))) as Float32Array).map(Number.isNaN);
    const { data } = values.nullable;
    const missing = data.map((one) => one === null);
    expect(await nan("group.x")).toEqual(missing.map((gone, i) => gone || i === 70));
    expect(await nan("fixed")).toEqual(missing.flatMap((gone) => [gone, gone, gone]));
    expect(await nan("coded")).toEqual(missing);
  });

  test("are an error that says where", async () => {
    const first = values.nullable.data.indexOf(null);
    expect(await refusalOf(() => open("lists.arrow", "fixed"))).toBe(
      `lists.arrow, column "fixed": expected a number, got null at [${first}, 0]; ` +
        "--nan omit leaves out pairs with a missing cell, and counts them",
    );
  });
});

describe("says what it does not read", () => {
  test.each([
    ["text", "got text; cast it to float64 first"],
    ["decimal", "got decimals; cast it to float64 first"],
    ["time", "got timestamps; cast it to float64 first"],
    ["ragged", "expected lists of one length, got"],
    ["x", 'no column "x"; the file has "int8"'],
  ])("%s", async (column, message) => {
    expect(await refusalOf(() => open("pyarrow.arrow", column))).toContain(message);
  });
});

test("a dictionary that says where its fields lie, and lies, is told", async () => {
  const bytes = table("texts-more.arrows");
  const said: (string | null)[] = [];
  for (let at = 300; at < 340; at++) {
    const changed = bytes.slice().fill(0xff, at, at + 1);
    said.push(await outcomeOf(() => readerOf(memorySource(changed, "x"), { column: "grown", labels: true })));
  }
  expect(said.filter((one) => one?.endsWith("a field lies beyond its end"))).not.toHaveLength(0);
});

test.each(["a file", "a pipe"])(
  "a stream without its end mark, as PyArrow reads it, is told of: %s",
  async (kind) => {
    const bytes = table("pyarrow.arrows");
    const notesOf = async (part: Uint8Array) => {
      const reader = await readerOf(kind === "a pipe" ? pipeOf([part]) : bytesSource(part), {
        column: "few",
      });
      expect(await readAll(reader)).toHaveLength(100);
      return reader.notes;
    };
    expect(await notesOf(bytes)).toEqual([]);
    expect(await notesOf(bytes.subarray(0, -8))).toEqual([
      "the stream has no end mark; it may have been cut",
    ]);
  },
);
