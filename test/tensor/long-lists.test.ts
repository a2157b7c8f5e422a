/**
 * Lists that a call would make or read, too long for the memory of an engine: refused before they
 * are.
 */
import { F, tensor } from "lossgrad";
import { describe, it } from "vitest";
import { expectRefused } from "../support/refuse.js";

describe("lists that would take all memory are refused", () => {
  const row = tensor([[1, 2, 3]]);

  it("positions of a mirrored border", () => {
    expectRefused(
      () => F.pad(row, [2e9, 0], { mode: "replicate" }),
      RangeError,
      "pad: expected at most 67108864 elements of a mirrored border, got shape [1, 2000000003]",
    );
  });

  it("sizes of a border", () => {
    const sizes = Object.assign([1, 1], { length: 1e9 });
    expectRefused(() => F.pad(row, sizes), RangeError, "pad: expected at most 128 sizes, got 1000000000");
  });

  it("parts of a split", () => {
    const wide = tensor(1).expand(2 ** 31);
    expectRefused(
      () => wide.split(1),
      RangeError,
      "split: expected at most 4194304 parts, got 2147483648; choose a larger size",
    );
  });
});
