import { beforeAll, describe, expect, test } from "vitest";
import { fitAll, panelsOf, report, type Fits } from "../../examples/custom-loss.js";
import { QUANTILES } from "../../examples/support/bands.js";
import type { Season } from "../../examples/support/seasons.js";
import { loadWeather, type Day } from "../../examples/support/weather.js";

const weather = loadWeather();
const { learned, unseen } = weather;
let fits: Fits;

beforeAll(() => {
  fits = fitAll(weather);
});

const average = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const errorsOf = (curve: Season, days: Day[] = learned): number[] =>
  days.map(({ high, dayOfYear }) => high - curve(dayOfYear));

test("there are three years to learn from and one that is not seen", () => {
  expect([learned.length, unseen.length]).toEqual([366 + 2 * 365, 365]);
  expect(learned[0]).toEqual({ year: 2012, dayOfYear: 0, high: 12.8, low: 5 });
  expect(learned.at(-1)!.dayOfYear).toBe(364);
});

describe("each fit arrives where its loss is least:", () => {
  test.each(QUANTILES.map((q, i) => [q, i]))("of the pinball loss for %d, below so many days", (q, i) => {
    const below = average(errorsOf(fits.quantiles[i]).map((error) => Number(error < 0)));
    // A curve of seven numbers passes through so many days or so.
    expect(Math.abs(below - q)).toBeLessThan(7 / learned.length);
  });

  test("of L1 and of the pinball loss for a half at the same median", () => {
    const gaps = learned.map(({ dayOfYear }) => Math.abs(fits.l1(dayOfYear) - fits.quantiles[2](dayOfYear)));
    expect(average(gaps)).toBeLessThan(0.1);
  });

  test("of the Gaussian likelihood where errors have the size that it learned", () => {
    const errors = errorsOf(fits.mean);
    const deviations = learned.map(({ dayOfYear }) => fits.deviation(dayOfYear));
    const z = errors.map((error, i) => error / deviations[i]);
    expect(average(z.map((value) => value * value))).toBeCloseTo(1, 2);
    expect(average(z.map((value, i) => value / deviations[i]))).toBeCloseTo(0, 3);
  });

  test("of Charbonnier's loss where no nudge makes it less", () => {
    const loss = (by: number): number =>
      average(errorsOf(fits.charbonnier).map((error) => Math.hypot(error - by, 1)));
    for (const nudge of [-0.05, 0.05]) expect(loss(nudge)).toBeGreaterThan(loss(0));
  });

  test("but of the bad loss nowhere: it is far from every day", () => {
    expect(average(errorsOf(fits.bad).map(Math.abs))).toBeGreaterThan(50);
  });
});

test("quantiles do not cross, and both ways to find them agree within two degrees", () => {
  const [pinball, gaussian] = panelsOf(fits);
  for (let day = 0; day < 365; day += 5) {
    const values = pinball.lines.map((line) => line(day));
    expect(values).toEqual([...values].sort((a, b) => a - b));
    gaussian.lines.forEach((line, i) => expect(Math.abs(line(day) - values[i])).toBeLessThan(2.5));
  }
});

test("the report has a row a curve and two a panel, and a picture with a legend", () => {
  const lines: string[] = [];
  const pictures = new Map<string, string>();
  report(weather, fits, (line) => lines.push(line), (name, svg) => pictures.set(name, svg)); // prettier-ignore
  const text = lines.join("\n");
  expect(text).toContain("1096 days of Seattle to learn from, 365 that no fit has seen");
  expect(text.match(/│ pinball, q 0\.\d+ +│/g)).toHaveLength(5);
  expect(text.match(/│ (pinball|Gaussian likelihood) +│ [59]0 % │/g)).toHaveLength(4);
  const svg = pictures.get("custom-loss-bands")!;
  for (const word of [
    "Seattle",
    "(°C)",
    "day of the year",
    "nine days in ten",
    "95 %",
    "Gaussian likelihood",
  ]) {
    expect(svg).toContain(word);
  }
});
