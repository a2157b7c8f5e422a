/**
 * The losses of the table of formulas on typed arrays: the bits of tensors, wherever arrays lie. A
 * row that is added is tested without a line here.
 */
import { F, tensor } from "lossgrad";
import type { Tensor } from "lossgrad";
import * as arrays from "lossgrad/arrays";
import { LossAccumulator } from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { type FormulaRow, formulaLosses } from "../../src/loss/formulas.js";
import { bytesOf, HOMES, operandAt, rounded, tensorBytes } from "../support/arrays.js";
import { FORMULAS } from "../support/losses.js";
import { Random } from "../support/random.js";
import { FLOAT_DTYPES } from "../support/rational.js";
import { expectRefused } from "../support/refuse.js";

interface ArrayLoss {
  (...args: unknown[]): unknown;
  valueAndGrad(...args: unknown[]): { value: unknown; grad: unknown; grads: unknown[] };
}
const rows = FORMULAS.map((name): [typeof name, FormulaRow] => [name, formulaLosses[name]]);

describe.each(rows)("arrays.%s", (name, row) => {
  const loss = arrays[name] as unknown as ArrayLoss;
  const onTensors = F[name] as unknown as (...args: unknown[]) => Tensor;
  const random = new Random(3);
  const numbers = (n: number): Float64Array =>
    Float64Array.from({ length: n }, () => 0.05 + 0.9 * random.next());

  it.each(FLOAT_DTYPES.flatMap((dtype) => HOMES.map((home) => [dtype, home] as const)))(
    "of %s %s: value and all gradients have the bits of tensors",
    (dtype, home) => {
      for (const n of [1, 67, 16_401]) {
        const operands = row.operands.map(() => tensor(numbers(n)).to(dtype));
        const given = operands.map((x) => operandAt(home, x));
        const mask = Uint8Array.from({ length: n }, (_, i) => Number(i % 3 !== 1));
        for (const masks of [{}, { mask }]) {
          for (const reduction of ["none", "mean", "sum"] as const) {
            const leaves = operands.map((x) => x.detach().requiresGrad_());
            const bools = "mask" in masks ? { mask: tensor(mask, { dtype: "uint8" }) } : {};
            const expected = onTensors(...leaves, { ...bools, reduction });
            expected.sum().backward();
            const options = { ...masks, reduction };
            const grads = row.operands.map(() => true);
            const found = [
              loss(...given, options),
              loss.valueAndGrad(...given, options).value,
              loss.valueAndGrad(...given, { ...options, grads }).value,
            ];
            for (const value of found) {
              if (reduction === "none") expect(bytesOf(value)).toBe(tensorBytes(expected));
              else expect(rounded(dtype, value)).toBe(expected.item());
            }
            expect(bytesOf(loss.valueAndGrad(...given, options).grad)).toBe(tensorBytes(leaves[0].grad!));
            const all = loss.valueAndGrad(...given, { ...options, grads }).grads;
            all.forEach((grad, i) => {
              expect(bytesOf(grad), row.operands[i]).toBe(tensorBytes(leaves[i].grad!));
            });
          }
        }
      }
    },
  );

  it("takes numbers as constant operands, and replaces an operand by its gradient", () => {
    const given = row.operands.map(() => Float32Array.from(numbers(20)));
    for (let i = 1; i < given.length; i++) {
      const constant = given.map((x, j) => (j === i ? 0.5 : x));
      const filled = given.map((x, j) => (j === i ? x.slice().fill(0.5) : x));
      expect(loss(...constant)).toBe(loss(...filled));
    }
    const { value, grad } = loss.valueAndGrad(...given);
    const [first, ...others] = given.map((x) => x.slice());
    expect(loss.valueAndGrad(first, ...others, { grad: first })).toEqual({ value, grad });
    expect(first).toEqual(grad);
    const out = new Float32Array(20);
    expect(loss(...given, { reduction: "none", out })).toBe(out);
    expect(out).toEqual(loss(...given, { reduction: "none" }));
  });

  it("accumulates chunk after chunk as it is unreduced", () => {
    const given = row.operands.map(() => Float32Array.from(numbers(20)));
    const whole = new LossAccumulator(arrays[name]);
    whole.update(...given);
    const cut = new LossAccumulator(arrays[name]);
    cut.update(...given.map((x) => x.subarray(7)));
    cut.merge(LossAccumulator.fromJSON(JSON.parse(JSON.stringify(cut.clone())), arrays[name]).clone());
    expect(cut.count).toBe(26);
    cut.reset();
    cut.update(...given.map((x) => x.subarray(7)));
    cut.update(...given.map((x) => x.subarray(0, 7)));
    expect(cut.toBytes()).toEqual(whole.toBytes());
  });

  it("names its operands in errors, and refuses options that it does not have", () => {
    const given = row.operands.map(() => Float32Array.from(numbers(3)));
    const stranger = tensor([1, 2, 3]);
    row.operands.forEach((word, i) => {
      const shown = word === "input" ? "prediction" : word;
      const args = (bad: unknown): unknown[] => given.map((x, j) => (j === i ? bad : x));
      expectRefused(() => loss(...args([1, 2])), TypeError, `${name}: expected ${shown} to be a typed array`);
      expectRefused(() => loss(...args(stranger)), TypeError, `got a Tensor; use F.${name}`);
      expectRefused(() => loss(...args(new Float32Array(4))), RangeError, "of one length");
    });
    for (const option of ["dim", "reductoin", ...(row.takesWeight ? [] : ["weight"])]) {
      expectRefused(() => loss(...given, { [option]: new Float32Array(3) }), TypeError, option);
    }
    expectRefused(
      () => loss.valueAndGrad(new Int32Array(3), ...given.slice(1)),
      TypeError,
      "a floating prediction",
    );
    expectRefused(() => loss(), TypeError, `${name}: expected ${row.operands.length} operands`);
  });

  if (row.takesWeight) {
    it("takes weights, with the value of tensors", () => {
      const given = row.operands.map(() => numbers(12));
      const weight = numbers(12);
      for (const reduction of ["mean", "sum"] as const) {
        const tensors = given.map((x) => tensor(x));
        const expected = onTensors(...tensors, { weight: tensor(weight), reduction }).item();
        expect(loss(...given, { weight, reduction })).toBe(expected);
      }
    });
  }
});
