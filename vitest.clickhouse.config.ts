import { defineConfig } from "vitest/config";
import base from "./vitest.base.config.js";

/** ClickHouse in the process of the test, `npm run test:clickhouse`, which installs it first. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["cli/test/clickhouse/*.test.ts"],
    exclude: ["**/node_modules/**"],
  },
});
