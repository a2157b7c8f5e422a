/** `--loss ce` and `nll`: rows of numbers and a class for each. */
import { readFileSync } from "node:fs";
import { F, tensor } from "lossgrad";
import { expect, test } from "vitest";
import { Random } from "../../test/support/random.js";
import { temporary } from "../../test/support/temporary.js";
import { openNpy } from "../src/readers/npy.js";
import { bytesSource, readAll } from "./support/arrays.js";
import { npyOf } from "./support/npy.js";
import { json, lossgrad } from "./support/program.js";

const { file, folder } = temporary("lossgrad-classes-");
const random = new Random(9);
/** More than a chunk: rows of 600 numbers, of which 873 make one. */
const [N, C] = [900, 600];
const X = Float32Array.from({ length: N * C }, () => random.normal());
const T = Int32Array.from({ length: N }, (_, i) => (i % 50 === 9 ? -100 : (i * 7) % C));
const W = Float64Array.from({ length: N }, () => random.next());
const M = Uint8Array.from({ length: N }, (_, i) => Number(i % 3 !== 0));

const files = (): [string, string] => [file("x.npy", npyOf(X, [N, C])), file("t.npy", npyOf(T))];
const input = () => tensor(X).reshape(N, C);
const target = () => tensor(BigInt64Array.from(T, BigInt));
const valueOf = async (...args: string[]): Promise<number> => {
  const { results } = await json("evaluate", ...args);
  return Object.values(results as Record<string, number>)[0];
};

test("is the cross-entropy of the library, of integers or whole numbers, with smoothed labels", async () => {
  const [x, t] = files();
  const expected = F.crossEntropy(input().to("float64"), target()).item();
  expect(await valueOf(x, t, "--loss", "ce")).toBeCloseTo(expected, 13);
  const column = file("t.csv", `y\n${T.join("\n")}\n`);
  expect(await valueOf(x, column, "--loss", "ce")).toBe(await valueOf(x, t, "--loss", "ce"));
  const flat = file("flat.npy", npyOf(Float64Array.from(T), [N, 1]));
  const smooth = F.crossEntropy(input().to("float64"), target(), { labelSmoothing: 0.25 }).item();
  expect(await valueOf(x, flat, "--loss", "ce=0.25")).toBeCloseTo(smooth, 13);
});

test("nll is the loss of log-probabilities, with its gradient", async () => {
  const logs = input().logSoftmax({ dim: 1 }).array().slice();
  const [x, t] = [file("logs.npy", npyOf(logs, [N, C])), file("t.npy", npyOf(T))];
  const grad = `${folder()}/nll.npy`;
  const found = await json("evaluate", x, t, "--loss", "nll", "--grad", grad);
  const leaf = tensor(logs, { requiresGrad: true });
  const loss = F.nllLoss(leaf.reshape(N, C), target());
  loss.backward();
  expect((found.results as { nll: number }).nll).toBeCloseTo(loss.item(), 6);
  const reader = await openNpy(bytesSource(Uint8Array.from(readFileSync(grad))));
  const written = (await readAll(reader, N * C + 1)) as Float32Array;
  const expected = leaf.grad!.array();
  expect(written.every((one, i) => Math.abs(one - expected[i]) < 1e-9)).toBe(true);
  expect(expected.some((one) => one !== 0)).toBe(true);
});

test("counts rows, weights them, and leaves out those that are masked or ignored", async () => {
  const [x, t] = files();
  const [w, m] = [file("w.npy", npyOf(W)), file("m.npy", npyOf(M))];
  const found = await json("evaluate", x, t, "--loss", "ce", "--weight", w, "--mask", m);
  const losses = F.crossEntropy(input().to("float64"), target(), { reduction: "none" }).array<Float64Array>();
  let [sum, weights, count] = [0, 0, 0];
  T.forEach((one, i) => {
    if (one < 0 || M[i] === 0) return;
    [sum, weights, count] = [sum + W[i] * losses[i], weights + W[i], count + 1];
  });
  expect((found.results as { ce: number }).ce).toBeCloseTo(sum / weights, 12);
  expect(found).toMatchObject({ counts: { count, masked: N - count, nan: 0 }, elements: N, shape: [N], worst: [] });
}); // prettier-ignore

test("shards and threads have the bits of one run", async () => {
  const [x, t] = files();
  const whole = await valueOf(x, t, "--loss", "ce");
  const states = [0, 1, 2].map((i) => `${folder()}/s${i}.json`);
  for (const [i, path] of states.entries()) {
    const { code } = await lossgrad(["evaluate", x, t, "--loss", "ce", "--shard", `${i}/3`, "--state", path]);
    expect(code).toBe(0);
  }
  const { results } = await json("merge", states[2], states[0], states[1]);
  expect(results).toEqual({ ce: whole });
});

test("groups are those of rows", async () => {
  const table = { x: [[2, 1], [0, 3], [1, 1]], t: [0, 0, 1], kind: ["a", "b", "a"] }; // prettier-ignore
  const rows = table.x.map((x, i) => JSON.stringify({ x, t: table.t[i], kind: table.kind[i] }));
  const path = file("rows.jsonl", `${rows.join("\n")}\n`);
  const found = await json(
    "evaluate",
    path,
    "--prediction",
    "x",
    "--target",
    "t",
    "--by",
    "kind",
    "--loss",
    "ce",
  );
  const of = (x: number[][], t: bigint[]) => F.crossEntropy(tensor(Float64Array.from(x.flat())).reshape(-1, 2), tensor(BigInt64Array.from(t))).item(); // prettier-ignore
  const groups = found.groups as { group: string; results: { ce: number } }[];
  expect(groups.map(({ group }) => group)).toEqual(["b", "a"]);
  expect(groups[0].results.ce).toBeCloseTo(of([[0, 3]], [0n]), 14);
  expect(groups[1].results.ce).toBeCloseTo(of([[2, 1], [1, 1]], [0n, 1n]), 14); // prettier-ignore
});

test("--grad writes the gradient of the mean, in the shape of the predictions", async () => {
  const [x, t] = files();
  const m = file("m.npy", npyOf(M));
  const path = `${folder()}/grad.npy`;
  const { code, err } = await lossgrad(["evaluate", x, t, "--loss", "ce", "--mask", m, "--grad", path]);
  expect([code, err]).toEqual([0, ""]);
  const reader = await openNpy(bytesSource(Uint8Array.from(readFileSync(path))));
  expect([reader.dtype, reader.shape, reader.order]).toEqual(["float32", [N, C], "C"]);
  const found = (await readAll(reader, N * C + 1)) as Float32Array;
  const leaf = input().requiresGrad_();
  F.crossEntropy(leaf, target(), { mask: tensor(Array.from(M, (one) => one !== 0)) }).backward();
  const expected = leaf.grad!.array();
  const worst = found.reduce((most, one, i) => Math.max(most, Math.abs(one - expected[i])), 0);
  expect(worst).toBeLessThan(1e-9);
});

const wrong = async (...args: string[]): Promise<string> => {
  const { code, out, err } = await lossgrad(["evaluate", ...args, "--loss", "ce"]);
  expect([code === 0, out]).toEqual([false, ""]);
  return err.replaceAll(`${folder()}/`, "");
};

test("what are no rows with classes is refused", async () => {
  const [x, t] = files();
  const shapes = "expected predictions of shape [rows, classes] and a target for each row, got";
  expect(await wrong(x, x)).toContain(`${shapes} [900, 600] (x.npy) and [900, 600] (x.npy)`);
  expect(await wrong(t, t)).toContain(`${shapes} [900] (t.npy) and [900] (t.npy)`);
  expect(await wrong(x, file("half.npy", npyOf(Float32Array.of(0.5), [1])))).toContain(`${shapes} [900, 600]`);
  const [one, part] = [file("one.npy", npyOf(Float32Array.of(1, 2), [1, 2])), file("p.npy", npyOf(Float32Array.of(0.5)))];
  expect(await wrong(one, part)).toContain("p.npy: expected classes, which are whole numbers, got 0.5 at [0]");
  expect(await wrong(one, file("two.npy", npyOf(Int32Array.of(2))))).toContain("two.npy: expected classes from 0 to 1, got 2 at [0]");
  const later = file("later.npy", npyOf(Float64Array.from(T, (one, i) => (i === 890 ? -1 : one))));
  expect(await wrong(x, later)).toContain("later.npy: expected classes from 0 to 599, got -1 at [890]");
  expect(await wrong(x, t, "--metric", "mae")).toContain("--loss ce: expected it by itself");
  expect(await wrong(x, t, "--per-output", "1")).toContain("--loss ce: expected it without --per-output");
  expect(await wrong(x, t, "--plot", "a.svg")).toContain("--loss ce: expected it without --plot, since");
  expect(await wrong(x, t, "--worst", "3")).toContain("--loss ce: expected it without --worst, since predictions are rows of classes");
  const nan = file("nan.npy", npyOf(Float32Array.of(1, 2, NaN, 0), [2, 2]));
  expect(await wrong(nan, file("zeros.npy", npyOf(Int32Array.of(0, 0))), "--nan", "error")).toContain("nan.npy: expected no NaN, got one at [1]");
  const sql = await lossgrad(["sql", "--table", "t", "--prediction", "p", "--target", "t", "--loss", "ce"]);
  expect(sql.err).toContain("--loss ce: expected a loss of two columns, got one of rows of classes");
}); // prettier-ignore

test("what a mask leaves out may be no class, and what --nan omit leaves out has none", async () => {
  const x = file("x3.npy", npyOf(X.subarray(0, 9), [3, 3]));
  const mask = file("m3.npy", npyOf(Uint8Array.of(1, 0, 1)));
  const expected = await valueOf(x, file("t3.npy", npyOf(Int32Array.of(2, -100, 1))), "--loss", "ce");
  const grad = `${folder()}/masked.npy`;
  for (const absent of [NaN, 0.5, 7, -3, Infinity]) {
    const t = file("t3.npy", npyOf(Float64Array.of(2, absent, 1)));
    const found = await json("evaluate", x, t, "--loss", "ce", "--mask", mask, "--grad", grad);
    expect([found.results, found.counts]).toEqual([{ ce: expected }, { count: 2, masked: 1, nan: 0 }]);
    const slopes = await readAll(await openNpy(bytesSource(readFileSync(grad))), 10);
    expect(Array.from(slopes).slice(3, 6)).toEqual([0, 0, 0]);
  }
  const column = file("t3.csv", "y\n2\nNA\n1\n");
  const omitted = await json("evaluate", x, column, "--loss", "ce", "--nan", "omit", "--grad", grad);
  expect([omitted.results, omitted.counts]).toEqual([{ ce: expected }, { count: 2, masked: 1, nan: 0 }]);
  // The place of a NaN is not that of one which a mask leaves out.
  const nan = file("n3.npy", npyOf(Float32Array.of(1, 2, 3, NaN, 2, 1, NaN, 1, 2), [3, 3]));
  const t = file("t3.npy", npyOf(Int32Array.of(2, 0, 1)));
  expect(await wrong(nan, t, "--mask", mask, "--nan", "error")).toContain("expected no NaN, got one at [2]");
});

test("takes options by their names behind colons: an ignored class, weights of classes, smoothing", async () => {
  const [n, size] = [40, 3];
  const labels = T.subarray(0, n).map((label) => Math.max(label, 0) % size);
  const x = file("few.npy", npyOf(X.subarray(0, n * size), [n, size]));
  const t = file("few-t.npy", npyOf(labels));
  const logits = tensor(X.slice(0, n * size)).reshape(n, size);
  const classes = tensor(BigInt64Array.from(labels, BigInt));
  const weight = tensor(Float64Array.of(0.5, 2, 1));
  const expected = F.crossEntropy(logits.to("float64"), classes, { ignoreIndex: 1, weight, labelSmoothing: 0.25 });
  const word = "ce:ignoreIndex=1:weight=(0.5,2,1):labelSmoothing=0.25";
  expect(await valueOf(x, t, "--loss", word)).toBeCloseTo(expected.item(), 13);
  const states = [0, 1].map((i) => `${folder()}/few${i}.json`);
  for (const [i, path] of states.entries()) {
    const { code } = await lossgrad(["evaluate", x, t, "--loss", word, "--shard", `${i}/2`, "--state", path]);
    expect(code).toBe(0);
  }
  const merged = await json("merge", ...states);
  expect(Object.values(merged.results as Record<string, number>)).toEqual([await valueOf(x, t, "--loss", word)]);

  const leaf = logits.clone().requiresGrad_();
  const classWeight = weight.to("float32");
  F.crossEntropy(leaf, classes, { ignoreIndex: 1, labelSmoothing: 0.25, weight: classWeight }).backward();
  const grad = `${folder()}/few-grad.npy`;
  const { code } = await lossgrad(["evaluate", x, t, "--loss", word, "--grad", grad]);
  expect(code).toBe(0);
  const found = (await readAll(await openNpy(bytesSource(readFileSync(grad))), n * size + 1)) as Float32Array;
  const slopes = leaf.grad!.flatten().tolist() as number[];
  Array.from(found).forEach((slope, i) => {
    expect(slope).toBeCloseTo(slopes[i], 8);
  });

  for (const [loss, message] of [
    ["ce=abc", "label_smoothing must be between 0.0 and 1.0. Got: nan"],
    ["ce=0.1:weight=(1,2)", "label_smoothing must be between 0.0 and 1.0. Got: nan"],
    ["ce:labelSmoothing=", "label_smoothing must be between 0.0 and 1.0. Got: nan"],
    ["ce:ignoreIndex=1:ignoreIndex=2", "expected ignoreIndex once, got it twice"],
    ["ce:gamma=1", "expected some of ignoreIndex, labelSmoothing, weight behind a colon"],
    ["ce:weight=(1,x,2)", "expected weight to be of finite numbers"],
    ["l1:beta=1", "expected no options"],
  ]) {
    const { code, err } = await lossgrad(["evaluate", x, t, "--loss", loss]);
    expect(err).toContain(message);
    expect(code).not.toBe(0);
  }
}); // prettier-ignore
