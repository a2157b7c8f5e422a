/** Three million flights, of vega-datasets: what NumPy computes of the same columns. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { json } from "./support/program.js";

type Results = Record<string, number>;
const data = fileURLToPath(new URL("../../node_modules/vega-datasets/data", import.meta.url));
const NUMPY = JSON.parse(
  readFileSync(new URL("../../test/fixtures/flights/flights.json", import.meta.url), "utf8"),
) as { parquet: Results; groups: number; SEA: Results };

test("three million rows of Parquet, and their groups by a column of texts", async () => {
  const columns = ["--prediction", "distance", "--target", "delay", "--by", "origin"];
  const report = await json(
    "evaluate",
    `${data}/flights-3m.parquet`,
    ...columns,
    "--metric",
    "mae,bias,max,pearson",
  );
  const groups = report.groups as { group: string; counts: { count: number }; results: Results }[];
  const seattle = groups.find(({ group }) => group === "SEA")!;
  const whole = report.results as Results & { max: unknown };
  const { value } = whole.max as { value: number };
  for (const [results, expected] of [
    [{ ...whole, max: value }, NUMPY.parquet],
    [seattle.results, NUMPY.SEA],
  ]) {
    for (const word of ["mae", "bias", "max"]) expect(results[word]).toBe(expected[word]);
    expect(results.pearson).toBeCloseTo(expected.pearson, 12);
  }
  expect([groups.length, seattle.counts.count]).toEqual([NUMPY.groups, NUMPY.SEA.count]);
});
