import { autograd, F, memoryStats, tensor, tidy, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { DISPOSE } from "../../src/tensor/tensor.js";
import { expectError, expectRefused } from "../support/refuse.js";

const GONE =
  "expected a tensor in memory, got one that was disposed; return it from tidy, or clone() it before dispose()";
const leafOf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });

/** The live tensors that `run` adds. */
function added(run: () => unknown): number {
  const before = memoryStats().liveTensors;
  run();
  return memoryStats().liveTensors - before;
}

describe("tidy", () => {
  it("frees what was made inside and returns what the function returns", () => {
    let inside!: Tensor;
    expect(added(() => expect(tidy(() => (inside = zeros([100])).add(1).sum().item())).toBe(100))).toBe(0);
    expectError(() => inside.tolist(), Error, `tolist: ${GONE}`);
  });

  it("keeps a returned tensor, and those in arrays, objects, maps, sets and cycles", () => {
    const made = (): Tensor => zeros([2]).add(1);
    const results = {
      tensor: tidy(made),
      array: tidy(() => [made(), [made()]]).flat()[1],
      object: tidy(() => ({ a: { b: made() } })).a.b,
      map: tidy(() => new Map([["a", made()]])).get("a"),
      set: [...tidy(() => new Set([made()]))][0],
      cycle: tidy(() => {
        const ring: { self?: unknown; x: Tensor } = { x: made() };
        ring.self = ring;
        return ring;
      }).x,
      list: tidy(() =>
        Array.from({ length: 50_000 }, (_, i) => i).reduce<object>((rest) => ({ rest }), { x: made() }),
      ),
    };
    const { list, ...tensors } = results;
    for (const kept of Object.values(tensors)) expect(kept?.tolist()).toEqual([1, 1]);
    let end = list as { rest?: object; x?: Tensor };
    while (end.rest) end = end.rest;
    expect(end.x?.tolist()).toEqual([1, 1]);
  });

  it("keeps a view by its base, and passes other values on untouched", () => {
    expect(tidy(() => tensor([[1, 2], [3, 4]]).at(1)).tolist()).toEqual([3, 4]); // prettier-ignore
    for (const value of [null, undefined, 0, "text", Symbol.iterator, new Float32Array(3)])
      expect(tidy(() => value)).toBe(value);
  });

  it("leaves alone what was there before", () => {
    const x = zeros([2]);
    tidy(() => x.add(1));
    expect(x.tolist()).toEqual([0, 0]);
  });

  it("keeps the graph of a returned loss: backward works afterwards", () => {
    for (const loss of [F.l1Loss, F.mseLoss, F.smoothL1Loss, F.huberLoss]) {
      const x = leafOf([1, 2]);
      const value = tidy(() => loss(x.mul(x).sqrt().pow(3), zeros([2])));
      value.backward(null, { retainGraph: true });
      const plain = x.grad!.clone();
      value.backward(null, { createGraph: true });
      expect(x.grad?.sub(plain).tolist()).toEqual(plain.tolist());
    }
  });

  it("keeps a leaf made inside when a result depends on it", () => {
    const { leaf, loss } = tidy(() => {
      const inner = leafOf([3, 4]);
      return { leaf: inner, loss: inner.mul(inner).sum() };
    });
    loss.backward();
    expect(leaf.grad?.tolist()).toEqual([6, 8]);
    tidy(() => leafOf([3]).mul(2)).backward();
  });

  it("keeps gradients that leaves received, and what data and grad were set to", () => {
    const x = leafOf([1, 2]);
    const y = leafOf([1, 2]);
    tidy(() => {
      x.mul(3).sum().backward();
      y.grad = x.mul(5).detach();
      y.data = y.data.add(1);
    });
    expect([x.grad, y.grad, y].map((kept) => kept?.tolist())).toEqual([
      [3, 3],
      [5, 10],
      [2, 3],
    ]);
  });

  it("adds up gradients over tidies", () => {
    const x = leafOf([1, 2]);
    for (let i = 0; i < 3; i++) tidy(() => F.mseLoss(x, zeros([2]), { reduction: "sum" }).backward());
    expect(x.grad?.tolist()).toEqual([6, 12]);
  });

  it("nests: what the inner one returns belongs to the outer one", () => {
    let inner!: Tensor;
    const outer = tidy(() => {
      inner = tidy(() => zeros([2]).add(1));
      expect(inner.tolist()).toEqual([1, 1]);
      return inner.add(1);
    });
    expect(outer.tolist()).toEqual([2, 2]);
    expectError(() => inner.tolist(), Error, GONE);
  });

  it("frees everything when the function throws, and the scope outside goes on", () => {
    let lost!: Tensor;
    const kept = tidy(() => {
      const before = zeros([2]);
      expectRefused(
        () =>
          tidy(() => {
            lost = zeros([64]).add(before.at(0));
            throw new Error("on purpose");
          }),
        Error,
        "on purpose",
      );
      return before.add(1);
    });
    expectError(() => lost.item(), Error, GONE);
    expect(kept.tolist()).toEqual([1, 1]);
  });

  it("refuses what is no function, and functions that return a promise, whose tensors it frees", async () => {
    expectRefused(() => tidy(3 as never), TypeError, "tidy: expected a function, got 3");
    let settled: Promise<unknown> = Promise.resolve();
    expectRefused(
      () => tidy(() => (settled = Promise.resolve(zeros([2])))),
      TypeError,
      "got one that returns a promise",
    );
    await settled;
  });

  it("works around createGraph and autograd.grad", () => {
    const x = leafOf([2]);
    const [second] = tidy(() => {
      const [first] = autograd.grad(x.pow(4), x, { createGraph: true });
      return autograd.grad(first!, x);
    });
    expect(second?.tolist()).toEqual([48]);
  });

  it("lends gradients: one that was read inside is freed when its leaf gives it up", () => {
    const x = leafOf([1, 2]);
    let lent!: Tensor;
    tidy(() => {
      x.square().sum().backward();
      lent = x.grad!;
    });
    expect(lent.tolist()).toEqual([2, 4]);
    expect(added(() => (x.grad = null))).toBe(-1);
    expectError(() => lent.tolist(), Error, `tolist: ${GONE}`);
  });

  it("does not lend but gives what it returns, what was read outside, and what data and grad were set to", () => {
    const gradientOf = (x: Tensor): Tensor => {
      x.square().sum().backward();
      return x.grad!;
    };
    const [a, b, c, d] = [leafOf([1]), leafOf([2]), leafOf([3]), leafOf([4])];
    const other = leafOf([0]);
    const data = tensor([0]);
    const returned = tidy(() => ({ part: gradientOf(a).at(0) })).part;
    tidy(() => gradientOf(b).item());
    const read = b.grad!;
    tidy(() => void (other.grad = gradientOf(c)));
    tidy(() => void (data.data = gradientOf(d)));
    for (const x of [a, b, c, d]) x.grad = null;
    expect([returned.item(), read.item(), other.grad!.item(), data.item()]).toEqual([2, 4, 6, 8]);
  });

  it("is no leak around a training loop", () => {
    const x = tensor(new Float32Array(1000), { requiresGrad: true });
    const y = tensor(new Float32Array(1000).fill(3));
    const step = (): void => {
      F.huberLoss(x, y).backward();
      x.data.sub_(x.grad!.mul(0.1));
      x.grad = null;
    };
    tidy(step);
    const before = memoryStats();
    for (let i = 0; i < 100; i++) tidy(step);
    expect(memoryStats().liveTensors).toBe(before.liveTensors);
  });
});

describe("dispose", () => {
  it("frees at once, can be called twice, and takes the views along", () => {
    const x = zeros([1000]);
    const view = x.at(0);
    expect(added(() => x.dispose())).toBe(-1);
    x.dispose();
    view.dispose();
    expectError(() => view.item(), Error, `item: ${GONE}`);
  });

  it("is what `using` calls", () => {
    let inner!: Tensor;
    const before = memoryStats();
    {
      using x = zeros([1000]);
      using y = x.clone();
      inner = y;
      expect(y.numel()).toBe(1000);
    }
    expect(memoryStats()).toEqual(before);
    expectError(() => inner.tolist(), Error, GONE);
    expect(typeof zeros([1])[DISPOSE]).toBe("function");
  });

  it("of what a graph needs is an error of backward that names the operation", () => {
    const x = leafOf([1, 2]);
    const y = x.mul(1);
    const z = y.mul(y).sum();
    y.dispose();
    expectError(() => z.backward(), Error, `MulBackward0: ${GONE}`);
    expect(x.grad).toBeNull();
  });

  it("of L1's operands is legal after the loss, whose backward does not read them", () => {
    const x = leafOf([1, 2]);
    const input = x.mul(1);
    const target = zeros([2]);
    const loss = F.l1Loss(input, target);
    input.dispose();
    target.dispose();
    loss.backward();
    expect(x.grad?.tolist()).toEqual([0.5, 0.5]);
  });

  it("of a 0-d value makes it unusable like any other", () => {
    const x = tensor(3);
    x.dispose();
    expectError(() => x.item(), Error, GONE);
  });
});
