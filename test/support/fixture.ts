/**
 * A fixture that a script beside it wrote with PyTorch, for tests that may read files; the others
 * import its text by `?raw`.
 */
import { readFileSync } from "node:fs";

export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8"));
}
