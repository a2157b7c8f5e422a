/**
 * Where memory cannot be shared, as in a page that is not isolated, its growth detaches arrays in
 * it: a loss says so.
 */
import { memoryStats, onWarning, reserve, tensor } from "lossgrad";
import { allocate, fuse, l1Loss } from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { LinearMemory, memory, staging } from "../../src/core/memory.js";
import { runtime } from "../../src/core/runtime.js";
import { expectError } from "../support/refuse.js";

runtime.mayShare = false;

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

it("neither does a masked one, nor a fused one with all its gradients", () => {
  const n = 100_000;
  const plain = [7, 5, 3].map((period) => Float32Array.from({ length: n }, (_, i) => (i % period) + 1));
  const bits = Uint8Array.from({ length: n }, (_, i) => i % 4);
  const all = allocate("float32", 3 * n);
  const mask = allocate("uint8", n);
  mask.set(bits);
  const [x, y, weight] = plain.map((values, i) => {
    const part = all.subarray(i * n, (i + 1) * n);
    part.set(values);
    return part;
  });
  const gaussian = fuse((mean, target, variance) =>
    mean.sub(target).square().div(variance).add(variance.log()),
  );
  const held = allocate("uint8", memoryStats().largestFreeBlock);
  const size = held.length;
  const masked = l1Loss.valueAndGrad(x, y, { weight, mask });
  expect(held).toHaveLength(size);
  const grads = [true, true, true];
  const fused = gaussian.valueAndGrad(x, y, weight, { mask, grads });
  expect(held).toHaveLength(size);
  expect(masked).toEqual(l1Loss.valueAndGrad(plain[0], plain[1], { weight: plain[2], mask: bits }));
  expect(fused).toEqual(gaussian.valueAndGrad(plain[0], plain[1], plain[2], { mask: bits, grads }));
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
  expectError(() => l1Loss(before, foreign), TypeError, "call reserve(bytes) before the first of them");
  expect(l1Loss(allocate("float32", 100), foreign)).toBe(3);
  expect(l1Loss.valueAndGrad(foreign, 1)).toEqual({
    value: 2,
    grad: new Float32Array(100).fill(Math.fround(1 / 100)),
  });
});

const MIB = 2 ** 20;

describe("what growth detaches", () => {
  it("is not what is allocated first: two arrays of 4 MiB, and what a loss of them takes", () => {
    const fresh = new LinearMemory(false, 2 ** 24);
    fresh.makeWindows();
    const { buffer } = fresh;
    for (let i = 0; i < 3; i++) fresh.allocate(4 * MIB);
    expect(fresh.buffer).toBe(buffer);
    expect(memory().reserved).toBeGreaterThanOrEqual(2 ** 24);
  });

  it("is warned of, since a write to it is lost without a word; not in the middle of an operation", async () => {
    const seen: string[] = [];
    const before = onWarning((message) => seen.push(message));
    try {
      const held = allocate("float32", 4);
      tensor(new Uint8Array(memoryStats().largestFreeBlock + MIB));
      held[0] = 1;
      expect([held[0], seen.length]).toEqual([undefined, 0]);
      await Promise.resolve();
      expect(seen).toHaveLength(1);
      expect(seen[0]).toContain("reserve(bytes)");
    } finally {
      onWarning(before);
    }
  });
});

describe("reserve", () => {
  it("makes room: what is allocated in it detaches nothing, a loss's gradient neither", () => {
    const [n, count] = [MIB, 4];
    reserve(memoryStats().largestFreeBlock + 4 * n * count);
    const [x, y, weight, grad] = Array.from({ length: count }, () => allocate("float32", n));
    const whole = allocate("uint8", memoryStats().largestFreeBlock);
    x.fill(3);
    weight.fill(2);
    expect(l1Loss.valueAndGrad(x, y, { weight, grad }).value).toBe(3);
    expect([x, y, weight, grad].map(({ length }) => length)).toEqual(new Array(count).fill(n));
    expect(whole.length).toBeGreaterThan(0);
  });

  it("grows by what is needed, and not at all where there is room", () => {
    const { largestFreeBlock, bytesReserved } = memoryStats();
    reserve(largestFreeBlock);
    reserve(0);
    expect(memoryStats().bytesReserved).toBe(bytesReserved);
    reserve(largestFreeBlock + 64 * MIB);
    expect(memoryStats().bytesReserved - bytesReserved).toBeLessThanOrEqual(
      largestFreeBlock + 64 * MIB + 65536,
    );
    expect(memoryStats().largestFreeBlock).toBeGreaterThanOrEqual(largestFreeBlock + 64 * MIB);
  });
});

describe("growth of a memory that is not shared", () => {
  /** How often the memory grew until it had given `total` bytes in blocks of `size`. */
  function growths(total: number, size: number): { grown: number; reserved: number } {
    const fresh = new LinearMemory(false);
    let grown = 0;
    fresh.onDetach = () => grown++;
    for (let given = 0; given < total; given += size) fresh.allocate(size);
    return { grown, reserved: fresh.reserved };
  }

  it("is rare: the memory doubles, up to 256 MiB at a time", () => {
    const { grown, reserved } = growths(1024 * MIB, 64 * 1024);
    expect(grown).toBeLessThanOrEqual(13);
    expect(reserved).toBeLessThanOrEqual(1024 * MIB + 256 * MIB + 65536);
  });

  it("is what is needed where more cannot be had", () => {
    const fresh = new LinearMemory(false);
    fresh.makeWindows();
    const { limit } = fresh;
    const most = limit - fresh.reserved;
    expect(fresh.allocate(most - 100 * MIB)).not.toBeNull();
    expect(fresh.allocate(60 * MIB)).not.toBeNull();
    expect(fresh.allocate(39 * MIB)).not.toBeNull();
    expect(fresh.allocate(2 * MIB)).toBeNull();
    expect(fresh.reserve(2 * MIB)).toBe(false);
  });
});
