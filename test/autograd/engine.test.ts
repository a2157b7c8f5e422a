import { F, memoryStats, noGrad, tensor, tidy, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { expectError, expectRefused } from "../support/refuse.js";

const leafOf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });

describe("the engine", () => {
  // A stack holds some 10,000 calls.
  it("goes through a graph of 50,000 operations without recursion", () => {
    const x = leafOf([1]);
    let y = x.add(0);
    for (let i = 1; i < 50_000; i++) y = y.add(1);
    y.backward();
    expect([y.item(), x.grad?.item()]).toEqual([50_000, 1]);
    const kept = tidy(() => y.add(1));
    expect(kept.item()).toBe(50_001);
  });

  it("goes through a graph whose paths double at every step once a node", () => {
    const x = leafOf([1]);
    let y = x.mul(1);
    for (let i = 0; i < 60; i++) y = y.add(y);
    y.backward();
    expect(x.grad?.item()).toBe(2 ** 60);
  });

  it("frees the gradients on the way, and the loss's buffer becomes the leaf's gradient", () => {
    const x = tensor(new Float32Array(1 << 18), { requiresGrad: true });
    const y = zeros([1 << 18]);
    const loss = F.mseLoss(x, y);
    const { bytesInUse } = memoryStats();
    loss.backward();
    expect(memoryStats().bytesInUse).toBeLessThanOrEqual(bytesInUse);
    expect(x.grad?.numel()).toBe(1 << 18);
    const chain = x.mul(2).mul(2).mul(2).mul(2).sum();
    const before = memoryStats().bytesInUse;
    x.grad = null;
    chain.backward();
    // One gradient of the leaf, and the 1 it began with; the three on the way are gone.
    expect(memoryStats().bytesInUse - before).toBeLessThanOrEqual((1 << 20) + 64);
  });

  it("leaves recording as it was when a derivative throws", () => {
    const x = leafOf([1]);
    const y = x.mul(x);
    y.backward();
    expectError(() => y.backward(), Error, "a second time");
    expect(x.mul(1).requiresGrad).toBe(true);
    expectError(() => noGrad(() => y.backward()), Error, "a second time");
    expect(x.mul(1).requiresGrad).toBe(true);
  });
});

describe("noGrad", () => {
  it("returns what its function returns, nests, and ends when it throws", () => {
    const x = leafOf([1]);
    expect(noGrad(() => noGrad(() => 3) + Number(x.mul(1).requiresGrad))).toBe(3);
    expectRefused(() => noGrad(() => fail()), Error, "on purpose");
    expect(x.mul(1).requiresGrad).toBe(true);
  });

  it("does not keep a leaf made in it from requiring grad", () => {
    expect(noGrad(() => leafOf([1])).requiresGrad).toBe(true);
  });

  it("refuses what it cannot run to its end", () => {
    expectRefused(() => noGrad(3 as never), TypeError, "noGrad: expected a function, got 3");
    expectRefused(() => noGrad(undefined as never), TypeError, "noGrad: expected a function, got undefined");
    expectRefused(
      () => noGrad(() => Promise.resolve(1)),
      TypeError,
      "noGrad: expected a synchronous function, got one that returns a promise",
    );
  });
});

function fail(): number {
  throw new Error("on purpose");
}
