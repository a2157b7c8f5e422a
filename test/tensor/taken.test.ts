/**
 * What users hand over is taken once. Lists answer something else the second time they are asked;
 * options and handlers of warnings dispose of an operand, or put other elements into it, in the
 * middle of a call.
 */
import * as lossgrad from "lossgrad";
import { autograd, memoryStats, onWarning, tensor, Tensor, zeros } from "lossgrad";
import type { RuntimeTensor, TensorData } from "lossgrad";
import { l1Loss } from "lossgrad/arrays";
import { afterEach, describe, expect, it } from "vitest";
import { expectNoMoreThan } from "../support/memory.js";
import { ALL_LOSSES, callOf, traitsOf } from "../support/losses.js";
import { observe } from "../support/observe.js";
import { expectRefused } from "../support/refuse.js";
import { type Entry, leaf, TAKERS } from "../support/takers.js";

afterEach(() => void onWarning(null));

/**
 * An array that answers as `first` when it is asked for the first time, and as `later` afterwards;
 * its iterator always as `later`.
 */
function shifty<T>(first: readonly T[], later: readonly T[]): T[] {
  const asked = new Set<PropertyKey>();
  return new Proxy(Array.from(first), {
    get(list, key) {
      const again = asked.has(key);
      asked.add(key);
      if (key === Symbol.iterator) return later[Symbol.iterator].bind(later);
      return Reflect.get(again ? later : list, key) as unknown;
    },
  });
}

const big = (): number[] => [1000, 1000];
const six = (): Tensor => tensor([0, 1, 2, 3, 4, 5]);

describe("a list that changes while it is read counts as it was first:", () => {
  const SHAPES: Record<string, (shape: number[]) => Tensor> = {
    zeros: (shape) => zeros(shape),
    ones: (shape) => lossgrad.ones(shape),
    empty: (shape) => lossgrad.empty(shape),
    full: (shape) => lossgrad.full(shape, 1),
    rand: (shape) => lossgrad.rand(shape),
    randn: (shape) => lossgrad.randn(shape),
    reshape: (shape) => six().reshape(shape),
    view: (shape) => six().view(shape),
    expand: (shape) => tensor([[0], [1]]).expand(shape),
    "tensor({ data, dims, type })": (dims) =>
      tensor({ data: Float32Array.of(0, 1, 2, 3, 4, 5), dims, type: "float32" }),
    "tensor({ data, shape })": (shape) => tensor({ data: Float32Array.of(0, 1, 2, 3, 4, 5), shape }),
    "tensor({ dataSync, shape })": (shape) =>
      tensor({ dataSync: () => Float32Array.of(0, 1, 2, 3, 4, 5), shape }),
  };
  it.each(Object.entries(SHAPES))("the shape of %s", (_, make) => {
    const x = make(shifty([2, 3], big()));
    expect([x.shape, x.numel(), x.flatten().array().length]).toEqual([[2, 3], 6, 6]);
  });

  it("the strides of another runtime's tensor", () => {
    const strides = shifty([3, 1], [1, 2]);
    const x = tensor({ data: Float32Array.of(0, 1, 2, 3, 4, 5), shape: [2, 3], strides } as RuntimeTensor);
    expect(x.tolist()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    const dims = shifty([2, 3], [3, 2]);
    const other = { data: new Float32Array(6), dims: [2, 3], type: "float32" };
    expect(l1Loss({ data: Float32Array.of(0, 1, 2, 3, 4, 5), dims, type: "float32" }, other)).toBe(2.5);
  });

  it("the dimensions of sum, mean and squeeze", () => {
    const x = tensor([[[1, 2]], [[3, 4]]]);
    expect(x.sum({ dim: shifty([0, 1], [2, 9]) }).tolist()).toEqual([4, 6]);
    expect(x.mean({ dim: shifty([0], [0, 0]) }).tolist()).toEqual([[2, 3]]);
    expect(x.squeeze(shifty([1], [7])).shape).toEqual([2, 2]);
  });

  it("the lists of autograd.grad", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const gone = zeros([2]);
    gone.dispose();
    const y = x.mul(3);
    const junk = [1, gone, null] as Tensor[];
    const gradOutputs = shifty([tensor([1, 10])], junk);
    const [g] = autograd.grad(shifty([y], junk), shifty([x], junk), { gradOutputs });
    expect(g!.tolist()).toEqual([3, 30]);
  });

  it("nested data, or it is refused", () => {
    for (const later of [[1, 2, 3], [1], [[1], [2]], ["1", 2], [1, undefined], [{ re: 1, im: 1 }, 2]]) {
      const before = memoryStats();
      const { error } = observe(() => tensor(shifty([1, 2], later as number[])));
      expect(error === undefined || error instanceof TypeError, JSON.stringify(later)).toBe(true);
      if (error) expectNoMoreThan(before);
    }
    const part = { reads: 0, im: 1, get re(): number { return ++this.reads > 1 ? ("x" as never) : 1; } }; // prettier-ignore
    expectRefused(() => tensor([part]), TypeError, "expected numbers, booleans, bigints or {re, im}");
  });

  it("typed arrays, whose class may lie about their length", () => {
    class Lying extends Float32Array {
      override get length(): number {
        return 1e6;
      }
    }
    for (const data of [new Lying([1, 2]), [new Lying([1, 2])], { data: new Lying([1, 2]), shape: [2] }]) {
      expect(
        tensor(data as TensorData)
          .flatten()
          .tolist(),
      ).toEqual([1, 2]);
    }
  });
});

describe("what was handed over is not kept:", () => {
  it("a shape changed or frozen afterwards", () => {
    const data = Float32Array.of(1, 2, 3, 4);
    for (const make of [
      (dims: number[]) => tensor({ data, dims, type: "float32" }),
      (shape: number[]) => tensor({ data, shape }),
      (shape: number[]) => zeros(shape),
      (shape: number[]) => tensor(data).reshape(shape),
      (shape: number[]) => tensor([[1], [1]]).expand(shape),
    ]) {
      const shape = [2, 2];
      const x = make(shape);
      const before = x.tolist();
      expect([x.shape, Object.isFrozen(shape)]).toEqual([[2, 2], false]);
      shape[0] = 1 << 20;
      expect([x.shape, x.numel(), x.tolist()]).toEqual([[2, 2], 4, before]);
      expect(make(Object.freeze([2, 2]) as number[]).shape).toEqual([2, 2]);
    }
  });

  it("elements changed by a getter between two others", () => {
    const list = [1, 2, 3];
    const data = Object.defineProperty([0, 0, 3], 0, { get: () => (list.length = 0) + 7 });
    expect(tensor(data).tolist()).toEqual([7, 0, 3]);
  });

  it("elements written while getters make tensors, which may move the memory", () => {
    const data = Array.from({ length: 3000 }, (_, i) => i);
    const held: Tensor[] = [];
    Object.defineProperty(data, 1500, { get: () => held.push(zeros([1 << 20])) });
    const x = tensor(data);
    expect([x.at(0).item(), x.at(1499).item(), x.at(1500).item(), x.at(2999).item()]).toEqual([
      0, 1499, 2, 2999,
    ]);
    for (const tensor of held) tensor.dispose();
  });
});

/** What may happen to an operand in the middle of a call. */
const SABOTAGE: Record<string, (operand: Tensor) => void> = {
  disposes: (operand) => {
    operand.dispose();
  },
  "puts fewer elements into": (operand) => {
    operand.data = tensor([1]).to(operand.dtype);
  },
  "puts more dimensions into": (operand) => {
    operand.data = zeros([1, 2, 3]).to(operand.dtype);
  },
};

const shown = (value: unknown): string =>
  value instanceof Tensor
    ? JSON.stringify([value.dtype, value.shape, value.tolist()])
    : Array.isArray(value)
      ? value.map(shown).join()
      : String(value);

/** What a call gives, or its error's message. */
function outcome(call: () => unknown): string {
  let result = "";
  const { error } = observe(() => {
    result = shown(call());
  });
  if (error === undefined) return result;
  return error instanceof Error ? `${error.constructor.name}: ${error.message}` : "threw no error";
}

/** Options that do something when they are asked for the `turn`th time, whatever they are asked. */
function trapped(options: object, turn: number, act: () => void): { options: object; sprung: () => boolean } {
  let left = turn;
  const count = <A extends unknown[], R>(trap: (...args: A) => R) => {
    return (...args: A): R => {
      if (left-- === 0) act();
      return trap(...args);
    };
  };
  const handler: ProxyHandler<object> = {
    get: count(Reflect.get),
    has: count(Reflect.has),
    ownKeys: count(Reflect.ownKeys),
    getPrototypeOf: count(Reflect.getPrototypeOf),
    getOwnPropertyDescriptor: count(Reflect.getOwnPropertyDescriptor),
  };
  return { options: new Proxy(options, handler), sprung: () => left < 0 };
}

/**
 * The outcome of a call during which `act` is done to one of its operands: when options are asked
 * for the `turn`th time; null beyond.
 */
function during(
  { call, options }: Entry,
  which: 0 | 1,
  act: (x: Tensor) => void,
  turn: number,
): string | null {
  const operands = [leaf(), leaf()] as const;
  const run = call(...operands);
  const trap = trapped(options, turn, () => {
    act(operands[which]);
  });
  const found = outcome(() => run(trap.options));
  return trap.sprung() ? found : null;
}

/** The outcome of the call when it is done before. */
function after({ call, options }: Entry, which: 0 | 1, act: (x: Tensor) => void): string {
  const operands = [leaf(), leaf()] as const;
  const run = call(...operands);
  act(operands[which]);
  return outcome(() => run(options));
}

describe.each(Object.entries(SABOTAGE))("an option that %s an operand", (_, act) => {
  it.each(Object.entries(TAKERS))("of %s: as if that had been done before the call", (_name, entry) => {
    for (const which of [0, 1] as const) {
      const expected = after(entry, which, act);
      expect(expected).not.toContain("internal");
      const found = Array.from({ length: 40 }, (_, turn) => during(entry, which, act, turn));
      expect(found[0]).not.toBeNull();
      expect(found.filter((text) => text !== null && text !== expected)).toEqual([]);
    }
  });
});

describe.each(Object.entries(SABOTAGE))("a handler of warnings that %s an operand", (_, act) => {
  const deprecated = { reduce: false };

  it.each(ALL_LOSSES)("of F.%s: as if that had been done before the call", (name) => {
    for (const which of ["input", "target", "weight"] as const) {
      // A target of another shape warns; so do arguments that are deprecated.
      for (const shape of [[2, 3], [3]]) {
        const { legacy, takesWeight } = traitsOf(name);
        const options = legacy ? deprecated : { reduction: "none" };
        const make = () => ({ input: leaf(), target: lossgrad.ones(shape), weight: leaf() });
        const call = ({ input, target, weight }: ReturnType<typeof make>): unknown =>
          callOf(name)(input, target, takesWeight ? { ...options, weight } : options);
        const before = make();
        act(before[which]);
        const expected = outcome(() => call(before));
        const operands = make();
        let warned = 0;
        const found = outcome(() => {
          onWarning(() => {
            if (warned++ === 0) act(operands[which]);
          });
          return call(operands);
        });
        if (warned > 0) expect(found).toBe(expected);
        expect(found).not.toContain("internal");
      }
    }
  });
});
