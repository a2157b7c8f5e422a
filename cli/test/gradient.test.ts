/** `--grad`: the gradient of the mean loss by the predictions. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { F, fuse, tensor, type Tensor } from "lossgrad";
import { expect, test } from "vitest";
import { Random } from "../../test/support/random.js";
import { temporary } from "../../test/support/temporary.js";
import { openNpy } from "../src/readers/npy.js";
import { bytesSource, readAll } from "./support/arrays.js";
import { npyOf } from "./support/npy.js";
import { lossgrad } from "./support/program.js";

const { file, folder } = temporary("lossgrad-gradient-");
const random = new Random(3);
/** More than a chunk of gradients. */
const N = 2 ** 17 + 5;
const P = Float32Array.from({ length: N }, () => random.normal());
const T = Float32Array.from({ length: N }, () => random.normal());
const W = Float32Array.from({ length: N }, () => random.next());
const M = Uint8Array.from({ length: N }, () => random.integer(0, 2));

/** What the command writes, read back. */
async function gradient(...args: string[]) {
  const path = `${folder()}/grad.npy`;
  const { code, err } = await lossgrad(["evaluate", ...args, "--metric", "mae", "--grad", path]);
  expect([code, err]).toEqual([0, ""]);
  expect(existsSync(`${path}.part`)).toBe(false);
  const reader = await openNpy(bytesSource(Uint8Array.from(readFileSync(path))));
  const { dtype, shape, order } = reader;
  return { dtype, shape, order, data: await readAll(reader, N + 1) };
}

const files = (): [string, string] => [file("p.npy", npyOf(P)), file("t.npy", npyOf(T))];
const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer, byteOffset, byteLength);
const own = fuse((p, t) => p.sub(t).square().add(1e-6).sqrt(), { name: "own" });
type Loss = (p: Tensor, t: Tensor, options: object) => Tensor;

test.each([
  ["l1", F.l1Loss],
  ["mse", F.mseLoss],
  ["smooth-l1", F.smoothL1Loss],
  ["huber=0.5", (p: Tensor, t: Tensor) => F.huberLoss(p, t, { delta: 0.5 })],
  ["soft-margin", F.softMarginLoss],
  ["quantile=0.75", (p: Tensor, t: Tensor) => F.quantileLoss(p, t, { quantile: 0.75 })],
  ["mine=sqrt(square(p - t) + 1e-6)", own],
] as [string, Loss][])("of %s is that of the mean of all, to the bit", async (word, loss) => {
  const leaf = tensor(P, { requiresGrad: true });
  loss(leaf, tensor(T), {}).backward();
  const found = await gradient(...files(), "--loss", word);
  expect(found).toMatchObject({ dtype: "float32", shape: [N] });
  expect(Buffer.compare(bytes(found.data as Float32Array), bytes(leaf.grad!.array()))).toBe(0);
});

test("with weights and a mask it divides by the weights that count", async () => {
  const [weight, mask] = [file("w.npy", npyOf(W)), file("m.npy", npyOf(M))];
  const leaf = tensor(P, { requiresGrad: true });
  const kept = tensor(Array.from(M, (one) => one !== 0));
  F.mseLoss(leaf, tensor(T), { weight: tensor(W), mask: kept }).backward();
  const found = await gradient(...files(), "--loss", "mse", "--weight", weight, "--mask", mask);
  const expected = leaf.grad!.array();
  // Weights are added in float64 here, and in float32 there.
  (found.data as Float32Array).forEach((value, i) => {
    if (Math.abs(value - expected[i]) > 4e-7 * Math.abs(expected[i]))
      expect([i, value]).toEqual([i, expected[i]]);
  });
  expect(M.indexOf(0)).toBeGreaterThanOrEqual(0);
  expect((found.data as Float32Array)[M.indexOf(0)]).toBe(0);
});

test("has the shape and order of the predictions, and the dtype of theirs or the one asked for", async () => {
  const fortran = { fortran: true };
  const p = file("p.npy", npyOf(Int32Array.of(1, 2, 3, 4, 5, 6), [2, 3], fortran));
  const t = file("t.npy", npyOf(Float32Array.of(2, 1, 3, 0, 0, 0), [2, 3], fortran));
  const sixth = 1 / 6;
  expect(await gradient(p, t, "--loss", "l1")).toEqual({
    dtype: "float64",
    shape: [2, 3],
    order: "F",
    data: Float64Array.of(-sixth, sixth, 0, sixth, sixth, sixth),
  });
  const half = await gradient(p, t, "--loss", "l1", "--dtype", "float16");
  expect([half.dtype, half.data.length]).toEqual(["float16", 6]);
  const column = file("p.csv", "y\n1\n2\n");
  const found = await gradient(column, file("t.csv", "y\n0\n4\n"), "--loss", "mse");
  expect(found).toEqual({ dtype: "float64", shape: [2], order: "C", data: Float64Array.of(1, -2) });
});

test("of pairs that are left out it is 0, and of a constant everywhere", async () => {
  const p = file("p.csv", "y\n1\nNA\n5\n");
  const t = file("t.csv", "y\n0\n4\n1\n");
  const options = ["--loss", "l1", "--nan", "omit"];
  expect((await gradient(p, t, ...options)).data).toEqual(Float64Array.of(0.5, 0, 0.5));
  expect((await gradient(t, t, "--loss", "c=7")).data).toEqual(new Float64Array(3));
});

test.skipIf(process.platform === "win32")("what cannot be is refused, and no file is left", async () => {
  const [p, t] = files();
  const pipe = `${folder()}/pipe`;
  execFileSync("mkfifo", [pipe]);
  const grad = `${folder()}/g.npy`;
  const cases: [string[], number, RegExp][] = [
    [[p, t], 2, /--grad: expected one --loss, whose gradient it is, got 0$/],
    [[p, t, "--loss", "l1,mse"], 2, /got 2$/],
    [[p, t, "--loss", "l1", "--per-output", "0"], 2, /without --per-output/],
    [[p, t, "--loss", "l1", "--shard", "0/2"], 2, /without --shard/],
    [["-", t, "--loss", "l1"], 2, /files, which are read twice, got standard input$/],
    [[pipe, t, "--loss", "l1"], 2, /got the pipe .*pipe$/],
    [[p, t, "--loss", "l1", "--dtype", "bfloat16"], 1, /p\.npy: expected floats that npy has, got bfloat16/],
  ];
  for (const [args, code, message] of cases) {
    const ran = await lossgrad(["evaluate", ...args, "--grad", grad]);
    expect([ran.code, ran.err]).toEqual([code, expect.stringMatching(message)]);
    expect([existsSync(grad), existsSync(`${grad}.part`)]).toEqual([false, false]);
  }
  const over = await lossgrad(["evaluate", p, t, "--loss", "l1", "--grad", p]);
  expect([over.code, over.err]).toEqual([2, expect.stringMatching(/got .*p\.npy, which is read$/)]);
});
