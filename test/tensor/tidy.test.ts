import { autograd, F, memoryStats, noGrad, tensor, tidy, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { expectNoMoreThan } from "../support/memory.js";
import { DISPOSE } from "../../src/tensor/tensor.js";
import { ALL_LOSSES, callOf } from "../support/losses.js";
import { inOtherRealm } from "../support/realm.js";
import { expectError, expectRefused } from "../support/refuse.js";
import { leaf, TAKERS } from "../support/takers.js";

const GONE =
  "expected a tensor in memory, got one that was disposed; return it from tidy, or clone() it before dispose()";
/** Those that look at their operands again; L1 keeps their difference. */
const LOSSES_WITH_NONE = ALL_LOSSES.filter((name) => name !== "l1Loss");
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

  const FUNCTIONS = Object.keys(TAKERS).filter((name) => name.startsWith("F."));
  it.each(FUNCTIONS)("keeps what the gradients of a returned %s were computed with", (name) => {
    const [inside, outside] = [tidy, <T>(fn: () => T): T => fn()].map((around) => {
      const x = leaf();
      const { call, options } = TAKERS[name];
      const prepared = call(x, leaf());
      x.requiresGrad_();
      const result = around(() => prepared(options) as Tensor);
      result.sum().backward();
      return x.grad!.tolist();
    });
    expect(inside).toEqual(outside);
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
    expectNoMoreThan(before);
  });

  it("frees the gradients and the data of leaves that it made, step by step", () => {
    const step = (): void =>
      tidy(() => {
        const w = tensor(new Float32Array(1000), { requiresGrad: true });
        F.mseLoss(w, zeros([1000])).backward();
        w.data = w.data.add(1);
        expect(w.grad!.numel()).toBe(1000);
      });
    step();
    expect(added(() => Array.from({ length: 50 }, step))).toBe(0);
  });

  it("frees the data that a leaf from outside had before, and the gradients that were assigned to it", () => {
    const w = tensor(new Float32Array(1000), { requiresGrad: true });
    const target = zeros([1000]);
    const step = (): void =>
      tidy(() => {
        F.mseLoss(w, target).backward();
        w.grad = w.grad!.clamp(-1, 1);
        const before = w.data;
        w.data = before.sub(w.grad.mul(0.1));
        expect(before.numel()).toBe(w.numel());
        w.grad = null;
      });
    step();
    expect(added(() => Array.from({ length: 50 }, step))).toBe(0);
    expect(w.tolist()).toEqual(new Array<number>(1000).fill(0));
  });

  it("frees a gradient from before that was read inside and given up inside", () => {
    const w = tensor(new Float32Array(1000), { requiresGrad: true });
    const target = zeros([1000]);
    const step = (): void => {
      F.mseLoss(w, target).backward();
      tidy(() => {
        const gradient = w.grad!;
        w.grad = null;
        w.data.sub_(gradient.mul(0.1));
      });
    };
    step();
    expect(added(() => Array.from({ length: 50 }, step))).toBe(0);
  });

  it.each<[string, (w: Tensor) => Tensor]>([
    ["its data", (w) => w.data],
    ["a detached view", (w) => w.detach()],
    ["a view", (w) => w.reshape(2, 1)],
    ["an element", (w) => w.at(1)],
  ])("leaves alone data that something outside shares: %s", (_, share) => {
    const w = leafOf([1, 2]);
    tidy(() => void (w.data = w.data.mul(2)));
    const shared = share(w);
    const values = shared.tolist();
    tidy(() => void (w.data = w.data.mul(5)));
    w.data = w.data.mul(5);
    expect([shared.tolist(), w.tolist()]).toEqual([values, [50, 100]]);
  });

  it("leaves alone data that another tensor has, until both have let it go", () => {
    const [a, b] = [leafOf([1, 2]), leafOf([0, 0])];
    tidy(() => {
      a.data = a.data.mul(2);
      b.data = a.data;
    });
    tidy(() => void (a.data = a.data.mul(5)));
    expect([a.tolist(), b.tolist()]).toEqual([
      [10, 20],
      [2, 4],
    ]);
    expect(added(() => tidy(() => void (b.data = b.data.mul(2))))).toBe(0);
  });

  it("leaves a gradient to the one of two leaves that still has it", () => {
    const [a, b] = [leafOf([1, 2]), leafOf([3, 4])];
    tidy(() => {
      F.l1Loss(a, zeros([2]), { reduction: "sum" }).backward();
      b.grad = a.grad;
      a.grad = null;
    });
    expect([a.grad, b.grad?.tolist()]).toEqual([null, [1, 1]]);
    tidy(() => void (a.grad = b.grad));
    b.grad = null;
    expect(a.grad?.tolist()).toEqual([1, 1]);
  });

  it("keeps the gradient of a leaf that a returned loss depends on", () => {
    const loss = tidy(() => {
      const w = leafOf([1, 2]);
      w.sum().backward();
      return w.square().sum();
    });
    expect(() => loss.backward()).not.toThrow();
  });

  it("gives a gradient from before that it returns", () => {
    const w = leafOf([1, 2]);
    tidy(() => w.square().sum().backward());
    const gradient = tidy(() => w.grad!);
    w.grad = null;
    expect(gradient.tolist()).toEqual([2, 4]);
  });

  it("leaves what leaves received also when the function throws", () => {
    const w = leafOf([1, 2]);
    expectError(
      () =>
        tidy(() => {
          w.square().sum().backward();
          w.data = w.data.mul(3);
          throw new Error("on purpose");
        }),
      Error,
      "on purpose",
    );
    expect([w.tolist(), w.grad?.tolist()]).toEqual([
      [3, 6],
      [2, 4],
    ]);
  });

  it.each(LOSSES_WITH_NONE)(
    "a loss goes by the data that its operands have at its backward pass: %s",
    (name) => {
      const w = leafOf([1, 2]);
      const loss = tidy(() => {
        const terms = callOf(name)(w, zeros([2]), { reduction: "none" });
        w.data = w.data.mul(0.125);
        return terms;
      });
      loss.sum().backward();
      const fresh = leafOf([0.125, 0.25]);
      callOf(name)(fresh, zeros([2]), { reduction: "sum" }).backward();
      expect(w.grad?.tolist()).toEqual(fresh.grad?.tolist());
    },
  );

  it("a loss refuses data of another shape at its backward pass", () => {
    const w = leafOf([1, 2]);
    const loss = F.mseLoss(w, zeros([2]), { reduction: "none" });
    w.data = zeros([1]);
    expectError(() => loss.sum().backward(), Error, "data of another shape assigned since");
  });

  it.each<[string, unknown]>([
    ["a thenable", { then: () => undefined }],
    ["a function with then", Object.assign(() => undefined, { then: () => undefined })],
    ["another realm's promise", inOtherRealm ? inOtherRealm("Promise.resolve(1)") : Promise.resolve(1)],
  ])("and noGrad refuse a function that returns %s", (_, promise) => {
    let made!: Tensor;
    const call = (): unknown => {
      made = zeros([64]).add(1);
      return promise;
    };
    expectRefused(() => tidy(call), TypeError, "tidy: expected a synchronous function, got one that returns");
    expectError(() => made.item(), Error, GONE);
    expectError(() => noGrad(call), TypeError, "noGrad: expected a synchronous function, got one that");
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
    expectNoMoreThan(before);
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
