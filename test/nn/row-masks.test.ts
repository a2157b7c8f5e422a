/** `mask` of the losses of rows: as if the rows that it leaves out were not there. */
import { autograd, F, manualSeed, nn, randn, tensor } from "lossgrad";
import type { Tensor } from "lossgrad";
import * as arrays from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { rowwiseLosses, type RowwiseLossName, type RowwiseRow } from "../../src/loss/rowwise.js";
import { expectClose } from "../support/close.js";
import { gradcheck, gradgradcheck } from "../support/gradcheck.js";

const rows = Object.entries(rowwiseLosses) as [RowwiseLossName, RowwiseRow][];
const REDUCTIONS = ["none", "mean", "sum"] as const;
const KEPT = [true, false, true, true, false, true];
const places = tensor(BigInt64Array.of(0n, 2n, 3n, 5n));
const OUT = tensor(KEPT.map((kept) => !kept));
const [N, C] = [KEPT.length, 4];

interface Case {
  readonly about: string;
  readonly target: (junk: boolean) => Tensor;
  readonly options: Parameters<typeof F.crossEntropy>[2];
}

/** Targets whose rows that are left out may hold anything. */
const classes = (junk: boolean): Tensor => tensor(BigInt64Array.from([1, junk ? 99 : 0, 0, 3, junk ? -7 : 1, 2], BigInt)); // prettier-ignore

function casesOf({ takesProbabilities }: RowwiseRow): Case[] {
  manualSeed(3);
  const weight = tensor(Float64Array.of(0.5, 2, 1.25, 1));
  const shares = randn([N, C], { dtype: "float64" }).softmax(1);
  const withJunk = (junk: boolean): Tensor => {
    const all = shares.clone();
    if (junk) all.indexPut_([OUT], NaN);
    return all;
  };
  return [
    { about: "classes", target: classes, options: {} },
    { about: "classes, weights, one ignored", target: classes, options: { weight, ignoreIndex: 3 } },
    ...(takesProbabilities
      ? [
          { about: "smoothed", target: classes, options: { labelSmoothing: 0.2, weight } },
          { about: "probabilities", target: withJunk, options: {} },
          { about: "probabilities, smoothed", target: withJunk, options: { labelSmoothing: 0.2, weight } },
        ]
      : []),
  ];
}

describe.each(rows)("%s with a mask", (name, row) => {
  const loss = F[name];
  const mask = tensor(KEPT);
  manualSeed(5);
  const input = randn([N, C], { dtype: "float64" });
  const junk = input.clone().indexPut_([OUT], NaN);

  describe.each(casesOf(row))("$about", ({ target, options }) => {
    it("has the loss and the gradient of the rows that it keeps", () => {
      const kept = target(false).indexSelect(0, places);
      for (const reduction of REDUCTIONS) {
        const [x, part] = [junk, input.indexSelect(0, places)].map((one) => one.clone().requiresGrad_());
        const all = loss(x, target(true), { ...options, mask, reduction });
        const alone = loss(part, kept, { ...options, reduction });
        const values = reduction === "none" ? all.indexSelect(0, places) : all;
        expectClose(values.detach(), alone.detach());
        const [gradient] = autograd.grad(all.sum(), x);
        const [expected] = autograd.grad(alone.sum(), part);
        expectClose(gradient!.indexSelect(0, places), expected);
        expect(
          gradient!
            .indexSelect(0, tensor(BigInt64Array.of(1n, 4n)))
            .flatten()
            .tolist(),
        ).toEqual(new Array(2 * C).fill(0));
        if (reduction === "none") expect([all.at(1).item(), all.at(4).item()]).toEqual([0, 0]);
      }
    });

    it("has derivatives of first and second order", () => {
      const scalar = (x: Tensor): Tensor => loss(x, target(true), { ...options, mask });
      gradcheck(scalar, [input]);
      gradgradcheck(scalar, [input]);
    });

    it("is the same of typed arrays", () => {
      const [x, t] = [junk, target(true)].map((one) => one.array());
      const { weight, ...rest } = options!;
      const given = { ...rest, classes: C, mask: Uint8Array.from(KEPT, Number), weight: weight?.array() };
      const { value, grad } = (arrays[name] as typeof arrays.crossEntropy).valueAndGrad(
        x as unknown as Float64Array,
        t,
        given as object,
      );
      const leaf = junk.clone().requiresGrad_();
      const expected = loss(leaf, target(true), { ...options, mask });
      expected.backward();
      expect(value).toBe(expected.item());
      expect(Array.from(grad)).toEqual(leaf.grad!.flatten().tolist());
    });
  });

  it("broadcasts over places, takes bytes, and counts nothing where it keeps nothing", () => {
    const x = randn([2, C, 3], { dtype: "float64" });
    const t = tensor(BigInt64Array.from([0, 1, 2, 3, 0, 1], BigInt)).reshape(2, 3);
    const bytes = tensor(Uint8Array.of(1, 0, 7));
    const none = loss(x, t, { mask: bytes, reduction: "none" });
    const full = loss(x, t, { reduction: "none" });
    expectClose(none, full.mul(tensor([1, 0, 1])));
    expect(loss(x, t, { mask: tensor([false]) }).item()).toBeNaN();
    expect(loss(x, t, { mask: tensor([false]), reduction: "sum" }).item()).toBe(0);
  });

  it("refuses masks of numbers, of other shapes, and modules take it when they are called", () => {
    const t = classes(false);
    expect(() => loss(input, t, { mask: tensor([1, 0, 1, 1, 1, 1]) })).toThrow(/expected mask to be of bools or uint8/);
    expect(() => loss(input, t, { mask: tensor([true, false]) })).toThrow(/a mask that broadcasts to the loss's shape \[6\]/);
    const { [row.module as "NLLLoss"]: Module } = nn;
    expect(new Module()(input, classes(true), { mask }).item()).toBe(loss(input, classes(true), { mask }).item());
    expect(() => new Module({ mask } as never)).toThrow(/mask/);
    const typed = arrays[name] as typeof arrays.crossEntropy;
    expect(() => typed(new Float32Array(4), Int32Array.of(0, 1), { mask: Uint8Array.of(1) })).toThrow(
      /expected mask to have a byte for each of 2 rows, got 1/,
    );
  }); // prettier-ignore
});
