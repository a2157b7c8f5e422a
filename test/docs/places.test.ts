/** Where each loss is: FEATURES.md against the exports, and a reason for each gap. */
import { readFileSync } from "node:fs";
import { F } from "lossgrad";
import { expect, it } from "vitest";
import { ALL_NAMES, COLUMNS, has, placesTable, reasonOf } from "../support/places.js";

it("the tables have every loss of F, and no others", () => {
  const found = Object.keys(F).filter((name) =>
    /Loss$|^(klDiv|crossEntropy|binaryCrossEntropy.*|ssim|msSsim|psnr)$/.test(name),
  );
  expect([...ALL_NAMES].sort()).toEqual(found.sort());
});

it("a loss that is missing in a place, or lacks an option, has a reason", () => {
  const gaps = ALL_NAMES.flatMap((name) =>
    COLUMNS.filter((column) => !has(name, column) && reasonOf(name, column) === undefined).map(
      (column) => `${name}: ${column}`,
    ),
  );
  expect(gaps).toEqual([]);
});

it("FEATURES.md shows the table", () => {
  const text = readFileSync("FEATURES.md", "utf8");
  const section = text.split("## Where each loss is\n")[1]?.split("\n## ")[0] ?? "";
  const squeezed = (table: string): string => table.replace(/ +/g, " ").replace(/-{3,}/g, "---").trim();
  expect(squeezed(section)).toContain(squeezed(placesTable()));
});
