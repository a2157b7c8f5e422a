import { defineConfig } from "vitest/config";
import base from "./vitest.base.config.js";

/**
 * Tests of what is made once in a process, or that measure it: the binary, the memory, the team of
 * threads, what was warned of, what the garbage collector takes. They have a process for each file.
 * The others share one process for each core, which saves starting a hundred of them and loading
 * the library in each: two minutes of processor time. Each of those leaves handlers of warnings and
 * the number of threads as they were.
 */
const ALONE = [
  "test/{guard,node}/**/*.test.ts",
  "test/core/{memory,storage,warnings}.test.ts",
  "test/tensor/{memory,nested,views-alive}.test.ts",
  "test/typed/{allocate,unshared}.test.ts",
];

const { include = [], exclude = [], ...shared } = base.test ?? {};

/** The suite, `npm test`. */
export default defineConfig({
  ...base,
  test: {
    ...shared,
    // A project adds its lists to those that it extends, which therefore has none.
    projects: [
      { extends: true, test: { name: "alone", include: ALONE, exclude, sequence: { groupOrder: 1 } } },
      {
        extends: true,
        test: { name: "together", include, exclude: [...exclude, ...ALONE], isolate: false },
      },
    ],
  },
});
