/**
 * Dimensions, masks and weights of fused losses in one pass: the bits of the same made of
 * operations of tensors.
 */
import { autograd, type DType, fuse, tensor, type Tensor, where } from "lossgrad";
import { afterEach, describe, expect, it } from "vitest";
import { forceProvider } from "../../src/formula/provider.js";
import { hashOf } from "../support/bytes.js";
import { Random } from "../support/random.js";

const text = (x: Tensor, y: Tensor): Tensor => x.sub(y).square().add(0.25).sqrt();
const loss = fuse((x, y) => x.sub(y).square().add(0.25).sqrt(), { name: "charbonnier" });

const DTYPES: readonly DType[] = ["float16", "bfloat16", "float32", "float64"];
const LAYOUTS: readonly (readonly [shape: readonly number[], dim: number | readonly number[]])[] = [
  [[5, 7], 1],
  [[5, 7], 0],
  [[40, 70], 0],
  [[3, 4, 5], 1],
  [
    [3, 4, 5],
    [0, 2],
  ],
  [[0, 3], 0],
  [[3, 0], 1],
  [[], []],
];
/** Rows and columns longer than a block, and more columns than are summed at once. */
const LARGE: typeof LAYOUTS = [
  [[2, 17_000], 1],
  [[17_000, 2], 0],
  [[2, 5000], 0],
];
const random = new Random(11);
const numelOf = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1);

function operand(shape: readonly number[], dtype: DType): Tensor {
  const numbers = Float64Array.from({ length: numelOf(shape) }, () => (random.next() - 0.5) * 6);
  return tensor(numbers)
    .reshape([...shape])
    .to(dtype);
}

function maskOf(shape: readonly number[]): Tensor {
  const bytes = Uint8Array.from({ length: numelOf(shape) }, () => Number(random.chance(0.6)));
  return tensor(bytes)
    .reshape([...shape])
    .ne(0);
}

interface Given {
  readonly reduction: "mean" | "sum";
  readonly dim: number | readonly number[];
  readonly keepdim: boolean;
  readonly mask: Tensor | null;
  readonly weight: Tensor | null;
}

/** The loss as docs/fuse.md says it: terms, what a mask keeps of them times the weights, sums. */
function composed(x: Tensor, y: Tensor, { reduction, dim, keepdim, mask, weight }: Given): Tensor {
  const select = (t: Tensor): Tensor => (mask ? where(mask, t, t.zeros()) : t);
  const kept = (t: Tensor): Tensor => select(t.expand(x.shape));
  const terms = select(text(kept(x), kept(y)));
  const weighted = weight ? select(terms.mul(weight)) : terms;
  const along = { dim: [dim].flat(), keepdim };
  if (reduction === "sum") return weighted.sum(along);
  if (!mask && !weight) return weighted.mean(along);
  const counted = weight ? select(weight.expand(x.shape)).to("float64") : mask!.expand(x.shape);
  return weighted.to("float64").sum(along).div(counted.sum(along)).to(weighted.dtype);
}

/** The numbers as text, with the sign of a zero. */
const bits = (x: Tensor | null): string =>
  [...(x!.detach().to("float64").reshape([-1]).tolist() as number[])]
    .map((n) => (Object.is(n, -0) ? "-0" : String(n)))
    .join();

afterEach(() => {
  forceProvider(null);
});

describe.each(["emitted", "interpreted"] as const)("parts of a fused loss, %s", (provider) => {
  describe.each(DTYPES)("of %s", (dtype) => {
    it.each(LAYOUTS)(
      "of %j along %j have the bits of the operations, and so have their gradients",
      (shape, dim) => {
        forceProvider(provider);
        const [x, y, weight] = [0, 1, 2].map(() => operand(shape, dtype));
        const mask = maskOf(shape);
        for (const reduction of ["mean", "sum"] as const) {
          for (const keepdim of numelOf(shape) > 10_000 ? [false] : [false, true]) {
            for (const [m, w] of [
              [null, null],
              [mask, null],
              [null, weight],
              [mask, weight],
            ]) {
              const given = { reduction, dim, keepdim, mask: m, weight: w };
              const at = `${reduction}${m ? ", mask" : ""}${w ? ", weight" : ""}`;
              const gradients = (made: (x: Tensor, y: Tensor, given: Given) => Tensor): string[] => {
                const leaves = [x, y].map((t) => t.detach().requiresGrad_());
                // A weight of a mean has a gradient by what it divides by, too.
                const factor = w && reduction === "sum" ? w.detach().requiresGrad_() : w;
                const wanted = factor?.requiresGrad ? [...leaves, factor] : leaves;
                const value = made(leaves[0], leaves[1], { ...given, weight: factor });
                const upstream = value.detach().mul(0.75);
                const [ones, others] = [value.detach().mul(0).add(1), upstream].map((g) =>
                  autograd.grad(value, wanted, {
                    gradOutputs: g.isnan().choose(g.zeros().add(1), g),
                    retainGraph: true,
                  }),
                );
                return [bits(value), ...[...ones, ...others].map(bits)];
              };
              expect(gradients(loss), at).toEqual(gradients(composed));
            }
          }
        }
      },
    );
  });

  it.each(LARGE)("of %j along %j have the same bits", (shape, dim) => {
    forceProvider(provider);
    const [x, y] = [operand(shape, "float32").requiresGrad_(), operand(shape, "float32")];
    const given = { reduction: "mean", dim, keepdim: false, mask: maskOf(shape), weight: null } as const;
    const found = [loss, composed].map((made) => {
      const value = made(x, y, given);
      const [gradient] = autograd.grad(value.sum(), [x]);
      return [value, gradient!].map((t) => hashOf(t.detach().array()));
    });
    expect(found[0]).toEqual(found[1]);
  });

  it("that cannot be summed in two-term arithmetic are added exactly", () => {
    forceProvider(provider);
    const identity = fuse((x, y) => x.mul(y));
    const x = tensor([
      [1e30, 1, -1e30, 3],
      [2 ** -60, 2 ** 60, 1, -(2 ** 60)],
    ]);
    expect(identity(x, 1, { dim: 1, reduction: "sum" }).tolist()).toEqual(x.sum({ dim: 1 }).tolist());
    expect(identity(x.t(), 1, { dim: 0, reduction: "sum" }).tolist()).toEqual(x.sum({ dim: 1 }).tolist());
  });

  it("have derivatives of higher order", () => {
    forceProvider(provider);
    const [x, y] = [operand([3, 4], "float64"), operand([3, 4], "float64")];
    const second = (made: (x: Tensor, y: Tensor) => Tensor): Tensor => {
      const leaf = x.detach().requiresGrad_();
      const [first] = autograd.grad(made(leaf, y).square().sum(), [leaf], { createGraph: true });
      return autograd.grad(first!.square().sum(), [leaf])[0]!;
    };
    const expected = second((a, b) => text(a, b).mean({ dim: 0 }));
    // What reaches an operand by several ways is added up in another order.
    const error = second((a, b) => loss(a, b, { dim: 0 }))
      .sub(expected)
      .div(expected)
      .abs()
      .amax();
    expect(error.item()).toBeLessThan(1e-14);
  });
});

describe("the node of a fused loss in parts", () => {
  it("is one, of the formula's name", () => {
    const x = operand([2, 3], "float32").requiresGrad_();
    expect(loss(x, 0, { dim: 1 }).gradFn!.name).toBe("CharbonnierBackward0");
    expect(loss(x, 0, { weight: operand([2, 3], "float32") }).gradFn!.name).toBe("CharbonnierBackward0");
  });

  it("refuses an operand that has changed since", () => {
    const x = operand([2, 3], "float32").requiresGrad_();
    const y = operand([2, 3], "float32");
    const value = loss(x, y, { dim: 1 });
    y.add_(1);
    expect(() => {
      value.sum().backward();
    }).toThrow(/modified by an inplace operation/);
  });
});
