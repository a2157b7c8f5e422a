/** Connectionist temporal classification: all paths of small cases, torch's errors, and lies. */
import { autograd, F, manualSeed, nn, noGrad, randn, tensor } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import type { CTCOptions } from "../../src/nn/ctc.js";
import { expectClose } from "../support/close.js";
import { gradcheck } from "../support/gradcheck.js";
import { flatten } from "../support/wire.js";

const long = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensor(BigInt64Array.from(values, BigInt)).reshape([...shape]);
const double = (shape: readonly number[]): Tensor => randn([...shape], { dtype: "float64" });

/** -log of the summed probabilities of all paths that spell `target`, by going through each path. */
function byPaths(x: Tensor, target: readonly number[], blank: number): number {
  const [frames, classes] = x.shape;
  const numbers = flatten(x.tolist()) as number[];
  let sum = 0;
  for (let code = 0; code < classes ** frames; code++) {
    const path = Array.from({ length: frames }, (_, t) => Math.floor(code / classes ** t) % classes);
    const spelt = path.filter((one, t) => one !== blank && one !== path[t - 1]);
    if (spelt.join() !== target.join()) continue;
    sum += Math.exp(path.reduce((total, one, t) => total + numbers[t * classes + one], 0));
  }
  return -Math.log(sum);
}

describe("F.ctcLoss", () => {
  it.each([
    [[1, 2], 0],
    [[2, 2], 1],
    [[0], 2],
    [[], 0],
    [[1, 1, 1], 0],
    [[1, 2, 1, 2], 0],
    [[0, 0], 1],
  ])("of %j beside the blank %i is the sum of all paths", (target, blank) => {
    manualSeed(4);
    const x = double([4, 3]).logSoftmax(1);
    const value = F.ctcLoss(x, long(target), [4], [target.length], { blank, reduction: "sum" });
    const expected = byPaths(x, target, blank);
    if (expected === Infinity) expect(value.item()).toBe(Infinity);
    else expect(value.item()).toBeCloseTo(expected, 13);
  });

  const operands = (): [Tensor, Tensor, number[], number[]] => {
    manualSeed(6);
    return [double([7, 3, 4]).logSoftmax(2), long([1, 2, 3, 3, 3, 1, 2, 0, 0], [3, 3]), [7, 5, 3], [3, 2, 1]];
  };
  const alone = (i: number, options: CTCOptions = {}): Tensor => {
    const [x, t, frames, lengths] = operands();
    const row = long((t.tolist() as number[][])[i].slice(0, lengths[i]).map(Number));
    return F.ctcLoss(x.transpose(0, 1).at(i), row, [frames[i]], [lengths[i]], options);
  };

  it("of a batch is that of each sequence, over the length of its target in a mean", () => {
    const [x, t, frames, lengths] = operands();
    const each = [0, 1, 2].map((i) => alone(i, { reduction: "none" }).item());
    expect(F.ctcLoss(x, t, frames, lengths, { reduction: "none" }).tolist()).toEqual(each);
    expect(F.ctcLoss(x, t, frames, lengths, { reduction: "sum" }).item()).toBeCloseTo(each[0] + each[1] + each[2], 13);
    const mean = (each[0] / 3 + each[1] / 2 + each[2]) / 3;
    expect(F.ctcLoss(x, t, frames, lengths).item()).toBeCloseTo(mean, 13);
    const flat = long([1, 2, 3, 3, 3, 2]);
    expect(F.ctcLoss(x, flat, long(frames), tensor(Int32Array.from(lengths))).item()).toBe(F.ctcLoss(x, t, frames, lengths).item());
  }); // prettier-ignore

  it.each(["none", "mean", "sum"] as const)(
    "has the derivative of the softmax before it: %s",
    (reduction) => {
      const [, t, frames, lengths] = operands();
      manualSeed(8);
      gradcheck(
        (x: Tensor) => F.ctcLoss(x.logSoftmax(2), t, frames, lengths, { reduction }),
        [double([7, 3, 4])],
      );
    },
  );

  it("reads operands of any strides and dtypes, and gives the gradient of each upstream gradient", () => {
    const [x, t, frames, lengths] = operands();
    const strided = x.transpose(0, 2).clone().transpose(0, 2).requiresGrad_();
    const plain = x.clone().requiresGrad_();
    const values = [strided, plain].map((one) => F.ctcLoss(one, t.to("uint8"), frames, lengths, { reduction: "none" }));
    expect(values[0].tolist()).toEqual(values[1].tolist());
    const gradOutputs = tensor(Float64Array.of(2, -1, 0));
    const found = values.map((value, i) => autograd.grad(value, [strided, plain][i], { gradOutputs })[0]!);
    expect(found[0].tolist()).toEqual(found[1].tolist());
    const mean = F.ctcLoss(plain, t, frames, lengths);
    const [once] = autograd.grad(mean, plain, { retainGraph: true });
    const [twice] = autograd.grad(mean, plain, { gradOutputs: tensor(2, { dtype: "float64" }) });
    expectClose(twice, once!.mul(2));
    expect(noGrad(() => F.ctcLoss(plain, t, frames, lengths)).item()).toBe(mean.item());
  }); // prettier-ignore

  it("is infinite where no path spells the target, with NaN as gradient, or counts as 0", () => {
    const x = double([2, 2, 3]).logSoftmax(2).requiresGrad_();
    const call = (options: CTCOptions): Tensor =>
      F.ctcLoss(x, long([1, 1, 1, 2], [2, 2]), [2, 2], [2, 2], options);
    expect(call({ reduction: "none" }).at(0).item()).toBe(Infinity);
    const [bare] = autograd.grad(call({}), x);
    expect((flatten(bare!.transpose(0, 1).at(0).tolist()) as number[]).every(Number.isNaN)).toBe(true);
    expect((flatten(bare!.transpose(0, 1).at(1).tolist()) as number[]).some(Number.isNaN)).toBe(false);
    const zeroed = call({ reduction: "none", zeroInfinity: true });
    expect(zeroed.at(0).item()).toBe(0);
    const [gradient] = autograd.grad(zeroed.sum(), x);
    expect(flatten(gradient!.transpose(0, 1).at(0).tolist())).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("takes no frames, no labels, -Infinity and large numbers, as torch does", () => {
    const x = double([3, 2, 3]).logSoftmax(2).requiresGrad_();
    const value = F.ctcLoss(x, long([1, 1], [2, 1]), [0, 0], [0, 1], { reduction: "none" });
    expect(value.tolist()).toEqual([-0, Infinity]);
    const [gradient] = autograd.grad(value.sum(), x);
    expect(new Set(flatten(gradient!.tolist()))).toEqual(new Set([0]));
    const far = tensor(Float64Array.of(-1e4, -2e4, -3e4, -1e4, -Infinity, 0)).reshape(2, 3).requiresGrad_();
    const large = F.ctcLoss(far, long([2]), [2], [1], { reduction: "sum" });
    expect(large.item()).toBe(10000);
    const [slopes] = autograd.grad(large, far);
    expect(slopes!.tolist()).toEqual([[-1, 0, 0], [0, NaN, 0]]);
  }); // prettier-ignore

  it("has no second derivative, as in torch", () => {
    const [x, t, frames, lengths] = operands();
    const leaf = x.clone().requiresGrad_();
    const [gradient] = autograd.grad(F.ctcLoss(leaf, t, frames, lengths), leaf, { createGraph: true });
    expect(gradient!.requiresGrad).toBe(true);
    expect(() => autograd.grad(gradient!.square().sum(), leaf)).toThrow(
      "derivative for aten::_ctc_loss_backward is not implemented",
    );
  });

  it("tells of an input that was changed before its gradient was asked for", () => {
    const [x, t, frames, lengths] = operands();
    const leaf = x.clone().requiresGrad_();
    const value = F.ctcLoss(leaf, t, frames, lengths, { reduction: "none" });
    noGrad(() => leaf.mul_(2));
    expect(() => value.sum().backward()).toThrow("has been modified by an inplace operation");
  });

  it("a module holds the options, and prints as torch's", () => {
    const [x, t, frames, lengths] = operands();
    const module = new nn.CTCLoss({ blank: 3, reduction: "sum", zeroInfinity: true });
    expect([module.blank, module.reduction, module.zeroInfinity]).toEqual([3, "sum", true]);
    expect(String(module)).toBe("CTCLoss()");
    const options = { blank: 3, reduction: "sum", zeroInfinity: true } as const;
    expect(module(x, t, frames, lengths).item()).toBe(F.ctcLoss(x, t, frames, lengths, options).item());
    expect(() => (module as (...args: unknown[]) => unknown)(x, t, frames, lengths, { masks: t })).toThrow("CTCLoss");
  }); // prettier-ignore
});

describe("F.ctcLoss refuses", () => {
  const x = randn([5, 2, 4]).logSoftmax(2);
  const t = long([1, 2, 3, 2, 2, 1], [2, 3]);
  const checked = " (while checking arguments for ctc_loss_allocate_outputs)";
  const call = (
    changed: { x?: unknown; t?: unknown; frames?: unknown; lengths?: unknown },
    options: object = {},
  ): (() => unknown) => {
    const { x: input = x, t: targets = t, frames = [5, 5], lengths = [3, 2] } = changed;
    return () => (F.ctcLoss as (...args: unknown[]) => unknown)(input, targets, frames, lengths, options);
  };
  it.each<[string, () => unknown]>([
    ["ctcLoss: expected logProbs to be a Tensor, got 1", call({ x: 1 })],
    ["ctcLoss: expected targets to be a Tensor", call({ t: [1] })],
    ["bar is not a valid value for reduction", call({}, { reduction: "bar" })],
    ["ctcLoss(): argument 'blank' must be int, not 0.5", call({}, { blank: 0.5 })],
    ["ctcLoss: expected zeroInfinity to be a boolean, got 1", call({}, { zeroInfinity: 1 })],
    ["zero_infinity'; write zeroInfinity", call({}, { zero_infinity: true })],
    ["input_lengths must be integral", call({ frames: tensor([5, 5]) })],
    ["target_lengths must be integral", call({ lengths: tensor([true, true]) })],
    ["ctcLoss: expected inputLengths to be whole numbers, got 1.5 at 1", call({ frames: [5, 1.5] })],
    ["ctcLoss: expected targetLengths to be a Tensor of integers or an array, got 3", call({ lengths: 3 })],
    [`"ctc_loss_cpu" not implemented for 'Half'`, call({ x: x.to("float16") })],
    [`"ctc_loss_cpu" not implemented for 'Long'`, call({ x: t })],
    ["log_probs tensor must not be empty", call({ x: randn([5, 0, 4]), frames: [], lengths: [] })],
    [`Expected 3-dimensional tensor, but got 2-dimensional tensor for argument #1 'log_probs'${checked}`, call({ x: randn([4]) })],
    [`Expected 1 to 2 dimensions, but got 3-dimensional tensor for argument #2 'targets'${checked}`, call({ t: t.unsqueeze(0) })],
    ["blank must be in label range", call({}, { blank: 4 })],
    ["blank must be in label range", call({}, { blank: -1 })],
    ["input_lengths must be of size batch_size", call({ frames: [5] })],
    ["target_lengths must be of size batch_size", call({ lengths: [1, 1, 1] })],
    [`Expected input_lengths to have value at most 5, but got value 6${checked}`, call({ frames: [6, 5] })],
    [`Expected input_lengths to have value at least 0, but got value -1${checked}`, call({ frames: [5, -1] })],
    [`Expected target_lengths to have value at least 0, but got value -2${checked}`, call({ lengths: [-2, 1] })],
    [`Expected tensor to have size at least 4 at dimension 1, but got size 3 for argument #2 'targets'${checked}`, call({ lengths: [4, 2] })],
    [`Expected tensor to have size 2 at dimension 0, but got size 1 for argument #2 'targets'${checked}`, call({ t: long([1, 2, 3], [1, 3]) })],
    [`Expected tensor to have size 5 at dimension 0, but got size 4 for argument #2 'targets'${checked}`, call({ t: long([1, 2, 3, 1]) })],
    ["ctcLoss: expected targets from 0 to 3, got 4 at 2 of sequence 0", call({ t: long([1, 2, 4, 2, 2, 1], [2, 3]) })],
    ["ctcLoss: expected targets from 0 to 3, got -1 at 1 of sequence 1", call({ t: long([1, 2, 3, 2, -1, 1], [2, 3]) })],
    ["ctcLoss: expected targets of classes, got complex64", call({ t: t.to("complex64") })],
  ])("%s", (message, refused) => {
    expect(refused).toThrow(message);
  }); // prettier-ignore

  it("nothing for what stands beyond a target's length, and the blank among labels", () => {
    const padded = long([1, 2, 3, 2, 2, -99], [2, 3]);
    expect(F.ctcLoss(x, padded, [5, 5], [3, 2]).item()).toBe(F.ctcLoss(x, t, [5, 5], [3, 2]).item());
    expect(
      F.ctcLoss(x, long([0, 1], [2, 1]), [5, 5], [1, 1])
        .isfinite()
        .item(),
    ).toBe(true);
  });
});
