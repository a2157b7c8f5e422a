import { expect, test } from "vitest";
import { readColumn } from "../../examples/support/csv.js";
import { InputError } from "../../examples/support/input-error.js";

const table = "day,low,high\nmon,1,2.5\ntue,-3e-1,+4.\n";

test.each([
  ["one column under a header", "high\n1\n2\n", undefined, [1, 2]],
  ["one column without a header", "1\n2\n", undefined, [1, 2]],
  ["a named column", table, "high", [2.5, 4]],
  ["another column", table, "low", [1, -0.3]],
  ["a last line without its end, blanks, empty lines", "high\n 1 \n\n\t2", undefined, [1, 2]],
  ["Windows' line ends and a byte order mark", "\ufeffhigh\r\n1\r\n2\r\n", "high", [1, 2]],
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
])("reads %s", (_, text, column, values) => {
  expect(readColumn(text, "x.csv", column)).toEqual(Float64Array.from(values));
});

test.each([
  ["an empty file", "", undefined, "x.csv: the file is empty; expected a column of numbers"],
  ["a file of blank lines", "\n\n", undefined, "x.csv: the file is empty; expected a column of numbers"],
  ["a header without rows", "high\n", undefined, "x.csv: there is a header but no row under it"],
  ["an unknown column", table, "hihg", 'x.csv: no column "hihg"; the header has day, low, high'],
  ["a column asked for where no header is", "1\n2\n", "high", 'x.csv: no column "high"; there is no header'],
  [
    "several columns and none chosen",
    table,
    undefined,
    "x.csv: 3 columns, choose one of day, low, high with --column",
  ],
  [
    "several columns without a header",
    "1,2\n3,4\n",
    undefined,
    "x.csv: 2 columns, and no header to choose one by",
  ],
  [
    "text in a number column",
    "high\n1\n\nwarm\n",
    undefined,
    'x.csv: line 4, column high: expected a number, got "warm"',
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
    "x.csv: line 3, column a: expected a number, got nothing",
  ],
  [
    "a number that only JavaScript knows",
    "a\n0x10\n",
    undefined,
    'x.csv: line 2, column a: expected a number, got "0x10"',
  ],
  ["a decimal comma", 'a\n"1,5"\n', undefined, 'x.csv: line 2, column a: expected a number, got "1,5"'],
])("refuses %s", (_, text, column, message) => {
  expect(() => readColumn(text, "x.csv", column)).toThrow(new InputError(message));
});

test("refuses rows of another width, naming the line", () => {
  expect(() => readColumn("a,b\n1,2\n3\n", "x.csv", "a")).toThrow(/^x\.csv: not readable as CSV: .* line 3$/);
});
