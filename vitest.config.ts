import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

export default defineConfig({
  // The longer name first: an alias also replaces the beginning of a name.
  resolve: {
    alias: {
      "lossgrad/slim/arrays": pathOf("./src/slim/arrays.ts"),
      "lossgrad/slim": pathOf("./src/slim/index.ts"),
      "lossgrad/arrays": pathOf("./src/arrays.ts"),
      lossgrad: pathOf("./src/index.ts"),
    },
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/torch/**"],
    pool: "forks",
    // The binary, for tests that import from the middle of src/.
    setupFiles: ["src/core/inlined.ts"],
    testTimeout: 60_000,
  },
});
