import { defineConfig } from "vitest/config";
import base from "./vitest.base.config.js";

/**
 * Tests of what is made once in a process, or that measure it: the binary, the memory, the team of
 * threads, what was warned of. They have a process for each file. The others share a few processes,
 * which saves starting a hundred of them and loading the library in each: two minutes of processor
 * time. Each of those files leaves handlers of warnings and the number of threads as they were.
 */
const ALONE = [
  "test/{guard,node}/**/*.test.ts",
  "test/core/{memory,storage,warnings}.test.ts",
  "test/tensor/{memory,views-alive}.test.ts",
];

const { include, exclude = [] } = base.test ?? {};

/** The suite, `npm test`. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    projects: [
      { extends: true, test: { name: "alone", include: ALONE, sequence: { groupOrder: 1 } } },
      {
        extends: true,
        test: { name: "together", include, exclude: [...exclude, ...ALONE], isolate: false },
      },
    ],
  },
});
