/** The pairs with the largest errors. */
import { expect, test } from "vitest";
import { Random } from "../../test/support/random.js";
import { temporary } from "../../test/support/temporary.js";
import { numbersOf } from "../src/readers/numbers.js";
import { type Pair, Worst } from "../src/evaluation/worst.js";
import { npyOf } from "./support/npy.js";
import { json, lossgrad } from "./support/program.js";

const { file } = temporary("lossgrad-worst-");

test("are told with their indices, from the largest on, those of equal errors as they come", async () => {
  const p = file("p.npy", npyOf(Float32Array.of(1, -2, 0, 2, 5, 0), [2, 3]));
  const t = file("t.npy", npyOf(Int32Array.of(0, 0, 0, 0, 1, 0), [2, 3]));
  const { worst } = await json("evaluate", p, t, "--worst", "3");
  expect(worst).toEqual([
    { index: [1, 1], prediction: 5, target: 1, error: 4 },
    { index: [0, 1], prediction: -2, target: 0, error: -2 },
    { index: [1, 0], prediction: 2, target: 0, error: 2 },
  ]);
  const { out } = await lossgrad(["evaluate", p, t]);
  expect(out).toMatch(
    /the largest errors\n[^]*│ \[1, 1\] │ +5 │ +1 │ +4 │\n[^]*│ \[0, 0\] │ +1 │ +0 │ +1 │\n└/,
  );
  expect((await lossgrad(["evaluate", p, p])).out).not.toContain("the largest errors");
  expect((await json("evaluate", p, t, "--worst", "0")).worst).toEqual([]);
  expect((await lossgrad(["evaluate", p, t, "--worst", "x"])).code).toBe(2);
});

test("NaN come before all, unless they are left out; so are masked pairs", async () => {
  const p = file("p.npy", npyOf(Float32Array.of(1, NaN, 9, 3)));
  const t = file("t.npy", npyOf(Float32Array.of(0, 0, 0, 0)));
  const mask = file("m.npy", npyOf(Uint8Array.of(1, 1, 0, 1)));
  const places = async (...options: string[]) =>
    ((await json("evaluate", p, t, ...options)).worst as { index: number[] }[]).map(({ index }) => index[0]);
  expect(await places()).toEqual([1, 2, 3, 0]);
  expect(await places("--nan", "omit")).toEqual([2, 3, 0]);
  expect(await places("--mask", mask)).toEqual([1, 3, 0]);
});

test("of chunks in any order, also long ones, which a kernel looks through first", () => {
  const random = new Random(5);
  const n = 3 * 2 ** 13;
  const p = Float32Array.from({ length: n }, () => Math.floor(random.next() * 50_000));
  p[9000] = p[20_000] = NaN;
  const zeros = new Float32Array(n);
  const pairs: Pair[] = Array.from(p, (prediction, place) => ({ place, prediction, target: 0 }));
  const size = ({ prediction }: Pair): number => (Number.isNaN(prediction) ? Infinity : prediction);
  const expected = pairs.sort((a, b) => size(b) - size(a) || a.place - b.place).slice(0, 10);
  for (const lengths of [[n], [2 ** 13, 2 ** 13, 2 ** 13], [100, n - 100]]) {
    const [one, other] = [new Worst(10, "propagate"), new Worst(10, "propagate")];
    let offset = 0;
    lengths.forEach((length, i) => {
      const elements = [p, zeros].map((array) => array.subarray(offset, offset + length));
      (i % 2 ? one : other).take({ offset, length, elements, held: ["float32", "float32"] }, null);
      offset += length;
    });
    one.merge(other.pairs);
    expect(one.pairs).toEqual(expected);
  }
});

test("elements of every dtype are numbers", () => {
  const halves = Uint16Array.of(0x3c00, 0xc500, 1, 0x7c00, 0x7e00, 0x8000, 0x03ff);
  expect([...Array.from(numbersOf(halves, "float16"))]).toEqual([
    1,
    -5,
    2 ** -24,
    Infinity,
    NaN,
    -0,
    1023 * 2 ** -24,
  ]);
  const upper = Uint16Array.of(0x3f80, 0xc0a0, 0x7f80, 0x7fc0);
  expect(Array.from(numbersOf(upper, "bfloat16"))).toEqual([1, -5, Infinity, NaN]);
  expect(Array.from(numbersOf(BigInt64Array.of(-3n), "int64"))).toEqual([-3]);
});
