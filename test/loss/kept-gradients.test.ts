/** Losses of tensors whose gradients come along with the value. */
import { autograd, F, manualSeed, nn, randn, tensor } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { expectError } from "../support/refuse.js";

type Reduced = "none" | "sum" | "mean";

const classes = tensor([2n, 0n]);
const weight = tensor([[1, 2, 0.5], [-1, 0, 1], [2, 1, 0], [0, 0.5, 1]]); // prettier-ignore
const chunks = new nn.LinearCrossEntropyOptions({ allowRetainGraph: true });
/** Of an input of shape [2, 3]. */
const LOSSES: Readonly<Record<string, (x: Tensor, reduction?: Reduced) => Tensor>> = {
  crossEntropy: (x, reduction) => F.crossEntropy(x, classes, { reduction }),
  nllLoss: (x, reduction) => F.nllLoss(x, classes, { reduction }),
  multiMarginLoss: (x, reduction) => F.multiMarginLoss(x, classes, { reduction }),
  multilabelMarginLoss: (x, reduction) =>
    F.multilabelMarginLoss(x, tensor([[2n, -1n, 0n], [0n, 1n, -1n]]), { reduction }), // prettier-ignore
  linearCrossEntropy: (x, reduction) => F.linearCrossEntropy(x, weight, classes, { reduction }),
  "linearCrossEntropy in chunks": (x, reduction) =>
    F.linearCrossEntropy(x, weight, classes, { reduction, options: chunks }),
  ctcLoss: (x, reduction) => F.ctcLoss(x, tensor([1n]), [2], [1], { reduction }),
};

const input = (): Tensor => {
  manualSeed(2);
  return randn([2, 3], { requiresGrad: true });
};

describe.each(Object.entries(LOSSES))("%s", (_, loss) => {
  it("gives its gradients as often as the graph is retained, and leaves what it gave alone", () => {
    const x = input();
    const value = loss(x);
    const grad = (retainGraph: boolean): Tensor => autograd.grad(value, x, { retainGraph })[0]!;
    const first = grad(true);
    const expected = first.tolist();
    first.mul_(2);
    const second = grad(true);
    expect(second.tolist()).toEqual(expected);
    second.mul_(2);
    expect(grad(false).tolist()).toEqual(expected);
  });

  it("has the gradient of a sum as that of its parts, for another upstream gradient as well", () => {
    const [x, y] = [input(), input()];
    loss(x, "none").mul(2).sum().backward();
    loss(y, "sum").mul(2).backward();
    expect(y.grad!.tolist()).toEqual(x.grad!.tolist());
  });
});

// What was computed in chunks is of no operand any more.
const READING = Object.entries(LOSSES).filter(([name]) => !name.endsWith("chunks"));
describe.each(READING)("%s", (_, loss) => {
  it.each([false, true])(
    "refuses data of another shape at its backward pass, createGraph: %s",
    (createGraph) => {
      const x = input();
      const value = loss(x);
      x.data = randn([1, 3]);
      expectError(() => value.backward(null, { createGraph }), Error, "data of another shape assigned since");
    },
  );
});
