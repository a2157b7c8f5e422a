import { expect, test } from "vitest";
import { InputError } from "../../src/input-error.js";
import { readColumn } from "../support/column.js";

const table = "day,low,high\nmon,1,2.5\ntue,-3e-1,+4.\n";

test.each([
  ["one column under a header", "high\n1\n2\n", undefined, [1, 2]],
  ["one column without a header", "1\n2\n", undefined, [1, 2]],
  ["a named column", table, "high", [2.5, 4]],
  ["another column", table, "low", [1, -0.3]],
  ["a last line without its end, and blanks", "high\n 1 \n\t2", undefined, [1, 2]],
  ["empty lines above and below one column", "\nhigh\n1\n2\n\n\n", undefined, [1, 2]],
  ["empty lines anywhere between rows of several cells", "a,b\n\n1,2\n\n3,4\n", "b", [2, 4]],
  ["Windows' line ends", "high\r\n1\r\n2\r\n", "high", [1, 2]],
  ["quoted names and numbers", '"the ""high"", today",x\n"7",1\n', 'the "high", today', [7]],
  [
    "what numpy writes for values without digits",
    "v\nnan\ninf\n-inf\nInfinity\n",
    undefined,
    [NaN, Infinity, -Infinity, Infinity],
  ],
  [
    "numbers at the edge of float64",
    "v\n5e-324\n1.7976931348623157e308\n-0\n",
    undefined,
    [5e-324, Number.MAX_VALUE, -0],
  ],
])("reads %s", async (_, text, column, values) => {
  expect((await readColumn([text], "x.csv", { column })).values).toEqual(Float64Array.from(values));
});

test.each([
  ["an empty file", "", undefined, "x.csv: the file is empty; expected a column of numbers"],
  ["a file of blank lines", "\n\n", undefined, "x.csv: the file is empty; expected a column of numbers"],
  ["a header without rows", "high\n", undefined, "x.csv: there is a header but no row under it"],
  ["an unknown column", table, "hihg", 'x.csv: no column "hihg"; the header has "day", "low", "high"'],
  [
    "a column asked for where no header is",
    "1\n2\n",
    "high",
    'x.csv: no column "high"; there is no header; choose one by its place with --column, from "#1" to "#1"',
  ],
  [
    "several columns and none chosen",
    table,
    undefined,
    'x.csv: expected one column, got 3: "day", "low", "high"; choose one with --column',
  ],
  [
    "several columns without a header",
    "1,2\n3,4\n",
    undefined,
    'x.csv: expected one column, got 2 without a header; choose one by its place with --column, from "#1" to "#2"',
  ],
  [
    "text in a number column",
    "high\n1\nwarm\n",
    undefined,
    'x.csv: line 3, column high: expected a number, got "warm"',
  ],
  [
    "text where no header is",
    "1\n2\n3 C\n",
    undefined,
    'x.csv: line 3, column 1: expected a number, got "3 C"',
  ],
  [
    "nothing in a number column",
    "a,b\n1,2\n,4\n",
    "a",
    "x.csv: line 3, column a: expected a number, got an empty cell; --nan omit leaves out pairs with a missing cell, and counts them",
  ],
  [
    "a number that only JavaScript knows",
    "a\n0x10\n",
    undefined,
    'x.csv: line 2, column a: expected a number, got "0x10"',
  ],
  [
    "a decimal comma",
    'a\n"1,5"\n',
    undefined,
    'x.csv: line 2, column a: expected a number, got "1,5"; if it is one, say how it is written: --decimal ","',
  ],
])("refuses %s", async (_, text, column, message) => {
  await expect(readColumn([text], "x.csv", { column })).rejects.toThrow(new InputError(message));
});

test("refuses rows of another width, naming the line", async () => {
  await expect(readColumn(["a,b\n1,2\n3\n"], "x.csv", { column: "a" })).rejects.toThrow(
    new InputError("x.csv: line 3, column a: expected 2 cells, got 1"),
  );
});

test.each([
  ["a quote that is not closed", 'y\n"1\n2\n', "x.csv: line 3: not readable as CSV: a quote is not closed"],
  ["a quote within a cell", 'y\n1"2"\n', "x.csv: line 2: not readable as CSV: a quote stands in the middle of a cell"],
  ["semicolons", "y;z\n1,5;2\n", 'x.csv: line 2, column y;z: expected 1 cell, got 2; if ";" divides the cells, --delimiter ";"'],
  ["tabs", "a\tb\n1\t2\n", 'x.csv: line 2, column a\\tb: expected a number, got "1\\t2"; if "\\t" divides the cells, --delimiter "tab"'],
  ["a comment above the header", "# made by a tool\ny\n1\n", 'x.csv: line 2, column # made by a tool: expected a number, got "y"; the first line begins with #: if it is a comment, --comment "#"'],
  ["thousands", 'y\n"1,234.5"\n', 'x.csv: line 2, column y: expected a number, got "1,234.5"; if it is one, say how it is written: --thousands ","'],
  ["a number of either meaning", 'y\n"1,234"\n', 'x.csv: line 2, column y: expected a number, got "1,234"; if it is one, say how it is written: --decimal ",", or --thousands ","'],
  ["an empty line among rows of one cell", "y\n1\n\n2\n", "x.csv: line 3, column y: expected a number, got an empty line; --nan omit leaves out pairs with a missing cell, and counts them"],
  ["a first line of which it is open whether it has names", ",5.5\n1,2\n", 'x.csv: expected names or numbers in the first line, got "", "5.5"; --header yes if these are names, --header no if they are data'],
  ["two columns of the name that is asked for", "y,y\n1,2\n", 'x.csv: expected one column "y", got several of that name; choose one by its place, such as --column "#1"'],
])("refuses %s, and names the way", async (_, text, message) => {
  const options = message.includes("several") ? { column: "y" } : {};
  await expect(readColumn([text], "x.csv", options)).rejects.toThrow(new InputError(message));
}); // prettier-ignore

const read = async (text: string, options = {}) => readColumn([text], "x.csv", options);

test("pieces of any size read the same, line ends of three systems among them", async () => {
  const text = 'a,"b ""c"""\r\n1,"2"\n3,4\r5,6\r\n';
  const whole = await readColumn([text], "x.csv", { column: 'b "c"' });
  expect(whole.values).toEqual(Float64Array.of(2, 4, 6));
  expect(await readColumn(text.split(""), "x.csv", { column: 'b "c"' })).toEqual(whole);
});

test("a header that is a number is told by pandas' rule, with a word, or by the option", async () => {
  const pandas = await read("0\n1.5\n2\n");
  expect(pandas.values).toEqual(Float64Array.of(1.5, 2));
  expect(pandas.notes).toEqual([
    'the first line, "0", is read as a header as pandas writes it; --header no reads it as data',
  ]);
  expect((await read("0\n1.5\n", { header: "no" })).values).toEqual(Float64Array.of(0, 1.5));
  expect((await read("2020\n1.5\n", { header: "yes" })).values).toEqual(Float64Array.of(1.5));
  expect((await read("2020\n1.5\n")).values).toEqual(Float64Array.of(2020, 1.5));
  expect((await read("0.0\n1.5\n")).values).toEqual(Float64Array.of(0, 1.5));
  expect((await read("0,1\n5,6\n", { column: "1" })).values).toEqual(Float64Array.of(6));
});

test("an index without a name is not taken for data, and that is said", async () => {
  for (const header of [",0", ",y", "Unnamed: 0,y"]) {
    const { values, notes } = await read(`${header}\n0,1.5\n1,2\n`);
    expect(values).toEqual(Float64Array.of(1.5, 2));
    expect(notes).toEqual([expect.stringMatching(/^the first column has no name and is taken for an index/)]);
  }
});

test("a first line of missing cells or of numbers in another notation is no header", async () => {
  const { values, missing } = await read("NA\n1\n", { keepMissing: true });
  expect([values, missing]).toEqual([Float64Array.of(NaN, 1), [0]]);
  await expect(read('"1,5"\n"2,5"\n')).rejects.toThrow('line 1, column 1: expected a number, got "1,5"');
});

test("missing cells are told by their places", async () => {
  const { values, missing } = await read('y\n1\nNA\n\nnull\n""\n3\n\n', { keepMissing: true });
  expect(values).toEqual(Float64Array.of(1, NaN, NaN, NaN, NaN, 3));
  expect(missing).toEqual([1, 2, 3, 4]);
});

test("NaN is a value, not a missing cell", async () => {
  expect((await read("y\nnan\n", { keepMissing: true })).missing).toEqual([]);
});

test("comments begin lines only", async () => {
  expect((await read("# a\ny\n1\n# b\n2\n", { comment: "#" })).values).toEqual(Float64Array.of(1, 2));
  await expect(read("y\n1 # b\n", { comment: "#" })).rejects.toThrow('got "1 # b"');
});

test("names of the language's own are names of columns", async () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    expect((await read(`a,${name}\n1,2\n`, { column: name })).values).toEqual(Float64Array.of(2));
  }
});

test("cells of 200,000 digits and of 8,900,000 letters take their length, and errors stay short", async () => {
  const start = performance.now();
  expect((await read(`y\n${"1".repeat(200_000)}\n`)).overflowed).toBe(1);
  await expect(read(`y\n${"1".repeat(200_000)}x\n`)).rejects.toThrow(/^.{0,200}$/);
  await expect(read(`y\n${"a".repeat(8_900_000)}\n`)).rejects.toThrow(/^.{0,200}$/);
  // A pattern that tries every place to divide the digits needs 40 s for each of the first two.
  expect(performance.now() - start).toBeLessThan(20_000);
}, 60_000);

test("a line without an end is given up", async () => {
  function* endless(): Generator<string> {
    for (;;) yield "a".repeat(2 ** 20);
  }
  await expect(readColumn(endless(), "x.csv")).rejects.toThrow("a line is longer than 16,777,216 bytes");
});

test("numbers too large for float64 are counted, infinities that the file has are not", async () => {
  const { values, overflowed } = await read("y\n1e309\n1.7976931348623157e308\ninf\n");
  expect(values).toEqual(Float64Array.of(Infinity, Number.MAX_VALUE, Infinity));
  expect(overflowed).toBe(1);
});
