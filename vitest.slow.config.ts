import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import base, { SLOW_FILES } from "./vitest.base.config.js";

/**
 * The files of the suite that leave some of their cases to this one: see test/support/slow.ts and
 * kernels.ts.
 */
const divided = readdirSync("test", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts") && !file.includes("node_modules"))
  .map((file) => join("test", file))
  .filter((file) => /support\/(slow|kernels|elementwise)\.js"/.test(readFileSync(file, "utf8")));

/** What takes long and rarely fails alone, `npm run test:slow`. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: [SLOW_FILES, ...divided],
    exclude: configDefaults.exclude,
    env: { LOSSGRAD_SLOW: "1" },
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
