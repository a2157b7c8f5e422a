/** What PyTorch says (fixtures/messages.py), in lossgrad's words. */
import { autograd, F, nn, tensor, zeros, ones } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, test } from "vitest";
import fixture from "../fixtures/messages.json?raw";
import { WEIGHTED } from "../support/losses.js";
import { observe } from "../support/observe.js";

interface Said {
  error?: string;
  text?: string;
  warnings: string[];
}

const { situations } = JSON.parse(fixture) as { situations: Record<string, Said> };

/** torch's names and lossgrad's; hints that name what lossgrad does not have are left out. */
const WORDS: readonly [RegExp, string][] = [
  [/torch\.Size\((\[.*?\])\)/g, "Size($1)"],
  [/torch\.(\w+Tensor)/g, "$1"],
  [/retain_graph=True/g, "retainGraph: true"],
  [/allow_unused=True/g, "allowUnused: true"],
  [/size_average/g, "sizeAverage"],
  [/requires_grad flags/g, "requiresGrad flags"],
  [/grad_fn/g, "gradFn"],
  [/var_no_grad/g, "varNoGrad"],
  [/^None is/g, "null is"],
  [/dtype 'double' to a tensor with grad_dtype 'Float'/, "dtype 'float64' to a tensor with dtype 'float32'"],
  [/(must match the tensor's) grad_dtype.*/, "$1 dtype."],
  [/ Hint: enable anomaly detection.*/g, ""],
  [/(during autograd\.backward\(\)\.) If you indeed want.*/g, "$1"],
];

const inLossgradsWords = (text: string): string =>
  WORDS.reduce((said, [torchs, ours]) => said.replace(torchs, ours), text);

const x = tensor([1, 2]);
const y = tensor([1, 3]);
const leaf = (): Tensor => tensor([1, 2], { requiresGrad: true });
const int64 = (): Tensor => tensor([1n, 2n]);
const bool = (): Tensor => tensor([false, true]);
const bad = (value: string | null): "mean" => value as "mean";

function backwardTwice(loss: (a: Tensor) => Tensor): void {
  const value = loss(leaf());
  value.backward();
  value.backward();
}

/** Changes an operand in place between a loss and its backward pass. */
function modified(loss: (a: Tensor) => Tensor): void {
  const a = leaf().mul(1);
  const value = loss(a);
  a.add_(1);
  value.backward();
}

const SITUATIONS: Record<string, () => unknown> = {
  "size warning": () => F.l1Loss(zeros([2, 1]), ones([2, 10])),
  "size warning, 0-d": () => F.mseLoss(tensor(1), zeros([1])),
  "size warning, smooth": () => F.smoothL1Loss(zeros([3]), zeros([2, 3])),
  "size warning, huber": () => F.huberLoss(zeros([3]), zeros([2, 3])),
  "size warning, module": () => new nn.L1Loss()(zeros([10, 1]), zeros([10])),
  "no broadcast": () => F.l1Loss(zeros([2, 3]), zeros([2, 4])),
  "no broadcast, other ranks": () => F.huberLoss(zeros([5, 4]), zeros([5])),
  "reduction abc": () => F.l1Loss(x, y, { reduction: bad("abc") }),
  "reduction Mean": () => F.mseLoss(x, y, { reduction: bad("Mean") }),
  "reduction None": () => F.smoothL1Loss(x, y, { reduction: bad(null) }),
  "reduction batchmean": () => F.huberLoss(x, y, { reduction: bad("batchmean") }),
  "reduction of a module, at the call": () => new nn.L1Loss({ reduction: bad("bad") })(x, y),
  size_average: () => F.l1Loss(x, y, { sizeAverage: false }),
  reduce: () => F.mseLoss(x, y, { reduce: false }),
  "size_average true": () => F.smoothL1Loss(x, y, { sizeAverage: true }),
  "legacy module": () => new nn.MSELoss({ sizeAverage: false, reduce: true }),
  "beta below 0": () => F.smoothL1Loss(x, y, { beta: -1 }),
  "delta 0": () => F.huberLoss(x, y, { delta: 0 }),
  "delta below 0": () => F.huberLoss(x, y, { delta: -0.5 }),
  "mean of int64": () => F.l1Loss(int64(), int64()),
  "mean of uint8": () => F.l1Loss(int64().to("uint8"), int64().to("uint8")),
  "mean of int16": () => F.l1Loss(int64().to("int16"), int64().to("int16")),
  "bool - bool": () => F.l1Loss(bool(), bool()),
  "bool - float": () => F.l1Loss(bool(), x),
  "mse of int64": () => F.mseLoss(int64(), int64()),
  "smooth of complex64": () => F.smoothL1Loss(x.to("complex64"), x.to("complex64")),
  "huber of bool": () => F.huberLoss(bool(), bool()),
  "huber of int32": () => F.huberLoss(int64().to("int32"), int64().to("int32")),
  "requires_grad of int64": () => tensor([1n, 2n], { requiresGrad: true }),
  "requires_grad_ of int64": () => int64().requiresGrad_(),
  "backward twice": () => {
    backwardTwice((a) => F.mseLoss(a, y));
  },
  "backward twice, L1 of a module": () => {
    backwardTwice((a) => new nn.L1Loss()(a, y));
  },
  "backward of two elements": () => {
    leaf().mul(1).backward();
  },
  "backward without a graph": () => {
    F.l1Loss(x, y).backward();
  },
  "upstream of another shape": () => {
    F.l1Loss(leaf(), y, { reduction: "none" }).backward(ones([1]));
  },
  "in place on a leaf": () => leaf().add_(1),
  "in place on a view of a leaf": () => leaf().at(0).add_(1),
  "modified, mse": () => {
    modified((a) => F.mseLoss(a, y));
  },
  "modified, smooth": () => {
    modified((a) => F.smoothL1Loss(a, y));
  },
  "modified, huber": () => {
    modified((a) => F.huberLoss(a, y));
  },
  "modified, L1 is fine": () => {
    modified((a) => F.l1Loss(a, y));
  },
  "grad of an unused input": () => autograd.grad(leaf().sum(), [leaf()]),
  "grad of an input without grad": () => autograd.grad(leaf().sum(), [x]),
  "requires_grad = False of a non-leaf": () => leaf().mul(2).requiresGrad_(false),
  "grad of another size": () => {
    leaf().grad = zeros([3]);
  },
  "grad of another type": () => {
    leaf().grad = zeros([2], { dtype: "float64" });
  },
  "grad of a non-leaf": () => leaf().mul(2).grad,
  "reshape to another size": () => zeros([6]).reshape(4, 2),
  "mat1 and mat2": () => zeros([2, 3]).matmul(zeros([4, 5])),
  "dimension out of range": () => zeros([2, 3]).sum({ dim: 2 }),
  "dimension out of range, 0-d": () => tensor(1).sum({ dim: 1 }),
  "mean of int64 tensor": () => int64().mean(),
  "in place, result type": () => int64().add_(0.5),
  "in place, wider shape": () => zeros([2]).add_(zeros([3, 2])),
  "expand to a smaller size": () => zeros([3]).expand(2),
  "integer to a negative power": () => int64().pow(-1),
  "bool - bool by operator": () => bool().sub(bool()),
  "bool - bool in place": () => bool().sub_(bool()),
  "float - bool in place": () => x.clone().sub_(bool()),
  "bool - number in place": () => bool().sub_(2),
  "abs of bool": () => bool().abs(),
  "relu of bool": () => bool().relu(),
};

describe("PyTorch's words", () => {
  test("every recorded situation is tried", () => {
    expect(Object.keys(SITUATIONS).sort()).toEqual(Object.keys(situations).sort());
  });

  test.each(Object.entries(situations))("%s", (name, { text, warnings }) => {
    const seen = observe(SITUATIONS[name]);
    expect(seen.warnings).toEqual(warnings.map(inLossgradsWords));
    if (text === undefined) expect(seen.error).toBeUndefined();
    else expect((seen.error as Error).message).toBe(inLossgradsWords(text));
  });
});

describe("the newest PyTorch's words (torch/nn/functional.py), where the recorded release has none", () => {
  const weight = ones([3]);

  test.each<[string, () => unknown]>([
    ...WEIGHTED.map((name): [string, () => unknown] => [name, () => F[name](x, y, { weight })]),
    [
      "l1Loss, weight as the broadcast target",
      () => F.l1Loss(zeros([2, 1]), zeros([2, 3]), { weight: zeros([2, 3]) }),
    ],
  ])("%s: a weight of another size", (_, call) => {
    expect(call).toThrow("Weights and input must have the same size.");
  });

  test("a weighted loss names its reductions", () => {
    const call = (): unknown => F.mseLoss(x, y, { reduction: bad("abc"), weight: ones([2]) });
    expect(call).toThrow("Invalid reduction mode: abc. Expected one of 'none', 'mean', 'sum'.");
  });

  test("item() of two elements", () => {
    expect(() => x.item()).toThrow("a Tensor with 2 elements cannot be converted to Scalar");
  });
});

describe("classes of errors", () => {
  test.each([
    ["reduction abc", RangeError],
    ["beta below 0", RangeError],
    ["delta 0", RangeError],
    ["no broadcast", RangeError],
    ["mean of int64", TypeError],
    ["bool - bool", TypeError],
    ["mse of int64", TypeError],
    ["requires_grad of int64", TypeError],
    ["grad of another type", TypeError],
    ["backward twice", Error],
  ])("%s", (name, kind) => {
    expect(observe(SITUATIONS[name]).error).toBeInstanceOf(kind);
  });

  test.each([
    ["a plain array", () => F.l1Loss([1, 2] as never, y)],
    ["a target of plain numbers", () => F.mseLoss(x, 1 as never)],
    ["a delta in words", () => F.huberLoss(x, y, { delta: "1" as never })],
    ["a beta that is a bigint", () => F.smoothL1Loss(x, y, { beta: 1n as never })],
  ])("%s is a TypeError", (_, call) => {
    expect(call).toThrow(TypeError);
  });
});
