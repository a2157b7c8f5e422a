import { describe, expect, it } from "vitest";
import { backends } from "../support/kernels.js";
import { familiesOf } from "./families.js";

describe("the binaries", () => {
  const [plain, threads] = backends.map(({ kernels }) => Object.keys(kernels));

  it.skipIf(!threads)("export the same kernels, shared memory or not", () => {
    expect(threads).toEqual(plain);
    expect(plain).not.toEqual([]);
  });

  it("export functions only: a kernel has no state", () => {
    for (const { kernels } of backends) {
      expect(Object.entries(kernels).filter(([, value]) => typeof value !== "function")).toEqual([]);
    }
  });

  it.each(plain)("%s is tested with exactly one family of kernels", (name) => {
    expect(familiesOf(name)).toHaveLength(1);
  });
});
