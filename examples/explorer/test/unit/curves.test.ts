/** What the curves compute, and the window that they are seen through. */
import { describe, expect, it } from "vitest";
import { LOSS_IDS, LOSSES } from "../../src/losses.js";
import { evaluate, probe, rounded } from "../../src/panels/curves/evaluate.js";
import { limits } from "../../src/panels/curves/limits.js";
import { settingsField } from "../../src/panels/curves/settings.js";
import { SETTINGS, TABLE } from "../../src/panels/curves/table.js";
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

  it.each(TABLE)("gives a gradient of $name that differences of its loss agree with", ({ eachWith }) => {
    const each = eachWith(createStore().values.with);
    const step = 2 ** -10;
    // A target and some predictions that are probabilities, which some losses take alone.
    const x = Float64Array.of(-7.3, 0.3, 0.4, 0.7, 3.9, 8);
    const at = (by: number): Float64Array =>
      evaluate(
        each,
        x.map((value) => value + by),
        0.25,
        "float64",
        BENDS,
      ).loss;
    const [above, below] = [at(step), at(-step)];
    const { gradient } = evaluate(each, x, 0.25, "float64", BENDS);
    expect(gradient.filter(Number.isFinite).length).toBeGreaterThanOrEqual(3);
    gradient.forEach((slope, i) => {
      const expected = (above[i] - below[i]) / (2 * step);
      if (Number.isNaN(expected)) expect(slope).toBeNaN();
      else expect(Math.abs(slope - expected)).toBeLessThanOrEqual(1e-4 * (1 + Math.abs(expected)));
    });
  });

  it("says why there is no curve of a loss of probabilities at another target", () => {
    const row = TABLE.find(({ id }) => id === "binaryCrossEntropy")!;
    expect(row.problemAt(2)).toBe("No curve: all elements of target should be between 0 and 1.");
    expect(row.problemAt(1)).toBe("");
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
    const [{ loss, exact }] = probe(
      shownRows({ ...createStore().values, show: ["l1"] }, null),
      2.1,
      2,
      "float16",
      BENDS,
    );
    expect([loss, exact]).toEqual([0.099609375, 2.1 - 2]);
  });
});

describe("settings of the losses of the table", () => {
  const field = settingsField(SETTINGS);

  it("are read from a link as they were printed, each within its bounds", () => {
    const text = "quantileLoss.quantile:0.9~klDiv.logTarget:1";
    expect(field.print(field.parse(text)!)).toBe("klDiv.logTarget:1~quantileLoss.quantile:0.9");
    for (const wrong of ["quantileLoss.quantile:2", "quantileLoss.q:1", "quantileLoss.quantile", "x"])
      expect(field.parse(wrong)).toBeNull();
    expect(field.print(field.initial)).toBe("");
  });

  it("change the curve", () => {
    const at = (quantile: number): number => {
      const settings = { ...field.initial, "quantileLoss.quantile": quantile };
      const [row] = shownRows({ show: [], more: ["quantileLoss"], with: settings }, null);
      return evaluate(row.each, Float64Array.of(1), 3, "float64", BENDS).loss[0];
    };
    expect([at(0.5), at(0.75)]).toEqual([1, 1.5]);
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

  it("leave out the spike of a logarithm", () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => (i === 0 ? -1e12 : -100 / i));
    expect(limits([{ id: "binaryCrossEntropy", values }])[0]).toBeGreaterThan(-30);
  });

  it("are a range for what is all zero, infinite or NaN", () => {
    for (const values of [Float64Array.of(0, 0), Float64Array.of(Infinity, NaN), new Float64Array()]) {
      const [low, high] = limits([{ id: "l1", values }]);
      expect(high).toBeGreaterThan(low);
      expect(Number.isFinite(high - low)).toBe(true);
    }
  });
});
