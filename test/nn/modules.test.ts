import { F, nn, onWarning, tensor, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { losses } from "../../src/loss/losses.js";
import type { LossName, LossRow } from "../../src/loss/losses.js";
import { observe } from "../support/observe.js";
import { expectRefused } from "../support/refuse.js";

type ModuleName = "L1Loss" | "MSELoss" | "SmoothL1Loss" | "HuberLoss";
type Construct = new (options?: object) => nn.Loss;
const rows = (Object.entries(losses) as [LossName, LossRow][]).map(
  ([functional, row]) => [row.module as ModuleName, functional, row] as const,
);
const [x, y] = [tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 9])];

describe.each(rows)("nn.%s", (name, functional, row) => {
  const Module = nn[name] as Construct;
  const apply = F[functional];

  it("is a callable instance, whose forward is the same as the call and as the functional form", () => {
    const loss = new Module();
    expect(loss instanceof Module && loss instanceof nn.Loss && typeof loss === "function").toBe(true);
    expect(loss(x, y).item()).toBe(apply(x, y).item());
    expect(loss.forward(x, y).item()).toBe(apply(x, y).item());
    expect([x, y].map((prediction) => loss(prediction, y).item())).toEqual([apply(x, y).item(), 0]);
  });

  it.each(["none", "mean", "sum"] as const)("reduces by %s", (reduction) => {
    const loss = new Module({ reduction });
    expect(loss.reduction).toBe(reduction);
    expect(loss(x, y).tolist()).toEqual(apply(x, y, { reduction }).tolist());
  });

  it("prints as torch's module does", () => {
    expect([String(new Module({ reduction: "sum" })), Module.name]).toEqual([`${name}()`, name]);
  });

  it("checks reduction when it is called, not before, as torch does", () => {
    const loss = new Module({ reduction: "Mean" });
    expect(loss.reduction).toBe("Mean");
    expectRefused(() => loss(x, y), RangeError, "Mean is not a valid value for reduction");
  });

  it("refuses options that it does not have, and what are no options", () => {
    for (const option of ["weight", "reductoin", name === "SmoothL1Loss" ? "delta" : "beta"]) {
      expectRefused(
        () => new Module({ [option]: 1 }),
        TypeError,
        `${name}() got an unexpected keyword argument '${option}'`,
      );
    }
    expectRefused(
      () => new Module("sum" as never),
      TypeError,
      `${name}: expected options as an object, got "sum"`,
    );
    expectRefused(
      () => new Module(null as never),
      TypeError,
      `${name}: expected options as an object, got null`,
    );
    expectRefused(
      () => new Module([] as never),
      TypeError,
      `${name}: expected options as an object, got array of length 0`,
    );
  });

  if (row.parameter) {
    const { name: word, default: standard } = row.parameter;
    it(`holds ${word}, ${standard} by default, and checks it when it is called`, () => {
      const read = (loss: nn.Loss): unknown => (loss as unknown as Record<string, unknown>)[word];
      expect([read(new Module()), read(new Module({ [word]: 0.5 }))]).toEqual([standard, 0.5]);
      expect(new Module({ [word]: 0.5 })(x, y).item()).toBe(apply(x, y, { [word]: 0.5 }).item());
      const bad = new Module({ [word]: -1 });
      expectRefused(() => bad(x, y), RangeError, word);
    });
  }

  if (!row.legacy) return;
  it("takes torch's deprecated arguments, which override reduction, with a warning at construction alone", () => {
    for (const [options, reduction] of [
      [{ sizeAverage: true }, "mean"],
      [{ sizeAverage: false }, "sum"],
      [{ reduce: true }, "mean"],
      [{ reduce: false }, "none"],
      [{ sizeAverage: false, reduce: true }, "sum"],
      [{ sizeAverage: true, reduce: false, reduction: "sum" }, "none"],
    ] as const) {
      const made = observe(() => expect(new Module(options).reduction).toBe(reduction));
      expect(made.error).toBeUndefined();
      expect(made.warnings).toEqual([
        `sizeAverage and reduce args will be deprecated, please use reduction='${reduction}' instead.`,
      ]);
      onWarning(() => undefined);
      const loss = new Module(options);
      onWarning(null);
      expect(observe(() => loss(x, y)).warnings).toEqual([]);
    }
    expect(observe(() => new Module({ sizeAverage: null, reduce: undefined })).warnings).toEqual([]);
    expectRefused(
      () => new Module({ sizeAverage: 0 }),
      TypeError,
      "sizeAverage: expected a boolean or null, got 0; use reduction",
    );
    expectRefused(
      () => new Module({ reduce: "no" }),
      TypeError,
      'reduce: expected a boolean or null, got "no"; use reduction',
    );
  });
});

describe("a loss of the user's own", () => {
  class Relative extends nn.Loss {
    constructor(readonly floor: number) {
      super({ reduction: "mean" });
      Object.defineProperty(this, "floor", { value: floor });
    }
    override forward(input: Tensor, target: Tensor): Tensor {
      return input.sub(target).abs().div(target.abs().add(this.floor)).mean();
    }
  }

  it("extends nn.Loss and is callable as well", () => {
    const loss = new Relative(1);
    expect(loss(tensor([3]), tensor([1])).item()).toBe(1);
    expect([String(loss), loss instanceof nn.Loss, loss.floor]).toEqual(["Relative()", true, 1]);
  });

  it("instances hold their options apart", () => {
    const [a, b] = [new nn.SmoothL1Loss({ beta: 1 }), new nn.SmoothL1Loss({ beta: 4 })];
    expect([a(tensor([2]), zeros([1])).item(), b(tensor([2]), zeros([1])).item()]).toEqual([1.5, 0.5]);
  });
});
