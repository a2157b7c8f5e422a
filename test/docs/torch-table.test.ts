/** docs/TORCH_CASES.md names tests that exist. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const here = new URL("../", import.meta.url);
const table = readFileSync(new URL("../docs/TORCH_CASES.md", here), "utf8");
/** Cells of each row: a bar within a cell is written \| . */
const rows = table
  .split("\n")
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|")))
  .filter((cells) => cells.length === 5 && cells[2].endsWith(".test.ts"))
  .map(([, theirs, file, title]) => ({ theirs, file, title }));

describe("docs/TORCH_CASES.md", () => {
  test("lists cases", () => {
    expect(rows.length).toBeGreaterThan(30);
  });

  test.each(rows)("$theirs", ({ file, title }) => {
    const source = readFileSync(new URL(file, here), "utf8");
    expect(source, `a test titled "${title}" in test/${file}`).toContain(`"${title}"`);
  });
});
