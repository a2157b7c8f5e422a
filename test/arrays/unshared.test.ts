/** Where memory cannot be shared, as in a page that is not isolated, its growth detaches arrays in it: a loss says so. */
import { memoryStats } from "lossgrad";
import { allocate, l1Loss } from "lossgrad/arrays";
import { expect, it } from "vitest";
import { allowSharing, memory, staging } from "../../src/core/memory.js";
import { expectError } from "../support/refuse.js";

allowSharing(false);

it("operands lie and pass through one memory", () => {
  expect([memory().shared, staging() === memory()]).toEqual([false, true]);
  for (const n of [10, 100, 40_000]) {
    const [x, y] = [allocate("float32", n), new Float32Array(n).fill(0.5)];
    x.fill(2);
    expect(l1Loss(x, y)).toBe(1.5);
    expect(l1Loss.valueAndGrad(x, y)).toEqual(l1Loss.valueAndGrad(x.slice(), y));
  }
});

it("a weighted gradient needs no more memory than allocate has made ready: no array is detached", () => {
  const n = 300_000;
  const plain = [7, 5, 3].map((period) => Float32Array.from({ length: n }, (_, i) => i % period));
  const all = allocate("float32", 3 * n);
  const [x, y, weight] = plain.map((values, i) => {
    const part = all.subarray(i * n, (i + 1) * n);
    part.set(values);
    return part;
  });
  // Nothing is free: whatever needs another block makes the memory grow.
  const held = allocate("uint8", memoryStats().largestFreeBlock);
  const size = held.length;
  const { value, grad } = l1Loss.valueAndGrad(x, y, { weight });
  expect(held).toHaveLength(size);
  expect({ value, grad }).toEqual(l1Loss.valueAndGrad(plain[0], plain[1], { weight: plain[2] }));
});

it("an array from before the memory grew is refused; one allocated later is read, as are foreign ones", () => {
  const before = allocate("float32", 100);
  const foreign = new Float32Array(100).fill(3);
  expect(l1Loss.valueAndGrad(foreign, 1).value).toBe(2);
  allocate("uint8", memoryStats().largestFreeBlock + 2 ** 20);
  expect(before).toHaveLength(0);
  expectError(
    () => l1Loss(before, before),
    TypeError,
    "expected prediction in memory, got one whose buffer was detached",
  );
  expectError(() => l1Loss(foreign, before), TypeError, "expected target in memory");
  expect(l1Loss(allocate("float32", 100), foreign)).toBe(3);
  expect(l1Loss.valueAndGrad(foreign, 1)).toEqual({
    value: 2,
    grad: new Float32Array(100).fill(Math.fround(1 / 100)),
  });
});
