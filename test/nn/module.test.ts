/** Modules with parameters, and those that models are made of, against torch's (fixtures/modules.py). */
import { manualSeed, memoryStats, nn, onWarning, optim, rand, tensor, Tensor, tidy, zeros } from "lossgrad";
import type { DType } from "lossgrad";
import { describe, expect, it } from "vitest";
import text from "../fixtures/modules.json?raw";

const recorded = JSON.parse(text) as {
  readonly linear: readonly {
    readonly sizes: readonly [number, number];
    readonly dtype: DType;
    readonly weight: readonly string[];
    readonly bias: readonly string[];
    readonly next: readonly string[];
  }[];
  readonly linearLoss: readonly {
    readonly sizes: readonly [number, number];
    readonly outFeatures: readonly number[];
    readonly printed: string;
    readonly state: Readonly<Record<string, readonly string[]>>;
  }[];
  readonly printed: string;
  readonly names: readonly string[];
  readonly modules: readonly string[];
  readonly errors: Readonly<Record<"keys" | "shapes" | "kind" | "forward" | "child" | "mode", string>>;
};

const view = new DataView(new ArrayBuffer(8));
function bitsOf(x: Tensor): string[] {
  return (x.detach().to("float64").flatten().tolist() as number[]).map((value) => {
    view.setFloat64(0, value);
    return view.getBigUint64(0).toString(16).padStart(16, "0");
  });
}

/** torch's text as it is spelt here. */
const spelt = (words: string): string =>
  words
    .replace(/torch\.Size\((\[.*?\])\)/g, "$1")
    .replace(/_([a-z])(?=\w*=)/g, (_, letter: string) => letter.toUpperCase())
    .replace(/True/g, "true")
    .replace(/False/g, "false");

const model = (): nn.Sequential =>
  new nn.Sequential(
    new nn.Linear(2, 3),
    new nn.Tanh(),
    new nn.Sequential(new nn.ReLU(), new nn.Linear(3, 1, { bias: false })),
    new nn.Flatten(),
  );

/** Two numbers, a submodule that stands twice, and what is none of these. */
class Net extends nn.Module<[x: Tensor, scale: number]> {
  first = new nn.Linear(1, 1);
  second = this.first;
  scale = new nn.Parameter(tensor([2]));
  plain = tensor([1]);
  nothing = null;
  override forward(x: Tensor, scale: number): Tensor {
    return this.second(this.first(x)).mul(this.scale).mul(scale);
  }
}

describe("nn.Linear", () => {
  it.each(recorded.linear)("begins with torch's bits: $sizes, $dtype", ({ sizes, dtype, ...bits }) => {
    manualSeed(sizes[0]);
    const layer = new nn.Linear(...sizes, { dtype });
    expect(bitsOf(layer.weight)).toEqual(bits.weight);
    expect(bitsOf(layer.bias!)).toEqual(bits.bias);
    expect(bitsOf(rand(1))).toEqual(bits.next);
  });

  it("is x Wᵀ + b, of vectors, rows and batches of them", () => {
    const layer = new nn.Linear(2, 3);
    layer.weight.data.copy_(tensor([[1, 2], [3, 4], [5, 6]])); // prettier-ignore
    layer.bias!.data.copy_(tensor([1, 0, -1]));
    expect(layer(tensor([1, 10])).tolist()).toEqual([22, 43, 64]);
    expect(layer(zeros([4, 5, 2])).shape).toEqual([4, 5, 3]);
    expect(layer(zeros([0, 2])).shape).toEqual([0, 3]);
  });

  it("has no bias where none is wanted, and nothing where a size is 0", () => {
    expect(new nn.Linear(2, 3, { bias: false }).parameters()).toHaveLength(1);
    const before = onWarning(() => undefined);
    try {
      expect(new nn.Linear(0, 3)(zeros([2, 0])).tolist()).toEqual([[0, 0, 0], [0, 0, 0]]); // prettier-ignore
    } finally {
      onWarning(before);
    }
  });

  it("refuses sizes, dtypes and options that do not exist", () => {
    expect(() => new nn.Linear(-1, 3)).toThrow("expected inFeatures to be 0 or more, got -1");
    expect(() => new nn.Linear(1, 2.5)).toThrow("expected outFeatures to be an integer, got 2.5");
    expect(() => new nn.Linear(1, 2, { dtype: "int64" })).toThrow(
      "expected a real floating dtype, got int64",
    );
    expect(() => new nn.Linear(1, 2, { biass: false } as never)).toThrow(
      "unexpected keyword argument 'biass'",
    );
  });
});

describe("nn.Module", () => {
  it("finds parameters and submodules among its properties, each once", () => {
    const net = new Net();
    expect(net.namedParameters().map(([name]) => name)).toEqual(["scale", "first.weight", "first.bias"]);
    expect(net.namedParameters({ recurse: false }).map(([name]) => name)).toEqual(["scale"]);
    expect(net.namedModules({ prefix: "net" }).map(([name]) => name)).toEqual(["net", "net.first"]);
    expect(net.children()).toEqual([net.first]);
    expect(Object.keys(net.stateDict())).toEqual(
      ["scale", "first.weight", "first.bias", "second.weight", "second.bias"], // prettier-ignore
    );
    expect(
      [model().namedParameters(), model().namedModules()].map((all) => all.map(([name]) => name)),
    ).toEqual([recorded.names, recorded.modules]);
  });

  it("is called with its own operands, and learns", () => {
    const net = new Net();
    const x = tensor([[1], [2]]);
    expect(net(x, 3).tolist()).toEqual(net.forward(x, 3).tolist());
    const optimizer = new optim.SGD(net.parameters(), { lr: 0.01 });
    const losses = Array.from({ length: 5 }, () =>
      Number(
        optimizer
          .step(() => {
            net.zeroGrad();
            const loss = net(x, 1).sub(3).square().mean();
            loss.backward();
            return loss;
          })!
          .item(),
      ),
    );
    expect(losses.at(-1)!).toBeLessThan(losses[0]);
  });

  it("prints as torch's module does", () => {
    expect(String(model())).toBe(spelt(recorded.printed));
    expect(String(new Net())).toMatch(/^Net\(\n {2}\(first\): Linear/);
    expect(String(new nn.ReLU({ inplace: true }))).toBe("ReLU(inplace=true)");
  });

  it.each(recorded.linearLoss)(
    "begins as torch's, and prints as it: a loss of $sizes, $outFeatures",
    ({ sizes: [inFeatures, numClasses], outFeatures, printed, state }) => {
      manualSeed(inFeatures);
      const loss = new nn.LinearCrossEntropyLoss(inFeatures, numClasses, { outFeatures, bias: true });
      const own = Object.entries(loss.stateDict()).map(([name, value]) => [name, bitsOf(value)]);
      expect(Object.fromEntries(own)).toEqual(state);
      const inBrackets = `outFeatures=${JSON.stringify(outFeatures).replaceAll(",", ", ")}`;
      const plain = spelt(printed).replaceAll("None", "null").replace("=0.0", "=0");
      expect(String(loss)).toBe(plain.replace(/outFeatures=\(.*?\)/, inBrackets));
      expect(String(new nn.PairwiseDistance())).toBe("PairwiseDistance()");
    },
  );

  it("refuses a class weight and a smoothing that no loss can have", () => {
    const make = (options: object) => () => new nn.LinearCrossEntropyLoss(3, 2, options);
    expect(make({ weight: zeros([3]) })).toThrow("expected weight shape to be (2,), got (3,)");
    expect(make({ labelSmoothing: 2 })).toThrow("expected label_smoothing to be in range [0, 1], got 2");
    expect(make({ outFeatures: 3 })).toThrow("expected outFeatures to be an array, got 3");
  });

  it("has properties that a function has by itself", () => {
    class Named extends nn.Module {
      override length = 3;
      override name = "mine";
    }
    const named = new Named();
    expect([named.length, named.name]).toEqual([3, "mine"]);
  });

  it("takes what has the names and shapes that it has, in its own dtypes", () => {
    const [from, to] = [new nn.Linear(2, 3, { dtype: "float64" }), new nn.Linear(2, 3)];
    expect(to.loadStateDict(from.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(to.weight.dtype).toBe("float32");
    expect(to.bias!.tolist()).toEqual(from.bias!.to("float32").tolist());
  });

  it("refuses another state with torch's text, and changes nothing", () => {
    const one = model();
    const before = JSON.stringify(one.stateDict());
    const rest = Object.fromEntries(Object.entries(one.stateDict()).filter(([name]) => name !== "0.bias"));
    const wrong = { ...rest, "0.weight": zeros([1, 1]), "x.y": zeros([1]) };
    expect(() => one.loadStateDict({ a: zeros([1]) })).toThrow(recorded.errors.keys);
    expect(() => one.loadStateDict(wrong)).toThrow(spelt(recorded.errors.shapes));
    const { "0.weight": weight, ...others } = wrong;
    expect(one.loadStateDict(others, { strict: false })).toEqual({
      missingKeys: ["0.weight", "0.bias"],
      unexpectedKeys: ["x.y"],
    });
    expect(weight.shape).toEqual([1, 1]);
    expect(() => new nn.Linear(1, 1).loadStateDict({ weight: 3 as never }, { strict: false })).toThrow(
      recorded.errors.kind.replace("<class 'int'>", "3"),
    );
    expect(() => one.loadStateDict(null as never)).toThrow("Expected state_dict to be dict-like, got null.");
    expect(JSON.stringify(one.stateDict())).toBe(before);
  });

  it("gives a state that shares the elements, or the parameters themselves", () => {
    const layer = new nn.Linear(1, 1);
    layer.weight.data.fill_(5);
    const state = layer.stateDict();
    expect([state.weight.item(), state.weight.requiresGrad]).toEqual([5, false]);
    expect(layer.stateDict({ keepVars: true }).weight).toBe(layer.weight);
  });

  it("has modes, and parameters that are frozen", () => {
    const one = model();
    expect(
      one
        .eval()
        .modules()
        .map(({ training }) => training),
    ).toEqual(Array(7).fill(false));
    expect(one.train().training).toBe(true);
    expect(() => one.train(3 as never)).toThrow(recorded.errors.mode);
    expect(one.requiresGrad_(false)).toBe(one);
    expect(one.parameters().some(({ requiresGrad }) => requiresGrad)).toBe(false);
  });

  it("applies a function from the leaves up", () => {
    const seen: string[] = [];
    model().apply((module) => seen.push(module.constructor.name));
    expect(seen).toEqual(["Linear", "Tanh", "ReLU", "Linear", "Sequential", "Flatten", "Sequential"]);
  });

  it("says that forward lacks, and refuses a module that holds itself", () => {
    expect(() => new nn.Module()(zeros([1]))).toThrow(recorded.errors.forward);
    const loop = new nn.Sequential(new nn.Tanh());
    Object.assign(loop, { itself: loop });
    expect(loop.modules()).toHaveLength(2);
    expect(() => loop.stateDict()).toThrow("expected modules that do not hold themselves");
  });

  it("stays when it is what a tidy gives", () => {
    const before = memoryStats().liveTensors;
    const layer = tidy(() => new nn.Sequential(new nn.Linear(2, 1)));
    expect(layer(zeros([1, 2])).shape).toEqual([1, 1]);
    for (const parameter of layer.parameters()) parameter.dispose();
    expect(memoryStats().liveTensors).toBeGreaterThanOrEqual(before);
  });
});

describe("nn.Sequential", () => {
  it("has modules by their places or names", () => {
    const [linear, tanh] = [new nn.Linear(2, 3), new nn.Tanh()];
    const one = new nn.Sequential({ linear, act: tanh });
    expect([one.length, one.at(0), one.at(-1), [...one]]).toEqual([2, linear, tanh, [linear, tanh]]);
    expect(one.namedChildren().map(([name]) => name)).toEqual(["linear", "act"]);
    expect(new nn.Sequential()(tensor([3])).tolist()).toEqual([3]);
    expect(() => one.at(2)).toThrow("index 2 is out of range");
  });

  it("refuses what is no module", () => {
    expect(() => new nn.Sequential(3 as never)).toThrow(recorded.errors.child.replace("int", "3"));
    expect(() => new nn.Sequential(new nn.Tanh(), (() => 0) as never)).toThrow("is not a Module subclass");
  });

  it("goes through its modules, and back", () => {
    const one = new nn.Sequential(new nn.ReLU({ inplace: true }), new nn.Sigmoid(), new nn.Tanh());
    const x = tensor([[-1, 2]], { requiresGrad: true });
    const y = one(x.mul(1));
    expect(y.detach().tolist()).toEqual(x.detach().relu().sigmoid().tanh().tolist());
    y.sum().backward();
    expect((x.grad!.tolist() as number[][])[0][0]).toBe(0);
  });
});

describe("nn.Parameter", () => {
  it("is a leaf of the same elements, which requires gradients", () => {
    const data = tensor([1, 2]).mul(1);
    const one = new nn.Parameter(data);
    expect([one instanceof Tensor, one.isLeaf, one.requiresGrad, one.dtype]).toEqual([
      true,
      true,
      true,
      "float32",
    ]);
    data.fill_(7);
    expect(one.tolist()).toEqual([7, 7]);
    expect(String(one)).toBe("Parameter containing:\ntensor([7., 7.], requiresGrad=true)");
    expect(new nn.Parameter(tensor([1n]), { requiresGrad: false }).dtype).toBe("int64");
  });

  it("refuses what is no tensor, and integers", () => {
    expect(() => new nn.Parameter(3 as never)).toThrow("Parameter: expected data to be a Tensor, got 3");
    expect(() => new nn.Parameter(tensor([1n]))).toThrow("floating point");
    expect(() => new nn.Parameter(tensor([1]), { requires_grad: false } as never)).toThrow(
      "write requiresGrad",
    );
  });
});
