import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** What takes long and rarely fails alone: `npm run test:slow`. */
export const SLOW_FILES = "{test,cli/test}/**/*.slow.test.ts";

/**
 * Tests of what is made once in a process, or that measure it: the binary, the memory and its
 * windows, the team of threads, what was warned of, what the garbage collector takes. They have a
 * process or a page for each file. The others share one process for each core, which saves starting
 * a hundred of them and loading the library in each: two minutes of processor time. Each of those
 * leaves handlers of warnings and the number of threads as they were.
 */
export const ALONE = [
  "test/{guard,node}/**/*.test.ts",
  "test/core/{growth,memory,storage,warnings}.test.ts",
  "test/ndarray/window.test.ts",
  "test/tensor/{memory,nested,tidy,views-alive}.test.ts",
  "test/typed/{allocate,unshared}.test.ts",
];

/** What all suites of this library's sources have in common. */
export default defineConfig({
  // The longer name first: an alias also replaces the beginning of a name.
  resolve: {
    alias: {
      "lossgrad/slim/arrays": pathOf("./src/slim/arrays.ts"),
      "lossgrad/slim/metrics": pathOf("./src/slim/metrics.ts"),
      "lossgrad/slim": pathOf("./src/slim/index.ts"),
      "lossgrad/arrays": pathOf("./src/arrays.ts"),
      "lossgrad/metrics": pathOf("./src/metrics.ts"),
      "lossgrad/compare/matchers": pathOf("./src/compare/matchers.ts"),
      "lossgrad/compare": pathOf("./src/compare/index.ts"),
      lossgrad: pathOf("./src/index.ts"),
    },
  },
  test: {
    include: ["test/**/*.test.ts", "cli/test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, "test/torch/**", "cli/test/clickhouse/**", SLOW_FILES],
    pool: "forks",
    // Vitest alone would leave one core to itself, which is half of two.
    maxWorkers: "100%",
    // The binary, for tests that import from the middle of src/.
    setupFiles: ["test/support/setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
