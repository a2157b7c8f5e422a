import { describe, expect, test } from "vitest";
import { fixed, scientific } from "../../../src/tensor/format/decimal.js";

// Expected texts are Python's: format(value, ".4f") and format(value, ".4e").

describe("fixed", () => {
  test.each([
    [0.03125, 4, "0.0312"], // ties: the even digit
    [0.09375, 4, "0.0938"],
    [-0.03125, 4, "-0.0312"],
    [0.5, 0, "0"],
    [1.5, 0, "2"],
    [2.5, 0, "2"],
    [-0.5, 0, "-0"],
    [1.00005, 4, "1.0001"], // above the tie it looks like
    [2.00005, 4, "2.0000"], // below it
    [0.99995, 4, "1.0000"],
    [0.99996, 4, "1.0000"],
    [-0, 4, "-0.0000"],
    [-1e-9, 2, "-0.00"],
    [5e-324, 4, "0.0000"],
    [999999999999999900000, 1, "999999999999999868928.0"],
    [1e21, 0, "1000000000000000000000"],
    [1e22, 2, "10000000000000000000000.00"],
    [-1e25, 4, "-10000000000000000905969664.0000"],
    [NaN, 4, "nan"],
    [-Infinity, 4, "-inf"],
  ])("%d to %d decimals", (value, decimals, text) => {
    expect(fixed(value, decimals)).toBe(text);
  });
});

describe("scientific", () => {
  test.each([
    [0, 4, "0.0000e+00"],
    [-0, 4, "-0.0000e+00"],
    [1e5, 4, "1.0000e+05"],
    [1e-7, 4, "1.0000e-07"],
    [1e100, 4, "1.0000e+100"],
    [5e-324, 4, "4.9407e-324"],
    [100005, 4, "1.0000e+05"], // ties: the even digit
    [100015, 4, "1.0002e+05"],
    [-100005, 4, "-1.0000e+05"],
    [2 ** -5, 2, "3.12e-02"],
    [2.5, 0, "2e+00"],
    [3.5, 0, "4e+00"],
    [9.5, 0, "1e+01"], // a tie that carries into the exponent
    [25000, 0, "2e+04"],
    [99999.5, 4, "1.0000e+05"],
    [999995, 4, "1.0000e+06"],
    [1.5e25, 0, "2e+25"],
    [Infinity, 4, "inf"],
    [NaN, 4, "nan"],
  ])("%d to %d decimals", (value, decimals, text) => {
    expect(scientific(value, decimals)).toBe(text);
  });
});
