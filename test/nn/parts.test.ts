/**
 * dim, keepdim and mask of every loss, alone and with weights: against the losses of the parts, and
 * of what is kept.
 */
import { autograd, F, nn, onWarning, tensor, zeros } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { losses } from "../../src/loss/losses.js";
import type { LossName, LossRow } from "../../src/loss/losses.js";
import { expectClose } from "../support/close.js";
import { make } from "../support/make.js";
import { Random } from "../support/random.js";
import { flatten } from "../support/wire.js";

// Broadcasting warns, as it should: messages.test.ts.
beforeAll(() => void onWarning(() => undefined));
afterAll(() => void onWarning(null));

type Call = (input: Tensor, target: Tensor, options?: object) => Tensor;
const rows = Object.entries(losses) as [LossName, LossRow][];
const FLOATS: readonly DType[] = ["float16", "bfloat16", "float32", "float64"];
const REDUCTIONS = ["mean", "sum"] as const;
/** Ties, kinks and both branches of a parameter of 1. */
const random = new Random(7);

interface Numbers {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** Numbers that halves hold, so that differences of 0 and of the kink occur. */
function operand({ shape, dtype }: Numbers, requiresGrad = false): Tensor {
  const n = shape.reduce((product, size) => product * size, 1);
  const numbers = Float64Array.from({ length: n }, () =>
    random.chance(0.3) ? random.integer(-2, 2) : (random.next() - 0.5) * 6,
  );
  return tensor(numbers)
    .reshape([...shape])
    .to(dtype)
    .detach()
    .requiresGrad_(requiresGrad);
}

const numbersOf = (x: Tensor | null): number[] => flatten(x!.detach().to("float64").tolist()) as number[];

/**
 * Where the elements of each part stand, in row-major order, by the dimensions that are reduced.
 */
function partsOf(shape: readonly number[], dims: readonly number[]): number[][] {
  const wrapped = dims.map((d) => (d < 0 ? d + shape.length : d));
  const parts = new Map<string, number[]>();
  const n = shape.reduce((product, size) => product * size, 1);
  const kept = shape.filter((_, d) => !wrapped.includes(d)).reduce((product, size) => product * size, 1);
  for (let i = 0; i < n; i++) {
    let rest = i;
    const index = shape.map(() => 0);
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d] = rest % shape[d];
      rest = Math.floor(rest / shape[d]);
    }
    const key = index.filter((_, d) => !wrapped.includes(d)).join();
    parts.set(key, [...(parts.get(key) ?? []), i]);
  }
  return n === 0 ? Array.from({ length: kept }, () => []) : [...parts.values()];
}

/** The elements of operands, which parts are picked from again and again. */
const elements = new WeakMap<Tensor, number[]>();

/** Elements of an operand at places, as a vector of its own. */
function pick(x: Tensor, places: readonly number[], requiresGrad = false): Tensor {
  const numbers = elements.get(x) ?? numbersOf(x);
  elements.set(x, numbers);
  return tensor(Float64Array.from(places, (i) => numbers[i]))
    .to(x.dtype)
    .detach()
    .requiresGrad_(requiresGrad);
}

const LAYOUTS: readonly (readonly [shape: readonly number[], dim: number | readonly number[]])[] = [
  [[3, 5], 1],
  [[3, 5], 0],
  [
    [3, 5],
    [0, 1],
  ],
  [[3, 5], -1],
  [
    [2, 3, 4],
    [0, 2],
  ],
  [
    [2, 3, 4],
    [-2, -1],
  ],
  [[2, 3, 4], 1],
  [[7], 0],
  [[3, 0], 1],
  [[3, 0], 0],
  [[0, 3], 1],
  [[2, 600], 1],
  [[600, 3], 0],
  [[1, 1], 0],
];

describe.each(rows)("F.%s with dim", (name, row) => {
  const loss: Call = F[name];
  const parameter = row.parameter ? { [row.parameter.name]: 1 } : {};

  it.each(FLOATS)(
    "%s: each result and its gradients have the bits of the loss of its part alone",
    (dtype) => {
      for (const [shape, dim] of LAYOUTS) {
        for (const reduction of REDUCTIONS) {
          const [x, y] = [operand({ shape, dtype }, true), operand({ shape, dtype }, true)];
          const result = loss(x, y, { ...parameter, reduction, dim });
          const upstream = operand({ shape: result.shape, dtype });
          result.backward(upstream);
          const parts = partsOf(shape, typeof dim === "number" ? [dim] : dim);
          const [values, gs] = [numbersOf(result), numbersOf(upstream)];
          const [dx, dy] = [numbersOf(x.grad), numbersOf(y.grad)];
          const title = `[${shape.join()}] ${String(dim)} ${reduction}`;
          expect(values.length, title).toBe(parts.length);
          parts.forEach((places, part) => {
            const [a, b] = [pick(x, places, true), pick(y, places, true)];
            const alone = loss(a, b, { ...parameter, reduction });
            alone.backward(tensor(gs[part], { dtype }));
            expect(values[part], title).toBe(alone.item());
            expect(
              places.map((i) => dx[i]),
              title,
            ).toEqual(numbersOf(a.grad));
            expect(
              places.map((i) => dy[i]),
              title,
            ).toEqual(numbersOf(b.grad));
          });
        }
      }
    },
  );

  it("keepdim leaves reduced dimensions, all of them without dim", () => {
    const [x, y] = [make([2, 3, 4]), make([2, 3, 4])];
    expect(loss(x, y, { dim: [0, 2], keepdim: true }).shape).toEqual([1, 3, 1]);
    expect(loss(x, y, { dim: [0, 2] }).shape).toEqual([3]);
    expect(loss(x, y, { keepdim: true }).shape).toEqual([1, 1, 1]);
    expect(loss(x, y, { keepdim: true }).item()).toBe(loss(x, y).item());
    expect(loss(x, y, { dim: null }).shape).toEqual([]);
    expect(loss(tensor(1), tensor(3), { dim: -1 }).item()).toBe(loss(tensor(1), tensor(3)).item());
  });

  it("takes broadcast, strided, mixed and long operands", () => {
    const [x, y] = [make([4, 3]), make([3, 4], { dtype: "float32" })];
    const whole = y.t().to("float64");
    expect(loss(x, y.t(), { dim: 1 }).tolist()).toEqual(loss(x, whole, { dim: 1 }).tolist());
    const bias = make([3]);
    const spread = loss(x, bias, { dim: 0 });
    expect(spread.tolist()).toEqual(loss(x, bias.expand(4, 3).clone(), { dim: 0 }).tolist());
    const [a, b] = [make([2, 40_000], { dtype: "float32" }), make([2, 40_000], { dtype: "float32" })];
    const each = [0, 1].map((i) => loss(a.at(i), b.at(i)).item());
    expect(loss(a, b, { dim: 1 }).tolist()).toEqual(each);
  });

  it("gives gradients of broadcast operands, in their shape", () => {
    const x = make([4, 3], { requiresGrad: true });
    const bias = make([3], { requiresGrad: true });
    const upstream = make([4]);
    loss(x, bias, { dim: 1 }).backward(upstream);
    const [dx, db] = [x.grad!, bias.grad!];
    [x.grad, bias.grad] = [null, null];
    loss(x, bias.expand(4, 3), { reduction: "none" }).mean({ dim: 1 }).backward(upstream);
    expectClose(dx, x.grad);
    expectClose(db, bias.grad);
  });

  it("adds rows that overflow in their dtype in float64, as the whole", () => {
    const [x, y] = [tensor([[3e38, 3e38, 3e38], [1, 2, 3]]), tensor([[0, 0, 0], [1, 2, 3]])]; // prettier-ignore
    const expected = [0, 1].map((i) => loss(x.at(i), y.at(i)).item());
    expect(loss(x, y, { dim: 1 }).tolist()).toEqual(expected);
  });
});

/** What a mask must keep out. */
const POISON = [NaN, Infinity, -Infinity, 1e30];

describe.each(rows)("F.%s with mask", (name, row) => {
  const loss: Call = F[name];

  function masked(
    shape: readonly number[],
    dtype: DType,
  ): { x: Tensor; y: Tensor; mask: Tensor; keeps: boolean[] } {
    const n = shape.reduce((product, size) => product * size, 1);
    const keeps = Array.from({ length: n }, () => random.chance(0.6));
    const poison = (values: Tensor): Tensor => {
      const numbers = numbersOf(values).map((v, i) => (keeps[i] ? v : random.pick(POISON)));
      return tensor(Float64Array.from(numbers))
        .reshape([...shape])
        .to(dtype)
        .detach()
        .requiresGrad_();
    };
    const [x, y] = [operand({ shape, dtype }), operand({ shape, dtype })].map(poison);
    const mask = tensor(keeps.map(Number), { dtype: "uint8" })
      .mul(random.integer(1, 255))
      .reshape([...shape]);
    return { x, y, mask: random.chance(0.5) ? mask : mask.ne(0), keeps };
  }

  it.each(FLOATS)(
    "%s: the value is that of what is kept within its rounding, gradients bit by bit, and +0 elsewhere",
    (dtype) => {
      for (const shape of [[1], [17], [3, 5], [2, 3, 4], [700], [3, 6000]]) {
        for (const reduction of REDUCTIONS) {
          const { x, y, mask, keeps } = masked(shape, dtype);
          const places = keeps.flatMap((keep, i) => (keep ? [i] : []));
          const [a, b] = [pick(x, places, true), pick(y, places, true)];
          const [found, expected] = [loss(x, y, { reduction, mask }), loss(a, b, { reduction })];
          expectClose(found.detach(), expected.detach());
          const upstream = tensor(random.pick([1, -3, 0.5]), { dtype });
          found.backward(upstream);
          expected.backward(upstream);
          for (const [whole, part] of [
            [x, a],
            [y, b],
          ]) {
            // prettier-ignore
            const grads = numbersOf(whole.grad);
            expect(places.map((i) => grads[i])).toEqual(numbersOf(part.grad));
            const leaks = [...grads.entries()].filter(([i, g]) => !keeps[i] && !Object.is(g, 0));
            expect(leaks, `${shape.join()} ${reduction}`).toEqual([]);
          }
        }
      }
    },
  );

  it.each(FLOATS)("%s: unreduced, 0 where it does not hold; no upstream leaks", (dtype) => {
    const { x, y, mask, keeps } = masked([4, 5], dtype);
    const found = loss(x, y, { reduction: "none", mask });
    const plain = loss(x.detach(), y.detach(), { reduction: "none" });
    const values = numbersOf(plain);
    expect(numbersOf(found)).toEqual(values.map((v, i) => (keeps[i] ? v : 0)));
    const upstream = tensor(
      keeps.map((keep) => (keep ? -2 : NaN)),
      { dtype },
    ).reshape(4, 5);
    found.backward(upstream);
    for (const g of [x.grad, y.grad]) {
      numbersOf(g).forEach((v, i) => expect(keeps[i] ? Number.isFinite(v) : Object.is(v, 0)).toBe(true));
    }
  });

  it.each(FLOATS)("%s: with dim, each result is that of the kept elements of its part", (dtype) => {
    for (const [shape, dim] of [
      [[3, 5], 1],
      [[3, 5], 0],
      [
        [2, 3, 4],
        [0, 2],
      ],
      [[2, 6000], 1],
    ] as const) {
      // prettier-ignore
      for (const reduction of REDUCTIONS) {
        const { x, y, mask, keeps } = masked(shape, dtype);
        const found = loss(x, y, { reduction, mask, dim });
        const upstream = operand({ shape: found.shape, dtype });
        found.backward(upstream);
        const gs = numbersOf(upstream);
        const [dx, dy] = [numbersOf(x.grad), numbersOf(y.grad)];
        partsOf(shape, typeof dim === "number" ? [dim] : dim).forEach((all, part) => {
          const places = all.filter((i) => keeps[i]);
          const [a, b] = [pick(x, places, true), pick(y, places, true)];
          const alone = loss(a, b, { reduction });
          alone.backward(tensor(gs[part], { dtype }));
          expectClose(found.detach().reshape(-1).at(part), alone.detach());
          expect(places.map((i) => dx[i])).toEqual(numbersOf(a.grad));
          expect(places.map((i) => dy[i])).toEqual(numbersOf(b.grad));
        });
        const left = [...dx, ...dy].filter((_, i) => !keeps[i % keeps.length]);
        expect(left.filter((g) => !Object.is(g, 0))).toEqual([]);
      }
    }
  });

  it("a mask of all ones changes no bit, of any length; broadcasts; may be transposed", () => {
    for (const shape of [[5], [3, 700], [40_000]]) {
      const [x, y] = [make(shape, { dtype: "float32" }), make(shape, { dtype: "float32" })];
      expect(loss(x, y, { mask: tensor([true]) }).item()).toBe(loss(x, y).item());
    }
    const { x, y } = masked([1, 1], "float64");
    const [a, b] = [make([3, 4]), make([3, 4])];
    const column = tensor([[true], [false], [true]]);
    const expected = loss(a, b, { mask: column.expand(3, 4).clone() }).item();
    expect(loss(a, b, { mask: column }).item()).toBe(expected);
    const turned = tensor([[1, 0, 1], [1, 1, 0], [0, 1, 1], [1, 1, 1]], { dtype: "uint8" }); // prettier-ignore
    expect(loss(a, b, { mask: turned.t() }).item()).toBe(loss(a, b, { mask: turned.t().clone() }).item());
    expect(loss(x, y, { mask: tensor(false), reduction: "sum" }).item()).toBe(0);
  });

  it("an empty mask: the mean is NaN, the sum 0, gradients +0", () => {
    const x = tensor([[1, NaN], [3, 4]], { requiresGrad: true }); // prettier-ignore
    const y = tensor([[0, 1], [1, 9]]); // prettier-ignore
    const mask = tensor([[false, false], [true, true]]); // prettier-ignore
    const none = zeros([2, 2], { dtype: "bool" });
    expect(loss(x, y, { mask: none }).item()).toBeNaN();
    expect(loss(x, y, { mask: none, reduction: "sum" }).item()).toBe(0);
    expect((loss(x, y, { mask, dim: 1 }).tolist() as number[])[0]).toBeNaN();
    expect((loss(x, y, { mask, dim: 1, reduction: "sum" }).tolist() as number[])[0]).toBe(0);
    for (const options of [
      { mask: none },
      { mask: none, dim: 1 },
      { mask: none, dim: 0, reduction: "sum" },
    ]) {
      x.grad = null;
      const result = loss(x, y, options);
      result.backward(tensor(-2).expand(result.shape));
      expect(numbersOf(x.grad).every((g) => Object.is(g, 0))).toBe(true);
    }
  });

  it("is differentiable twice: as the loss of masked operands, also along dim", () => {
    for (const options of [{}, { dim: 1 }, { dim: 0, reduction: "sum" }]) {
      const { x, y, mask } = masked([3, 4], "float64");
      const holds = mask.ne(0);
      const clean = (v: Tensor): Tensor => v.detach().where(holds, 0).requiresGrad_();
      const [a, b] = [clean(x), clean(y)];
      const second = (input: Tensor, target: Tensor, result: Tensor): (Tensor | null)[] => {
        const upstream = make(result.shape, { low: 1, high: 1 });
        const options = { gradOutputs: [upstream], createGraph: true };
        const [dx, dy] = autograd.grad(result, [input, target], options) as [Tensor, Tensor];
        return autograd.grad(dx.square().sum().add(dy.mul(dx).sum()), [input, target]);
      };
      const terms = loss(a, b, { reduction: "none" }).mul(holds);
      const dim = "dim" in options ? { dim: options.dim } : {};
      const total = terms.sum(dim);
      const composed = "reduction" in options ? total : total.div(holds.sum(dim));
      const found = second(x, y, loss(x, y, { ...options, mask }));
      second(a, b, composed).forEach((expected, i) => {
        const want = numbersOf(expected);
        const got = numbersOf(found[i]);
        got.forEach((g, at) => expect(g).toBeCloseTo(want[at], 10));
        numbersOf(holds).forEach((h, at) => h || expect(Object.is(got[at], 0)).toBe(true));
      });
    }
  });

  it.skipIf(!row.weightedMean)(
    "with weight: divides by what is kept, along dim too; gradients as composed",
    () => {
      for (const dtype of FLOATS) {
        for (const options of [
          {},
          { dim: 1 },
          { dim: [0], keepdim: true },
          { reduction: "sum" },
          { dim: 0, reduction: "sum" },
          { reduction: "none" },
        ]) {
          // prettier-ignore
          const { x, y, mask, keeps } = masked([3, 5], dtype);
          const w = tensor(Float64Array.from(keeps, (keep) => (keep ? 0.5 + random.next() : NaN)))
          .reshape(3, 5).to(dtype).detach().requiresGrad_(); // prettier-ignore
          const found = loss(x, y, { ...options, mask, weight: w });
          const upstream = operand({ shape: found.shape, dtype });
          found.backward(upstream);

          const holds = mask.ne(0);
          const [a, b, v] = [x, y, w].map((t) =>
            t.detach().where(holds, 0).to("float64").detach().requiresGrad_(),
          );
          const { dim, keepdim = false, reduction = "mean" } = options as { dim?: number; keepdim?: boolean; reduction?: string }; // prettier-ignore
          const along = { dim, keepdim };
          const terms = loss(a, b, { reduction: "none" }).mul(v);
          const divisor = row.weightedMean === "weights" ? v.sum(along) : holds.sum(along);
          const whole = reduction === "none" ? terms : terms.sum(along);
          const expected = reduction === "mean" ? whole.div(divisor) : whole;
          expected.backward(upstream.to("float64"));
          const tolerance = { float64: 1e-12, float32: 1e-5, float16: 0.01, bfloat16: 0.05 }[
            dtype as "float64"
          ];
          const compare = (what: string, got: Tensor | null, want: Tensor | null): void => {
            const numbers = numbersOf(want);
            const largest = Math.max(1, ...numbers.filter(Number.isFinite).map(Math.abs));
            numbersOf(got).forEach((g, i) => {
              // A composed gradient of what is left out may be anything.
              if (what !== "loss" && !keeps[i]) return;
              const close = Object.is(g, numbers[i]) || Math.abs(g - numbers[i]) <= tolerance * largest;
              expect(
                close,
                `${dtype} ${JSON.stringify(options)} ${what}[${i}]: ${g}, expected ${numbers[i]}`,
              ).toBe(true);
            });
          };
          compare("loss", found, expected);
          compare("x.grad", x.grad, a.grad);
          compare("y.grad", y.grad, b.grad);
          compare("w.grad", w.grad, v.grad);
          for (const g of [x.grad, y.grad, w.grad]) {
            numbersOf(g).forEach((n, i) => keeps[i] || expect(Object.is(n, 0)).toBe(true));
          }
        }
      }
    },
  );

  it("takes integers and complex numbers where it takes them at all", () => {
    if (!row.anyDType) return;
    const mask = tensor([[true, false], [true, true]]); // prettier-ignore
    const [x, y] = [tensor([[1, 200], [-3, 4]], { dtype: "int16" }), tensor([[5, 0], [1, 1]], { dtype: "int16" })]; // prettier-ignore
    expect(loss(x, y, { mask, reduction: "sum" }).item()).toBe(11n);
    expect(loss(x, y, { mask, reduction: "none" }).tolist()).toEqual([[4, 0], [4, 3]]); // prettier-ignore
    expect(loss(x, y, { dim: 1, reduction: "sum" }).tolist()).toEqual([204n, 7n]);
    const z = tensor([[3, NaN], [0, 1]], { dtype: "complex64" }).requiresGrad_(); // prettier-ignore
    const result = loss(z, zeros([2, 2], { dtype: "complex64" }), { mask, dim: 1 });
    expect(result.tolist()).toEqual([3, 0.5]);
    result.sum().backward();
    expect(z.grad!.tolist()).toEqual([[{ re: 1, im: 0 }, { re: 0, im: 0 }], [{ re: 0, im: 0 }, { re: 0.5, im: 0 }]]); // prettier-ignore
  });
});

describe.each(rows)("nn: the module of %s", (name, row) => {
  it("holds dim and keepdim, and takes a mask with each call", () => {
    const module = nn[row.module as "L1Loss"];
    const [x, y] = [make([3, 4]), make([3, 4])];
    const mask = x.gt(0);
    const held = new module({ reduction: "sum", dim: -1, keepdim: true });
    const options = { reduction: "sum", dim: 1, keepdim: true } as const;
    expect(held(x, y).tolist()).toEqual(F[name](x, y, options).tolist());
    expect(held(x, y, { mask }).tolist()).toEqual(F[name](x, y, { ...options, mask }).tolist());
    expect(new module().forward(x, y, { mask }).item()).toBe(F[name](x, y, { mask }).item());
    const list = [0];
    const kept = new module({ dim: list });
    list[0] = 1;
    expect(kept(x, y).shape).toEqual([4]);
  });
});

describe("refused", () => {
  const [x, y] = [make([2, 3], { dtype: "float32" }), make([2, 3], { dtype: "float32" })];
  const cases: readonly (readonly [string, () => unknown, string])[] = [
    ["dim without a reduction", () => F.l1Loss(x, y, { reduction: "none", dim: 1 }),
      'l1Loss: expected no dim with reduction "none", which keeps every element, got 1; take "mean" or "sum", or leave out dim'],
    ["keepdim without a reduction", () => F.mseLoss(x, y, { reduction: "none", keepdim: true }),
      'mseLoss: expected no keepdim with reduction "none", which keeps every element, got true; take "mean" or "sum", or leave out keepdim'],
    ["a dimension that is not there", () => F.l1Loss(x, y, { dim: 2 }),
      "Dimension out of range (expected to be in range of [-2, 1], but got 2)"],
    ["a dimension twice", () => F.l1Loss(x, y, { dim: [1, -1] }), "dim 1 appears multiple times in the list of dims"],
    ["a dimension that is no integer", () => F.l1Loss(x, y, { dim: 0.5 }), "dim: expected an integer, got 0.5"],
    ["a mask of floats", () => F.l1Loss(x, y, { mask: x }),
      "l1Loss: expected mask to be of bools or uint8, got float32; mask.ne(0) makes bools"],
    ["a mask that does not broadcast", () => F.huberLoss(x, y, { mask: tensor([true, false]) }),
      "huberLoss: expected a mask that broadcasts to the loss's shape [2, 3], got shape [2]"],
    ["a mask that would broadcast the loss", () => F.l1Loss(x, y, { mask: zeros([4, 2, 3], { dtype: "bool" }) }),
      "l1Loss: expected a mask that broadcasts to the loss's shape [2, 3], got shape [4, 2, 3]"],
    ["a mask that is no tensor", () => F.l1Loss(x, y, { mask: [true] as never }),
      "l1Loss: expected mask to be a Tensor, got array of length 1; make one with tensor(...)"],
    ["weights of a broadcast input", () => F.l1Loss(x.at(0), y, { weight: x.at(0), dim: 0 }),
      "l1Loss: expected a weight for each element of the loss of shape [2, 3] beside mask, dim or keepdim, got shape [3]; " +
        "expand input and weight to that shape"],
    ["the mean of integers", () => F.l1Loss(x.to("int32"), y.to("int32"), { dim: 1 }),
      "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: Int"],
  ]; // prettier-ignore

  it.each(cases)("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });

  it("a mask that changed before the gradient is called for", () => {
    for (const [name] of rows) {
      const input = make([4], { requiresGrad: true });
      const mask = tensor([1, 0, 1, 1], { dtype: "uint8" });
      const result = F[name](input, make([4]), { mask });
      mask.fill_(1);
      expect(() => result.backward()).toThrow("has been modified by an inplace operation");
    }
  });
});
