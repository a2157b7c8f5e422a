/** `npm start`: the shipped real data, and what PyTorch computed of them. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { json } from "./support/program.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const start = (...args: string[]): string =>
  execFileSync(process.execPath, ["scripts/start.mjs", ...args], { cwd: root, encoding: "utf8" });

interface Recording {
  readonly pairs: number;
  readonly float64: Readonly<Record<string, { readonly mean: { readonly value: number } }>>;
}
const recording = JSON.parse(
  readFileSync(`${root}test/fixtures/walkthroughs/seattle.json`, "utf8"),
) as Recording;

test("evaluates the Seattle forecast without arguments; its losses are PyTorch's", async () => {
  const out = start();
  expect(out).toContain("$ lossgrad evaluate build/seattle-forecast.csv");
  const readme = readFileSync(`${root}README.md`, "utf8");
  expect(out).toContain(/```text\n(1,460 pairs\n[^`]*)```/.exec(readme)![1]);
  const table = `${root}build/seattle-forecast.csv`;
  const columns = ["--prediction", "forecast", "--target", "measured"];
  const found = await json("evaluate", table, ...columns, "--loss", "l1,mse,smooth-l1,huber");
  expect(found.elements).toBe(recording.pairs);
  const expected = ["L1", "MSE", "SmoothL1", "Huber"].map((name) => recording.float64[name].mean.value);
  Object.values(found.results as Record<string, number>).forEach((value, i) => {
    expect(Math.abs(value / expected[i] - 1)).toBeLessThanOrEqual(2 ** -52);
  });
});

test("hands its arguments to the command", () => {
  expect(start("--version")).toBe("0.1.0\n");
});
