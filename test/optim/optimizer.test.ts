/** What all optimisers have in common. */
import { memoryStats, nn, onWarning, optim, Tensor, tensor, tidy, zeros } from "lossgrad";
import { describe, expect, it } from "vitest";
import { expectNoMoreThan } from "../support/memory.js";

const OPTIMIZERS = ["SGD", "Adam", "AdamW", "RMSprop"] as const;
type Name = (typeof OPTIMIZERS)[number];
type Params = ConstructorParameters<(typeof optim)["SGD"]>[0];
const make = (name: Name, params: unknown, options: object = {}): optim.Optimizer<{ lr: number }> =>
  new optim[name](params as Params, options);
const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true, dtype: "float64" });

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

function gradientOf(x: Tensor, values: number[]): void {
  x.grad = tensor(values, { dtype: "float64" });
}

describe.each(OPTIMIZERS)("%s", (name) => {
  it("leaves parameters without a gradient, and takes a step of the others", () => {
    const [x, y] = [leaf([1, 2]), leaf([3])];
    gradientOf(x, [1, -1]);
    const optimizer = make(name, [x, y]);
    optimizer.step();
    expect(x.detach().tolist()).not.toEqual([1, 2]);
    expect(y.detach().tolist()).toEqual([3]);
    expect(optimizer.state.has(y)).toBe(false);
  });

  it("calls the closure with gradients enabled, and returns what it returns", () => {
    const x = leaf([1]);
    const optimizer = make(name, [x], { lr: 0.5 });
    const loss = optimizer.step(() => {
      const loss = x.square().sum();
      loss.backward();
      return loss;
    });
    expect(loss!.item()).toBe(1);
    expect(x.detach().item()).toBeLessThan(1);
  });

  it("refuses a closure that returns a promise, whose gradients would come after the step", () => {
    const x = leaf([1]);
    const optimizer = make(name, [x], { lr: 0.5 });
    gradientOf(x, [1]);
    expect(() => optimizer.step(() => Promise.resolve(tensor(1)))).toThrow(
      `${name}: expected a synchronous function, got one that returns a promise`,
    );
    expect(x.detach().item()).toBe(1);
  });

  it("begins with zeros what a hyperparameter asks for that was changed between steps", () => {
    const changed: Partial<Record<Name, object>> = {
      SGD: { momentum: 0.5 },
      RMSprop: { momentum: 0.5, centered: true },
    };
    const x = leaf([1]);
    const optimizer = make(name, [x], {});
    const group = optimizer.paramGroups[0] as object;
    gradientOf(x, [2]);
    optimizer.step();
    Object.assign(group, changed[name] ?? { amsgrad: true });
    gradientOf(x, [2]);
    optimizer.step();
    const state = Object.values(optimizer.state.get(x)!).filter((value) => typeof value !== "number");
    expect(new Set(state).size).toBe(state.length);
    const names = Object.keys(optimizer.state.get(x)!);
    expect(names.some((word) => /momentumBuffer|maxExpAvgSq/.test(word))).toBe(true);
  });

  it("refuses a state of other kinds, and changes nothing", () => {
    const x = leaf([1]);
    const optimizer = make(name, [x], name === "SGD" ? { momentum: 0.5 } : {});
    gradientOf(x, [1]);
    optimizer.step();
    const { state, paramGroups } = optimizer.stateDict();
    const before = JSON.stringify(state);
    for (const [word, value] of [["momentumBuffer", 3], ["expAvg", null], ["step", "x"]] as const) {
      expect(() => optimizer.loadStateDict({ state: { 0: { ...state[0], [word]: value as never } }, paramGroups })).toThrow(
        `loadStateDict: expected ${word} to be a`,
      );
    }
    expect(JSON.stringify(optimizer.stateDict().state)).toBe(before);
  }); // prettier-ignore

  it("refuses what is no group and no state", () => {
    const optimizer = make(name, [leaf([1])]);
    for (const [junk, got] of [[null, "null"], [3, "3"], [{}, "another object"], [{ state: {}, paramGroups: [1] }, "another object"]]) {
      expect(() => optimizer.loadStateDict(junk as never)).toThrow(
        `${name}.loadStateDict: expected { state, paramGroups } as stateDict() gives it, got ${got as string}`,
      );
    }
    for (const junk of [undefined, 3, {}, [leaf([1])]])
      expect(() => optimizer.addParamGroup(junk as never)).toThrow(/expected a group, as \{ params: \[x\] \}/);
    expect(() => optimizer.addParamGroup({ params: 3 } as never)).toThrow("expected params to be a Tensor or");
  }); // prettier-ignore

  it("has hyperparameters of each group, which may change between steps", () => {
    const [x, y] = [leaf([1]), leaf([1])];
    const optimizer = make(name, [{ params: x, lr: 0 }, { params: [y] }], { lr: 0.25 });
    for (const one of [x, y]) gradientOf(one, [1]);
    optimizer.step();
    expect(x.detach().item()).toBe(1);
    expect(y.detach().item()).not.toBe(1);
    const before = y.detach().item();
    optimizer.paramGroups[1].lr = 0;
    optimizer.step();
    expect(y.detach().item()).toBe(before);
  });

  it("goes on from a state that was saved, bit for bit", () => {
    const grads = [
      [1, -0.3],
      [0.2, 0.7],
      [-1, 4],
    ];
    const run = (x: Tensor, optimizer: optim.Optimizer<{ lr: number }>, some: number[][]): void => {
      for (const grad of some) {
        gradientOf(x, grad);
        optimizer.step();
      }
    };
    const x = leaf([1, 2]);
    const options = name === "SGD" || name === "RMSprop" ? { momentum: 0.9 } : {};
    const optimizer = make(name, [x], { lr: 0.125, ...options });
    run(x, optimizer, grads.slice(0, 2));
    const y = leaf(x.detach().tolist() as number[]);
    const other = make(name, [y], options);
    other.loadStateDict(optimizer.stateDict());
    run(x, optimizer, grads.slice(2));
    run(y, other, grads.slice(2));
    expect(other.paramGroups[0].lr).toBe(0.125);
    expect(y.detach().tolist()).toEqual(x.detach().tolist());
  });

  it("keeps its state where a tidy ends, and frees the rest", () => {
    const x = leaf([1, 2]);
    const optimizer = make(name, [x], name === "SGD" ? { momentum: 0.9 } : {});
    const step = (): void => {
      tidy(() => {
        optimizer.zeroGrad();
        x.square().sum().backward();
        optimizer.step();
      });
    };
    step();
    step();
    const before = memoryStats();
    for (let i = 0; i < 2; i++) step();
    expectNoMoreThan(before);
    const free = leaf([1, 2]);
    const same = make(name, [free], name === "SGD" ? { momentum: 0.9 } : {});
    for (let i = 0; i < 4; i++) {
      free.grad = null;
      free.square().sum().backward();
      same.step();
    }
    expect(x.detach().tolist()).toEqual(free.detach().tolist());
  });

  it("is refused by a graph that saved the parameter before", () => {
    const x = leaf([1, 2]);
    const optimizer = make(name, [x]);
    const loss = x.square().sum();
    gradientOf(x, [1, 1]);
    optimizer.step();
    expect(() => loss.backward()).toThrow("modified by an inplace operation");
  });

  it("takes parameters of many elements, empty ones, numbers, and strided ones", () => {
    const wide = tensor(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { dtype: "float64" },
    );
    const views = [
      wide.transpose(0, 1).detach().requiresGrad_(),
      leaf([]),
      tensor(2, { requiresGrad: true }),
    ];
    const many = zeros([40_000], { requiresGrad: true });
    const optimizer = make(name, [...views, many], { lr: 0.5 });
    for (const x of [...views, many]) x.grad = x.detach().mul(0).add(1);
    optimizer.step();
    const [first] = many.detach().tolist() as number[];
    expect((many.detach().tolist() as number[]).every((x) => x === first && x < 0)).toBe(true);
    expect((wide.tolist() as number[][]).flat().every((x, i) => x < i + 1)).toBe(true);
    expect(views[2].detach().item()).toBeLessThan(2);
  });

  it("names what is wrong, as torch does", () => {
    const x = leaf([1]);
    expect(() => make(name, x)).toThrow("should be an iterable of Tensors or dicts, but got");
    expect(() => make(name, [])).toThrow("optimizer got an empty parameter list");
    expect(() => make(name, [1])).toThrow("optimizer can only optimize Tensors, but one of the params is");
    expect(() => make(name, [x.mul(2)])).toThrow("can't optimize a non-leaf Tensor");
    expect(() => make(name, [x], { lr: -1 })).toThrow("Invalid learning rate: -1");
    expect(() => make(name, [x], { lr: NaN })).toThrow("Invalid learning rate: NaN");
    expect(() => make(name, [x], { weightDecay: -1 })).toThrow("Invalid weight_decay value: -1");
    expect(() => make(name, [x], { learningRate: 1 })).toThrow("unexpected keyword argument 'learningRate'");
    expect(() => make(name, [{ params: [x], weight_decay: 1 }])).toThrow("write weightDecay");
    expect(() => make(name, [{ params: [x] }, { params: x }])).toThrow("more than one parameter group");
  });

  it("refuses parameters of complex numbers", () => {
    const x = tensor([{ re: 1, im: 2 }], { dtype: "complex64", requiresGrad: true });
    expect(() => make(name, [x])).toThrow("expected parameters of a real floating dtype, got complex64");
  });

  it("changes nothing when a state does not fit", () => {
    const [x, y] = [leaf([1]), leaf([1, 2])];
    for (const one of [x, y]) one.grad = one.detach();
    const options = name === "SGD" ? { momentum: 0.5 } : {};
    const [optimizer, other] = [make(name, [x], options), make(name, [y], options)];
    optimizer.step();
    other.step();
    const shown = (): string =>
      JSON.stringify(optimizer.stateDict(), (_, value: unknown) =>
        isTensor(value) ? value.tolist() : value,
      );
    const before = shown();
    expect(() => optimizer.loadStateDict(other.stateDict())).toThrow("of shape [1], got [2]");
    expect(() => optimizer.loadStateDict({ ...optimizer.stateDict(), paramGroups: [] })).toThrow(
      "different number of parameter groups",
    );
    expect(shown()).toBe(before);
  });
});

describe("zeroGrad", () => {
  it("drops gradients, or sets them to 0", () => {
    const x = leaf([1]);
    const optimizer = make("SGD", [x]);
    gradientOf(x, [5]);
    optimizer.zeroGrad({ setToNone: false });
    expect(x.grad!.tolist()).toEqual([0]);
    optimizer.zeroGrad();
    expect(x.grad).toBeNull();
  });

  it("keeps the gradients of all groups where a parameter was disposed of", () => {
    const [x, gone] = [leaf([1]), leaf([2])];
    const optimizer = make("SGD", [{ params: [x] }, { params: [gone] }]);
    gradientOf(x, [5]);
    gone.dispose();
    expect(() => optimizer.zeroGrad()).toThrow("got one that was disposed");
    expect(x.grad!.tolist()).toEqual([5]);
  });
});

it("warns of a parameter that stands twice in a group", () => {
  const messages: string[] = [];
  const handler = onWarning((message) => messages.push(message));
  try {
    const x = leaf([1]);
    make("SGD", [x, x]);
  } finally {
    onWarning(handler);
  }
  expect(messages).toHaveLength(1);
  expect(messages[0]).toContain("duplicate parameters");
});

it("prints its hyperparameters as torch does", () => {
  expect(String(make("SGD", [leaf([1])]))).toBe(
    "SGD (\nParameter Group 0\n    dampening: 0\n    lr: 0.001\n    maximize: false\n    momentum: 0\n    nesterov: false\n    weightDecay: 0\n)",
  );
});

it("trains with losses of nn", () => {
  const w = zeros([2], { requiresGrad: true, dtype: "float64" });
  const x = tensor(
    [
      [1, 2],
      [3, 4],
      [5, 7],
    ],
    { dtype: "float64" },
  );
  const y = tensor([5, 11, 19], { dtype: "float64" });
  const optimizer = make("Adam", [w], { lr: 0.1 });
  const loss = new nn.MSELoss();
  let last = Infinity;
  for (let i = 0; i < 400; i++) {
    last = tidy(() => {
      optimizer.zeroGrad();
      const value = loss(x.matmul(w), y);
      value.backward();
      optimizer.step();
      return Number(value.item());
    });
  }
  expect(last).toBeLessThan(0.05);
});
