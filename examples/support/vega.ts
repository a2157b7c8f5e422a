import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * The path of a file in the vega-datasets package, which exports its catalogue but not its data
 * folder.
 */
export function vegaPath(name: string): string {
  const entry = createRequire(import.meta.url).resolve("vega-datasets");
  return join(dirname(entry), "../data", name);
}

/** A JSON file of the vega-datasets package. */
export function readVegaJson(name: string): unknown {
  return JSON.parse(readFileSync(vegaPath(name), "utf8"));
}
