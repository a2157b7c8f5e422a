import { describe, expect, it } from "vitest";
import { NdArray } from "../../src/ndarray/ndarray.js";
import * as views from "../../src/ndarray/views.js";
import { Random } from "../support/random.js";
import { arrayOf, elementsOf, offsetsOf, sizeOf } from "./naive.js";

function counted(shape: readonly number[]): NdArray {
  return arrayOf(
    "int32",
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => i),
  );
}

/** A view as the naive model has it: a shape, and the element at each position. */
interface Model {
  shape: number[];
  elements: number[];
}

/** The element of the model at an index. */
function lookUp({ shape, elements }: Model, index: readonly number[]): number {
  return elements[index.reduce((position, i, d) => position * shape[d] + i, 0)];
}

/** A model of the given shape whose element at an index is `element(index)`. */
function build(shape: number[], element: (index: number[]) => number): Model {
  const elements = Array.from({ length: sizeOf(shape) }, (_, position) => {
    const index = new Array<number>(shape.length);
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d] = position % shape[d];
      position = Math.floor(position / shape[d]);
    }
    return element(index);
  });
  return { shape, elements };
}

type Step = (view: NdArray, model: Model, random: Random) => [NdArray, Model] | null;

const STEPS: Record<string, Step> = {
  transpose: (view, model, random) => {
    const ndim = model.shape.length;
    if (ndim === 0) return null;
    const [a, b] = [random.integer(0, ndim - 1), random.integer(0, ndim - 1)];
    const swap = (list: readonly number[]): number[] =>
      list.map((_, d) => list[d === a ? b : d === b ? a : d]);
    return [views.transpose(view, a, b), build(swap(model.shape), (index) => lookUp(model, swap(index)))];
  },
  select: (view, model, random) => {
    const { shape } = model;
    if (shape.length === 0) return null;
    const dim = random.integer(0, shape.length - 1);
    if (shape[dim] === 0) return null;
    const index = random.integer(0, shape[dim] - 1);
    const rest = [...shape.slice(0, dim), ...shape.slice(dim + 1)];
    return [
      views.select(view, dim, index),
      build(rest, (at) => lookUp(model, [...at.slice(0, dim), index, ...at.slice(dim)])),
    ];
  },
  slice: (view, model, random) => {
    const { shape } = model;
    if (shape.length === 0) return null;
    const dim = random.integer(0, shape.length - 1);
    const step = random.integer(1, 3);
    const start = random.integer(0, shape[dim]);
    const length = random.integer(0, Math.ceil((shape[dim] - start) / step));
    const sizes = shape.map((size, d) => (d === dim ? length : size));
    return [
      views.slice(view, { dim, start, length, step }),
      build(sizes, (at) =>
        lookUp(
          model,
          at.map((i, d) => (d === dim ? start + i * step : i)),
        ),
      ),
    ];
  },
  permute: (view, model, random) => {
    const order = model.shape
      .map((_, d) => ({ d, key: random.next() }))
      .sort((a, b) => a.key - b.key)
      .map(({ d }) => d);
    const sizes = order.map((d) => model.shape[d]);
    return [
      views.permute(view, order),
      build(sizes, (at) =>
        lookUp(
          model,
          model.shape.map((_, d) => at[order.indexOf(d)]),
        ),
      ),
    ];
  },
  unsqueeze: (view, model, random) => {
    const dim = random.integer(0, model.shape.length);
    const shape = [...model.shape.slice(0, dim), 1, ...model.shape.slice(dim)];
    return [views.unsqueeze(view, dim), { shape, elements: model.elements }];
  },
  squeeze: (view, model, random) => {
    const dims = random.chance(0.5)
      ? undefined
      : model.shape.map((_, d) => d).filter(() => random.chance(0.5));
    const shape = model.shape.filter((size, d) => size !== 1 || (dims && !dims.includes(d)));
    return [views.squeeze(view, dims), { shape, elements: model.elements }];
  },
  expand: (view, model, random) => {
    const shape = model.shape.map((size) => (size === 1 && random.chance(0.5) ? 2 : size));
    if (random.chance(0.3)) shape.unshift(random.integer(1, 2));
    const lead = shape.length - model.shape.length;
    const element = (index: number[]): number =>
      lookUp(
        model,
        index.slice(lead).map((i, d) => (model.shape[d] === 1 ? 0 : i)),
      );
    return sizeOf(shape) > 2000 ? null : [view.expanded(shape), build(shape, element)];
  },
  reshape: (view, model, random) => {
    const shape: number[] = [];
    let rest = model.elements.length;
    while (rest > 1) {
      const divisors = Array.from({ length: Math.min(rest, 60) }, (_, i) => i + 1).filter(
        (d) => d > 1 && rest % d === 0,
      );
      const size = divisors.length > 0 ? random.pick(divisors) : rest;
      shape.push(size);
      rest /= size;
    }
    if (rest === 0) shape.push(0);
    return [views.reshape(view, shape), { shape, elements: model.elements }];
  },
};

describe("views", () => {
  it("agree with a naive model over 300 random chains of them", () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = new Random(seed);
      const shape = Array.from({ length: random.integer(0, 4) }, () => random.integer(1, 5));
      let view = counted(shape);
      let model: Model = { shape, elements: Array.from({ length: sizeOf(shape) }, (_, i) => i) };
      const taken: string[] = [];
      for (let i = 0; i < 8; i++) {
        const name = random.pick(Object.keys(STEPS));
        const next = STEPS[name](view, model, random);
        if (!next) continue;
        taken.push(name);
        const shared = next[0].storage === view.storage;
        expect(shared || name === "reshape", taken.join()).toBe(true);
        [view, model] = next;
        expect([view.shape, elementsOf(view)], `seed ${seed}: ${taken.join()}`).toEqual([
          model.shape,
          model.elements,
        ]);
        // A contiguous view's elements lie one after the other.
        const offsets = offsetsOf(view);
        const inOrder = offsets.every((offset, at) => offset === offsets[0] + at);
        expect(view.contiguous, `seed ${seed}: ${taken.join()}`).toBe(inOrder);
      }
    }
  });
});

describe("reshape", () => {
  it("shares the memory of a contiguous array, a slice of one included", () => {
    const x = counted([4, 6]);
    const row = views.select(x, 0, 2);
    const reshaped = views.reshape(row, [2, 3]);
    expect(reshaped.storage).toBe(x.storage);
    expect(elementsOf(reshaped)).toEqual([12, 13, 14, 15, 16, 17]);
  });

  it("copies any other", () => {
    const x = counted([2, 3]);
    const reshaped = views.reshape(views.transpose(x, 0, 1), [6]);
    expect(reshaped.storage).not.toBe(x.storage);
    expect(elementsOf(reshaped)).toEqual([0, 3, 1, 4, 2, 5]);
  });
});

describe("contiguity", () => {
  it.each([
    [[2, 3], [3, 1], true],
    [[2, 3], [1, 2], false],
    [[1, 3], [99, 1], true],
    [[3, 1], [1, 99], true],
    [[3, 1], [2, 1], false],
    [[2, 3], [0, 1], false],
    [[], [], true],
    [[0, 3], [0, 0], true],
    [[3, 0, 2], [7, 5, 9], true],
  ])("shape %j with strides %j: %s", (shape, strides, contiguous) => {
    expect(new NdArray(counted([24]).storage, "int32", shape, strides).contiguous).toBe(contiguous);
  });
});
