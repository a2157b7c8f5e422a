import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

export default defineConfig({
  root: pathOf("."),
  resolve: {
    alias: {
      "lossgrad/arrays": pathOf("../../dist/typed/index.js"),
      "lossgrad/loss": pathOf("../../dist/loss"),
      lossgrad: pathOf("../../dist/index.js"),
    },
  },
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    // One browser at a time: what a page does on two busy cores is slow enough.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
