/**
 * Numbers of vectors that are computed without arrays of terms, held against the operations of
 * tensors that they stand for: equal bits, of gradients as well where these are the operations'.
 */
import { autograd, type DType, F, manualSeed, randn, type Tensor, tensor, tidy } from "lossgrad";
import { describe, expect, it } from "vitest";
import { expectClose } from "../support/close.js";

const FLOATS = ["float16", "bfloat16", "float32", "float64"] as const;
const EPS = 1e-6;

/** Shape and numbers, each of which is written so that it reads back as itself. */
const formatted = (x: Tensor): string =>
  JSON.stringify([x.shape, x.dtype, x.detach().to("float64").reshape([-1]).tolist()]);
const apart = (x: Tensor, y: Tensor, p: number): Tensor => x.sub(y).add(EPS).norm(p, { dim: -1 });
const hinge = (near: Tensor, far: Tensor): Tensor => near.add(1).sub(far).clamp({ min: 0 });

interface Case {
  readonly about: string;
  readonly call: (...operands: Tensor[]) => Tensor;
  readonly text: (...operands: Tensor[]) => Tensor;
  readonly count: 2 | 3;
}

const cases: readonly Case[] = [
  ...[1, 2].map((p): Case => ({
    about: `pairwiseDistance, p ${p}`,
    call: (x, y) => F.pairwiseDistance(x, y, { p }),
    text: (x, y) => apart(x, y, p),
    count: 2,
  })),
  ...[1, 2].map((p): Case => ({
    about: `tripletMarginLoss, p ${p}`,
    call: (a, x, y) => F.tripletMarginLoss(a, x, y, { p, reduction: "none" }),
    text: (a, x, y) => hinge(apart(a, x, p), apart(a, y, p)),
    count: 3,
  })),
  {
    about: "tripletMarginLoss, swap",
    call: (a, x, y) => F.tripletMarginLoss(a, x, y, { swap: true, reduction: "none" }),
    text: (a, x, y) => hinge(apart(a, x, 2), apart(a, y, 2).minimum(apart(x, y, 2))),
    count: 3,
  },
  {
    about: "cosineEmbeddingLoss",
    call: (x, y) =>
      F.cosineEmbeddingLoss(x, y, x.detach().select(1, 0).eq(x.detach().select(1, 0)), { reduction: "none" }),
    text: (x, y) => {
      const [product, m, n] = [x.mul(y), x.mul(x), y.mul(y)].map((terms) => terms.sum(1));
      const epsilon = Math.fround(1e-12);
      const cosine = product.div(m.add(epsilon).mul(n.add(epsilon)).sqrt());
      return cosine.neg().add(1);
    },
    count: 2,
  },
];

function operandsOf(dtype: DType, count: number): Tensor[] {
  manualSeed(5);
  return Array.from({ length: count }, () =>
    randn([6, 37], { dtype: "float64" }).to(dtype).detach().requiresGrad_(),
  );
}

const gradientsOf = (y: Tensor, xs: readonly Tensor[]): string[] =>
  autograd.grad(y.mul(y).sum(), [...xs]).map((x) => formatted(x!));

describe.each(FLOATS)("of %s", (dtype) => {
  it.each(cases)(
    "$about has the bits of its operations, and so have its gradients",
    ({ call, text, count }) => {
      tidy(() => {
        const xs = operandsOf(dtype, count);
        const [found, expected] = [call(...xs), text(...xs)];
        expect(formatted(found)).toBe(formatted(expected));
        expect(gradientsOf(found, xs)).toEqual(gradientsOf(expected, xs));
      });
    },
  );

  it("cosineSimilarity has the bits of its operations, along any dimension", () => {
    const [x, y] = operandsOf(dtype, 2);
    for (const dim of [0, 1]) {
      const [u, v] = [x, y].map((a) => a.div(a.norm(2, { dim, keepdim: true })));
      expect(formatted(F.cosineSimilarity(x, y, { dim }))).toBe(formatted(u.mul(v).sum(dim)));
    }
  });
});

/** How far gradients of float32 lie from those of float64, of vectors whose cosines are about `k`. */
function errors(k: number, cosine: (x: Tensor, y: Tensor) => Tensor): number {
  manualSeed(3);
  const x = randn([64, 33]);
  const y = x.mul(k).add(randn([64, 33]));
  const [exact] = gradientOf(x.to("float64"), y.to("float64"), F.cosineSimilarity);
  const [found] = gradientOf(x, y, cosine);
  return found.to("float64").sub(exact).square().mean().sqrt().item();
}

function gradientOf(x: Tensor, y: Tensor, cosine: (x: Tensor, y: Tensor) => Tensor): Tensor[] {
  const leaf = x.detach().requiresGrad_();
  return autograd.grad(cosine(leaf, y).sum(), [leaf]) as Tensor[];
}

it.each([0, 1, 10])("gradients of cosines are as exact as those of operations: %d", (k) => {
  const text = (x: Tensor, y: Tensor): Tensor => {
    const [u, v] = [x, y].map((a) => a.div(a.norm(2, { dim: 1, keepdim: true })));
    return u.mul(v).sum(1);
  };
  expect(errors(k, F.cosineSimilarity)).toBeLessThanOrEqual(errors(k, text) * 1.02);
});

describe("the gradient of numbers of vectors", () => {
  it("is refused when an operand, or a distance, has changed since", () => {
    const x = tensor([[3, 4]], { requiresGrad: true });
    const y = tensor([[0, 0]]);
    const distance = F.pairwiseDistance(x, y);
    y.add_(1);
    expect(() => {
      distance.sum().backward();
    }).toThrow("modified by an inplace operation");
    const changed = F.pairwiseDistance(x, y);
    changed.add_(1);
    expect(() => {
      changed.sum().backward();
    }).toThrow("modified by an inplace operation");
  });

  it("is that of the cosine where the cosine has changed since", () => {
    const [x, y] = [tensor([[3, 4]], { requiresGrad: true }), tensor([[4, 3]])];
    const [expected] = gradientOf(x, y, F.cosineSimilarity);
    const [found] = gradientOf(x, y, (a, b) => F.cosineSimilarity(a, b).add_(1));
    expect(found.tolist()).toEqual(expected.tolist());
  });

  it("reaches an operand that broadcasts, and one that stands there twice", () => {
    const [x, y] = [tensor([[3, 4], [1, 0]]), tensor([[1, 2]])].map((a) => a.requiresGrad_()); // prettier-ignore
    const text = autograd.grad(apart(x, y, 2).sum(), [x, y]) as Tensor[];
    const found = autograd.grad(F.pairwiseDistance(x, y).sum(), [x, y]) as Tensor[];
    expect(found.map(String)).toEqual(text.map(String));
    const [twice] = gradientOf(x, y, (a) => F.tripletMarginLoss(a, a, a.mul(2)));
    const [terms] = gradientOf(x, y, (a) => hinge(apart(a, a, 2), apart(a, a.mul(2), 2)).mean());
    expectClose(twice, terms);
  });
});
