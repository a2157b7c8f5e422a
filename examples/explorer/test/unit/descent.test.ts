/** The walks of the guessing game and the fits of the robust line. */
import { describe, expect, it } from "vitest";
import { limits } from "../../src/panels/guess/limits.js";
import { Walk } from "../../src/panels/guess/walk.js";
import { Cloud } from "../../src/panels/line/cloud.js";
import { coefficients, Fit, FITTED } from "../../src/panels/line/fit.js";
import { createStore, type LineState } from "../../src/panels/line/state.js";
import type { LossId } from "../../src/losses.js";

function walk(id: LossId, lr: number, steps: number): Walk {
  const made = new Walk(id, { answers: [2, 77, 91], guesses: [50, 50, 50], lr, delta: 10, beta: 10 });
  for (let i = 0; i < steps; i++) made.advance();
  return made;
}

describe("a walk", () => {
  it("takes the notebook's first step by MSE with lr 0.1", () => {
    const { steps, losses } = walk("mse", 0.1, 1);
    expect(losses[0]).toBeCloseTo((48 ** 2 + 27 ** 2 + 41 ** 2) / 3, 9);
    [3.2, -1.8, -41 / 15].forEach((size, i) => expect(steps[0][i]).toBeCloseTo(size, 12));
  });

  it("by L1 has equal steps, by MSE shrinking ones", () => {
    const l1 = walk("l1", 1, 10);
    const mse = walk("mse", 1, 10);
    for (let i = 1; i < 10; i++) {
      expect(l1.sizeOf(i)).toBe(l1.sizeOf(0));
      expect(mse.sizeOf(i)).toBeLessThan(mse.sizeOf(i - 1));
    }
  });

  it.each([
    ["mse", 1, 100, "arrived"],
    ["mse", 10, 12, "diverged"],
    ["l1", 10, 100, "swings"],
    ["l1", 1, 5, "walks"],
    ["bad", 1, 500, "walks"],
    ["mse", 10, 900, "diverged"],
  ] as const)("by %s with lr %d after %d steps: %s", (id, lr, steps, outcome) => {
    expect(walk(id, lr, steps).outcome).toBe(outcome);
  });
});

describe("the charts of a walk", () => {
  it("stay within a million where it diverges", () => {
    const [low, high] = limits([[1, 1e30, null, -5]]);
    expect(low).toBeLessThan(-5);
    expect(high).toBeLessThan(1e7);
  });
});

const initial = createStore().values;
const cloud = (change: Partial<LineState>): Cloud => new Cloud({ ...initial, ...change });

function fitted(points: Cloud, steps = 600, lr = 0.5): Fit {
  const fit = new Fit();
  fit.load(points);
  for (let i = 0; i < steps; i++) fit.step(lr, 0.5);
  return fit;
}

describe("a fit", () => {
  it("finds the line without outliers, by each loss", () => {
    const { lines } = fitted(cloud({ outliers: 0, n: "1000" }));
    for (const id of FITTED) {
      const { a, b } = coefficients(lines[id]);
      expect(Math.abs(a - 1)).toBeLessThan(0.2);
      expect(Math.abs(b - 0.85)).toBeLessThan(0.04);
    }
  });

  it("is least squares by MSE", () => {
    const points = cloud({ n: "100" });
    const { a, b } = coefficients(fitted(points).lines.mse);
    let [level, slope] = [0, 0];
    for (let i = 0; i < points.length; i++) {
      const error = a + b * points.x[i] - points.y[i];
      level += error / points.length;
      slope += (error * points.x[i]) / points.length;
    }
    expect(Math.abs(level)).toBeLessThan(1e-4);
    expect(Math.abs(slope)).toBeLessThan(1e-3);
  });

  it("keeps L1 where outliers turn MSE", () => {
    const { lines } = fitted(cloud({ outliers: 15, n: "1000" }));
    expect(Math.abs(coefficients(lines.l1).b - 0.85)).toBeLessThan(0.1);
    expect(coefficients(lines.mse).b).toBeLessThan(0.45);
  });

  it("stays finite where MSE diverges, and starts again", () => {
    const fit = fitted(cloud({}), 300, 1.2);
    expect(Math.abs(fit.lines.mse.level)).toBeLessThanOrEqual(1e4);
    fit.restart();
    expect(fit.lines.mse).toMatchObject({ level: 0, slope: 0 });
  });
});

describe("a cloud", () => {
  it("is the same for the same seed, another for another", () => {
    expect(cloud({}).y).toEqual(cloud({}).y);
    expect(cloud({ seed: 2 }).y).not.toEqual(cloud({}).y);
  });

  it("holds what was moved and added, and leaves out a moved point that it does not have", () => {
    const made = cloud({
      moved: [
        [3, 1, 2],
        [5000, 1, 2],
      ],
      added: [[9, -3]],
    });
    expect([made.length, made.x[3], made.y[3], made.x[100], made.y[100]]).toEqual([101, 1, 2, 9, -3]);
    expect([made.isSpecial(3), made.isSpecial(4), made.isSpecial(100)]).toEqual([true, false, true]);
  });

  it("finds the nearest point within reach, the last of equals", () => {
    const made = cloud({
      added: [
        [9, -3.5],
        [9, -3.5],
      ],
    });
    expect(made.nearest({ x: 9.05, y: -3.5 }, { x: 80, y: 20 }, 10)).toBe(101);
    expect(made.nearest({ x: 0, y: 13.9 }, { x: 80, y: 20 }, 10)).toBeNull();
  });
});
