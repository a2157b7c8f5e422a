import {
  arange,
  F,
  linspace,
  manualSeed,
  memoryStats,
  nn,
  ones,
  onWarning,
  rand,
  tensor,
  zeros,
} from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectNoMoreThan } from "../support/memory.js";
import { sumExactly } from "../../src/core/exact-sum.js";
import { losses, optionNames } from "../../src/loss/losses.js";
import type { LossName, LossRow } from "../../src/loss/losses.js";
import { rowLosses } from "../../src/loss/row-losses.js";
import { rowwiseLosses } from "../../src/loss/rowwise.js";
import { expectClose } from "../support/close.js";
import { FORMULAS, formulaOf, PARAMETERS } from "../support/losses.js";
import { observe } from "../support/observe.js";
import { expectRefused } from "../support/refuse.js";

// Numbers are compared with PyTorch's in losses.test.ts; here, the interface, and each formula
// against its plain twin.
beforeAll(() => void onWarning(() => undefined));
afterAll(() => void onWarning(null));

const rows = Object.entries(losses) as [LossName, LossRow][];
const names = rows.map(([name]) => name);
type Call = (input: Tensor, target: Tensor, options?: object) => Tensor;
const call = (name: LossName): Call => F[name];

/** The formulas as the table states them, on numbers. */
const twins: Record<LossName, (d: number, parameter: number) => [value: number, slope: number]> = {
  l1Loss: (d) => [Math.abs(d), Math.sign(d)],
  mseLoss: (d) => [d * d, 2 * d],
  smoothL1Loss: (d, beta) =>
    Math.abs(d) < beta ? [(d * d) / (2 * beta), d / beta] : [Math.abs(d) - beta / 2, Math.sign(d)],
  huberLoss: (d, delta) =>
    Math.abs(d) < delta ? [(d * d) / 2, d] : [delta * (Math.abs(d) - delta / 2), delta * Math.sign(d)],
};

/** The losses that are operations of tensors, which torch does not have, with their modules. */
const COMPOSED = {
  diceLoss: "DiceLoss",
  ensembleCrpsLoss: "EnsembleCRPSLoss",
  generalizedBoxIouLoss: "GeneralizedBoxIoULoss",
  jaccardLoss: "JaccardLoss",
  msSsimL1Loss: "MSSSIML1Loss",
  pearsonLoss: "PearsonLoss",
};
/** The functions of F that are no losses. */
const OTHERS = [
  "cosineSimilarity",
  "ctcLoss",
  "generalRobustLogPartition",
  "linear",
  "linearCrossEntropy",
  "logSoftmax",
  "logsigmoid",
  "msSsim",
  "oneHot",
  "pad",
  "pairwiseDistance",
  "psnr",
  "sigmoid",
  "softmax",
  "softplus",
  "ssim",
  "tanh",
];

/** The modules that are no losses. */
const LAYERS = [
  ...["CosineSimilarity", "Flatten", "Linear", "LinearCrossEntropyOptions", "Module", "PairwiseDistance"],
  ...["Parameter", "ReLU", "Sequential", "Sigmoid", "Tanh"],
];

describe("the tables of losses", () => {
  it("name what F and nn export, and they export nothing else", () => {
    expect(Object.keys(F).sort()).toEqual(
      [
        ...names,
        ...FORMULAS,
        ...Object.keys(rowwiseLosses),
        ...Object.keys(rowLosses),
        ...Object.keys(COMPOSED),
        ...OTHERS,
      ].sort(),
    );
    const modules = [...rows.map(([, row]) => row.module), ...FORMULAS.map((name) => formulaOf(name).module)];
    const rowwise = Object.values({ ...rowwiseLosses, ...rowLosses }).map(({ module }) => module);
    const others = [
      "Loss",
      "ClassLoss",
      "NLLLoss2d",
      "utils",
      "CTCLoss",
      "LinearCrossEntropyLoss",
      "MSSSIMLoss",
      "SSIMLoss",
      ...LAYERS,
      ...Object.values(COMPOSED),
    ];
    expect(Object.keys(nn).sort()).toEqual([...modules, ...rowwise, ...others].sort());
  });
});

describe.each(rows)("F.%s", (name, row) => {
  const loss = call(name);

  it("is the formula, elementwise, summed and averaged; its gradient is the slope (float64, 1e-12)", () => {
    const x = linspace(-3, 3, 301, { dtype: "float64", requiresGrad: true });
    manualSeed(0);
    const y = rand([301], { dtype: "float64" });
    for (const parameter of row.parameter ? [0.3, 1, 2.5] : [0]) {
      const options = row.parameter ? { [row.parameter.name]: parameter } : {};
      const pairs = (x.sub(y).tolist() as number[]).map((d) => twins[name](d, parameter));
      const [values, slopes] = [0, 1].map((i) => tensor(Float64Array.from(pairs, (pair) => pair[i])));
      for (const reduction of ["none", "sum", "mean"] as const) {
        x.grad = null;
        const result = loss(x, y, { ...options, reduction });
        const count = reduction === "mean" ? 301 : 1;
        expectClose(result.detach(), reduction === "none" ? values : values.sum().div(count));
        result.backward(ones(result.shape, { dtype: "float64" }));
        expectClose(x.grad, slopes.div(count));
      }
    }
  });

  it(`defaults: mean${row.parameter ? `, ${row.parameter.name} ${row.parameter.default}` : ""}; undefined options are left out`, () => {
    const [x, y] = [tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 9])];
    const parameter = row.parameter ? { [row.parameter.name]: row.parameter.default } : {};
    const expected = loss(x, y, { reduction: "mean", ...parameter }).item();
    expect(loss(x, y).item()).toBe(expected);
    const absent = { reduction: undefined, ...(row.parameter && { [row.parameter.name]: undefined }) };
    expect(loss(x, y, absent).item()).toBe(expected);
  });

  it("leaves its operands alone and results apart: nothing shares memory", () => {
    const x = tensor([1, 5], { requiresGrad: true });
    const y = tensor([2, 2]);
    const first = loss(x, y, { reduction: "none" }).detach();
    const second = loss(x, y, { reduction: "none" }).detach();
    first.fill_(9);
    expect(second.tolist()).not.toEqual([9, 9]);
    expect([x.tolist(), y.tolist()]).toEqual([
      [1, 5],
      [2, 2],
    ]);
  });

  it("takes one tensor for both operands: loss 0, gradient 0", () => {
    const x = tensor([1, -2], { requiresGrad: true });
    const result = loss(x, x);
    result.backward();
    expect([result.item(), x.grad?.tolist()]).toEqual([0, [0, 0]]);
  });

  it("reads transposed, sliced and expanded operands in place", () => {
    const x = arange(6).reshape(2, 3).t();
    const y = arange(12).reshape(2, 6).at(1).reshape(3, 2);
    const expected = loss(x.clone(), y.clone()).item();
    expect(loss(x, y).item()).toBe(expected);
    expect(loss(x, tensor(0).expand(3, 2)).item()).toBe(loss(x.clone(), zeros([3, 2])).item());
  });

  it("allocates nothing of the inputs' size for a value, and one gradient for a gradient", () => {
    const n = 1 << 16;
    const x = ones([n], { requiresGrad: true });
    const mixed: [Tensor, Tensor][] = [
      [x.detach(), zeros([n])],
      [x.detach(), zeros([n], { dtype: "float64" })],
      [x.detach(), tensor(0)],
      [x.detach().reshape(256, 256).t(), zeros([256, 1])],
    ];
    for (const [input, target] of mixed) {
      loss(input, target);
      const before = memoryStats();
      loss(input, target);
      expectNoMoreThan(before);
    }
    const target = zeros([n]);
    const before = memoryStats().bytesInUse;
    loss(x, target).backward();
    expect(memoryStats().bytesInUse - before).toBeLessThanOrEqual(4 * n + 64);
  });

  it("refuses options that are not its own", () => {
    const [x, y] = [zeros([2]), ones([2])];
    const own = optionNames(row);
    const others = ["weight", "beta", "delta", "sizeAverage", "reduce", "reductoin", "dtype"];
    for (const option of others.filter((word) => !own.includes(word))) {
      expectRefused(
        () => loss(x, y, { [option]: 1 }),
        TypeError,
        `${name}() got an unexpected keyword argument '${option}'`,
      );
    }
  });

  it("refuses operands that are no tensors, by their names and with a way out", () => {
    const x = zeros([2]);
    expectRefused(
      () => loss([1, 2] as never, x),
      TypeError,
      `${name}: expected input to be a Tensor, got array of length 2; make one with tensor(...)`,
    );
    expectRefused(
      () => loss(x, 1 as never),
      TypeError,
      `${name}: expected target to be a Tensor, got 1; make one with tensor(...)`,
    );
    expectRefused(() => loss(x, undefined as never), TypeError, "got undefined");
    expectRefused(
      () => loss(x, x, "sum" as never),
      TypeError,
      `${name}: expected options as an object, got "sum"`,
    );
    expectRefused(
      () => loss(x, x, null as never),
      TypeError,
      `${name}: expected options as an object, got null`,
    );
  });

  it("refuses a misspelt reduction in torch's words", () => {
    const x = zeros([2]);
    for (const [bad, shown] of [
      ["Mean", "Mean"],
      ["average", "average"],
      ["", ""],
      [null, "null"],
      [0, "0"],
    ]) {
      expectRefused(
        () => loss(x, x, { reduction: bad }),
        RangeError,
        `${shown} is not a valid value for reduction`,
      );
    }
  });

  if (row.parameter) {
    const { name: word, message } = row.parameter;
    it(`takes ${word} as a number or boolean, finite and within its range`, () => {
      const [x, y] = [zeros([2]), ones([2])];
      expect(loss(x, y, { [word]: true }).item()).toBe(loss(x, y, { [word]: 1 }).item());
      for (const [bad, kind, text] of [
        [NaN, RangeError, `${name}: expected ${word} to be finite, got NaN`],
        [Infinity, RangeError, `${name}: expected ${word} to be finite, got Infinity`],
        [-1, RangeError, message],
        ["1", TypeError, `${name}(): argument '${word}' must be float, not "1"`],
        [1n, TypeError, "must be float, not 1n"],
        [null, TypeError, "must be float, not null"],
        [x, TypeError, "must be float, not Tensor"],
      ] as const) {
        expectRefused(() => loss(x, y, { [word]: bad }), kind, text);
      }
    });
  }
});

describe("weights", () => {
  const [x, y] = [tensor([1, 2, 3, 4]), tensor([1.5, 2.5, 3.5, 4.5])];
  const weight = tensor([1, 2, 3, 4]);

  it("divide a mean by their sum for L1 and MSE, by N for Huber: torch's golden values", () => {
    expect(F.l1Loss(x, y, { weight }).item()).toBe(0.5);
    expect(F.mseLoss(x, y, { weight }).item()).toBe(0.25);
    expect(F.huberLoss(x, y, { weight }).item()).toBe(0.3125);
    expect(F.l1Loss(x, y, { weight, reduction: "sum" }).item()).toBe(5);
    expect(F.l1Loss(x, y, { weight, reduction: "none" }).tolist()).toEqual([0.5, 1, 1.5, 2]);
  });

  it("that sum to 0 give NaN; null weights are none", () => {
    expect(F.l1Loss(x, y, { weight: zeros([4]) }).item()).toBeNaN();
    expect(F.l1Loss(x, y, { weight: null }).item()).toBe(0.5);
  });

  it("must have the input's shape", () => {
    const other = ones([1]);
    for (const loss of [F.l1Loss, F.mseLoss, F.huberLoss]) {
      expectRefused(
        () => loss(x, y, { weight: other }),
        RangeError,
        "Weights and input must have the same size.",
      );
      expectRefused(
        () => loss(x, y, { weight: [1, 2, 3, 4] as never }),
        TypeError,
        `${loss.name}: expected weight to be a Tensor, got array of length 4`,
      );
      expectRefused(
        () => loss(x, y, { weight, reduction: "avg" as never }),
        RangeError,
        "Invalid reduction mode: avg. Expected one of 'none', 'mean', 'sum'.",
      );
    }
  });
});

describe("dtypes", () => {
  it.each<[DType, DType, DType]>([
    ["float32", "float64", "float64"],
    ["float16", "bfloat16", "float32"],
    ["float16", "int64", "float16"],
    ["float32", "bool", "float32"],
    ["int8", "float16", "float16"],
  ])("%s and %s give %s", (a, b, result) => {
    for (const name of names) {
      if (losses[name].anyDType && b === "bool") continue;
      const { inputDecidesDType } = losses[name];
      if (inputDecidesDType && a === "int8") continue;
      const expected = inputDecidesDType ? a : result;
      expect(call(name)(ones([2], { dtype: a }), zeros([2], { dtype: b })).dtype).toBe(expected);
    }
  });

  // Huber's result has the dtype of its input, as in torch, which must be able to hold it.
  it.each<[DType, DType, string]>([
    ["int64", "float32", "result type Float can't be cast to the desired output type Long"],
    ["int8", "float16", "result type Half can't be cast to the desired output type Char"],
    ["bool", "float64", "result type Double can't be cast to the desired output type Bool"],
    ["bool", "uint8", "result type Byte can't be cast to the desired output type Bool"],
    ["float32", "complex64", "result type ComplexFloat can't be cast to the desired output type Float"],
    ["uint8", "bool", `"huber_cpu" not implemented for 'Byte'`],
    ["complex64", "float32", `"huber_cpu" not implemented for 'ComplexFloat'`],
  ])("Huber of %s and %s is refused", (a, b, message) => {
    const [x, y] = [ones([2], { dtype: a }), zeros([2], { dtype: b })];
    for (const reduction of ["none", "mean", "sum"] as const) {
      expectRefused(() => F.huberLoss(x, y, { reduction }), TypeError, message);
      if (a !== "bool" && b !== "complex64" && a !== "complex64") {
        const weight = ones([2]);
        expectRefused(() => F.huberLoss(x, y, { reduction, weight }), TypeError, message);
      }
    }
  });

  it.each<[DType, number]>([
    ["float32", 1e-50],
    ["float64", 5e-324],
    ["float16", 1e-50],
    ["bfloat16", 1e-41],
  ])(
    "a beta or delta that %s rounds to 0, or nearly, gives equal operands no gradient: %s",
    (dtype, tiny) => {
      for (const [name, option] of PARAMETERS) {
        for (const reduction of ["none", "mean", "sum"] as const) {
          for (const n of [1, 17, 20_000]) {
            const [x, y] = [0, 1].map(() => ones([n], { dtype, requiresGrad: true }));
            call(name)(x, y, { reduction, [option]: tiny })
              .sum()
              .backward();
            for (const { grad } of [x, y]) expect(grad!.eq(0).sum().item<bigint>()).toBe(BigInt(n));
          }
        }
      }
    },
  );

  it("a beta that float32 rounds to 0 gives signs elsewhere, and NaN where the difference is NaN", () => {
    const x = tensor([2, 0, -0, NaN, Infinity, 1e-45], { requiresGrad: true });
    F.smoothL1Loss(x, tensor([1, 1, 0, 0, Infinity, 0]), { reduction: "sum", beta: 1e-50 }).backward();
    expect(x.grad!.tolist()).toEqual([1, -1, -0, NaN, NaN, 1]);
  });

  it("a 0-d operand promotes like any other", () => {
    expect(F.l1Loss(zeros([2]), tensor(1, { dtype: "float64" })).dtype).toBe("float64");
  });

  it("integers have L1 alone, with sums in int64 and no mean", () => {
    const [x, y] = [tensor([1, 5], { dtype: "uint8" }), tensor([2, 2], { dtype: "uint8" })];
    expect(F.l1Loss(x, y, { reduction: "none" }).tolist()).toEqual([255, 3]);
    expect(F.l1Loss(x, y, { reduction: "sum" }).item<bigint>()).toBe(258n);
    expectRefused(() => F.l1Loss(x, y), TypeError, "mean(): could not infer output dtype.");
    for (const name of names.filter((other) => !losses[other].anyDType)) {
      expectRefused(() => call(name)(x, y), TypeError, "not implemented for 'Byte'");
    }
  });

  it("complex numbers have L1 alone: the modulus", () => {
    const x = tensor([{ re: 3, im: 4 }, { re: 0, im: 0 }]); // prettier-ignore
    const y = zeros([2], { dtype: "complex64" });
    const result = F.l1Loss(x, y);
    expect([result.item(), result.dtype]).toEqual([2.5, "float32"]);
    for (const name of names.filter((other) => !losses[other].anyDType)) {
      expectRefused(() => call(name)(x, y), TypeError, "not implemented for 'ComplexFloat'");
    }
  });
});

describe("sums", () => {
  it("of terms made to round downwards three times stay within 3 · 2^-24, which is 3.5 ULP; tensor.sum within 1", () => {
    // Found by hill climbing: eight vectors whose pairwise sum in float32 is 2.92 · 2^-24 too
    // small.
    const bits = [
      0x3d70ae2e, 0x3f70f8a0, 0x3efab322, 0x3f0358e8, 0x3c19afe2, 0x3c428b99, 0x3f469ef0, 0x3f9ee569,
    ];
    const vectors = new Float32Array(Int32Array.from(bits).buffer);
    const terms = Float32Array.from({ length: 32 * 64_866 }, (_, i) => vectors[(i >> 2) & 7]);
    const exact = sumExactly(terms);
    const unit = 2 ** (Math.floor(Math.log2(exact)) - 23);
    const x = tensor(terms);
    const error = (F.l1Loss(x, zeros(x.shape), { reduction: "sum" }).item() - exact) / unit;
    expect(Math.abs(error)).toBeLessThanOrEqual(3.5);
    expect(Math.abs(x.sum().item() - exact) / unit).toBeLessThanOrEqual(0.5);
  });
});

describe("shapes", () => {
  it.each(names)("F.%s of nothing: an empty tensor, 0, or NaN, without a warning", (name) => {
    const [x, y] = [zeros([2, 0]), zeros([2, 0])];
    const { warnings } = observe(() => {
      expect(call(name)(x, y, { reduction: "none" }).shape).toEqual([2, 0]);
      expect(call(name)(x, y, { reduction: "sum" }).item()).toBe(0);
      expect(call(name)(x, y).item()).toBeNaN();
    });
    expect(warnings).toEqual([]);
  });

  it.each(names)(
    "F.%s broadcasts with a warning, and divides by the broadcast number of elements",
    (name) => {
      const result: number[] = [];
      const { parameter }: LossRow = losses[name];
      const options = parameter ? { [parameter.name]: 0.5 } : {};
      const { warnings } = observe(() => {
        for (const reduction of ["mean", "sum"]) {
          result.push(call(name)(zeros([3, 1]), ones([1, 4]), { ...options, reduction }).item());
        }
      });
      expect(result[1]).toBe(12 * result[0]);
      expect(warnings).toHaveLength(2);
      expect(warnings[0]).toContain(
        "Using a target size (Size([1, 4])) that is different to the input size (Size([3, 1])).",
      );
    },
  );

  it("that do not broadcast are an error, after the warning", () => {
    const [x, y] = [zeros([3, 5]), zeros([5, 3])];
    for (const name of names) {
      const { error, warnings } = observe(() => call(name)(x, y));
      expect(String(error)).toBe(
        "RangeError: The size of tensor a (5) must match the size of tensor b (3) at non-singleton dimension 1",
      );
      expect(warnings).toHaveLength(1);
    }
    const large = [zeros([1 << 17, 1]), zeros([1, 1 << 17])] as const;
    expectRefused(
      () => F.l1Loss(...large),
      RangeError,
      "expected less than 2^32 elements, got a broadcast to shape [131072, 131072]",
    );
  });
});
