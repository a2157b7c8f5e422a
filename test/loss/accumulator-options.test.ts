/** Operands that a loss alone has are options of its accumulators' chunks. */
import { F, LossAccumulator as Tensors, manualSeed, randn, tensor } from "lossgrad";
import { binaryCrossEntropyWithLogits, LossAccumulator as Arrays } from "lossgrad/arrays";
import { expect, it } from "vitest";

manualSeed(0);
const input = randn([6, 3], { dtype: "float64" });
const target = tensor(Float64Array.from({ length: 18 }, (_, i) => i % 2)).reshape(6, 3);
const posWeight = tensor(Float64Array.of(2, 0.5, 3));

it("posWeight of tensors, in chunks", () => {
  const total = new Tensors(F.binaryCrossEntropyWithLogits);
  for (const rows of [[0, 1, 2], [3, 4, 5]]) {
    const at = tensor(BigInt64Array.from(rows, BigInt));
    total.update(input.indexSelect(0, at), target.indexSelect(0, at), { posWeight });
  }
  const expected = F.binaryCrossEntropyWithLogits(input, target, { posWeight });
  expect(total.mean()).toBeCloseTo(expected.item(), 14);
  expect(() => total.update(input, target, { posWeight: tensor([1, 2]) })).toThrow();
  expect(total.count).toBe(18);
}); // prettier-ignore

it("posWeight of typed arrays; other losses have none", () => {
  const total = new Arrays(binaryCrossEntropyWithLogits);
  const [x, y] = [input, target].map((one) => one.array<Float64Array>());
  const w = Float64Array.from({ length: 18 }, (_, i) => [2, 0.5, 3][i % 3]);
  total.update(x, y, { posWeight: w });
  const expected = binaryCrossEntropyWithLogits(x, y, { posWeight: w });
  // The accumulator adds exactly; a loss of float64 rounds the sums of its lanes.
  expect(total.mean()).toBeCloseTo(expected, 14);
  const plain = new Arrays("mseLoss");
  expect(() => plain.update(x, y, { posWeight: w } as object)).toThrow(/posWeight/);
});
