/** Flights in the United States, of vega-datasets: what NumPy computes of the same columns. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { json, lossgrad } from "./support/program.js";

const data = fileURLToPath(new URL("../../node_modules/vega-datasets/data", import.meta.url));
const arrow = `${data}/flights-200k.arrow`;
const NUMPY = JSON.parse(
  readFileSync(new URL("../../test/fixtures/flights/flights.json", import.meta.url), "utf8"),
) as { arrow: Record<string, Record<string, number>> };

test.each(Object.keys(NUMPY.arrow))("200,000 rows of Arrow: %s", async (columns) => {
  const [prediction, target] = columns.split(" against ");
  const expected = NUMPY.arrow[columns];
  const metric = Object.keys(expected).join();
  const report = await json(
    "evaluate",
    arrow,
    "--prediction",
    prediction,
    "--target",
    target,
    "--metric",
    metric,
  );
  const results = report.results as Record<string, number> & { max: { value: number } };
  expect(report.elements).toBe(200_000);
  // fsum is exact; what NumPy and the sketch of quantiles round is close.
  for (const word of ["mae", "bias"]) expect(results[word]).toBe(expected[word]);
  expect(results.max.value).toBe(expected.max);
  for (const word of ["rmse", "pearson"]) expect(results[word]).toBeCloseTo(expected[word], 12);
  expect(Math.abs(results.median / expected.median - 1)).toBeLessThan(2 ** -8);
});

test("the example of the command line's page prints what stands there", async () => {
  const page = readFileSync(new URL("../../docs/command-line.md", import.meta.url), "utf8");
  const [, command, printed] = /```console\n\$ lossgrad (.*flights.*)\n([^]*?)```/.exec(page)!;
  const { out } = await lossgrad(command.replace("flights-200k.arrow", arrow).split(" "));
  // All but how long it took.
  const lines = out.replaceAll(`${data}/`, "").split("\n").slice(0, -1);
  expect(printed.trimEnd().split("\n")).toEqual(lines);
});
