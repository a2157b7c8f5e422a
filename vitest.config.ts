import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

export default defineConfig({
  // The longer name first: an alias also replaces the beginning of a name.
  resolve: {
    alias: { "lossgrad/arrays": pathOf("./src/arrays/index.ts"), lossgrad: pathOf("./src/index.ts") },
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/torch/**"],
    pool: "forks",
    testTimeout: 60_000,
  },
});
