/**
 * PyTorch's own cases, re-created: test/test_nn.py, and the criterion tests of
 * torch/testing/_internal/common_nn.py. docs/TORCH_CASES.md lists which test here covers which of
 * theirs.
 */
import { F, nn, ones, tensor, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, test } from "vitest";
import { expectClose } from "../support/close.js";
import { gradcheck, gradgradcheck } from "../support/gradcheck.js";
import { callOf, LOSSES } from "../support/losses.js";
import { make, makeNormal } from "../support/make.js";
import { observe } from "../support/observe.js";

type Reduction = "none" | "mean" | "sum";
const REDUCTIONS: readonly Reduction[] = ["none", "mean", "sum"];
const each = LOSSES.map((name) => [name, callOf(name)] as const);

/** Without the warning that broadcasting brings. */
const quietly = <T>(call: () => T): T => {
  let result: T | undefined;
  const { error } = observe(() => {
    result = call();
  });
  if (error !== undefined) throw error as Error;
  return result as T;
};

describe("test_nn.py", () => {
  test.each([
    ["l1Loss", F.l1Loss],
    ["mseLoss", F.mseLoss],
  ])("none keeps the size when the target requires grad: %s", (_, loss) => {
    const input = makeNormal([5, 10], { dtype: "float32" });
    const target = makeNormal([5, 10], { dtype: "float32", requiresGrad: true });
    expect(loss(input, target, { reduction: "none" }).shape).toEqual([5, 10]);
  });

  test.each(each)("broadcast (2, 1) against (2, 10), with gradcheck: %s", (_, loss) => {
    for (const requiresGrad of [true, false]) {
      const input = makeNormal([2, 1], { requiresGrad: true });
      const target = makeNormal([2, 10], { requiresGrad });
      for (const reduction of REDUCTIONS) {
        quietly(() => {
          if (reduction === "none") expect(loss(input, target, { reduction }).shape).toEqual([2, 10]);
          expect(gradcheck((a, b) => loss(a, b, { reduction }), [input, target])).toEqual([]);
        });
      }
    }
  });

  test.each(["float32", "complex64"] as const)("L1 of large batches is the mean of |input|: %s", (dtype) => {
    for (const batch of [1, 11, 21, 31, 41]) {
      const input = make([batch, 3, 64, 64], { dtype, low: 0, high: 1 });
      const target = zeros([batch, 3, 64, 64], { dtype });
      expectClose(new nn.L1Loss()(input, target), input.abs().mean());
      input.dispose();
      target.dispose();
    }
  });

  test.each(each)("(3, 5) against (5, 3) throws: %s", (_, loss) => {
    expect(() => quietly(() => loss(makeNormal([3, 5]), makeNormal([5, 3])))).toThrow(RangeError);
  });

  test("MSE warns once of (10, 1) against (10,)", () => {
    const { warnings } = observe(() => F.mseLoss(makeNormal([10, 1]), makeNormal([10])));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("Please ensure they have the same size.");
  });

  test.each(["int8", "int16", "int32", "int64", "uint8"] as const)(
    "SmoothL1 of an integer target: %s",
    (dtype) => {
      for (const reduction of REDUCTIONS) {
        const target = make([2, 2], { dtype, low: 0, high: 9 });
        const input = makeNormal([2, 2], { dtype: "float32", requiresGrad: true });
        const twin = input.detach().clone().requiresGrad_();
        F.smoothL1Loss(input, target, { reduction, beta: 0.5 }).sum().backward();
        F.smoothL1Loss(twin, target.to("float32"), { reduction, beta: 0.5 }).sum().backward();
        expect(input.grad?.tolist()).toEqual(twin.grad?.tolist());
      }
    },
  );

  test("SmoothL1 refuses a negative beta", () => {
    expect(() => F.smoothL1Loss(makeNormal([2, 2]), makeNormal([2, 2]), { beta: -1 })).toThrow(RangeError);
  });

  test.each([-0.5, 0])("Huber refuses delta %d, at the call", (delta) => {
    const loss = new nn.HuberLoss({ delta });
    expect(() => loss(makeNormal([2, 2]), makeNormal([2, 2]))).toThrow(
      "huber_loss does not support non-positive values for delta.",
    );
  });

  test("SmoothL1 with beta 0 at equality: no gradient above 1", () => {
    const input = makeNormal([300, 256], { dtype: "float32", requiresGrad: true });
    F.smoothL1Loss(input, input.detach(), { beta: 0, reduction: "sum" }).backward();
    const gradient = input.grad!;
    expect(gradient.abs().gt(1).sum().item()).toBe(0n);
    expect(gradient.abs().sum().item()).toBe(0);
  });

  test.each(REDUCTIONS)("SmoothL1 times beta is Huber: %s", (reduction) => {
    const everySecond = (): Tensor => makeNormal([64, 64, 2]).transpose(0, 2).at(0);
    const pairs = [
      [makeNormal([2, 2]), makeNormal([2, 2])],
      [makeNormal([64, 64]), makeNormal([64, 64])],
      [everySecond(), everySecond()],
    ];
    for (const [input, target] of pairs) {
      for (const beta of [1, 0.5, 1.5]) {
        const smooth = F.smoothL1Loss(input, target, { reduction, beta }).mul(beta);
        expectClose(smooth, F.huberLoss(input, target, { reduction, delta: beta }));
      }
    }
  });

  test.each([[[1, 3, 1, 6]], [[1, 3, 1, 128]], [[1, 3, 128, 128]]])(
    "SmoothL1 in bfloat16 as in float32: %j",
    (shape) => {
      const [input, target] = [
        makeNormal(shape, { dtype: "bfloat16" }),
        makeNormal(shape, { dtype: "bfloat16" }),
      ];
      const wide = input.to("float32").requiresGrad_();
      const loss = F.smoothL1Loss(input.requiresGrad_(), target);
      const wideLoss = F.smoothL1Loss(wide, target.to("float32"));
      loss.backward();
      wideLoss.backward();
      expectClose(loss, wideLoss.detach().to("bfloat16"));
      expectClose(input.grad, wide.grad!.to("bfloat16"));
    },
  );

  test.each(each)("0-d and (5, 6) through every reduction: %s", (_, loss) => {
    for (const shape of [[5, 6], []]) {
      for (const reduction of REDUCTIONS) {
        const input = makeNormal(shape, { requiresGrad: true });
        const output = loss(input, makeNormal(shape), { reduction });
        expect(output.shape).toEqual(reduction === "none" ? shape : []);
        output.sum().backward();
        expect(input.grad?.shape).toEqual(shape);
      }
    }
  });

  test.each(each)("reduction strings: %s", (_, loss) => {
    const input = makeNormal([3, 5]);
    expect(loss(input, makeNormal([3, 5]), { reduction: "none" }).shape).toEqual([3, 5]);
    expect(() => loss(input, makeNormal([3, 5]), { reduction: "invalid" as "none" })).toThrow(
      "invalid is not a valid value for reduction",
    );
  });

  test("reduction strings: l1Loss of complex numbers", () => {
    const input = make([3, 5], { dtype: "complex64" });
    expect(F.l1Loss(input, zeros([3, 5], { dtype: "complex64" }), { reduction: "none" }).shape).toEqual([
      3, 5,
    ]);
    expect(() => F.l1Loss(input, input, { reduction: "invalid" as "none" })).toThrow(RangeError);
  });
});

interface Criterion {
  name: string;
  shapes: readonly number[][];
  make: (reduction?: Reduction) => (input: Tensor, target: Tensor) => Tensor;
  /** the loss of each element, from plain numbers */
  reference: (difference: number) => number;
}

const CRITERIA: readonly Criterion[] = [
  {
    name: "L1Loss",
    shapes: [[2, 3, 4], []],
    make: (reduction) => new nn.L1Loss({ reduction }),
    reference: (d) => Math.abs(d),
  },
  {
    name: "MSELoss",
    shapes: [[2, 3, 4, 5], []],
    make: (reduction) => new nn.MSELoss({ reduction }),
    reference: (d) => d * d,
  },
  {
    name: "SmoothL1Loss",
    shapes: [[5, 10], []],
    make: (reduction) => new nn.SmoothL1Loss({ reduction }),
    reference: (d) => (Math.abs(d) < 1 ? 0.5 * d * d : Math.abs(d) - 0.5),
  },
  {
    name: "HuberLoss",
    shapes: [[5, 10], []],
    make: (reduction) => new nn.HuberLoss({ reduction }),
    reference: (d) => (Math.abs(d) < 1 ? 0.5 * d * d : Math.abs(d) - 0.5),
  },
];

describe.each(CRITERIA)("common_nn.py criterion_tests: $name", ({ shapes, make: criterion, reference }) => {
  const cases = shapes.flatMap((shape) =>
    ([undefined, "none", "sum"] as const).map((reduction) => ({ shape, reduction })),
  );

  test.each(cases)("forward against the formula: $shape $reduction", ({ shape, reduction }) => {
    const [input, target] = [makeNormal(shape), makeNormal(shape)];
    const each = numbers(input).map((x, i) => reference(x - numbers(target)[i]));
    const total = each.reduce((sum, value) => sum + value, 0);
    const found = criterion(reduction)(input, target);
    if (reduction === "none") expectClose(found, tensor(Float64Array.from(each)).reshape(shape));
    else expect(found.item()).toBeCloseTo(reduction === "sum" ? total : total / each.length, 12);
  });

  test.each(cases)("gradcheck and gradgradcheck, target too: $shape $reduction", ({ shape, reduction }) => {
    const inputs = [makeNormal(shape, { requiresGrad: true }), makeNormal(shape, { requiresGrad: true })];
    expect(gradcheck(criterion(reduction), inputs)).toEqual([]);
    expect(gradgradcheck(criterion(reduction), inputs)).toEqual([]);
  });

  test.each(["float16", "bfloat16"] as const)("%s near float32, gradient too", (dtype) => {
    for (const shape of shapes) {
      const input = makeNormal(shape, { dtype }).requiresGrad_();
      const wide = input.detach().to("float32").requiresGrad_();
      const target = makeNormal(shape, { dtype });
      const found = criterion()(input, target);
      const expected = criterion()(wide, target.to("float32"));
      expectClose(found, expected.detach().to(dtype));
      found.backward();
      expected.backward();
      expectClose(input.grad, wide.grad!.to(dtype));
    }
  });

  test("non-contiguous operands give what contiguous ones give", () => {
    const [input, target] = [makeNormal([4, 6]), makeNormal([4, 6])];
    for (const reduction of REDUCTIONS) {
      const strided = criterion(reduction)(input.t(), target.t());
      expect(strided.tolist()).toEqual(criterion(reduction)(input.t().clone(), target.t().clone()).tolist());
    }
  });

  test.each(REDUCTIONS)("no batch dimension: (3,) as (1, 3) squeezed, %s", (reduction) => {
    const [input, target] = [makeNormal([3], { requiresGrad: true }), makeNormal([3])];
    const single = criterion(reduction)(input, target);
    const batched = criterion(reduction)(input.unsqueeze(0), target.unsqueeze(0));
    expect(single.tolist()).toEqual((reduction === "none" ? batched.squeeze(0) : batched).tolist());
  });
});

describe("common_nn.py, the rest", () => {
  test.each([[[2, 3, 4]], [[]]])("L1Loss of complex numbers: gradcheck and gradgradcheck of %j", (shape) => {
    const inputs = [
      make(shape, { dtype: "complex128", requiresGrad: true }),
      make(shape, { dtype: "complex128", requiresGrad: true }),
    ];
    for (const reduction of REDUCTIONS) {
      expect(gradcheck((a, b) => F.l1Loss(a, b, { reduction }), inputs)).toEqual([]);
      expect(gradgradcheck((a, b) => F.l1Loss(a, b, { reduction }), inputs)).toEqual([]);
    }
  });

  test.each(["float32", "bfloat16"] as const)(
    "MSELoss prec: ones / 10 of (5, 68, 64, 64) give 0.01, %s",
    (dtype) => {
      const input = ones([5, 68, 64, 64], { dtype }).div(10);
      expectClose(new nn.MSELoss()(input, zeros([5, 68, 64, 64], { dtype })), tensor(0.01, { dtype }));
    },
  );

  test.each([
    ["SmoothL1 beta 0.5", (a: Tensor, b: Tensor) => F.smoothL1Loss(a, b, { reduction: "none", beta: 0.5 })],
    ["SmoothL1 beta 0", (a: Tensor, b: Tensor) => F.smoothL1Loss(a, b, { reduction: "none", beta: 0 })],
    ["Huber delta 0.5", (a: Tensor, b: Tensor) => F.huberLoss(a, b, { reduction: "none", delta: 0.5 })],
  ])("no_reduce: %s", (_, loss) => {
    const inputs = [makeNormal([2, 3, 4], { requiresGrad: true }), makeNormal([2, 3, 4])];
    expect(gradcheck(loss, inputs)).toEqual([]);
    expect(gradgradcheck(loss, inputs)).toEqual([]);
  });

  test("modules print as in PyTorch", () => {
    const modules = [new nn.L1Loss(), new nn.MSELoss(), new nn.SmoothL1Loss(), new nn.HuberLoss()];
    expect(modules.map(String)).toEqual(["L1Loss()", "MSELoss()", "SmoothL1Loss()", "HuberLoss()"]);
  });
});

function numbers(x: Tensor): number[] {
  return x.flatten().tolist() as number[];
}
