/** What the curves compute, and the window that they are seen through. */
import { describe, expect, it } from "vitest";
import { LOSS_IDS, LOSSES } from "../../src/losses.js";
import { evaluate, probe, rounded } from "../../src/panels/curves/evaluate.js";
import { limits } from "../../src/panels/curves/limits.js";
import { shownRows } from "../../src/panels/curves/rows.js";
import {
  createStore,
  type CurvesState,
  halfWidth,
  keepInside,
  MOST_ZOOM,
  zoomToSteps,
} from "../../src/panels/curves/state.js";

const BENDS = { delta: 2, beta: 1 };

describe("evaluate", () => {
  it.each(LOSS_IDS)("gives a gradient of %s that differences of its loss agree with", (id) => {
    const step = 2 ** -10;
    const x = Float64Array.of(-7.3, 0.25, 1.4, 2.6, 3.9, 11);
    const at = (by: number): Float64Array =>
      evaluate(
        LOSSES[id].each,
        x.map((value) => value + by),
        2,
        "float64",
        BENDS,
      ).loss;
    const [above, below] = [at(step), at(-step)];
    const { gradient } = evaluate(LOSSES[id].each, x, 2, "float64", BENDS);
    gradient.forEach((slope, i) => expect(slope).toBeCloseTo((above[i] - below[i]) / (2 * step), 6));
  });

  it("gives the bad loss the sign of the difference, and one slope everywhere", () => {
    const { loss, gradient } = evaluate(LOSSES.bad.each, Float64Array.of(-2, 5, 13), 5, "float32", BENDS);
    expect([[...loss], [...gradient]]).toEqual([
      [-7, 0, 8],
      [1, 1, 1],
    ]);
  });

  it("rounds as the dtype does", () => {
    expect(rounded(2.1, "float16")).toBe(2.099609375);
    const [{ loss, exact }] = probe(shownRows(["l1"], null), 2.1, 2, "float16", BENDS);
    expect([loss, exact]).toEqual([0.099609375, 2.1 - 2]);
  });
});

describe("the window", () => {
  const initial = createStore().values;
  const at = (change: Partial<CurvesState>): CurvesState => ({ ...initial, ...change });

  it.each([
    ["float16", 2 ** -9],
    ["float32", 2 ** -22],
    ["float64", 2 ** -51],
  ] as const)("shows about a dozen steps of %s at 2", (dtype, step) => {
    const steps = (2 * halfWidth(zoomToSteps(at({ dtype })))) / step;
    expect(steps).toBeGreaterThan(8);
    expect(steps).toBeLessThan(18);
  });

  it("has an end at every target", () => {
    for (const target of [0, -8, 12, 1e-300])
      expect(zoomToSteps(at({ target, dtype: "float64" }))).toBeLessThanOrEqual(MOST_ZOOM);
  });

  it("keeps the prediction inside, and within the whole", () => {
    expect(keepInside(at({ zoom: 0 }))).toBe(5);
    expect(keepInside(at({ zoom: 4 }))).toBe(2 + halfWidth(4) / 2);
    expect(keepInside(at({ zoom: 1, target: 12, prediction: -8 }))).toBe(12);
  });
});

describe("limits", () => {
  it("hold all of one curve, zero included", () => {
    const [low, high] = limits([{ id: "mse", values: Float64Array.of(4, 100) }]);
    expect(low).toBeLessThanOrEqual(0);
    expect(high).toBeGreaterThan(100);
  });

  it("let MSE leave when others are shown", () => {
    const l1 = { id: "l1" as const, values: Float64Array.of(0, 10) };
    const [, high] = limits([l1, { id: "mse", values: Float64Array.of(0, 100) }]);
    expect(high).toBeGreaterThan(10);
    expect(high).toBeLessThan(30);
  });

  it("are a range for what is all zero, infinite or NaN", () => {
    for (const values of [Float64Array.of(0, 0), Float64Array.of(Infinity, NaN), new Float64Array()]) {
      const [low, high] = limits([{ id: "l1", values }]);
      expect(high).toBeGreaterThan(low);
      expect(Number.isFinite(high - low)).toBe(true);
    }
  });
});
