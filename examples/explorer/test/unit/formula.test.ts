/**
 * Typed formulas: how they are read, what they compute, and what is said of those that are none.
 */
import { tensor, type DType } from "lossgrad";
import { describe, expect, it } from "vitest";
import { fuseFormula } from "../../src/formula.js";
import { MOST_CHARACTERS } from "../../../../cli/src/formula/length.js";

const P = [3, -1.5, 0.25, 2];
const T = [1, 2, 0.25, -1];

/** The formula of all pairs, and its gradient by p; null where it has none. */
function compute(text: string, dtype: DType = "float64") {
  const [p, t] = [tensor(P, { dtype, requiresGrad: true }), tensor(T, { dtype })];
  const loss = fuseFormula(text)(p, t, { reduction: "none" });
  if (loss.requiresGrad) loss.sum().backward();
  return { loss: loss.tolist() as number[], gradient: p.grad && (p.grad.tolist() as number[]) };
}

describe("a formula computes as JavaScript does", () => {
  const cases: [text: string, each: (p: number, t: number) => number][] = [
    ["abs(p - t)", (p, t) => Math.abs(p - t)],
    ["sqrt(square(p - t) + 1e-6)", (p, t) => Math.sqrt((p - t) ** 2 + 1e-6)],
    ["(p - t)^2", (p, t) => (p - t) ** 2],
    ["(p - t)**2 / 2", (p, t) => (p - t) ** 2 / 2],
    ["-p^2", (p) => -(p ** 2)],
    ["-p ** 2 * 3 - -t", (p, t) => -(p ** 2) * 3 + t],
    ["(-p)^2", (p) => p ** 2],
    ["p * 2^-1", (p) => p / 2],
    ["p * 2 ^ 3 ^ 2", (p) => p * 512],
    ["-2 ^ 2 + p", (p) => -4 + p],
    ["+p - + t", (p, t) => p - t],
    ["1 - p", (p) => 1 - p],
    ["3 / p", (p) => 3 / p],
    ["2 * p - t * 3 + 4", (p, t) => 2 * p - t * 3 + 4],
    ["p - t - 1", (p, t) => p - t - 1],
    ["p / t / 2", (p, t) => p / t / 2],
    ["pi * p", (p) => Math.PI * p],
    ["max(0, p - t)", (p, t) => Math.max(0, p - t)],
    ["max(p - t, 0)", (p, t) => Math.max(0, p - t)],
    ["min(p, t)", (p, t) => Math.min(p, t)],
    ["maximum(0.9 * (t - p), -0.1 * (t - p))", (p, t) => Math.max(0.9 * (t - p), -0.1 * (t - p))],
    ["(t - p) * (0.9 - (t < p))", (p, t) => (t - p) * (0.9 - Number(t < p))],
    ["clamp(p, -1, 1)", (p) => Math.min(1, Math.max(-1, p))],
    ["p > t ? square(p - t) : 0.1 * abs(p - t)", (p, t) => (p > t ? (p - t) ** 2 : 0.1 * Math.abs(p - t))],
    ["where(abs(p - t) <= 1, 0, p)", (p, t) => (Math.abs(p - t) <= 1 ? 0 : p)],
    ["where(p >= t, 0.1, 0.9)", (p, t) => (p >= t ? 0.1 : 0.9)],
    ["p == t", (p, t) => Number(p === t)],
    ["p != t", (p, t) => Number(p !== t)],
    ["sqrt(2) * p", (p) => Math.SQRT2 * p],
    ["7", () => 7],
    ["mean(abs(p - t))", (p, t) => Math.abs(p - t)],
    [" \n p\t- t ; ", (p, t) => p - t],
  ];

  it.each(cases)("%s", (text, each) => {
    expect(compute(text).loss).toEqual(P.map((p, i) => each(p, T[i])));
  });

  it("in every floating dtype, numbers included", () => {
    for (const dtype of ["float16", "bfloat16", "float32"] as const) {
      const [p, t] = [tensor(P, { dtype }), tensor(T, { dtype })];
      const loss = fuseFormula("where(p < t, 0.1, 0.9)")(p, t, { reduction: "none" });
      expect(loss.dtype).toBe(dtype);
      expect(loss.tolist()).toEqual(tensor([0.9, 0.1, 0.9, 0.9], { dtype }).tolist());
    }
  });

  it("also where an operand is NaN or infinite, beside numbers that are neither", () => {
    const p = tensor([NaN, Infinity, -Infinity, 1]);
    const loss = fuseFormula("where(isfinite(p), 3, 4)")(p, tensor(T), { reduction: "none" });
    expect(loss.tolist()).toEqual([4, 4, 4, 3]);
  });
});

describe("the gradient", () => {
  it("is the formula's derivative by the prediction", () => {
    expect(compute("(p - t)^2 / 2").gradient).toEqual(P.map((p, i) => p - T[i]));
    expect(compute("1 / p").gradient).toEqual(P.map((p) => -1 / (p * p)));
  });

  it("is none where the prediction decides nothing, or only by comparisons", () => {
    for (const text of ["t", "7", "p > t"]) expect(compute(text).gradient).toBeNull();
  });
});

describe("what cannot be read or is not elementwise is told:", () => {
  it.each([
    ["", "expected a formula, got nothing"],
    ["  ", "expected a formula, got nothing"],
    ["p t", "expected one formula, got several; is there an operator missing"],
    ["2p", "Variable names cannot start with a number (2p) at character 2"],
    ["p -", "Expected expression after - at character 4"],
    ["-", "Expected an expression after a sign or a power at character 2"],
    ["(p - t", "Unclosed ( at character 7"],
    ["p - t)", 'Unexpected ")" at character 6'],
    ["|p - t|", 'Unexpected "|" at character 1; for |x|, write abs(x)'],
    ["p & t", 'Unexpected "&" at character 3'],
    ["p - q", "expected one of p, t, pi, got q"],
    ["p - constructor", "got constructor"],
    ["__proto__", "got __proto__"],
    ['p - "a"', 'got the text "a"'],
    ["p.sub(t)", "expected the name of a function, got a member"],
    ["p[0]", "got a member behind a point or in brackets"],
    ["[p, t]", "got a list in brackets"],
    ["this", "got this"],
    ["cosh(p)", "there is no function cosh; functions are the methods of tensors"],
    ["constructor(p)", "there is no function constructor"],
    ["valueOf(p)", "there is no function valueOf"],
    ["checkUsable(p)", "there is no function checkUsable"],
    ["abs()", "abs() has no arguments"],
    ["abs(p, t)", "abs"],
    ["p ^ t", "pow() takes a number as its exponent"],
    ["0 < p < 1", "a comparison cannot be compared"],
    ["p ? 1 : 2", "expected its condition to be of dtype bool"],
    ["reshape(p, 2)", "a formula is computed element by element and knows no shapes"],
    ["matmul(p, t)", "matmul() mixes elements"],
    ["item(p)", "an operand has no elements while the formula is traced"],
    ["add_(p, t)", "changes a tensor in place"],
    ["p - mean(p)", "mean(…) can only stand around the whole formula"],
    ["mean(p, 1)", "mean(…) can only stand around the whole formula"],
    ["argmax(p)", "makes one number of many"],
    ["p * ".repeat(MOST_CHARACTERS), `expected at most ${MOST_CHARACTERS} characters`],
  ])("%s", (text, message) => {
    expect(() => compute(text)).toThrow(message);
  });

  it("parentheses as deep as they can be", () => {
    const half = (MOST_CHARACTERS >> 1) - 1;
    expect(compute(`${"(".repeat(half)}p${")".repeat(half)}`).loss).toEqual(P);
    expect(() => compute("(".repeat(MOST_CHARACTERS))).toThrow("at character");
  });
});
