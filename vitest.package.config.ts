import { defineConfig } from "vitest/config";

/** The packed library in bundlers, pages and Node, as a stranger installs it: test/consumers. */
export default defineConfig({
  test: {
    include: ["test/consumers/*.test.mjs"],
    globalSetup: ["test/consumers/setup.mjs"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
