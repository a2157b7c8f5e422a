import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Whether the module with this `import.meta.url` is the program that was started, not one that a
 * test imported.
 */
export function isMain(moduleUrl: string): boolean {
  const started = process.argv.at(1);
  return started !== undefined && realpathSync(started) === fileURLToPath(moduleUrl);
}
