import { defineConfig } from "vitest/config";
import base, { ALONE } from "./vitest.base.config.js";

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
