/**
 * torch.testing.assert_close: |a - b| <= atol + rtol |b|, by default with the tolerances of the
 * dtype; NaN equals NaN. `rounding` is added to atol.
 */
import type { DType, Tensor } from "lossgrad";
import { expect } from "vitest";
import { flatten } from "./wire.js";

const TOLERANCES: Partial<Record<DType, [rtol: number, atol: number]>> = {
  float16: [1e-3, 1e-5],
  bfloat16: [1.6e-2, 1e-5],
  float32: [1.3e-6, 1e-5],
  float64: [1e-7, 1e-7],
};

export function expectClose(found: Tensor | null, expected: Tensor | null, rounding = 0): void {
  expect(found?.dtype).toBe(expected?.dtype);
  expect(found?.shape).toEqual(expected?.shape);
  const [rtol, atol] = TOLERANCES[found?.dtype ?? "float32"] ?? [0, 0];
  const numbers = flatten(expected?.tolist()) as number[];
  const apart = (flatten(found?.tolist()) as number[]).flatMap((value, i) => {
    const close =
      Object.is(value, numbers[i]) ||
      Math.abs(value - numbers[i]) <= atol + rounding + rtol * Math.abs(numbers[i]);
    return close ? [] : [`[${i}]: ${value}, expected ${numbers[i]}`];
  });
  expect(apart).toEqual([]);
}
