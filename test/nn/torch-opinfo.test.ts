/**
 * PyTorch's samples of operators and modules, re-created:
 * torch/testing/_internal/common_methods_invocations.py (OpInfo) and common_modules.py
 * (ModuleInfo), through what TestGradients and the module tests do with them.
 */
import { F, nn, tensor } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, test } from "vitest";
import { expectClose } from "../support/close.js";
import { gradcheck, gradgradcheck } from "../support/gradcheck.js";
import { make } from "../support/make.js";
import { observe } from "../support/observe.js";

type Reduction = "none" | "mean" | "sum";
interface Sample {
  input: number[];
  target: number[];
  options: { reduction?: Reduction; beta?: number; delta?: number };
}
type Loss = (input: Tensor, target: Tensor, options?: Sample["options"]) => Tensor;

const REDUCTIONS: readonly Reduction[] = ["none", "mean", "sum"];
const DTYPES = ["float16", "bfloat16", "float32", "float64"] as const;

/**
 * sample_inputs of l1, mse and smooth_l1: 0-d, vectors with each reduction, a matrix, a broadcast
 * one, a cube.
 */
const SAMPLES: readonly Sample[] = [
  { input: [], target: [], options: {} },
  ...REDUCTIONS.map((reduction) => ({ input: [5], target: [5], options: { reduction } })),
  { input: [5, 5], target: [5, 5], options: {} },
  { input: [5, 1], target: [5, 5], options: {} },
  { input: [5, 5, 5], target: [5, 5, 5], options: {} },
];
const HUBER_SAMPLES: readonly Sample[] = [[5], [5, 5], [5, 5, 5]].flatMap((shape, i) =>
  REDUCTIONS.map((reduction, j) => ({
    input: shape,
    target: shape,
    options: { reduction, delta: 0.001 + ((3 * i + j) * 8.999) / 8 },
  })),
);

/** The loss of one element, in float64. */
const ELEMENT: Record<string, (d: number, threshold: number) => number> = {
  l1Loss: (d) => Math.abs(d),
  mseLoss: (d) => d * d,
  smoothL1Loss: (d, beta) => (Math.abs(d) < beta ? (0.5 * d * d) / beta : Math.abs(d) - 0.5 * beta),
  huberLoss: (d, delta) => (Math.abs(d) < delta ? 0.5 * d * d : delta * (Math.abs(d) - 0.5 * delta)),
};
const LOSSES: readonly [string, Loss, readonly Sample[]][] = [
  ["l1Loss", F.l1Loss, SAMPLES],
  ["mseLoss", F.mseLoss, SAMPLES],
  ["smoothL1Loss", F.smoothL1Loss, SAMPLES],
  ["huberLoss", F.huberLoss, HUBER_SAMPLES],
];

/** Operands of a sample, without the warning of the broadcast one. */
function run(loss: Loss, { options }: Sample, input: Tensor, target: Tensor): Tensor {
  let output: Tensor | undefined;
  const { error } = observe(() => {
    output = loss(input, target, options);
  });
  if (error !== undefined) throw error as Error;
  return output!;
}

describe.each(LOSSES)("OpInfo samples of %s", (name, loss, samples) => {
  test.each(DTYPES)("against a reference in float64: %s", (dtype) => {
    for (const sample of samples) {
      const [input, target] = [make(sample.input, { dtype }), make(sample.target, { dtype })];
      expectClose(run(loss, sample, input, target), reference(name, sample, input, target).to(dtype));
    }
  });

  test("gradcheck and gradgradcheck in float64", () => {
    for (const sample of samples.filter(({ input }) => input.length < 3)) {
      const inputs = [
        make(sample.input, { requiresGrad: true }),
        make(sample.target, { requiresGrad: true }),
      ];
      expect(gradcheck((a, b) => run(loss, sample, a, b), inputs)).toEqual([]);
      expect(gradgradcheck((a, b) => run(loss, sample, a, b), inputs)).toEqual([]);
    }
  });

  test("error inputs: a reduction abc, (5, 4) against (5,)", () => {
    const [a, b] = [make([5, 4]), make([5])];
    expect(() => loss(a, a, { reduction: "abc" as "none" })).toThrow(
      "abc is not a valid value for reduction",
    );
    expect(() => run(loss, samples[0], a, b)).toThrow(
      "The size of tensor a (4) must match the size of tensor b (5) at non-singleton dimension 1",
    );
  });

  test.each([
    ["NaN at 2", [10], NaN, 2],
    ["infinity at 4", [10], Infinity, 4],
    ["a row against a matrix", [5, 5], 1, 0],
  ] as const)("reference inputs: %s", (_, shape, value, index) => {
    for (const reduction of REDUCTIONS) {
      const values = make(shape).flatten().tolist() as number[];
      values[index] = value;
      const sample: Sample = {
        input: [...shape],
        target: shape.length === 2 ? [1, 5] : [10],
        options: { reduction },
      };
      const input = tensor(Float64Array.from(values)).reshape([...shape]);
      const target = make(sample.target);
      expectClose(run(loss, sample, input, target), reference(name, sample, input, target));
    }
  });
});

describe("OpInfo, the rest", () => {
  test("l1Loss of 0-d complex and float64, either way round", () => {
    const [complex, real] = [make([], { dtype: "complex128" }), make([])];
    for (const [a, b] of [
      [complex, real],
      [real, complex],
    ]) {
      expect(F.l1Loss(a, b).dtype).toBe("float64");
      expect(
        gradcheck(
          (x, y) => F.l1Loss(x, y),
          [a.detach().clone().requiresGrad_(), b.detach().clone().requiresGrad_()],
        ),
      ).toEqual([]);
    }
  });

  test("smoothL1Loss always smooth: (5, 5) in [0, 2] against [-2, 0], beta 5; and beta 0", () => {
    const input = make([5, 5], { low: 0, high: 2, requiresGrad: true });
    const target = make([5, 5], { low: -2, high: 0, requiresGrad: true });
    for (const beta of [5, 0]) {
      expect(gradcheck((a, b) => F.smoothL1Loss(a, b, { beta }), [input, target])).toEqual([]);
      expect(gradgradcheck((a, b) => F.smoothL1Loss(a, b, { beta }), [input, target])).toEqual([]);
    }
  });

  test.each([0, -1])("huberLoss, error input: delta %d", (delta) => {
    expect(() => F.huberLoss(make([5]), make([5]), { delta })).toThrow(
      "huber_loss does not support non-positive values for delta.",
    );
  });
});

describe("ModuleInfo", () => {
  const modules: [string, (reduction?: Reduction) => (a: Tensor, b: Tensor) => Tensor, number[][]][] = [
    ["L1Loss", (reduction) => new nn.L1Loss({ reduction }), [[2, 3, 4], [], [4]]],
    ["SmoothL1Loss", (reduction) => new nn.SmoothL1Loss({ reduction }), [[5, 10], []]],
  ];

  test.each(modules)(
    "%s: forward, grad and gradgrad, strided operands, float32 as float64",
    (_, module, shapes) => {
      for (const shape of shapes) {
        for (const reduction of [undefined, ...REDUCTIONS]) {
          const loss = module(reduction);
          const inputs = [make(shape, { requiresGrad: true }), make(shape, { requiresGrad: true })];
          expect(gradcheck(loss, inputs)).toEqual([]);
          expect(gradgradcheck(loss, inputs)).toEqual([]);
          const [a, b] = inputs.map((input) => input.detach());
          expectClose(loss(a.to("float32"), b.to("float32")), loss(a, b).to("float32"));
          if (shape.length > 1) {
            const [left, right] = [a, b].map((x) => x.transpose(0, 1).clone().transpose(0, 1));
            expect(loss(left, right).tolist()).toEqual(loss(a, b).tolist());
          }
        }
      }
    },
  );
});

/** The loss by its formula, broadcast, in float64. */
function reference(name: string, sample: Sample, input: Tensor, target: Tensor): Tensor {
  const shape = [
    ...(sample.input.length < sample.target.length || sample.input.includes(1)
      ? sample.target
      : sample.input),
  ];
  const numbers = (x: Tensor): number[] =>
    x.to("float64").expand(shape).clone().flatten().tolist() as number[];
  const [x, y] = [numbers(input), numbers(target)];
  const { reduction = "mean", beta = 1, delta = 1 } = sample.options;
  const threshold = name === "huberLoss" ? delta : beta;
  const each = x.map((value, i) => ELEMENT[name](value - y[i], threshold));
  if (reduction === "none") return tensor(Float64Array.from(each)).reshape(shape);
  const sum = each.reduce((total, value) => total + value, 0);
  return tensor(Float64Array.of(reduction === "sum" ? sum : sum / each.length)).reshape([]);
}
