/** Buffers, and losses that hold them as modules, against torch's (fixtures/modules.py). */
import { manualSeed, nn, onWarning, safetensors, tensor, tidy, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import text from "../fixtures/modules.json?raw";

interface Names {
  readonly state: readonly string[];
  readonly buffers: readonly string[];
  readonly repeated: readonly string[];
  readonly parameters: readonly string[];
  readonly modules: readonly string[];
  readonly printed: string;
}
type ErrorName =
  ("name" | "dot" | "empty" | "parameter" | "method") | ("kind" | "assigned" | "weight" | "keys" | "shared");
const { buffered, losses, bufferErrors } = JSON.parse(text) as {
  readonly buffered: Names;
  readonly losses: Readonly<Record<string, Names>>;
  readonly bufferErrors: Readonly<Record<ErrorName, string>>;
};

const namesIn = (all: readonly [string, unknown][]): string[] => all.map(([name]) => name);
const namesOf = (module: nn.AnyModule): Omit<Names, "printed"> => ({
  state: Object.keys(module.stateDict()),
  buffers: namesIn(module.namedBuffers()),
  repeated: namesIn(module.namedBuffers({ removeDuplicate: false })),
  parameters: namesIn(module.namedParameters()),
  modules: namesIn(module.namedModules()),
});
/** torch's text of values that are refused, as it is spelt here. */
const spelt = (words: string): string =>
  words
    .replace("Got int", "Got 3")
    .replace("'int'", "'3'")
    .replace("torch.nn.Buffer, ", "")
    .replace("None", "null")
    .replace(/torch\.Size\((\[.*?\])\)/g, "$1");

/** As fixtures/modules.py has it: a loss stands first, and once more. */
class Buffered extends nn.Module {
  loss = new nn.BCEWithLogitsLoss({ weight: zeros([2]), posWeight: zeros([2]) });
  declare mean: Tensor;
  scale = new nn.Parameter(zeros([1]));
  declare nothing: Tensor | null;
  declare cache: Tensor;
  layer = new nn.Linear(1, 1);
  again = this.loss;
  constructor() {
    super();
    this.registerBuffer("mean", zeros([2]));
    this.registerBuffer("nothing", null);
    this.registerBuffer("cache", zeros([1]), { persistent: false });
  }
}

describe("Module.registerBuffer", () => {
  it("makes part of the state, behind the parameters of the module and before its submodules", () => {
    const { printed, ...names } = buffered;
    expect(namesOf(new Buffered())).toEqual(names);
    expect(printed).toContain("(again): BCEWithLogitsLoss()");
    expect(String(new Buffered())).toContain("(again): BCEWithLogitsLoss()");
  });

  it("gives the buffers of the module alone, with a prefix, and as tensors", () => {
    const one = new Buffered();
    expect(namesIn(one.namedBuffers({ recurse: false, prefix: "x" }))).toEqual(["x.mean", "x.cache"]);
    const [mean, cache, ...others] = one.buffers({ recurse: false });
    expect([mean === one.mean, cache === one.cache, others.length]).toEqual([true, true, 0]);
    expect(one.buffers()).toHaveLength(4);
  });

  it.each<[ErrorName, (one: Buffered) => void]>([
    ["name", (one) => one.registerBuffer(3 as never, null)],
    ["dot", (one) => one.registerBuffer("a.b", null)],
    ["empty", (one) => one.registerBuffer("", null)],
    ["parameter", (one) => one.registerBuffer("scale", null)],
    ["method", (one) => one.registerBuffer("forward", null)],
    ["kind", (one) => one.registerBuffer("other", 3 as never)],
    ["assigned", (one) => void (one.mean = 3 as never)],
    ["weight", () => new nn.CrossEntropyLoss({ weight: 3 as never })],
  ])("refuses as torch does: %s", (name, attempt) => {
    const one = new Buffered();
    expect(() => attempt(one)).toThrow(spelt(bufferErrors[name]));
    expect(namesOf(one).state).toEqual(buffered.state);
  });

  it("refuses options that do not exist", () => {
    expect(() => new nn.Module().registerBuffer("x", null, { persist: true } as never)).toThrow(
      "registerBuffer() got an unexpected keyword argument 'persist'",
    );
  });

  it("takes a name that is declared and has no value, or that functions have", () => {
    const one = new nn.Module();
    Object.assign(one, { later: undefined });
    for (const name of ["later", "name", "length"]) one.registerBuffer(name, zeros([1]));
    expect(Object.keys(one.stateDict())).toEqual(["later", "name", "length"]);
  });

  it("has names of the user's own as they are, also those that all objects have", () => {
    const one = new nn.Module();
    Object.assign(one, { valueOf: new nn.Parameter(zeros([1])), posWeight: new nn.Parameter(zeros([1])) });
    expect(Object.keys(one.stateDict())).toEqual(["valueOf", "posWeight"]);
  });

  it("registers a name anew, persistent or not", () => {
    const one = new Buffered();
    one.registerBuffer("mean", tensor([7]), { persistent: false });
    expect([one.mean.item(), "mean" in one.stateDict()]).toEqual([7, false]);
    one.registerBuffer("mean", tensor([8]));
    expect(Object.keys(one.stateDict())[1]).toBe("mean");
  });
});

describe("a property that is a buffer", () => {
  it("stays one when a tensor or null is assigned", () => {
    const one = new Buffered();
    one.mean = tensor([1, 2, 3]);
    one.nothing = tensor([4]);
    expect([one.stateDict().mean.shape, one.stateDict().nothing.item()]).toEqual([[3], 4]);
    one.nothing = null;
    expect("nothing" in one.stateDict()).toBe(false);
  });

  it("gives way to a parameter or a module that is assigned, and to being deleted", () => {
    const one = new Buffered();
    Object.assign(one, { mean: new nn.Parameter(zeros([1])), nothing: new nn.Tanh() });
    Reflect.deleteProperty(one, "cache");
    expect(namesIn(one.namedBuffers({ recurse: false }))).toEqual([]);
    expect(namesIn(one.namedParameters({ recurse: false }))).toEqual(["scale", "mean"]);
    expect(namesIn(one.namedChildren())).toEqual(["loss", "layer", "nothing"]);
  });

  it("may hold a parameter, which is then no parameter of the module's, as in torch", () => {
    const weight = new nn.Parameter(zeros([2]));
    const loss = new nn.CrossEntropyLoss({ weight });
    expect(loss.parameters()).toHaveLength(0);
    expect(loss.buffers()[0] === weight).toBe(true);
    expect(loss.stateDict().weight.requiresGrad).toBe(false);
    expect(loss.stateDict({ keepVars: true }).weight === weight).toBe(true);
  });

  it("requires no gradient when those of the parameters are switched on", () => {
    expect(
      new Buffered()
        .requiresGrad_(true)
        .buffers()
        .some(({ requiresGrad }) => requiresGrad),
    ).toBe(false);
  });

  it("stays when the module is what a tidy gives", () => {
    const loss = tidy(() => new nn.CrossEntropyLoss({ weight: tensor([1, 2]) }));
    expect(loss.weight!.tolist()).toEqual([1, 2]);
  });
});

describe("loading into buffers", () => {
  it("copies in place, in the buffer's dtype", () => {
    const weight = tensor([1n, 2n, 3n]);
    const loss = new nn.CrossEntropyLoss({ weight });
    loss.loadStateDict({ weight: tensor([4.5, 5.5, 6.5]) });
    expect([loss.weight === weight, weight.tolist()]).toEqual([true, [4n, 5n, 6n]]);
  });

  it("names keys that are missing or unexpected in torch's order, and changes nothing", () => {
    const one = new Buffered();
    const state = { "loss.q": 1, "layer.x.y": 1, cache: 1, nothing: 1, "other.x": 1, mean: tensor([5, 5]) };
    expect(() => one.loadStateDict(state as never)).toThrow(bufferErrors.keys);
    expect(one.mean.tolist()).toEqual([0, 0]);
    const { unexpectedKeys } = one.loadStateDict(state as never, { strict: false });
    expect(unexpectedKeys).toEqual(["cache", "nothing", "other.x", "loss.q", "layer.x.y"]);
    expect(one.mean.tolist()).toEqual([5, 5]);
  });

  it("refuses a buffer whose elements share memory, before anything is copied", () => {
    const one = new nn.Module();
    one.registerBuffer("y", zeros([1]));
    one.registerBuffer("x", zeros([1]).expand(3));
    expect(() => one.loadStateDict({ y: tensor([7]), x: zeros([3]) })).toThrow(spelt(bufferErrors.shared));
    expect(one.buffers()[0].item()).toBe(0);
  });

  it("takes one number in a row for a number", () => {
    const one = new nn.Module();
    one.registerBuffer("x", tensor(1));
    one.loadStateDict({ x: tensor([2.5]) });
    expect(one.stateDict().x.tolist()).toBe(2.5);
  });

  it("brings a model back through a file", () => {
    const [from, to] = [new Buffered(), new Buffered()];
    // A file cannot hold the same memory under two names.
    for (const one of [from, to]) Reflect.deleteProperty(one, "again");
    from.mean.fill_(3);
    from.loss.posWeight!.fill_(2);
    to.loadStateDict(safetensors.load(safetensors.save(from.stateDict())));
    expect([to.mean.tolist(), to.loss.posWeight!.tolist()]).toEqual([[3, 3], [2, 2]]); // prettier-ignore
  });
});

describe.each(Object.entries(losses))("nn.%s as a module", (name, { printed, ...names }) => {
  const isLinear = name === "LinearCrossEntropyLoss";
  const Loss = nn[name as "BCEWithLogitsLoss"];
  const weights = {
    ...(names.state.includes("weight") ? { weight: zeros([3]) } : {}),
    ...(names.state.includes("pos_weight") ? { posWeight: zeros([3]) } : {}),
  };
  const make = (options: object): nn.AnyModule => {
    const before = onWarning(() => undefined);
    try {
      return isLinear ? new nn.LinearCrossEntropyLoss(2, 3, options) : new Loss(options);
    } finally {
      onWarning(before);
    }
  };

  it("has torch's state, buffers, parameters and submodules", () => {
    expect(namesOf(make(weights))).toEqual(names);
    const unweighted = names.state.filter((key) => !/^(pos_)?weight$/.test(key));
    expect(Object.keys(make({}).stateDict())).toEqual(unweighted);
  });

  it("prints as torch's does", () => {
    if (!isLinear) expect(String(make(weights))).toBe(printed);
  });

  it("is among the modules of the model that holds it, and is trained and evaluated with it", () => {
    manualSeed(0);
    const loss = make(weights);
    const model = new nn.Sequential({ layer: new nn.Linear(1, 1), loss: loss as nn.Module });
    expect([loss instanceof nn.Module, model.children()[1], model.modules()[2]]).toEqual([true, loss, loss]);
    expect(namesIn(model.namedBuffers())).toEqual(names.buffers.map((key) => `loss.${key}`));
    const modes = [loss.training];
    model.eval();
    modes.push(loss.training);
    model.train();
    expect([...modes, loss.training]).toEqual([true, false, true]);
  });
});

it("a loss's option that is a parameter is learnt with the model", () => {
  const loss = new nn.GeneralRobustLoss({ alpha: new nn.Parameter(tensor([1])) });
  expect(namesIn(loss.namedParameters())).toEqual(["alpha"]);
});
