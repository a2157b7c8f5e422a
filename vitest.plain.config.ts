import { configDefaults, defineConfig } from "vitest/config";
import base from "./vitest.config.js";

/** The same suite where memory cannot be shared, as in a page that is not isolated: one thread, plain buffers. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["test/{array,arrays,autograd,exactness,nn,tensor}/**/*.test.ts"],
    exclude: configDefaults.exclude,
    setupFiles: ["src/core/inlined.ts", "test/support/unshared.ts", "test/support/room.ts"],
  },
});
