/**
 * The losses of the table of formulas on typed arrays: the bits of tensors, wherever arrays lie. A
 * row that is added is tested without a line here.
 */
import { tensor } from "lossgrad";
import * as arrays from "lossgrad/arrays";
import { LossAccumulator } from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { bytesOf, HOMES, operandAt, rounded, tensorBytes } from "../support/arrays.js";
import {
  argumentsOf,
  callForm,
  type Form,
  FORMS,
  formulaRows,
  gradientBytes,
} from "../support/formula-rows.js";
import { isTorchs } from "../support/losses.js";
import { Random } from "../support/random.js";
import { FLOAT_DTYPES } from "../support/rational.js";
import { expectRefused } from "../support/refuse.js";

interface ArrayLoss {
  (...args: unknown[]): unknown;
  valueAndGrad(...args: unknown[]): { value: unknown; grad: unknown; grads: unknown[] };
}
const random = new Random(3);
const numbers = (n: number): Float64Array =>
  Float64Array.from({ length: n }, () => 0.05 + 0.9 * random.next());

/** torch's rows in one form wherever arrays lie; the others differ in their formula alone. */
const isFirst = (form: Form): boolean =>
  isTorchs(form.name) && form === FORMS.find(({ name }) => name === form.name);
const PLACES = FLOAT_DTYPES.flatMap((dtype) => HOMES.map((home) => [dtype, home] as const));
const FEW = [["float32", "in place"] as const, ["float16", "foreign"] as const];

describe.each(FORMS.map((form) => [form.title, form] as const))("arrays.%s", (_, form) => {
  const { name, row, words } = form;
  const loss = arrays[name] as unknown as ArrayLoss;

  it.each(isFirst(form) ? PLACES : FEW)(
    "of %s %s: value and all gradients have the bits of tensors",
    (dtype, home) => {
      for (const n of isFirst(form) ? [1, 67, 16_401] : [67]) {
        const operands = words.map(() => tensor(numbers(n)).to(dtype));
        const given = operands.map((x) => operandAt(home, x));
        const mask = Uint8Array.from({ length: n }, (_, i) => Number(i % 3 !== 1));
        const long = n > 1000;
        for (const masks of long ? [{ mask }] : [{}, { mask }]) {
          for (const reduction of long ? (["mean"] as const) : (["none", "mean", "sum"] as const)) {
            const leaves = operands.map((x) => x.detach().requiresGrad_());
            const bools = "mask" in masks ? { mask: tensor(mask, { dtype: "uint8" }) } : {};
            const expected = callForm(form, leaves, { ...bools, reduction });
            expected.sum().backward();
            const args = (more: object = {}): unknown[] =>
              argumentsOf(form, given, { ...masks, reduction, ...more });
            const grads = row.operands.map((_, i) => leaves[i].grad !== null);
            const found = [
              loss(...args()),
              loss.valueAndGrad(...args()).value,
              loss.valueAndGrad(...args({ grads })).value,
            ];
            for (const value of found) {
              if (reduction === "none") expect(bytesOf(value)).toBe(tensorBytes(expected));
              else expect(rounded(dtype, value)).toBe(expected.item());
            }
            expect(bytesOf(loss.valueAndGrad(...args()).grad)).toBe(tensorBytes(leaves[0].grad!));
            const all = loss.valueAndGrad(...args({ grads })).grads;
            expect(all).toHaveLength(row.operands.length);
            all.forEach((grad, i) => {
              expect(grad && bytesOf(grad), row.operands[i]).toBe(gradientBytes(leaves[i].grad));
            });
          }
        }
      }
    },
  );

  it("takes numbers as constant operands, and replaces an operand by its gradient", () => {
    const given = words.map(() => Float32Array.from(numbers(20)));
    const args = (operands: readonly unknown[], more: object = {}): unknown[] =>
      argumentsOf(form, operands, more);
    for (let i = 1; i < given.length; i++) {
      const constant = given.map((x, j) => (j === i ? 0.5 : x));
      const filled = given.map((x, j) => (j === i ? x.slice().fill(0.5) : x));
      expect(loss(...args(constant))).toBe(loss(...args(filled)));
    }
    const { value, grad } = loss.valueAndGrad(...args(given));
    const [first, ...others] = given.map((x) => x.slice());
    expect(loss.valueAndGrad(...args([first, ...others], { grad: first }))).toEqual({ value, grad });
    expect(first).toEqual(grad);
    const out = new Float32Array(20);
    expect(loss(...args(given, { reduction: "none", out }))).toBe(out);
    expect(out).toEqual(loss(...args(given, { reduction: "none" })));
  });

  if (row.weightedMean) {
    it("takes weights, with the value of tensors", () => {
      const given = words.map(() => numbers(12));
      const weight = numbers(12);
      const mask = Uint8Array.from(weight, (x) => Number(x < 0.7));
      for (const reduction of ["mean", "sum"] as const) {
        const options = { weight: tensor(weight), reduction };
        const operands = given.map((x) => tensor(x));
        expect(loss(...argumentsOf(form, given, { weight, reduction }))).toBe(
          callForm(form, operands, options).item(),
        );
        const masks = { ...options, mask: tensor(mask, { dtype: "uint8" }) };
        expect(loss(...argumentsOf(form, given, { weight, reduction, mask }))).toBe(
          callForm(form, operands, masks).item(),
        );
        const leaves = operands.map((x) => x.requiresGrad_());
        callForm(form, leaves, options).backward();
        const { grad } = loss.valueAndGrad(...argumentsOf(form, given, { weight, reduction }));
        expect(bytesOf(grad)).toBe(tensorBytes(leaves[0].grad!));
      }
    });
  }
});

describe.each(formulaRows)("arrays.%s as an interface", (name, row) => {
  const loss = arrays[name] as unknown as ArrayLoss;

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
    for (const option of ["dim", "reductoin", ...(row.weightedMean ? [] : ["weight"])]) {
      expectRefused(() => loss(...given, { [option]: new Float32Array(3) }), TypeError, option);
    }
    expectRefused(
      () => loss.valueAndGrad(new Int32Array(3), ...given.slice(1)),
      TypeError,
      `a floating ${row.operands[0] === "input" ? "prediction" : row.operands[0]}`,
    );
    expectRefused(() => loss(), TypeError, `${name}: expected ${row.operands.length} operands`);
  });
});
