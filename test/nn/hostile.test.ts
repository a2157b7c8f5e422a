/**
 * Whatever a user may pass: a clear error, or a result; never an error of the engine's, a crash, or
 * memory left behind.
 */
import * as lossgrad from "lossgrad";
import { F, memoryStats, nn, onWarning, optim, tensor, Tensor, tidy, zeros } from "lossgrad";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectNoMoreThan } from "../support/memory.js";
import { DISPOSE } from "../../src/tensor/tensor.js";
import { optionNames } from "../../src/loss/losses.js";
import { complaint, gone, JUNK } from "../support/junk.js";
import { ALL_LOSSES, callOf, FORMULAS, formulaOf, LOSSES, rowOf, traitsOf } from "../support/losses.js";
import { expectError } from "../support/refuse.js";

beforeAll(() => void onWarning(() => undefined));
afterAll(() => void onWarning(null));

type Callable = (...args: unknown[]) => unknown;

/**
 * Calls `fn` with each piece of junk in each of `places`, the other arguments sound; lists what is
 * wrong.
 */
function feed(fn: (...args: never[]) => unknown, sound: readonly unknown[], places: number): string[] {
  const found: string[] = [];
  for (const [name, junk] of Object.entries(JUNK)) {
    for (let place = 0; place < places; place++) {
      const args = [...sound];
      args[place] = junk;
      const wrong = complaint(() => tidy(() => void (fn as Callable)(...args)));
      if (wrong) found.push(`argument ${place}: ${name}: ${wrong}`);
    }
  }
  return found;
}

/** The constructor of a module, and its instances, which take so many operands. */
function ofModule(name: string, count: number): typeof functions {
  const Module = (nn as unknown as Record<string, new (options?: object) => Callable>)[name];
  const operands = Array.from({ length: count }, () => tensor([1, 2, 3]));
  return [
    [`new nn.${name}`, (options) => new Module(options), []],
    [`nn.${name}()`, (...args) => new Module()(...args), operands],
  ];
}

/** A parameter with a gradient. */
function trained(): Tensor {
  const x = tensor([1, 2, 3], { requiresGrad: true });
  x.square().sum().backward();
  return x;
}

/** The constructor of an optimiser, and its methods. */
function ofOptimizer(name: "SGD" | "Adam" | "AdamW" | "RMSprop" | "LBFGS"): typeof functions {
  const made = () => new optim[name]([trained()]);
  const loss = (): Tensor => tensor(1);
  return [
    [`new optim.${name}`, (...args: [never, never]) => new optim[name](...args), [[trained()]]],
    [`optim.${name}().step`, (closure: never) => made().step(closure), [loss]],
    [`optim.${name}().loadStateDict`, (dict: never) => made().loadStateDict(dict), [made().stateDict()]],
    [`optim.${name}().zeroGrad`, (options: never) => made().zeroGrad(options), [{}]],
  ];
}

const functions: [string, (...args: never[]) => unknown, unknown[]][] = [
  ["tensor", lossgrad.tensor, [[1, 2]]],
  ["zeros", lossgrad.zeros, [[2]]],
  ["ones", lossgrad.ones, [[2]]],
  ["empty", lossgrad.empty, [[2]]],
  ["full", lossgrad.full, [[2], 1]],
  ["zerosLike", lossgrad.zerosLike, [tensor([1])]],
  ["onesLike", lossgrad.onesLike, [tensor([1])]],
  ["arange", lossgrad.arange, [1, 3, 1]],
  ["linspace", lossgrad.linspace, [0, 1, 3]],
  ["rand", lossgrad.rand, [[2]]],
  ["randn", lossgrad.randn, [[2]]],
  ["manualSeed", lossgrad.manualSeed, [0]],
  ["noGrad", lossgrad.noGrad, [() => 1]],
  ["tidy", lossgrad.tidy, [() => 1]],
  [
    "autograd.grad",
    lossgrad.autograd.grad,
    [tensor(1, { requiresGrad: true }), tensor(1, { requiresGrad: true })],
  ],
  ["F.l1Loss", F.l1Loss, [tensor([1, 2, 3]), tensor([1, 2, 3])]],
  ["F.mseLoss", F.mseLoss, [tensor([1, 2, 3]), tensor([1, 2, 3])]],
  ["F.smoothL1Loss", F.smoothL1Loss, [tensor([1, 2, 3]), tensor([1, 2, 3])]],
  ["F.huberLoss", F.huberLoss, [tensor([1, 2, 3]), tensor([1, 2, 3])]],
  ...FORMULAS.map((name): (typeof functions)[number] => [
    `F.${name}`,
    F[name],
    formulaOf(name).operands.map(() => tensor([1, 2, 3])),
  ]),
  ["F.linear", F.linear, [zeros([2, 3]), zeros([4, 3]), zeros([4])]],
  [
    "F.linearCrossEntropy",
    F.linearCrossEntropy,
    [zeros([2, 3]), zeros([4, 3]), zeros([2], { dtype: "int64" })],
  ],
  [
    "new nn.LinearCrossEntropyLoss",
    (...args: [number, number, object]) => new nn.LinearCrossEntropyLoss(...args),
    [3, 4, {}],
  ],
  ["new nn.LinearCrossEntropyOptions", (options) => new nn.LinearCrossEntropyOptions(options), []],
  ["nn.utils.clipGradNorm_", nn.utils.clipGradNorm_, [[trained()], 1]],
  ["nn.utils.clipGradValue_", nn.utils.clipGradValue_, [[trained()], 1]],
  ...(["SGD", "Adam", "AdamW", "RMSprop", "LBFGS"] as const).flatMap(ofOptimizer),
  ...(["CosineSimilarity", "PairwiseDistance"] as const).flatMap((name) => ofModule(name, 2)),
  ...(["L1Loss", "MSELoss", "SmoothL1Loss", "HuberLoss"] as const).flatMap((name) => ofModule(name, 2)),
  ...FORMULAS.flatMap((name) => ofModule(formulaOf(name).module, formulaOf(name).operands.length)),
];

const prototype = Tensor.prototype as unknown as Record<PropertyKey, unknown>;
const methods = Reflect.ownKeys(prototype).filter((key) => {
  const { value } = Object.getOwnPropertyDescriptor(prototype, key) as { value?: unknown };
  return typeof value === "function" && key !== "constructor";
});
/** What the methods themselves call, not users. */
const INTERNAL = [
  "op",
  "inPlace",
  "keep",
  "zeros",
  "onesLike",
  "intoSlice",
  "checkAlive",
  "checkGrad",
  "storeGrad",
  "takeGrad",
  "held",
  "accumulate",
  "choose",
  "extreme",
  "inPlaceOf",
  "positions",
];
const publicMethods = methods.filter((key) => typeof key === "symbol" || !INTERNAL.includes(key));

describe("functions, with every kind of junk in every place", () => {
  it.each(functions)("%s", (_, fn, sound) => {
    feed(fn, sound, 1);
    const before = memoryStats();
    expect(feed(fn, sound, Math.max(sound.length, 1) + 1)).toEqual([]);
    expectNoMoreThan(before);
  });

  it("options of losses, each with every kind of junk", () => {
    const [x, y] = [tensor([1, 2, 3]), tensor([1, 2, 4])];
    const parameters = FORMULAS.flatMap((name) => Object.keys(formulaOf(name).parameters));
    const options = new Set([...LOSSES.flatMap((name) => optionNames(rowOf(name))), ...parameters]);
    const found = ALL_LOSSES.flatMap((name) =>
      [...options].flatMap((option) =>
        feed((value) => callOf(name)(x, y, { [option]: value }), [], 1).map(
          (wrong) => `${name}: ${option}: ${wrong}`,
        ),
      ),
    );
    expect(found).toEqual([]);
  });

  it("options of creation, each with every kind of junk", () => {
    const found = ["dtype", "requiresGrad"].flatMap((option) =>
      feed((value) => zeros([2], { [option]: value }), [], 1).map((wrong) => `${option}: ${wrong}`),
    );
    expect(found).toEqual([]);
  });
});

describe("methods, with every kind of junk in every place", () => {
  it.each(publicMethods.map((key) => [String(key), key] as const))("%s", (_, key) => {
    const found = [
      tensor([1, 2, 3]),
      tensor(1),
      zeros([0]),
      tensor([[1, 2, 3]], { requiresGrad: true }),
    ].flatMap((x) =>
      feed(
        (...args) => {
          const copy = x.detach().clone().requiresGrad_(x.requiresGrad);
          try {
            return (copy[key as keyof Tensor] as Callable)(...args);
          } catch (error) {
            // What failed has changed nothing.
            expect(copy.tolist()).toEqual(x.tolist());
            throw error;
          }
        },
        [],
        3,
      ),
    );
    expect(found).toEqual([]);
  });

  it("setters", () => {
    const found = (["grad", "data", "requiresGrad"] as const).flatMap((name) =>
      feed(
        (value) => {
          const x = tensor([1, 2, 3]);
          x[name] = value;
        },
        [],
        1,
      ).map((wrong) => `${name}: ${wrong}`),
    );
    expect(found).toEqual([]);
  });
});

describe("a disposed tensor", () => {
  /** Arguments with which the method works on a sound tensor. */
  const ARGUMENTS = new Map<string, unknown[]>(
    Object.entries({
      at: [0],
      to: ["float64"],
      reshape: [3],
      view: [3],
      expand: [3],
      unsqueeze: [0],
      transpose: [0, 0],
      clamp: [0, 1],
      pow: [2],
      fill_: [1],
      matmul: [zeros([3, 3])],
      copy_: [zeros([3])],
      select: [0, 0],
      narrow: [0, 0, 1],
      split: [1],
      chunk: [1],
      indexSelect: [0, tensor([0n])],
      maskedSelect: [tensor([true, false, true])],
      maskedFill: [tensor([true, false, true]), 0],
      maskedFill_: [tensor([true, false, true]), 0],
      gather: [0, tensor([0n])],
      topk: [1],
      scatterAdd: [0, tensor([0n]), tensor([1])],
      scatterAdd_: [0, tensor([0n]), tensor([1])],
      indexPut: [[0], 1],
      indexPut_: [[0], 1],
      mm: [zeros([3, 3])],
      bmm: [zeros([1, 3, 3])],
      mv: [zeros([3])],
      dot: [zeros([3])],
      where: [tensor([true, false, true]), 0],
      clamp_: [0, 1],
      pow_: [2],
    }),
  );
  const OPERAND = [
    "add",
    "sub",
    "mul",
    "div",
    "maximum",
    "minimum",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "add_",
    "sub_",
    "mul_",
    "div_",
  ];
  /** What says nothing of the elements, is about disposing, or has no name to call it by. */
  const FREE = [
    "numel",
    "dim",
    "size",
    "dispose",
    DISPOSE,
    Symbol.iterator,
    Symbol.toPrimitive,
    Symbol.for("nodejs.util.inspect.custom"),
  ];

  it.each(publicMethods.filter((key) => !FREE.includes(key)).map((key) => [String(key), key] as const))(
    "is refused by %s, by that name",
    (name, key) => {
      const x = tensor([1, 2, 3]);
      if (name === "backward") x.requiresGrad_();
      x.dispose();
      const args = OPERAND.includes(name) ? [1] : (ARGUMENTS.get(name) ?? []);
      expectError(
        () => (x[key as keyof Tensor] as Callable)(...args),
        Error,
        `${name}: expected a tensor in memory, got one that was disposed`,
      );
    },
  );

  it.each([...OPERAND, "matmul", "copy_"])("is refused as the operand of %s", (name) => {
    const x = tensor([1, 2, 3]);
    expectError(() => (x[name as keyof Tensor] as Callable)(gone), Error, "got one that was disposed");
    expect(x.tolist()).toEqual([1, 2, 3]);
  });

  it("is refused by losses, by creation and by the setters", () => {
    const x = tensor([1, 2, 3]);
    for (const name of ALL_LOSSES) {
      const loss = callOf(name) as Callable;
      for (const args of [
        [gone, x],
        [x, gone],
        [x, x, { weight: gone }],
      ]) {
        if (args.length === 3 && !traitsOf(name).takesWeight) continue;
        expectError(() => loss(...args), Error, `${loss.name}: expected a tensor in memory`);
      }
    }
    expectError(() => tensor(gone), Error, "tensor: expected a tensor in memory");
    expectError(() => lossgrad.zerosLike(gone), Error, "zerosLike: expected a tensor in memory");
    expectError(() => (x.data = gone), Error, "data: expected a tensor in memory");
    expectError(() => (x.grad = gone), Error, "grad: expected a tensor in memory");
    expectError(() => gone.data, Error, "data: expected a tensor in memory");
    expectError(() => [...gone], Error, "at: expected a tensor in memory");
  });

  it("still tells its shape, dtype and history", () => {
    expect([
      gone.shape,
      gone.ndim,
      gone.numel(),
      gone.dtype,
      gone.requiresGrad,
      gone.isLeaf,
      gone.gradFn,
    ]).toEqual([[3], 1, 3, "float32", false, true, null]);
  });
});
