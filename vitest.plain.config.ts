import { defineConfig } from "vitest/config";
import { ANYWHERE } from "./scripts/engines/anywhere.mjs";
import base from "./vitest.base.config.js";

/**
 * The suite where memory cannot be shared, as in a page that is not isolated: one thread, plain
 * buffers.
 */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ANYWHERE,
    setupFiles: ["test/support/setup.ts", "test/support/unshared.ts", "test/support/room.ts"],
  },
});
