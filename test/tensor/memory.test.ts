import { arange, empty, F, full, memoryStats, noGrad, ones, tensor, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { collect, settle } from "../support/collect.js";
import { ALL_LOSSES, callOf } from "../support/losses.js";
import { expectError, expectRefused } from "../support/refuse.js";
import { Random } from "../support/random.js";
import { SLOW } from "../support/slow.js";

/**
 * What `step` adds to the size of the linear memory in `steps` more calls, after as many to warm up
 * as fill the queues.
 */
function growth(step: (i: number) => unknown, warmUp: number, steps: number): number {
  for (let i = 0; i < warmUp; i++) step(i);
  const before = memoryStats().bytesReserved;
  for (let i = 0; i < steps; i++) step(warmUp + i);
  return memoryStats().bytesReserved - before;
}

// Before the others, while the memory is small.
describe("a tensor made of another's elements", () => {
  it("has them though the memory that they lie in grows", () => {
    const { bytesReserved } = memoryStats();
    const large = full([bytesReserved / 4], 3);
    using copy = tensor(large.array());
    expect(memoryStats().bytesReserved).toBeGreaterThan(bytesReserved);
    expect(copy.sum().item()).toBe((3 * bytesReserved) / 4);
    large.dispose();
  });
});

describe("a loop written plainly, without dispose, does not grow the memory", () => {
  it("training on 1 Ki elements: 20,000 steps", () => {
    const x = tensor(new Float32Array(1024), { requiresGrad: true });
    const y = tensor(new Float32Array(1024).fill(1));
    const train = (): void => {
      const loss = F.mseLoss(x, y, { reduction: "sum" });
      loss.backward();
      const step = x.grad!.data.mul(0.001);
      x.data = x.data.sub(step);
      x.grad = null;
    };
    expect(growth(train, 3000, 17_000)).toBe(0);
    // A step of 0.002 times the error is lost where it is below half a unit in the last place of 1.
    expect(F.l1Loss(x, y).item()).toBeLessThanOrEqual(2 ** -25 / 0.002);
  });

  it("the seed's guessing game: `guess.data.sub_(step)` and `grad = null`, 20,000 attempts", () => {
    const answer = tensor([2, 77, 91], { dtype: "float64" });
    const guess = tensor([50, 50, 50], { dtype: "float64", requiresGrad: true });
    const attempt = (): void => {
      const loss = F.mseLoss(guess, answer);
      loss.backward();
      const step = guess.grad!.data.mul(0.1);
      guess.data.sub_(step);
      guess.grad = null;
    };
    expect(growth(attempt, 200, 19_800)).toBe(0);
    expect(guess.sub(answer).abs().sum().item()).toBeLessThan(1e-9);
  });

  it("a small network with temporaries of several sizes: 1,000 steps", () => {
    const inputs = arange(300).reshape(100, 3).mul(0.01);
    const weights = [full([3, 50], 0.1), full([50, 1], 0.1)].map((weight) => weight.requiresGrad_());
    // Made once: what a step makes by itself stays until the garbage collector's finalizers run.
    const target = zeros([100, 1]);
    const train = (): void => {
      const output = inputs.matmul(weights[0]).relu().matmul(weights[1]);
      F.huberLoss(output, target).backward();
      for (const weight of weights) {
        weight.data = weight.data.sub(weight.grad!.mul(0.01));
        weight.grad = null;
      }
    };
    expect(growth(train, 400, 600)).toBe(0);
  });

  it("evaluating losses only: not a byte more than their operands", () => {
    const [x, y] = [ones([1000]), zeros([1000])];
    const leaf = ones([1000], { requiresGrad: true });
    for (const loss of ALL_LOSSES.map(callOf)) {
      loss(x, y);
      const before = memoryStats();
      for (let i = 0; i < 3000; i++) loss(x, y, { reduction: i % 2 ? "mean" : "sum" });
      expect(memoryStats()).toEqual(before);
      noGrad(() => loss(leaf, y));
      expect(memoryStats()).toEqual(before);
    }
  });

  it("operations on large tensors: at most the budget of 256 MiB besides", () => {
    const x = ones([1 << 20]);
    const before = memoryStats().bytesReserved;
    for (let i = 0; i < 100; i++) x.add(i);
    expect(memoryStats().bytesReserved - before).toBeLessThanOrEqual((256 + 8) << 20);
  });
});

describe("0-d results", () => {
  it("of losses, sums, means and literals take no linear memory", () => {
    const x = tensor([1, 2, 3]);
    x.sum();
    const before = memoryStats();
    const results = [
      x.sum(),
      x.mean(),
      F.l1Loss(x, x),
      F.mseLoss(x, x, { reduction: "sum" }),
      tensor(3),
      tensor(3n),
    ];
    expect(results.map((result) => result.item())).toEqual([6, 2, 0, 0, 3, 3n]);
    expect(results.map(String)[0]).toBe("tensor(6.)");
    expect(memoryStats()).toEqual(before);
  });

  it("take it when an operation reads them, and keep their value", () => {
    const three = tensor(3);
    expect(tensor([1, 2]).mul(three).tolist()).toEqual([3, 6]);
    expect(three.item()).toBe(3);
    three.add_(1);
    expect([three.item(), three.clone().item()]).toEqual([4, 4]);
  });
});

describe("a tensor that is held stays valid and unchanged while thousands of others are made", () => {
  // 12 and 64 MiB: past what results of their sizes may hold before the oldest are moved out, 8 and
  // 32 MiB.
  const stir = (): void => {
    const [small, large] = [ones([1024]), ones([40_000])];
    for (let i = 0; i < 3000; i++) small.add(i);
    for (let i = 0; i < 400; i++) large.add(i);
  };

  it("results, their views, and what is written through them", () => {
    const held = [arange(1000).mul(2), arange(50_000).mul(2), arange(6).mul(2).reshape(2, 3).t()];
    const views = [held[0].at(7), held[1].reshape(50, 1000).at(3).at(500), held[2].at(2)];
    stir();
    expect(held.map((x) => x.to("float64").sum().item())).toEqual([999_000, 2_499_950_000, 30]);
    stir();
    expect(views.map((x) => x.tolist())).toEqual([14, 7000, [4, 10]]);
    views[0].fill_(-1);
    stir();
    expect(held[0].at(7).item()).toBe(-1);
  });

  it("what a graph saved, gradients, and detached results", () => {
    const x = tensor(new Float32Array(1024).fill(3), { requiresGrad: true });
    const squares = x.mul(x);
    const detached = squares.detach();
    const sum = squares.mul(squares).sum();
    stir();
    sum.backward();
    const { grad } = x;
    stir();
    expect([grad!.sub(108).abs().sum().item(), detached.sum().item()]).toEqual([0, 9216]);
  });

  it("arrays from array(): pinned, live while the memory does not grow", () => {
    const result = arange(1000).mul(2);
    const { buffer } = result.array();
    const view = result.array();
    stir();
    if (view.length > 0) expect(view[10]).toBe(20);
    else expect(buffer.byteLength).toBe(0);
    result.array()[10] = 5;
    stir();
    expect(result.at(10).item()).toBe(5);
  });

  it("a random walk over 300 tensors of all sizes, each checked against its own record", () => {
    const random = new Random(11);
    const pool: { x: Tensor; value: number }[] = [];
    for (let i = 0; i < (SLOW ? 6000 : 1500); i++) {
      const value = random.integer(-100, 100);
      const size = random.pick([1, 3, 64, 1000, 5000, 30_000]);
      const entry = {
        x: full([size], value)
          .add(random.pick([0, 1]))
          .mul(1),
        value: NaN,
      };
      entry.value = entry.x.at(size - 1).item();
      if (pool.length < 300) pool.push(entry);
      else pool[random.integer(0, 299)] = entry;
      const checked = random.pick(pool);
      if (random.chance(0.2)) checked.x.add_(1);
      if (random.chance(0.2)) checked.value = checked.x.at(0).item();
      const { x } = checked;
      const found = x.sub(x.at(0).item()).abs().sum().item();
      if (found !== 0) expect.fail(`tensor of ${x.numel()} elements differs within itself by ${found}`);
    }
  }, 60_000);
});

describe("memory that ends", () => {
  it("is an error that says how much is held and how to free it, and leaves every tensor intact", () => {
    // Addresses only: empty() touches no page.
    const result = arange(10).mul(2);
    const held = empty([2 ** 28], { dtype: "float64" });
    const before = memoryStats();
    expectError(
      () => empty([2 ** 28], { dtype: "float64" }),
      RangeError,
      "lossgrad: expected to allocate 2147483648 bytes, got no room",
    );
    expectError(
      () => empty([2 ** 28], { dtype: "float64" }),
      RangeError,
      `hold ${memoryStats().bytesInUse} bytes of at most 4096 MiB`,
    );
    expectError(
      () => zeros([2 ** 28], { dtype: "float64" }),
      RangeError,
      "Free tensors with dispose(), `using` or tidy",
    );
    expectError(() => held.to("float64").clone(), RangeError, "got no room");
    expect(memoryStats().bytesReserved).toBe(before.bytesReserved);
    expect(result.tolist()).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    held.dispose();
    const again = empty([2 ** 28], { dtype: "float64" });
    expect(memoryStats().bytesReserved).toBe(before.bytesReserved);
    again.dispose();
    expectRefused(() => zeros([2 ** 29], { dtype: "float64" }), RangeError, "less than 4 GiB");
  });
});

describe.skipIf(!collect)("the garbage collector's finalizers", () => {
  it("free what a user made and dropped, once a task has ended", async () => {
    const drop = (): void => {
      for (let i = 0; i < 500; i++) zeros([1000]).array();
    };
    await settle(3, 10);
    const before = memoryStats().liveTensors;
    drop();
    expect(memoryStats().liveTensors).toBeGreaterThanOrEqual(before + 500);
    await settle(3, 10);
    expect(memoryStats().liveTensors).toBeLessThanOrEqual(before + 5);
  });

  it("leave alone what is still held, by a view too", async () => {
    const view = zeros([1000]).add_(3).at(5);
    await settle(3, 10);
    expect(view.item()).toBe(3);
  });
});
