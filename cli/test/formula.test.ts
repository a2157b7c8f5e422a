/** `--loss` with formulas: what they compute, and where one is wrong. */
import { expect, test } from "vitest";
import { temporary } from "../../test/support/temporary.js";
import { npyOf } from "./support/npy.js";
import { json, lossgrad } from "./support/program.js";

const { file } = temporary("lossgrad-formula-");
const P = [2.5, 0, 2, 8];
const T = [3, -0.5, 2, 7];
const files = (): [string, string] => [
  file("p.npy", npyOf(Float64Array.from(P))),
  file("t.npy", npyOf(Float32Array.from(T))),
];
const mean = (each: (p: number, t: number) => number): number =>
  P.reduce((sum, p, i) => sum + each(p, T[i]), 0) / P.length;

test.each([
  ["mine=abs(p - t)", mean((p, t) => Math.abs(p - t))],
  ["pinball=maximum(0.5 * (t - p), -0.25 * (t - p))", mean((p, t) => Math.max((t - p) / 2, (p - t) / 4))],
  ["aliases = square(prediction - target) + 0 * input", mean((p, t) => (p - t) ** 2)],
  ["comparison=p == t", 0.25],
  ["whole=mean(abs(p - t))", mean((p, t) => Math.abs(p - t))],
  ["constant=7", 7],
])("%s", async (text, value) => {
  const name = text.slice(0, text.indexOf("=")).trim();
  expect((await json("evaluate", ...files(), "--loss", text)).results).toEqual({ [name]: value });
});

test("beside others, also in one list, and for each output", async () => {
  const list = "l1,mine=maximum(p, t),huber=0.5";
  const { results } = await json("evaluate", ...files(), "--loss", list, "--metric", "mae");
  expect(results).toEqual({ l1: 0.5, mine: mean(Math.max), "huber=0.5": 0.15625, mae: 0.5 });
});

test.each([
  ["mine=p - q", 'mine: expected one of p, t, pi, got q at character 5 of "p - q"'],
  ["mine=2 * (p - foo) + 1", 'mine: expected one of p, t, pi, got foo at character 10 of "2 * (p - foo) + 1"'],
  ["mine=1.5 + cosh(p)", "mine: there is no function cosh; functions are the methods of tensors that work element by element, such as abs, sqrt, square, exp, log, tanh, maximum and where at character 7 of \"1.5 + cosh(p)\""],
  ["mine=p + (p ^ t)", 'mine: pow() takes a number as its exponent; write exp() of a product with log() at character 5 of "p + (p ^ t)"'],
  ["mine=p -", 'mine: Expected expression after - at character 4 of "p -"'],
  ["mine=(p - t", 'mine: Unclosed ( at character 7 of "(p - t"'],
  ["mine=-constructor", 'mine: expected one of p, t, pi, got constructor at character 2 of "-constructor"'],
  ["mine=", 'mine: expected a formula, got nothing of ""'],
])("%s is refused, with the place", async (text, message) => {
  const { code, out, err } = await lossgrad(["evaluate", "a", "b", "--loss", text]);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toBe(`lossgrad: --loss ${message}`);
}); // prettier-ignore

test.each([
  ["abs(p - t)", '--loss: expected some of l1, mse, smooth-l1, huber, soft-margin, bce, bce-with-logits, kl-div, poisson-nll, hinge-embedding, quantile, log-cosh, charbonnier, epsilon-insensitive, tukey-biweight, cauchy, general-robust, wing, sigmoid-focal, asymmetric, ce, nll, or a formula with a name, such as "mine=abs(p - t)", got "abs(p - t)"'],
  ["mae=abs(p - t)", '--loss: expected a name that no metric has, got "mae"'],
  ["q0.9=abs(p - t)", /^--loss: expected (some of|a name that no metric has)/],
  ["x=p,x=t", '--loss: expected each name once, got "x" twice'],
  ["toString", /^--loss: expected some of/],
])("%s is refused", async (text, message) => {
  const { code, err } = await lossgrad(["evaluate", "a", "b", "--loss", text]);
  expect(code).toBe(2);
  expect(err.replace("lossgrad: ", "")).toMatch(message);
}); // prettier-ignore
