/** Results of each output, along whichever dimension they lie, of whatever dtype. */
import { tensor } from "lossgrad";
import { allocate } from "lossgrad/arrays";
import { MaxError, MeanAbsoluteError, R2Score } from "lossgrad/metrics";
import { describe, expect, it } from "vitest";
import { toHex } from "../support/bytes.js";
import { METRIC_NAMES, METRICS } from "../support/metrics.js";
import { Random } from "../support/random.js";
import { expectError } from "../support/refuse.js";

const ARRAYS = [Uint8Array, Int8Array, Int16Array, Int32Array, Float32Array, Float64Array] as const;

/** Element i of output c, of `outputs` that lie [outer, outputs, inner]. */
function columnOf(x: ArrayLike<number>, c: number, outputs: number, inner: number): number[] {
  return Array.from({ length: x.length }, (_, i) => i)
    .filter((i) => Math.floor(i / inner) % outputs === c)
    .map((i) => x[i]);
}

describe.each(ARRAYS.map((array) => [array.name, array] as const))("of %s", (_, array) => {
  it.each([
    ["side by side", 1, -1, null],
    ["one after another", 2000, 0, null],
    ["in the middle", 8, 1, [250, 3, 8]],
  ] as const)("outputs that lie %s are as each alone", (_where, inner, dim, dims) => {
    const random = new Random(3);
    const numbers = (): InstanceType<typeof array> => new array(6000).map(() => random.integer(0, 100));
    const [p, t] = [numbers(), numbers()];
    const type =
      { Uint8Array: "uint8", Int8Array: "int8", Int16Array: "int16", Int32Array: "int32" }[array.name] ??
      (array === Float32Array ? "float32" : "float64");
    const shaped = (data: InstanceType<typeof array>) => (dims ? { data, dims, type } : data);
    const mask = new Uint8Array(6000).map(() => Number(random.chance(0.9)));
    for (const name of ["R2Score", "MaxError", "MedianAbsoluteError"] as const) {
      const together = METRICS[name]({ numOutputs: 3, dim });
      together.update(shaped(p), shaped(t), { mask });
      const alone = [0, 1, 2].map((c) => {
        const metric = METRICS[name]();
        const column = (x: InstanceType<typeof array>) => array.from(columnOf(x, c, 3, inner));
        metric.update(column(p), column(t), { mask: Uint8Array.from(columnOf(mask, c, 3, inner)) });
        return metric.compute();
      });
      expect(together.compute()).toEqual(alone);
    }
  });
});

describe("several outputs", () => {
  it("lie in the linear memory as elsewhere", () => {
    const [p, t] = [allocate("float64", 300), allocate("float64", 300)];
    const random = new Random(4);
    for (const x of [p, t]) x.set(Float64Array.from({ length: 300 }, () => random.normal()));
    const [inside, outside] = [new R2Score({ numOutputs: 5 }), new R2Score({ numOutputs: 5 })];
    inside.update(p, t);
    outside.update(Float64Array.from(p), Float64Array.from(t));
    expect(toHex(inside.toBytes())).toBe(toHex(outside.toBytes()));
  });
  it("share weights and masks that are as long as one of them", () => {
    const metric = new MeanAbsoluteError({ numOutputs: 2 });
    metric.update(Float32Array.of(1, 2, 3, 4, 5, 6), 0, {
      weight: Float32Array.of(1, 2, 1),
      mask: Uint8Array.of(1, 1, 0),
    });
    expect(metric.compute()).toEqual([7 / 3, 10 / 3]);
    expect(metric.counts).toEqual([
      { count: 2, masked: 1, nan: 0 },
      { count: 2, masked: 1, nan: 0 },
    ]);
  });
  it("give a list also where there is one", () => {
    const metric = new MeanAbsoluteError({ numOutputs: 1 });
    metric.update(Float32Array.of(1, 2), 0);
    expect(metric.compute()).toEqual([1.5]);
  });
  it("lie along a dimension of tensors of lossgrad", () => {
    const metric = new MaxError({ numOutputs: 2, dim: 0 });
    metric.update(
      tensor([
        [1, 2, 3],
        [4, 5, 9],
      ]),
      tensor([
        [1, 2, 1],
        [4, 5, 6],
      ]),
    );
    expect(metric.compute()).toEqual([
      { value: 2, index: 2 },
      { value: 3, index: 2 },
    ]);
  });
  it.each(METRIC_NAMES)("of %s have no elements where operands have none", (name) => {
    const metric = METRICS[name]({ numOutputs: 2 });
    metric.update(new Float32Array(0), new Float32Array(0));
    expect(metric.compute()).toHaveLength(2);
  });
  it.each<[string, () => unknown, string]>([
    [
      "a number of elements that is no multiple",
      () => new R2Score({ numOutputs: 2 }).update(new Float32Array(3), 0),
      "a multiple of 2 elements",
    ],
    [
      "another shape",
      () => new R2Score({ numOutputs: 2 }).update(tensor([[1, 2, 3]]), 0),
      "expected dimension -1 to have 2 elements",
    ],
    [
      "a dimension of arrays",
      () => new R2Score({ numOutputs: 2, dim: 1 }).update(new Float32Array(4), 0),
      "with a shape for dim 1",
    ],
    ["none", () => new R2Score({ numOutputs: 0 }), "a whole number from 1"],
    ["too many", () => new R2Score({ numOutputs: 2 ** 40 }), "a whole number from 1"],
  ])("refuse %s", (_, call, message) => {
    expectError(call, RangeError, message);
  });
});
