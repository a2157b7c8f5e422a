/**
 * `lossgrad sql`, and `lossgrad merge` of what ClickHouse printed. That the bits are those of
 * `lossgrad evaluate` is shown by ClickHouse itself, in clickhouse/.
 */
import { describe, expect, test } from "vitest";
import { temporary } from "../../test/support/temporary.js";
import { identifier, tableName, textLiteral } from "../src/sql/names.js";
import { literal } from "../src/sql/number.js";
import { npyOf } from "./support/npy.js";
import { json, lossgrad } from "./support/program.js";

const { file } = temporary("lossgrad-sql-");
const COLUMNS = ["--prediction", "p", "--target", "t"];
const asked = ["--loss", "huber=2", "--metric", "mae,bias,max,median"];

/** What ClickHouse 26.7 printed for p = 0, 1/3, …, 4/3 and t = 0, 1, …, 4. */
const PRINTED = JSON.stringify({
  lossgrad: JSON.stringify({
    format: "lossgrad clickhouse",
    version: 1,
    options: {
      losses: ["huber=2"],
      metrics: ["mae", "bias", "max", "median"],
      nan: "propagate",
      worst: 2,
      by: null,
    },
    names: { prediction: "p", target: "t", place: "row" },
    shard: { index: 0, of: 1 },
    entries: [
      "rows",
      "prediction type",
      "prediction missing",
      "prediction rounded",
      "target type",
      "target missing",
      "target rounded",
      "masked",
      "nan",
      "sum absoluteErrors 0",
      'sum loss huberLoss {"delta":2} 0',
      "sum predictions 0",
      "sum targets 0",
      "histogram",
      "maximum",
      "errors that are NaN",
      "first rows",
      "rows without a place",
      "worst",
    ],
  }),
  states: [
    [
      "5",
      ...["Float64", "0", "0"],
      ...["Float32", "0", "0"],
      ...["0", "0"],
      "{1:0,1022:6004799503160662,1023:6004799503160662,1024:10508399130531158}",
      "{1:0,1020:8006399337547550,1022:8006399337547550,1024:12009599006321324}",
      "{1:0,1021:6004799503160661,1022:6004799503160661,1023:10508399130531157}",
      "{1:0,1023:4503599627370496,1024:11258999068426240,1025:4503599627370496}",
      "{0:1,130858:1,130986:1,131072:1,131114:1}",
      ...["4613187218303178070", "0", "1", "0"],
      "[(4,4608683618675807573,4616189618054758400),(3,4607182418800017408,4613937818241073152)]",
    ],
  ],
});

test("what ClickHouse printed is the result of the same data in files", async () => {
  const p = Float64Array.of(0, 1 / 3, 2 / 3, 1, 4 / 3);
  const files = [file("p.npy", npyOf(p)), file("t.npy", npyOf(Float32Array.of(0, 1, 2, 3, 4)))];
  const { results, counts, worst } = await json("evaluate", ...files, ...asked, "--worst", "2");
  expect(await json("merge", file("state.jsonl", `${PRINTED}\n`))).toMatchObject({ results, counts, worst });
});

test("the report says which columns, and nothing of the time that it took", async () => {
  const { out } = await lossgrad(["merge", file("state.jsonl", PRINTED)]);
  expect(out).toContain("p (ClickHouse, float64) against t (ClickHouse, float32)\n5 pairs\n");
  expect(out).not.toContain("pairs/s");
});

test.each([
  [
    "the beginning alone",
    PRINTED.slice(0, -40),
    "expected what ClickHouse prints for a query of lossgrad sql",
  ],
  ["an entry too few", PRINTED.replace('"5",', ""), "expected what ClickHouse prints for a query"],
  ["another version", PRINTED.replace('version\\":1', 'version\\":2'), 'of version 1, got version "2"'],
  [
    "other whole numbers",
    PRINTED.replace("{0:1,", "{0:x,"),
    "expected histogram as whole numbers by exponents",
  ],
  ["more rows than there were", PRINTED.replace('["5"', '["-5"'), 'expected a number of rows, got "-5"'],
  ["a largest error of none", PRINTED.replace('["5"', '["0"'), "the state cannot be merged"],
])("%s is refused with the file's name", async (_, text, message) => {
  const { code, err } = await lossgrad(["merge", file("damaged.jsonl", text)]);
  expect([code, err]).toEqual([1, expect.stringContaining(message) as string]);
  expect(err).toContain("damaged.jsonl: ");
});

test("a query and a state of files are two evaluations", async () => {
  const npy = file("p.npy", npyOf(Float32Array.of(1, 2)));
  const state = file("0.json", "");
  await lossgrad(["evaluate", npy, npy, ...asked, "--shard", "0/2", "--state", state]);
  const { err } = await lossgrad(["merge", file("state.jsonl", PRINTED), state]);
  expect(err).toContain("expected a shard of the same evaluation");
});

describe("what a query cannot compute is refused by name", () => {
  test.each([
    [
      ["--metric", "msle"],
      "--metric msle: expected losses and metrics that ClickHouse computes with the bits",
    ],
    [["--loss", "soft-margin"], "--loss soft-margin: "],
    [["--loss", "mine=abs(p) + exp(t)"], "--loss mine: ClickHouse has no exp with the bits of lossgrad"],
    [["--loss", "mine=p^0.3"], "--loss mine: ClickHouse has no power to 0.3 with the bits"],
    [
      ["--loss", "smooth-l1", "--weight-column", "w"],
      "--weight-column: expected no weight, since smoothL1Loss",
    ],
    [["--metric", "median", "--weight-column", "w"], "--weight-column: expected no quantiles beside weights"],
    [["--worst", "3"], "--worst: expected --place beside it"],
    [["--from", "y"], "expected --table, or --from for what is no table, and not both"],
  ])("%s", async (options, message) => {
    const { code, err } = await lossgrad(["sql", "--table", "x", ...COLUMNS, ...options]);
    expect([code, err]).toEqual([2, expect.stringContaining(message) as string]);
  });
});

test("names and texts are quoted, whatever characters they have", () => {
  expect(tableName("data.odd`name")).toBe("`data`.`odd\\`name`");
  expect(identifier("a\\\n'b\u202e")).toBe("`a\\\\\\x0a'b\\xe2\\x80\\xae`");
  expect(textLiteral("it's `a`\\")).toBe("'it\\'s `a`\\\\'");
});

test("numbers are those of Float64", () => {
  const numbers = [1, -1, 0.5, 1e21, -0, 1e-7, NaN, Infinity, -Infinity];
  expect(numbers.map(literal)).toEqual([
    "1.",
    "(-1.)",
    "0.5",
    "1e+21",
    "(-0.)",
    "1e-7",
    "nan",
    "inf",
    "(-inf)",
  ]);
});
