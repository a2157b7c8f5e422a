/** Numbers as text, places of numbers on axes, times and hashes of the race, errors of images. */
import { describe, expect, it } from "vitest";
import { powers, symmetricPowers, wholeDecades } from "../../src/chart/splits.js";
import { compare, mismatch, type Picture } from "../../src/panels/images/compare.js";
import { drawErrors, SCALE } from "../../src/panels/images/error-map.js";
import { samples } from "../../src/panels/images/samples.js";
import { judge } from "../../src/panels/race/judge.js";
import { median, speedUp } from "../../src/panels/race/statistics.js";
import { formatExactly, formatNumber, formatSize, formatTime } from "../../src/ui/format.js";

describe("numbers as text", () => {
  it.each([
    [0, "0"],
    [-1.23456, "−1.235"],
    [1e-7, "1e−7"],
    [12345678, "1.235e7"],
    [NaN, "NaN"],
    [-Infinity, "−∞"],
    [1e300, "1e300"],
  ])("%d is %s", (value, text) => expect(formatNumber(value)).toBe(text));

  it("keep every digit if asked, and have units", () => {
    expect(formatExactly(-0.1 - 0.2)).toBe("−0.30000000000000004");
    expect([formatSize(512), formatSize(4096), formatSize(2 ** 22)]).toEqual(["512", "4 Ki", "4 Mi"]);
    expect([2.5, 0.0025, 2.5e-6].map(formatTime)).toEqual(["2.5 s", "2.5 ms", "2.5 µs"]);
  });
});

describe("a logarithmic axis", () => {
  it("has powers only, within its ends, never more than eight", () => {
    expect(powers(0.1, 1000, 10)).toEqual([0.1, 1, 10, 100, 1000]);
    expect(powers(512, 2 ** 25, 2).length).toBeLessThanOrEqual(8);
  });

  it("has zero between powers of both signs", () => {
    expect(symmetricPowers(-20, 50)).toEqual([-10, -1, 0, 1, 10]);
    expect(symmetricPowers(-0.1, 0.5)).toEqual([0]);
  });

  it("begins and ends at powers of ten", () => {
    expect(wholeDecades([0.3, 42])).toEqual([0.1, 100]);
    expect(wholeDecades([10])).toEqual([10, 100]);
  });
});

describe("times", () => {
  it("have a median, and a ratio that is taken within each round", () => {
    expect([median([3, 1, 2]), median([4, 1])]).toEqual([2, 2.5]);
    // The second round hit both: the ratio of medians would be 1.5.
    expect(speedUp([2, 20, 2], [1, 10, 1])).toBe(2);
  });
});

describe("hashes", () => {
  const run = (all: string, place = "foreign"): { all: string; place: string; atWork: number } => ({
    all,
    place,
    atWork: 2,
  });

  it("are the same bits only if every run has the recorded one", () => {
    expect(judge([run("a"), run("a", "in place")], "a")).toMatchObject({
      same: true,
      words: "same bits as Node (2 threads; arrays foreign and in place)",
    });
    expect(judge([run("a"), run("b")], "a")).toMatchObject({ same: false, hashes: ["a", "b"] });
    expect(judge([run("b"), run("b")], "a").words).toContain("differs");
    expect(judge([], "a").same).toBe(false);
  });
});

describe("two images", () => {
  const picture = (bytes: number[], width = bytes.length / 4): Picture => ({
    name: "x",
    width,
    height: 1,
    bytes: Uint8Array.from(bytes),
  });

  it("differ by channel, without wrapping", () => {
    const { channels, mean, largest, errors } = compare(
      picture([0, 10, 255, 255, 4, 0, 0, 255]),
      picture([255, 0, 0, 255, 0, 0, 0, 1]),
    );
    expect(channels).toEqual([129.5, 5, 127.5, 127]);
    expect([mean, largest]).toEqual([(129.5 + 5 + 127.5) / 3, 255]);
    expect([...errors]).toEqual([255, 10, 255, 0, 4, 0, 0, 254]);
  });

  it("agree with a plain loop on the samples", () => {
    const [a, b] = samples();
    const sums = [0, 0, 0, 0];
    a.bytes.forEach((byte, i) => (sums[i % 4] += Math.abs(byte - b.bytes[i])));
    expect(compare(a, b).channels).toEqual(sums.map((sum) => sum / (a.width * a.height)));
  });

  it("must have one size", () => {
    expect(mismatch(picture([1, 2, 3, 4]), picture([1, 2, 3, 4]))).toBeNull();
    expect(mismatch(picture([1, 2, 3, 4]), picture([1, 2, 3, 4, 5, 6, 7, 8]))).toContain(
      "x is 1 × 1 pixels, x 2 × 1",
    );
  });

  it("are drawn as errors: heat rises from black, channels keep their colours, nothing wraps", () => {
    const errors = Uint8Array.of(0, 0, 0, 9, 200, 0, 1, 0);
    expect([...drawErrors(errors, { view: "color", gain: 2, sample: false })]).toEqual([
      0, 0, 0, 255, 255, 0, 2, 255,
    ]);
    const heat = drawErrors(errors, { view: "map", gain: 32, sample: false });
    expect([...heat.slice(0, 4)]).toEqual([...SCALE.slice(0, 3), 255]);
    expect([...heat.slice(4)]).toEqual([...SCALE.slice(-3), 255]);
  });
});
