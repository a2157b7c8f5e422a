/** Linear transformations, and the cross-entropy of what they give, against torch's text and operations. */
import {
  autograd,
  F,
  manualSeed,
  memoryStats,
  nn,
  onWarning,
  ones,
  rand,
  randn,
  reserve,
  tensor,
  tidy,
  zeros,
} from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { LinearCrossEntropyOptions } from "../../src/nn/linear-options.js";
import type { LinearEntropyOptions } from "../../src/nn/linear-cross-entropy.js";
import { gradcheck, gradgradcheck } from "../support/gradcheck.js";
import { flatten } from "../support/wire.js";
import text from "../fixtures/modules.json?raw";

const { chunks } = JSON.parse(text) as {
  readonly chunks: readonly {
    readonly rows: number;
    readonly features: number;
    readonly classes: number;
    readonly dtype: DType;
    readonly probabilities: boolean;
    readonly options: Readonly<Record<string, never>>;
    readonly size: number;
  }[];
};

const numbers = (x: Tensor | null | undefined): unknown => x && flatten(x.detach().to("float64").tolist());
const long = (shape: readonly number[], classes: number): Tensor =>
  rand([...shape])
    .mul(classes)
    .to("int64");

describe("F.linear", () => {
  const x = zeros([2, 3]);
  it.each<[string, () => unknown]>([
    ["both arguments to linear need to be at least 1D, but they are 0D and 2D", () => F.linear(tensor(1), x)],
    ["t() expects a tensor with <= 2 dimensions, but self is 3D", () => F.linear(x, zeros([1, 2, 3]))],
    ["mat2 must be a matrix, got 1-D tensor", () => F.linear(x, zeros([3]), zeros([1]))],
    ["mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)", () => F.linear(x, zeros([5, 4]))],
    [
      "mat1 and mat2 shapes cannot be multiplied (1x3 and 4x5)",
      () => F.linear(zeros([3]), zeros([5, 4]), zeros([5])),
    ],
    ["size mismatch, got input (2), mat (2x3), vec (4)", () => F.linear(x, zeros([4]))],
    [
      "The expanded size of the tensor (5) must match the existing size (4) at non-singleton dimension 1.  Target sizes: " +
        "[2, 5].  Tensor sizes: [4]",
      () => F.linear(x, zeros([5, 3]), zeros([4])),
    ],
    [
      "expected m1 and m2 to have the same dtype, but got: float != double",
      () => F.linear(x, zeros([5, 3], { dtype: "float64" })),
    ],
    [
      "self and mat2 must have the same dtype, but got Float and Double",
      () => F.linear(x, zeros([5, 3], { dtype: "float64" }), zeros([5])),
    ],
    [
      "mat1 and mat2 must have the same dtype, but got Float and Double",
      () => F.linear(x, zeros([5, 3], { dtype: "float64" }), zeros([5], { dtype: "float64" })),
    ],
    [
      "The size of tensor a (2) must match the size of tensor b (10) at non-singleton dimension 1",
      () => F.linear(zeros([5, 2, 3]), zeros([4, 3]), zeros([10, 4])),
    ],
    [
      "output with shape [5, 2, 4] doesn't match the broadcast shape [6, 5, 2, 4]",
      () => F.linear(zeros([5, 2, 3]), zeros([4, 3]), zeros([6, 1, 1, 4])),
    ],
    ["linear: expected bias to be a Tensor, got 3", () => F.linear(x, x, 3 as never)],
  ])("refuses: %s", (message, call) => {
    expect(call).toThrow(message);
  });

  it.each([[[2, 4]], [[5, 2, 4]], [[1, 1, 1]], [[4]]])(
    "takes a bias of %o for results of [5, 2, 4]",
    (shape) => {
      manualSeed(2);
      const bias = randn(shape);
      const sum = F.linear(ones([5, 2, 3]), ones([4, 3]), bias);
      expect(sum.tolist()).toEqual(zeros([5, 2, 4]).add(bias).add(3).tolist());
    },
  );

  it("rounds halves once, with their bias", () => {
    manualSeed(1);
    const [a, w, b] = [randn([9, 7]), randn([5, 7]), randn([5])].map((one) => one.to("bfloat16"));
    const wide = F.linear(a.to("float32"), w.to("float32"), b.to("float32")).to("bfloat16");
    expect(F.linear(a, w, b).tolist()).toEqual(wide.tolist());
    expect(F.linear(a, w, b).tolist()).not.toEqual(F.linear(a, w).add(b).tolist());
  });
});

interface Case {
  readonly rows: number | null;
  readonly features: number;
  readonly classes: number;
  readonly outFeatures: readonly number[];
}
const CASES: readonly Case[] = [
  { rows: 40, features: 33, classes: 70, outFeatures: [] },
  { rows: null, features: 6, classes: 4, outFeatures: [] },
  { rows: 1, features: 1, classes: 1, outFeatures: [] },
  { rows: 9, features: 3, classes: 5, outFeatures: [2, 3] },
  { rows: 70, features: 20, classes: 6, outFeatures: [3] },
];
type Operands = readonly [x: Tensor, weight: Tensor, bias: Tensor | null];
type Call = (operands: Operands, target: Tensor, options: LinearEntropyOptions) => Tensor;

/** The loss of logits that are all there. */
const composed: Call = ([x, w, b], target, options) => {
  const outputs = w.shape.slice(0, -1);
  const size = outputs.reduce((product, one) => product * one, 1);
  const logits = F.linear(x, w.reshape([size, w.shape[w.ndim - 1]]), b?.reshape([size]) ?? null);
  return F.crossEntropy(logits.reshape([...x.shape.slice(0, -1), ...outputs]), target, options as object);
};
const blocked: Call = ([x, w, linearBias], target, options) =>
  F.linearCrossEntropy(x, w, target, { linearBias, ...options });

/** The loss and its gradients, for an upstream gradient. */
function found(
  call: Call,
  operands: Operands,
  target: Tensor,
  options: LinearEntropyOptions,
  upstream = 1,
): unknown {
  const leaves = operands.map((one) => one?.detach().clone().requiresGrad_()) as unknown as Operands;
  const loss = call(leaves, target, options);
  loss.backward(loss.detach().zeros().add(upstream));
  return [loss, ...leaves.map((leaf) => leaf?.grad)].map(numbers);
}

function operandsOf({ rows, features, classes, outFeatures }: Case, dtype: DType): Operands {
  const lead = rows === null ? [] : [rows];
  const outputs = [classes, ...outFeatures];
  return [randn([...lead, features]), randn([...outputs, features]), randn(outputs)].map((x) =>
    x.to(dtype),
  ) as unknown as Operands;
}

function targetsOf({ rows, classes, outFeatures }: Case, dtype: DType): readonly Tensor[] {
  const lead = rows === null ? [] : [rows];
  const logits = randn([...lead, classes, ...outFeatures]);
  return [long([...lead, ...outFeatures], classes), F.softmax(logits, lead.length).to(dtype)];
}

describe("F.linearCrossEntropy", () => {
  it.each(["float32", "float64", "float16", "bfloat16"] as const)(
    "has the bits of both operations and of their gradients, in blocks of any size: %s",
    (dtype) => {
      manualSeed(2);
      for (const one of CASES) {
        const [x, w, b] = operandsOf(one, dtype);
        const weight = rand([one.classes]).add(0.5).to(dtype);
        targetsOf(one, dtype).forEach((target, dense) => {
          for (const [i, reduction] of (["mean", "sum", "none"] as const).entries()) {
            const options = { reduction, weight: i === 1 ? weight : null, labelSmoothing: i === 2 ? 0.1 : 0 };
            const operands: Operands = [x, w, i === 0 ? null : b];
            const expected = found(composed, operands, target, options);
            expect(found(blocked, operands, target, options)).toEqual(expected);
            if (one.rows === null || one.outFeatures.length > 0 || i + dense > 2 || i === 2) continue;
            const chunked = { batchChunkSize: 7, accDtype: dtype, accPolicy: "accurate" } as const;
            const inChunks = { ...options, options: new nn.LinearCrossEntropyOptions(chunked) };
            expect(found(blocked, operands, target, inChunks)).toEqual(expected);
          }
        });
      }
    },
  );

  it("reads operands that are strided, and those that wait in windows", () => {
    manualSeed(3);
    const [x, w] = [randn([5, 40]).t(), randn([5, 3, 6]).transpose(0, 2)];
    const target = F.softmax(randn([40, 3, 6]), 2).transpose(1, 2);
    expect(found(blocked, [x, w, null], target, {})).toEqual(found(composed, [x, w, null], target, {}));
    expect(found(blocked, [x, w, null], long([3, 40], 6).t(), {})).toBeDefined();
  });

  it("goes through blocks, not through all logits: 64 MiB of them pass through 16", () => {
    const target = long([4096], 4096);
    const [x, w] = [randn([4096, 2], { requiresGrad: true }), randn([4096, 2], { requiresGrad: true })];
    reserve(2 ** 24);
    const before = memoryStats().bytesReserved;
    tidy(() => {
      F.linearCrossEntropy(x, w, target).backward();
    });
    expect(memoryStats().bytesReserved).toBe(before);
  });

  it("scales its gradients as those of the operations are, also where they would vanish in a half", () => {
    manualSeed(4);
    const operands = operandsOf(CASES[0], "float16");
    const [target] = targetsOf(CASES[0], "float16");
    const small: Operands = [operands[0].mul(1e-4), operands[1], null];
    expect(found(blocked, small, target, {}, 4096)).toEqual(found(composed, small, target, {}, 4096));
    const wide = operandsOf(CASES[0], "float64");
    const [, ...grads] = found(blocked, wide, target, {}, 3) as number[][];
    const [, ...expected] = found(composed, wide, target, {}, 3) as number[][];
    grads.forEach((grad, i) => {
      grad.forEach((value, j) => {
        expect(value).toBeCloseTo(expected[i][j], 12);
      });
    });
  });

  it.each([0, 1])(
    "has the derivatives of first and second order: of classes or probabilities, %i",
    (which) => {
      manualSeed(5);
      const one = { rows: 3, features: 2, classes: 3, outFeatures: [2] };
      const operands = operandsOf(one, "float64").map((x) => x!.requiresGrad_());
      const target = targetsOf(one, "float64")[which];
      if (which === 1) target.requiresGrad_();
      const call = (x: Tensor, w: Tensor, linearBias: Tensor, t = target): Tensor =>
        F.linearCrossEntropy(x, w, t, { linearBias });
      const inputs = which === 1 ? [...operands, target] : operands;
      expect(gradcheck(call, inputs)).toEqual([]);
      expect(gradgradcheck(call, inputs)).toEqual([]);
    },
  );

  const row = zeros([2, 3]);
  const classes = tensor([1n, 0n]);
  const w = zeros([2, 3]);
  it.each<[string, () => unknown]>([
    [
      "expected input with dimensionality 1 or 2, got 3",
      () => F.linearCrossEntropy(zeros([2, 3, 3]), w, classes),
    ],
    [
      "expected linear_weight with dimensionality at least 2, got 1",
      () => F.linearCrossEntropy(row, zeros([3]), classes),
    ],
    [
      "expected equal input and linear_weight last dimensions (in_features), got 3 and 4, respectively",
      () => F.linearCrossEntropy(row, zeros([2, 4]), classes),
    ],
    [
      "expected linear_bias shape (2,), got (3,)",
      () => F.linearCrossEntropy(row, w, classes, { linearBias: zeros([3]) }),
    ],
    [
      "K-dimensional loss defined by linear_weight shape (2, 4, 3) requires batched input, (N, 3), got unbatched input with " +
        "shape (3,)",
      () => F.linearCrossEntropy(zeros([3]), zeros([2, 4, 3]), classes),
    ],
    [
      "ignore_index cannot be specified when target contains probabilities",
      () => F.linearCrossEntropy(row, w, zeros([2, 2]), { ignoreIndex: 0 }),
    ],
    ["Target 5 is out of bounds.", () => F.linearCrossEntropy(row, w, tensor([5n, 0n]))],
    [
      "expected m1 and m2 to have the same dtype, but got: float != double",
      () => F.linearCrossEntropy(row, w.to("float64"), classes),
    ],
    [
      "self and mat2 must have the same dtype, but got Double and Float",
      () => F.linearCrossEntropy(row, w, classes, { linearBias: zeros([2], { dtype: "float64" }) }),
    ],
    [
      "The function 'nll_loss_forward' is not differentiable with respect to argument 'weight'.",
      () => F.linearCrossEntropy(row, w, classes, { weight: zeros([2], { requiresGrad: true }) }),
    ],
    [
      "expected options to be LinearCrossEntropyOptions",
      () => F.linearCrossEntropy(row, w, classes, { options: {} as never }),
    ],
    [
      "linear_cross_entropy supports float32 acc_dtype with float16/bfloat16 inputs, but got torch.float64 acc_dtype and " +
        "torch.float32 inputs.",
      () =>
        F.linearCrossEntropy(row, w, classes, {
          options: new nn.LinearCrossEntropyOptions({ accDtype: "float64" }),
        }),
    ],
  ])("refuses: %s", (message, call) => {
    expect(call).toThrow(message);
  });

  it("refuses as weight and bias what JavaScript takes for false", () => {
    for (const nothing of [0, NaN, "", false]) {
      for (const word of ["weight", "linearBias"]) {
        expect(() => F.linearCrossEntropy(row, w, classes, { [word]: nothing })).toThrow(
          `expected ${word} to be a Tensor`,
        );
      }
    }
  });

  it("of nothing, and of what is ignored, is torch's", () => {
    const none = [zeros([0, 3]), zeros([0], { dtype: "int64" })] as const;
    expect(F.linearCrossEntropy(none[0], w, none[1]).item()).toBeNaN();
    expect(F.linearCrossEntropy(none[0], w, none[1], { reduction: "sum" }).item()).toBe(0);
    expect(F.linearCrossEntropy(row, w, tensor([-100n, -100n])).item()).toBeNaN();
    expect(F.linearCrossEntropy(row, w, tensor([7n, 7n]), { ignoreIndex: 7, reduction: "sum" }).item()).toBe(
      0,
    );
    expect(() => F.linearCrossEntropy(row, zeros([0, 3]), classes)).toThrow("Target 1 is out of bounds.");
  });
});

describe("torch's chunks", () => {
  const operands = (): [Tensor, Tensor, Tensor] => {
    manualSeed(6);
    return [randn([4, 3], { requiresGrad: true }), randn([5, 3], { requiresGrad: true }), long([4], 5)];
  };
  const name = "GeneratedBackwardFor_torch_nn__linear_cross_entropy_batch_chunked";
  const inChunks = (reduction: "mean" | "none", allowRetainGraph: boolean): [Tensor, Tensor] => {
    const [x, w, target] = operands();
    const options = new nn.LinearCrossEntropyOptions({ allowRetainGraph });
    return [x, F.linearCrossEntropy(x, w, target, { reduction, options })];
  };
  const ones = (loss: Tensor): Tensor => loss.detach().zeros().add(1);

  it("are consumed by the first backward, unless they may be retained", () => {
    const twice =
      "linear_cross_entropy chunked backward called twice; retain_graph=True / double backward are not supported.";
    for (const retainGraph of [false, true]) {
      const [, loss] = inChunks("mean", false);
      loss.backward(null, { retainGraph });
      expect(() => loss.backward()).toThrow(twice);
    }
    const [x, loss] = inChunks("mean", true);
    loss.backward();
    const once = numbers(x.grad);
    loss.backward();
    expect(numbers(x.grad!.div(2))).toEqual(once);
  });

  it("of no reduction go again through what was saved, as torch's do", () => {
    const [, loss] = inChunks("none", false);
    loss.backward(ones(loss), { retainGraph: true });
    loss.backward(ones(loss));
    expect(() => loss.backward(ones(loss))).toThrow("Trying to backward through the graph a second time");
  });

  it("have gradients without a graph, and torch's names", () => {
    for (const reduction of ["mean", "none"] as const) {
      const [x, loss] = inChunks(reduction, true);
      const kind = reduction === "none" ? "_no_reduction" : "";
      expect(loss.gradFn?.name).toBe(`${name}${kind}_defaultBackward`);
      const [grad] = autograd.grad(loss, x, { gradOutputs: ones(loss), createGraph: true });
      expect(grad!.requiresGrad).toBe(false);
    }
  });

  it("warn where they do not apply", () => {
    const seen: string[] = [];
    const before = onWarning((message) => seen.push(message));
    const [x, w, target] = operands();
    F.linearCrossEntropy(x, w, target, { labelSmoothing: 0.1, options: new nn.LinearCrossEntropyOptions() });
    onWarning(before);
    expect(seen).toEqual([
      "linear_cross_entropy: ``options`` ignored; chunked path needs reduction in {'mean','sum','none'}, label_smoothing == " +
        "0, target.dtype == int64 (or a probability target with reduction in {'mean','sum'}, dtype matching input, and " +
        "requires_grad == False), out_features == (). Got reduction='mean', label_smoothing=0.1, target.dtype=torch.int64, " +
        "out_features=(), tracing=False, target.requires_grad=False, linear_bias.shape=None.",
    ]);
  });

  it("have torch's rows", () => {
    for (const { options, size, ...sizes } of chunks) {
      const inCamelCase = Object.entries(options).map(([word, value]) => [
        word.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
        value,
      ]);
      const read = new LinearCrossEntropyOptions(Object.fromEntries(inCamelCase) as object);
      expect(read.rowsOf(sizes), JSON.stringify({ options, ...sizes })).toBe(size);
    }
  });

  it.each<[string, object]>([
    ["invalid acc_policy: 'x'; expected one of 'auto', 'accurate', 'compact'", { accPolicy: "x" }],
    ["invalid chunking_method: 'aspect_ratio:0'", { chunkingMethod: "aspect_ratio:0" }],
    ["batch_chunk_size must be positive int or None, got 0", { batchChunkSize: 0 }],
    [
      "acc_dtype must be one of {None, torch.float16, torch.bfloat16, torch.float32, torch.float64}, got torch.int32.",
      { accDtype: "int32" },
    ],
  ])("refuse: %s", (message, options) => {
    expect(() => new nn.LinearCrossEntropyOptions(options)).toThrow(message);
  });

  it("refuse a size and a method that disagree", () => {
    const options = new nn.LinearCrossEntropyOptions({ batchChunkSize: 3, chunkingMethod: "aspect_ratio" });
    const [x, w, target] = operands();
    expect(() => F.linearCrossEntropy(x, w, target, { options })).toThrow(
      "batch_chunk_size (=3) and chunking_method ('aspect_ratio') give different chunk sizes (3 vs 2); pass only one.",
    );
  });
});
