/** `--by`: the metrics of each group of a table. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { temporary } from "../../test/support/temporary.js";
import { Labels } from "../src/readers/columns/labels.js";
import { npyOf } from "./support/npy.js";
import { json, lossgrad } from "./support/program.js";

const { file } = temporary("lossgrad-groups-");
const columns = ["--prediction", "p", "--target", "t"];

test("each group has the metrics of its rows alone, from the worst to the best by the first", async () => {
  const table = file("t.csv", "p,t,kind\n1,0,a\n5,1,b\n2,0,a\n7,7,constructor\n3,0,NA\n1,1,b\n");
  const found = await json("evaluate", table, ...columns, "--by", "kind", "--metric", "mae,max");
  expect(found.groups).toEqual([
    { group: "", counts: { count: 1, masked: 0, nan: 0 }, results: { mae: 3, max: 3 } },
    { group: "b", counts: { count: 2, masked: 0, nan: 0 }, results: { mae: 2, max: 4 } },
    { group: "a", counts: { count: 2, masked: 0, nan: 0 }, results: { mae: 1.5, max: 2 } },
    { group: "constructor", counts: { count: 1, masked: 0, nan: 0 }, results: { mae: 0, max: 0 } },
  ]);
  expect(found.results).toEqual({ mae: 10 / 6, max: { value: 4, index: [1] } });
  const { out } = await lossgrad(["evaluate", table, ...columns, "--by", "kind", "--metric", "mae"]);
  expect(out).toMatch(/4 groups by .*, column "kind"; the worst mae first\n[^]*│ \(missing\) +│ +1 │ +3 │/);
});

test.each([
  ["mae", ["big", "small"]],
  ["r2", ["big", "small"]],
  ["bias", ["big", "small"]],
  ["huber=2", ["big", "small"]],
])("the worst by %s comes first", async (word, order) => {
  const table = file("o.csv", "p,t,kind\n1,1.5,small\n2,2,small\n0,9,big\n5,1,big\n");
  const option = word.startsWith("huber") ? "--loss" : "--metric";
  const { groups } = await json("evaluate", table, ...columns, "--by", "kind", option, word);
  expect((groups as { group: string }[]).map(({ group }) => group)).toEqual(order);
});

test("of many, the ten worst and the ten best are shown; a score that is NaN is neither", async () => {
  const rows = Array.from({ length: 30 }, (_, i) => `${i},0,${2000 + i}\n${i},0,${2000 + i}\n`);
  const table = file("many.csv", `p,t,year\n${rows.join("")}5,0,1999\n`);
  const args = ["evaluate", table, ...columns, "--by", "year"];
  const { out } = await lossgrad([...args, "--metric", "mae"]);
  expect(out).toMatch(
    /31 groups by .*; the worst mae\n[^]*│ 2029 [^]*│ 2020 [^]*the best mae\n[^]*│ 2000 [^]*│ 2008 /,
  );
  expect(out).not.toContain("│ 2015 ");
  const pearson = await lossgrad([...args, "--metric", "pearson"]);
  expect(pearson.out).toContain("31 groups by");
  expect(pearson.out).toContain("of 31 of which pearson is NaN");
  expect((await json(...args, "--metric", "mae")).groups).toHaveLength(31);
});

test("weights, masks and missing numbers count in their groups", async () => {
  const table = file("w.csv", "p,t,kind\n1,0,a\n5,0,a\nNA,0,a\n9,0,b\n");
  const weight = file("w.npy", npyOf(Float32Array.of(3, 1, 1, 1)));
  const mask = file("m.npy", npyOf(Uint8Array.of(1, 1, 1, 0)));
  const options = ["--weight", weight, "--mask", mask, "--nan", "omit", "--by", "kind", "--metric", "mae"];
  const { groups } = await json("evaluate", table, ...columns, ...options);
  expect(groups).toEqual([
    { group: "a", counts: { count: 2, masked: 0, nan: 1 }, results: { mae: 2 } },
    { group: "b", counts: { count: 0, masked: 1, nan: 0 }, results: { mae: "NaN" } },
  ]);
});

describe("what is refused", () => {
  test("groups beside outputs, more groups than 10,000, and a column that there is not", async () => {
    const table = file(
      "x.csv",
      `p,t,row\n${Array.from({ length: 10_001 }, (_, i) => `1,0,r${i}\n`).join("")}`,
    );
    const refusal = async (...options: string[]) => {
      const { code, err } = await lossgrad(["evaluate", table, ...columns, "--metric", "max", ...options]);
      return [code, err];
    };
    expect(await refusal("--by", "row", "--per-output", "0")).toEqual([
      2,
      "lossgrad: --by: expected it without --per-output, since each group has one result",
    ]);
    expect(await refusal("--by", "row")).toEqual([
      1,
      `lossgrad: ${table}, column "row": expected at most 10,000 groups, got more`,
    ]);
    expect((await refusal("--by", "raw"))[1]).toMatch(/no column "raw"; the header has "p", "t", "row"$/);
  });
});

describe("groups by texts and numbers of tables are those of pandas", () => {
  const path = (name: string) =>
    fileURLToPath(new URL(`../../test/fixtures/tables/${name}`, import.meta.url));
  type Groups = Record<string, [count: number, mae: number]>;
  const expected = JSON.parse(readFileSync(path("texts.json"), "utf8")) as Record<string, Groups>;

  test.each([
    ["texts.parquet", "kind"],
    ["texts.parquet", "year"],
    ["texts.parquet", "id"],
    ["texts.parquet", "half"],
    ["texts.parquet", "odd"],
    ["text-encodings.parquet", "plain", "kind"],
    ["text-encodings.parquet", "lengths", "kind"],
    ["text-encodings.parquet", "shared", "kind"],
    ["texts.arrow", "kind"],
    ["texts.arrow", "large", "kind"],
    ["texts.arrow", "coded", "kind"],
    ["texts.arrow", "categories", "kind"],
    ["texts.arrow", "year"],
    ["texts.arrow", "id"],
    ["texts.arrow", "half"],
    ["texts.arrow", "odd"],
    ["texts-lz4.arrow", "kind"],
    ["texts-lz4.arrow", "large", "kind"],
    ["texts-lz4.arrow", "coded", "kind"],
    ["texts-more.arrows", "grown"],
    ["texts-replaced.arrows", "grown"],
    ["texts.jsonl", "kind"],
    ["texts.jsonl", "year"],
    ["texts.jsonl", "odd"],
  ])("%s, %s", async (name, column, as = column) => {
    const found = await json("evaluate", path(name), ...columns, "--by", column, "--metric", "mae");
    const groups = found.groups as { group: string; counts: { count: number }; results: { mae: number } }[];
    const listed = groups.map(({ group, counts, results }) => [group, [counts.count, results.mae]] as const);
    const sorted = Object.fromEntries(listed);
    expect(Object.keys(sorted).sort()).toEqual(Object.keys(expected[as]).sort());
    for (const [group, [count, mae]] of Object.entries(expected[as])) {
      expect(sorted[group][0], group).toBe(count);
      expect(sorted[group][1], group).toBeCloseTo(mae, 13);
    }
  });
});

test.each([
  ["a list", '{"p":1,"t":0,"k":[1]}', "line 1: expected a text or a number, got a list of 1"],
  ["an object", '{"p":1,"t":0,"k":{}}', "line 1: expected a text or a number, got an object"],
  [
    "a number that may be another one, rounded",
    '{"p":1,"t":0,"k":1}\n{"p":1,"t":0,"k":9007199254740993}',
    "line 2: expected numbers up to 2^53 as groups, or texts, got 9007199254740992",
  ],
  [
    "a text of a page",
    `{"p":1,"t":0,"k":"${"x".repeat(1001)}"}`,
    'column "k": expected texts of at most 1,000 characters, got one of 1001 characters',
  ],
])("%s tells no group", async (_, lines, message) => {
  const path = file("x.jsonl", lines);
  const { code, err } = await lossgrad(["evaluate", path, ...columns, "--by", "k"]);
  expect([code, err.replace(/x\.jsonl, column/, "x.jsonl: column")]).toEqual([
    1,
    `lossgrad: ${path}: ${message}`,
  ]);
});

test("texts that are not in UTF-8 tell no group", () => {
  const labels = new Labels("x");
  expect(() => labels.codeOfBytes(Uint8Array.of(0xff))).toThrow(
    "x: expected texts in UTF-8, got other bytes",
  );
  expect(() => labels.codeOfBytes(new Uint8Array(4001))).toThrow("got one of 4001 bytes");
});
