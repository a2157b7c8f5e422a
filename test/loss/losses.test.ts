/** The rows of the table of losses. */
import { describe, expect, it } from "vitest";
import { linspace } from "../../src/index.js";
import { type LossRow, losses } from "../../src/loss/losses.js";

describe.each(Object.entries<LossRow>(losses))("the row of %s", (_, row) => {
  it("has a slope that is the derivative of its term", () => {
    // No difference is 0, and none is a limit between two branches.
    const d = linspace(-3, 3, 100, { dtype: "float64", requiresGrad: true });
    for (const parameter of row.parameter ? [0.3, 1, 2] : [0]) {
      row.term(d, parameter).sum().backward();
      const slopes = row.slope(d.detach(), parameter).mul(row.factor).tolist() as number[];
      (d.grad!.tolist() as number[]).forEach((g, i) => {
        expect(Math.abs(g - slopes[i]), `parameter ${parameter}, element ${i}`).toBeLessThan(1e-15);
      });
      d.grad = null;
    }
  });
});
