/** The README's table of sizes against what a bundler makes of the built package. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { differences, measureSizes } from "../../scripts/sizes.mjs";

const readme = readFileSync("README.md", "utf8");

it("the README's sizes are within 3 % of what is measured; if not: npm run size -- --write", async () => {
  expect(differences(readme, await measureSizes())).toEqual([]);
}, 60_000);

it("a size that is stated wrongly, a row too many and a row that lacks are told", () => {
  const rows = [
    { name: "`a`", minified: 2000, gzipped: 1000 },
    { name: "`b`", minified: 2000, gzipped: 1000 },
  ];
  const table = "<!-- sizes -->\n| `a` | 2.0 kB | 1.2 kB |\n| `c` | 2.0 kB | 1.0 kB |\n<!-- end -->";
  expect(differences(table, rows)).toEqual([
    "`c`: nothing of that name is measured",
    "`a`: 1.2 kB is stated, 1.0 kB measured",
    "`b`: expected a row with two sizes",
  ]);
});
