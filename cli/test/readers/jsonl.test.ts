import { describe, expect, test } from "vitest";
import { readerOf } from "../../src/readers/open.js";
import { bytesSource, pipeOf, readAll, refusalOf } from "../support/arrays.js";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const open = (text: string, column?: string, keepMissing = false) =>
  readerOf(bytesSource(bytesOf(text), "x.jsonl"), { column, keepMissing });
const numbers = async (text: string, column?: string, keepMissing = false) =>
  Array.from((await readAll(await open(text, column, keepMissing))) as Float64Array);
const refusal = (text: string, column?: string) => refusalOf(() => open(text, column));

describe("what is read", () => {
  test("a number in each line, with any line ends, blank lines and booleans", async () => {
    expect(await numbers("1\r\n-2.5e3\n\n  \ntrue\nfalse\n0.1")).toEqual([1, -2500, 1, 0, 0.1]);
  });

  test("a field of objects, also of those within others, and where its name has a dot", async () => {
    const text = '{"a":1,"b":{"c":{"d":5}}}\n{"b":{"c.d":6},"a":2}\n{"b.c":{"d":7},"a":3}\n';
    expect(await numbers(text, "a")).toEqual([1, 2, 3]);
    expect(await numbers(text, "b.c.d")).toEqual([5, 6, 7]);
    expect(await numbers('{"only": 4}\n{"only": 5}')).toEqual([4, 5]);
    expect(await numbers('{"__proto__": 4}', "__proto__")).toEqual([4]);
  });

  test("lists, as a matrix", async () => {
    const reader = await open('{"v":[1,2,3]}\n{"v":[4,5,6]}', "v");
    expect(reader).toMatchObject({ shape: [2, 3], dtype: "float64", format: "jsonl" });
    expect(Array.from((await readAll(reader)) as Float64Array)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await numbers("[1, 2]\n[3, 4]\n")).toEqual([1, 2, 3, 4]);
  });

  test("what Python writes and JSON has not", async () => {
    const text = '{"v": NaN, "t": "a NaN \\" Infinity"}\n{"v": -Infinity}\n{"v":Infinity}\n';
    expect(await numbers(text, "v")).toEqual([NaN, -Infinity, Infinity]);
    expect(await refusal('{"v": "NaN"}', "v")).toBe('x.jsonl: line 1: expected a number, got "NaN"');
  });

  test("from a pipe, in any pieces, after a byte order mark, and without a name that tells", async () => {
    const bytes = bytesOf('\ufeff{"v":1,"ä":2}\n{"v":2}\n');
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
    const reader = await readerOf(pipeOf(pieces), { column: "v" });
    expect(reader.shape).toBe(null);
    expect(Array.from((await readAll(reader)) as Float64Array)).toEqual([1, 2]);
  });
});

test("missing cells are an error that says the line, or are kept and counted", async () => {
  const text = '{"v":1}\n{"w":2}\n\n{"v":null}\n';
  expect(await refusal(text, "v")).toBe(
    "x.jsonl: line 2: expected a number, got null or nothing; " +
      "--nan omit leaves out pairs with a missing cell, and counts them",
  );
  const reader = await open(text, "v", true);
  expect(Array.from((await readAll(reader)) as Float64Array)).toEqual([1, NaN, NaN]);
  expect(reader.notes).toEqual(["2 cells are missing, and NaN in their place"]);
  expect(await numbers("[1,2]\nnull\n[null,3]", undefined, true)).toEqual([1, 2, NaN, NaN, NaN, 3]);
});

test("numbers beyond float64 are infinite, and counted", async () => {
  const reader = await open("1e999\n-1e999\n1");
  expect(Array.from((await readAll(reader)) as Float64Array)).toEqual([Infinity, -Infinity, 1]);
  expect(reader.notes).toEqual(["2 numbers are too large for float64, read as infinity"]);
});

describe("what is refused", () => {
  test.each([
    ["[1,\n2]", undefined, /^x\.jsonl: line 1: not readable as JSON: .*; a list over several lines/],
    ['{"a":1}\n{"a":', "a", /^x\.jsonl: line 2: not readable as JSON: /],
    ['{"a":"1"}', "a", /line 1: expected a number, got "1"$/],
    ['{"a":{"b":1}}', "a", /line 1: expected a number, got an object$/],
    ['{"a":[1,2]}\n{"a":[1]}', "a", /line 2: expected a list of 2 numbers, got a list of 1$/],
    ['{"a":1}\n5', "a", /line 2: expected an object, got 5$/],
    ['{"a":1,"b":2}', undefined, /expected one column, got 2: "a", "b"; choose one with --column$/],
    ['{"a":1,"b":2}', "c", /line 1: expected a number, got null or nothing/],
    ["1", "c", /no column "c"; the first line has 1$/],
    ["", undefined, /the file is empty/],
    ["\n \n", undefined, /the file is empty/],
  ])("%.30j of %s", async (text, column, message) => {
    expect(await refusal(text, column)).toMatch(message);
  });

  test("an endless line", async () => {
    const piece = bytesOf("[".repeat(2 ** 16));
    function* endless(): Generator<Uint8Array> {
      for (;;) yield piece;
    }
    expect(await refusalOf(() => readerOf(pipeOf(endless(), "x.jsonl")))).toBe(
      "x.jsonl: line 1: expected a value of JSON in each line, got a line of more than 4,194,304 characters",
    );
  });

  test("a column that no line has, also where missing cells are kept", async () => {
    const path = refusalOf(() => open('{"a":1}\n{"a":2}', "b", true));
    expect(await path).toBe('x.jsonl: no column "b"; the first line has "a"');
  });

  test("lists in a stream, whose number must be known", async () => {
    expect(await refusalOf(() => readerOf(pipeOf([bytesOf("[1]\n")], "x.jsonl")))).toBe(
      "x.jsonl: expected lists in a file of its own, got them in a stream",
    );
  });
});
