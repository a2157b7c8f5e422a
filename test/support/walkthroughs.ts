/** The walk-throughs of test/fixtures/walkthroughs: programs for PyTorch, and what it printed. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const pathOf = (file: string): string =>
  fileURLToPath(new URL(`../fixtures/walkthroughs/${file}`, import.meta.url));

export const programOf = (name: string): string => pathOf(`${name}.py`);

/** What PyTorch printed, after the line that names its release. */
export function recordedLines(name: string): string[] {
  return readFileSync(pathOf(`${name}.txt`), "utf8")
    .trimEnd()
    .split("\n")
    .slice(1);
}
