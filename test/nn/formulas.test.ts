/**
 * The losses of the table of formulas, src/loss/formulas.ts: each row is held to its own formula on
 * tensors, bit by bit, to differences of its values, and to the interface that all losses have. A
 * row that is added is tested without a line here.
 */
import { autograd, F, LossAccumulator, memoryStats, nn, ones, tensor, tidy, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { expectNoMoreThan } from "../support/memory.js";
import { tensorBytes } from "../support/arrays.js";
import {
  callForm,
  defaultsOf,
  type Form,
  FORMS,
  formulaRows,
  gradientBytes,
  leavesOf,
  operandsOf,
  refusesShapes,
  slopesOf,
  termOf,
} from "../support/formula-rows.js";
import type { Formula } from "../support/losses.js";
import { observe } from "../support/observe.js";
import { FLOAT_DTYPES } from "../support/rational.js";
import { expectRefused } from "../support/refuse.js";

type Call = (...args: unknown[]) => Tensor;
type Construct = new (options?: object) => nn.Loss<Tensor[]>;
const whole = (name: Formula): Form => FORMS.find((form) => form.name === name)!;

it("the table names what F and nn export", () => {
  for (const [name, row] of formulaRows) {
    expect([name, F[name].name, row.name]).toEqual([name, name, name]);
    expect((nn as unknown as Record<string, { name: string }>)[row.module].name).toBe(row.module);
  }
});

describe.each(FORMS.map((form) => [form.title, form] as const))("F.%s", (_, form) => {
  const { row, words } = form;
  const loss = (operands: readonly Tensor[], options: object = {}): Tensor =>
    callForm(form, operands, options);

  it.each(FLOAT_DTYPES)("in %s has the bits of its formula on tensors, and of its gradients", (dtype) => {
    for (const shape of [[1], [7], [3, 5], [16_400]]) {
      tidy(() => {
        const operands = operandsOf(form, shape, dtype);
        const own = leavesOf(operands);
        const value = loss(own, { reduction: "none" });
        const upstream = ones(value.shape, { dtype: value.dtype }).mul(0.75);
        expect(tensorBytes(value)).toBe(tensorBytes(termOf(form, operands)));
        value.backward(upstream);
        slopesOf(form, operands, upstream).forEach((slope, i) => {
          expect(gradientBytes(own[i].grad), words[i]).toBe(gradientBytes(slope));
        });
      });
    }
  });

  it("sums and averages the terms; gradients are those of a factor for each element", () => {
    const operands = operandsOf(form, [40, 3], "float64");
    const terms = termOf(form, operands);
    for (const [reduction, n] of [
      ["sum", 1],
      ["mean", 120],
    ] as const) {
      const own = leavesOf(operands);
      const value = loss(own, { reduction });
      expect(Math.abs(value.item() / (terms.sum().item() / n) - 1)).toBeLessThan(1e-15);
      value.backward(tensor(1.5, { dtype: "float64" }));
      const seed = ones([40, 3], { dtype: "float64" }).mul(1.5 / n);
      slopesOf(form, operands, seed).forEach((slope, i) => {
        expect(gradientBytes(own[i].grad), `${reduction}, ${words[i]}`).toBe(gradientBytes(slope));
      });
    }
  });

  it("has gradients that are differences of its values, as those of the gradients are", () => {
    const step = 2 ** -17;
    const operands = operandsOf(form, [1], "float64", 5);
    const gradients = (own: Tensor[]): Tensor[] =>
      autograd.grad(loss(own), own, { createGraph: true, materializeGrads: true }) as Tensor[];
    const derivatives = (at: readonly Tensor[]): Tensor[] => gradients(leavesOf(at));
    const moved = (which: number, by: number): Tensor[] =>
      operands.map((x, i) => (i === which ? x.add(by) : x));
    const close = (found: number, expected: number, words: string): void => {
      expect(Math.abs(found - expected), words).toBeLessThan(1e-7 * (1 + Math.abs(expected)));
    };
    words.forEach((word, i) => {
      const [before, after] = [moved(i, -step), moved(i, step)];
      const first = (loss(after).item() - loss(before).item()) / (2 * step);
      close(derivatives(operands)[i].item(), first, word);
      const own = leavesOf(operands);
      gradients(own).forEach((gradient, j) => {
        const second = (derivatives(after)[j].item() - derivatives(before)[j].item()) / (2 * step);
        if (!gradient.requiresGrad) return;
        const [again] = autograd.grad(gradient.sum(), own[i], { retainGraph: true, allowUnused: true });
        close(again?.item() ?? 0, second, `${word}, then ${words[j]}`);
      });
    });
  });

  it.each(FLOAT_DTYPES)(
    "along dimensions and of what a mask keeps, in %s: as of these elements alone",
    (dtype) => {
      tidy(() => {
        const operands = operandsOf(form, [4, 9], dtype);
        const keep = [0, 2, 3, 8];
        const mask = zeros([4, 9], { dtype: "uint8" });
        for (const i of keep) for (let r = 0; r < 4; r++) mask.at(r, i).fill_(1);
        const holed = operands.map((x) => mask.ne(0).choose(x, x.mul(NaN)));
        const part = (x: Tensor, r: number): Tensor =>
          tensor(Float64Array.from(keep, (i) => x.at(r, i).item())).to(dtype);
        const own = leavesOf(holed);
        const value = loss(own, { mask, dim: 1 });
        value.sum().backward();
        for (let r = 0; r < 4; r++) {
          const alone = leavesOf(operands.map((x) => part(x, r)));
          const expected = loss(alone, { dim: 0 });
          expect(tensorBytes(value.at(r))).toBe(tensorBytes(expected));
          expected.backward();
          own.forEach((x, i) => {
            if (!x.grad) return;
            expect(part(x.grad, r).tolist()).toEqual(alone[i].grad!.tolist());
            expect(tensorBytes(mask.ne(0).choose(x.grad.zeros(), x.grad))).toBe(tensorBytes(x.grad.zeros()));
          });
        }
        expect(loss(operands, { dim: 1, keepdim: true, reduction: "sum" }).shape).toEqual([4, 1]);
        const unreduced = loss(holed, { mask, reduction: "none" });
        expect(unreduced.at(1, 1).item()).toBe(0);
      });
    },
  );

  it("reads operands of any strides, and of a broadcast one gives the sum of its gradient", () => {
    const operands = operandsOf(form, [6, 4], "float32");
    const turned = operands.map((x) => x.t().clone().t());
    expect(loss(turned).item()).toBe(loss(operands).item());
    const one = tensor([0.25, 0.5, 0.75, 0.875]);
    for (let i = 1; i < operands.length; i++) {
      const broadcast = operands.map((x, j) => (j === i ? one.detach().requiresGrad_() : x));
      // torch has some of one shape only.
      if (refusesShapes(() => loss(broadcast))) continue;
      const whole = leavesOf(operands.map((x, j) => (j === i ? one.expand(6, 4).clone() : x)));
      const [a, b] = [loss(broadcast), loss(whole)];
      expect(Math.abs(a.item() - b.item())).toBeLessThan(1e-6);
      if (!a.requiresGrad) continue;
      a.backward();
      b.backward();
      const difference = broadcast[i]
        .grad!.sub(whole[i].grad!.sum({ dim: 0 }))
        .abs()
        .amax()
        .item();
      expect(difference, words[i]).toBeLessThan(1e-6);
    }
  });

  it("takes one tensor for all operands, whose gradient is the sum of theirs", () => {
    const [x] = operandsOf(form, [9], "float64");
    const shared = x.detach().requiresGrad_();
    loss(words.map(() => shared)).backward();
    const apart = leavesOf(words.map(() => x));
    loss(apart).backward();
    const expected = apart.flatMap(({ grad }) => grad ?? []).reduce((sum, grad) => sum.add(grad));
    expect(shared.grad!.sub(expected).abs().amax().item()).toBeLessThan(1e-15);
  });

  if (row.weightedMean) {
    it("multiplies its terms by weights, and a mean divides as torch's", () => {
      const operands = operandsOf(form, [8], "float64");
      const weight = tensor([1, 2, 3, 4, 0, 0.5, 1, 1], { dtype: "float64" });
      const terms = termOf(form, operands).mul(weight);
      const divisor = row.weightedMean === "weights" ? 12.5 : 8;
      expect(loss(operands, { weight, reduction: "none" }).tolist()).toEqual(terms.tolist());
      expect(loss(operands, { weight, reduction: "sum" }).item()).toBe(terms.sum().item());
      expect(loss(operands, { weight }).item()).toBe(terms.sum().item() / divisor);
      expect(loss(operands, { weight, dim: 0 }).item()).toBe(terms.sum().item() / divisor);
      const mask = tensor([true, true, false, true, true, true, true, true]);
      const [of, over] = [terms.sum().item() - terms.at(2).item(), row.weightedMean === "weights" ? 9.5 : 7];
      expect(loss(operands, { weight, mask }).item()).toBeCloseTo(of / over, 14);
    });

    it("weighs in the dtype of its terms, and gives weights a gradient", () => {
      const operands = operandsOf(form, [6], "float32");
      const weight = tensor([1, 2, 3, 4, 0.3, 0.5], { dtype: "float64", requiresGrad: true });
      const own = leavesOf(operands);
      const value = loss(own, { weight, reduction: "none" });
      expect(value.dtype).toBe("float32");
      expect(value.tolist()).toEqual(termOf(form, operands).mul(weight).to("float32").tolist());
      value.sum().backward();
      expect(weight.grad!.tolist()).toEqual(termOf(form, operands).to("float64").tolist());
      const plain = leavesOf(operands);
      loss(plain, { reduction: "none" }).sum().backward();
      own.forEach((x, i) => {
        const expected = plain[i].grad!.mul(weight.detach());
        expect(x.grad!.sub(expected).abs().amax().item(), words[i]).toBeLessThan(1e-6);
      });
    });
  }
});

describe.each(formulaRows)("F.%s as an interface", (name, row) => {
  const loss = F[name] as unknown as Call;
  const { weightedMean, legacy } = row;
  const form = whole(name);

  it("of nothing is empty, 0 or NaN, without a warning", () => {
    const empty = row.operands.map(() => zeros([2, 0]));
    const { warnings } = observe(() => {
      expect(loss(...empty, { reduction: "none" }).shape).toEqual([2, 0]);
      expect(loss(...empty, { reduction: "sum" }).item()).toBe(0);
      expect(loss(...empty).item()).toBeNaN();
    });
    // Only what torch warns of, too.
    const reductions = Object.entries(row.reductions ?? {});
    const said = reductions.flatMap(([name, { warning = [] }]) => (name === "mean" ? warning : []));
    expect(warnings).toEqual(said);
  });

  it("allocates nothing of the operands' size for a value, and one gradient for a gradient", () => {
    const n = 1 << 16;
    const operands = operandsOf(form, [n], "float32");
    loss(...operands);
    const before = memoryStats();
    loss(...operands);
    expectNoMoreThan(before);
    operands[0].requiresGrad_();
    loss(...operands).backward();
    expect(memoryStats().bytesInUse - before.bytesInUse).toBeLessThanOrEqual(4 * n + 64);
  });

  it("has the options of losses, undefined ones as left out, and refuses others", () => {
    const operands = operandsOf(form, [4], "float32");
    const expected = loss(...operands).item();
    const all = { reduction: "mean", ...defaultsOf(row) };
    expect(loss(...operands, all).item()).toBe(expected);
    const absent = Object.fromEntries(Object.keys(all).map((word) => [word, undefined]));
    expect(loss(...operands, absent).item()).toBe(expected);
    const own = [...(weightedMean ? ["weight"] : []), ...(legacy ? ["sizeAverage", "reduce"] : [])];
    const words = ["weight", "sizeAverage", "reduce", "reductoin", "dtype"].filter(
      (word) => !own.includes(word),
    );
    for (const word of words) {
      const message = `${name}() got an unexpected keyword argument '${word}'`;
      expectRefused(() => loss(...operands, { [word]: 1 }), TypeError, message);
    }
    for (const bad of ["Mean", "", null, 0]) {
      const words = row.reductionWords === "short" ? "valid" : "a valid value for reduction";
      const message = `${bad} is not ${words}`;
      expectRefused(() => loss(...operands, { reduction: bad }), RangeError, message);
    }
    for (const bad of ["sum", null]) {
      expectRefused(() => loss(...operands, bad), TypeError, `${name}: expected options as an object, got`);
    }
  });

  it("names the operand that is no tensor", () => {
    const operands = operandsOf(form, [3], "float32");
    row.operands.forEach((word, i) => {
      const orNumber = row.numbers?.includes(word) ?? false;
      const kind = orNumber ? "a Tensor or a number" : "a Tensor";
      for (const bad of [[1, 2], orNumber ? "1" : 1, undefined]) {
        const args = operands.map((x, j) => (j === i ? bad : x));
        expectRefused(() => loss(...args), TypeError, `${name}: expected ${word} to be ${kind}, got`);
      }
    });
  });

  if (legacy) {
    it("takes torch's deprecated arguments, with a warning", () => {
      const operands = operandsOf(form, [4], "float32");
      for (const [options, reduction] of [
        [{ sizeAverage: false }, "sum"],
        [{ reduce: false }, "none"],
        [{ sizeAverage: true, reduction: "sum" }, "mean"],
      ] as const) {
        let found: Tensor | null = null;
        const { warnings } = observe(() => (found = loss(...operands, options)));
        expect(tensorBytes(found!)).toBe(tensorBytes(loss(...operands, { reduction })));
        expect(warnings).toEqual([
          `sizeAverage and reduce args will be deprecated, please use reduction='${reduction}' instead.`,
        ]);
      }
    });
  }

  it.each(Object.entries(row.parameters))("refuses %s out of its range", (word, parameter) => {
    const operands = operandsOf(form, [3], "float32");
    const give = (value: unknown) => () => loss(...operands, { [word]: value });
    const kind = typeof parameter.default === "number" ? "float" : "bool";
    for (const bad of ["1", null, 1n]) {
      expectRefused(give(bad), TypeError, `${name}(): argument '${word}' must be ${kind}, not`);
    }
    if (kind === "bool") return;
    const range = parameter.endless ? "finite or -Infinity" : "finite";
    expectRefused(give(NaN), RangeError, `${name}: expected ${word} to be ${range}, got NaN`);
    if (parameter.endless) expect(give(-Infinity)().item()).toBeGreaterThan(0);
    if (parameter.refused) expectRefused(give(-1), RangeError, parameter.message!);
    if (parameter.refused === "not positive") expectRefused(give(0), RangeError, parameter.message!);
  });

  it("accumulates as it is unreduced, in any cut, as bytes, and as the function that it is", () => {
    const operands = operandsOf(form, [9], "float32");
    const whole = new LossAccumulator(F[name]);
    whole.update(...operands);
    const cut = new LossAccumulator(F[name]);
    for (const [from, n] of [
      [4, 5],
      [0, 4],
    ])
      cut.update(...operands.map((x) => x.narrow(0, from, n)));
    expect(cut.toBytes()).toEqual(whole.toBytes());
    expect(whole.sum()).toBe(
      loss(...operands, { reduction: "none" })
        .to("float64")
        .sum()
        .item(),
    );
    expect(LossAccumulator.fromBytes(whole.toBytes(), F[name]).mean()).toBe(whole.mean());
    expect([whole.loss, whole.count]).toEqual([name, 9]);
    expect(() => new LossAccumulator(name as never)).toThrow("other losses are handed over as functions");
  });
});

describe.each(formulaRows)("the module of %s", (name, row) => {
  const Module = (nn as unknown as Record<string, Construct>)[row.module];
  const loss = F[name] as unknown as Call;
  const operands = operandsOf(whole(name), [2, 3], "float32");

  it("is a callable instance that holds its options and prints as torch's does", () => {
    const made = new Module({ reduction: "sum", dim: [1], ...defaultsOf(row) });
    expect([made instanceof nn.Loss, String(made)]).toEqual([true, `${row.module}()`]);
    expect(made(...operands).tolist()).toEqual(loss(...operands, { reduction: "sum", dim: 1 }).tolist());
    expect(made.forward(...operands).tolist()).toEqual(made(...operands).tolist());
    expect(Object.fromEntries(Object.entries(made))).toMatchObject({
      reduction: "sum",
      dim: [1],
      keepdim: false,
      ...defaultsOf(row),
    });
    expect(Object.fromEntries(Object.entries(new Module()))).toMatchObject({
      reduction: "mean",
      ...defaultsOf(row),
    });
  });

  it("takes a mask by call, and refuses other options", () => {
    const mask = tensor([true, false, true]);
    expect((new Module() as unknown as Call)(...operands, { mask }).item()).toBe(
      loss(...operands, { mask }).item(),
    );
    const { module } = row;
    expectRefused(
      () => new Module({ reductoin: 1 }),
      TypeError,
      `${module}() got an unexpected keyword argument`,
    );
    expectRefused(
      () => (new Module() as unknown as Call)(...operands, { weight: 1 }),
      TypeError,
      `${module}() got an unexpected keyword argument 'weight'`,
    );
  });

  it("warns of torch's deprecated arguments when it is made, or does not have them", () => {
    const { error, warnings } = observe(() => new Module({ reduce: false }));
    expect([error === undefined, warnings.length]).toEqual([row.legacy, row.legacy ? 1 : 0]);
  });
});
