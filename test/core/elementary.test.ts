/** Elementary functions of numbers that have the same bits on every engine. */
import { describe, expect, it } from "vitest";
import { cos, integerPower, log, pow, sin } from "../../src/core/elementary.js";

/** How many ulps lie between two numbers near each other. */
function ulps(found: number, expected: number): number {
  const spacing = 2 ** (Math.floor(Math.log2(Math.abs(expected))) - 52);
  return Math.abs(found - expected) / spacing;
}

describe("log, sin, cos and pow", () => {
  it("are within two ulps of this engine's", () => {
    for (let i = 1; i < 400; i++) {
      const x = i / 7.5;
      expect(ulps(log(x), Math.log(x)), `log ${x}`).toBeLessThanOrEqual(2);
      expect(ulps(sin(x), Math.sin(x)), `sin ${x}`).toBeLessThanOrEqual(2);
      expect(ulps(cos(x), Math.cos(x)), `cos ${x}`).toBeLessThanOrEqual(2);
      expect(ulps(pow(x, 0.9), x ** 0.9), `pow ${x}`).toBeLessThanOrEqual(2);
    }
  });

  // Exactly 0.583023736299915940241588…; glibc's pow gives 0.5830237362999159, half an ulp off.
  it("round correctly where a C library does not", () => {
    expect(pow(0.8571428571428572, 3.5)).toBe(0.583023736299916);
  });

  it("know exact values and the ends of the range", () => {
    expect([log(1), sin(0), cos(0), cos(Math.PI)]).toEqual([0, 0, 1, -1]);
    expect([pow(2, 10), pow(0.5, 1074), pow(9, 0.5), pow(0, 0), pow(0, 0.5)]).toEqual([
      1024,
      0.5 ** 1074,
      3,
      1,
      0,
    ]);
    expect([pow(2, 2000), pow(2, 1500.5), pow(-2, 3), pow(2, -2)]).toEqual([Infinity, Infinity, -8, 0.25]);
    expect([pow(-2, 0.5), pow(NaN, 2), pow(Infinity, 0.5)]).toEqual([NaN, NaN, Infinity]);
    expect(integerPower(3, 0)).toBe(1);
  });
});
