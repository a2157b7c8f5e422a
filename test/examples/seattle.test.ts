/** Four years of real temperatures: losses and gradients are what PyTorch computes of them. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { F, onesLike, tensor, type Tensor } from "lossgrad";
import { describe, expect, test } from "vitest";
import { loadDays } from "../../examples/support/weather.js";

interface Recorded {
  readonly value: number | [number, number];
  readonly gradientNorm: number;
}
type Reduction = "mean" | "sum" | "none";
type Recording = Record<"float32" | "float64", Record<string, Record<Reduction, Recorded>>>;

const path = fileURLToPath(new URL("../fixtures/walkthroughs/seattle.json", import.meta.url));
const recording = JSON.parse(readFileSync(path, "utf8")) as Recording;
const highest = loadDays().map(({ high }) => high);
const losses = { L1: F.l1Loss, MSE: F.mseLoss, SmoothL1: F.smoothL1Loss, Huber: F.huberLoss };

/** The distance of neighbouring floats of the dtype at this value. */
function ulp(value: number, dtype: "float32" | "float64"): number {
  return 2 ** (Math.floor(Math.log2(value)) - (dtype === "float32" ? 23 : 52));
}

const values = (x: Tensor): number[] => x.to("float64").tolist() as number[];

describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
  const cases = Object.entries(recording[dtype]).flatMap(([name, byReduction]) =>
    Object.entries(byReduction).map(([reduction, recorded]) => [name, reduction, recorded] as const),
  );
  test.each(cases)("%s %s", (name, reduction, recorded) => {
    const leaf = tensor(highest.slice(0, -1), { dtype, requiresGrad: true });
    const targets = tensor(highest.slice(1), { dtype });
    const loss = losses[name as keyof typeof losses](leaf, targets, { reduction: reduction as Reduction });
    if (Array.isArray(recorded.value)) {
      // Elements to the bit.
      const elements = values(loss.detach());
      expect([Math.min(...elements), Math.max(...elements)]).toEqual(recorded.value);
    } else {
      const units = dtype === "float32" ? 1 : 2;
      const distance = Math.abs(Number(loss.item()) - recorded.value);
      expect(distance).toBeLessThanOrEqual(units * ulp(recorded.value, dtype));
    }
    loss.backward(onesLike(loss.detach()));
    const norm = Math.hypot(...values(leaf.grad!));
    // Within the rounding of 1,460 squares.
    expect(Math.abs(norm / recorded.gradientNorm - 1)).toBeLessThan(1460 * 2 ** -53);
  });
});
