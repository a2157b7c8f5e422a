/** `--by`: the metrics of each group of a table. */
import { describe, expect, test } from "vitest";
import { temporary } from "../../test/support/temporary.js";
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
