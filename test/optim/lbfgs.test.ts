/** L-BFGS against torch's iterations on Rosenbrock's function (fixtures/optim.py). */
import type { Tensor } from "lossgrad";
import { optim, tensor, tidy } from "lossgrad";
import { describe, expect, it } from "vitest";
import text from "../fixtures/optim.json?raw";

interface Case {
  readonly options: Readonly<Record<string, unknown>>;
  readonly losses: readonly number[];
  readonly x: readonly number[];
  readonly func_evals: number;
  readonly n_iter: number;
}

const { lbfgs } = JSON.parse(text) as { lbfgs: readonly Case[] };
const camelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const start = (): Tensor => tensor([-1.5, 2], { dtype: "float64", requiresGrad: true });

function optionsOf({ options }: Case): Partial<optim.LBFGSOptions> {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [camelCase(name), value]));
}

function closureOf(optimizer: optim.LBFGS, x: Tensor): () => Tensor {
  return () => {
    optimizer.zeroGrad();
    const [a, b] = [x.select(0, 0), x.select(0, 1)];
    const loss = a.neg().add(1).square().add(b.sub(a.square()).square().mul(100));
    loss.backward();
    return loss;
  };
}

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1e-3, Math.abs(b));

describe.each(lbfgs.map((one) => [JSON.stringify(one.options), one] as const))("LBFGS(%s)", (_, one) => {
  it("takes torch's steps and evaluations", () => {
    const x = start();
    const optimizer = new optim.LBFGS([x], optionsOf(one));
    const closure = closureOf(optimizer, x);
    const losses = one.losses.map(() => Number(optimizer.step(closure)!.item()));
    expect(losses.filter((loss, i) => !isNear(loss, one.losses[i]))).toEqual([]);
    expect((x.detach().tolist() as number[]).every((value, i) => isNear(value, one.x[i]))).toBe(true);
    const { funcEvals, nIter } = optimizer.state.get(x)!;
    expect({ funcEvals, nIter }).toEqual({ funcEvals: one.func_evals, nIter: one.n_iter });
  });

  it("goes on from a saved state, and within tidy, in the same way", () => {
    const [x, y] = [start(), start()];
    const optimizer = new optim.LBFGS([x], optionsOf(one));
    const closure = closureOf(optimizer, x);
    for (let i = 0; i < 2; i++) optimizer.step(closure);
    const first = new optim.LBFGS([y], optionsOf(one));
    tidy(() => void first.step(closureOf(first, y)));
    const second = new optim.LBFGS([y]);
    second.loadStateDict(first.stateDict());
    tidy(() => void second.step(closureOf(second, y)));
    expect(y.detach().tolist()).toEqual(x.detach().tolist());
  });
});

describe("LBFGS", () => {
  it("finds the least squares of several parameters, one without a gradient", () => {
    const w = tensor([[0], [0]], { dtype: "float64", requiresGrad: true });
    const [b, unused] = [
      tensor(0, { dtype: "float64", requiresGrad: true }),
      tensor([1], { dtype: "float64", requiresGrad: true }),
    ];
    const x = tensor(
      [
        [1, 2],
        [2, 1],
        [3, 5],
        [0, 1],
      ],
      { dtype: "float64" },
    );
    const y = x.matmul(tensor([[2], [-3]], { dtype: "float64" })).add(0.5);
    const optimizer = new optim.LBFGS([w, b, unused], { lineSearchFn: "strong_wolfe", maxIter: 50 });
    optimizer.step(() => {
      optimizer.zeroGrad();
      const loss = x.matmul(w).add(b).sub(y).square().mean();
      loss.backward();
      return loss;
    });
    expect((w.detach().reshape(-1).tolist() as number[]).map((value) => value.toFixed(4))).toEqual([
      "2.0000",
      "-3.0000",
    ]);
    expect(Number(b.detach().item()).toFixed(4)).toBe("0.5000");
    expect(unused.detach().tolist()).toEqual([1]);
  });

  it("names what is wrong", () => {
    const x = start();
    expect(() => new optim.LBFGS([{ params: x }, { params: [start()] }])).toThrow(
      "doesn't support per-parameter options",
    );
    expect(() => new optim.LBFGS([x], { lineSearchFn: "armijo" as never })).toThrow(
      "only 'strong_wolfe' is supported",
    );
    expect(() => new optim.LBFGS([x], { lr: -1 })).toThrow("Invalid learning rate: -1");
    expect(() => new optim.LBFGS([x]).step()).toThrow("expected step to be called with a closure");
  });

  it("leaves the parameters when the closure throws", () => {
    const x = start();
    const optimizer = new optim.LBFGS([x]);
    const fail = (): never => {
      throw new Error("no loss");
    };
    expect(() => optimizer.step(fail)).toThrow("no loss");
    expect(x.detach().tolist()).toEqual([-1.5, 2]);
  });
});
