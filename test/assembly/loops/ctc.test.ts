/** The kernels of CTC against plain sums over the same states. */
import { describe, expect, it } from "vitest";
import { backends } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { kernelsOf } from "../families.js";

/** Numbers behind everything that kernels write. */
const SENTINEL = 12345;

function logSum(...terms: number[]): number {
  const largest = Math.max(...terms);
  return largest === -Infinity
    ? largest
    : largest + Math.log(terms.reduce((sum, one) => sum + Math.exp(one - largest), 0));
}

/** The sums of all paths, of each frame and state. */
function sumsOf(x: number[][], labels: number[]): number[][] {
  const jumps = (s: number): boolean => s > 1 && labels[s] !== labels[s - 2];
  const rows = [labels.map((label, s) => (s < 2 ? x[0][label] : -Infinity))];
  for (let t = 1; t < x.length; t++) {
    const before = rows[t - 1];
    const at = (s: number): number => before[s] ?? -Infinity;
    rows.push(
      labels.map((label, s) => logSum(at(s), at(s - 1), jumps(s) ? at(s - 2) : -Infinity) + x[t][label]),
    );
  }
  return rows;
}

describe.each(backends)("$name", ({ kernels, bytes }) => {
  const f64 = new Float64Array(bytes.buffer);
  const u32 = new Uint32Array(bytes.buffer);
  const START = 2 ** 16;

  it.each([
    [1, 0, 3],
    [1, 1, 3],
    [4, 1, 2],
    [6, 2, 3],
    [9, 4, 4],
    [12, 5, 7],
  ])("kernels of %i frames, %i labels, %i classes", (frames, count, classes) => {
    expect(kernelsOf("paths").map(([name]) => name)).toEqual(["ctc_f64", "ctcslope_f64"]);
    const random = new Random(frames + count);
    const target = Array.from({ length: count }, () => random.integer(1, classes - 1));
    const labels = [0, ...target.flatMap((label) => [label, 0])];
    const n = labels.length;
    const x = Array.from({ length: frames }, () => Array.from({ length: classes }, () => random.normal() - 1));
    const row = n + 3;
    const [at, jumpsAt, labelsAt, alpha, beta, grad] = [0, 4096, 8192, 16384, 32768, 49152].map((one) => START + one);
    f64.fill(SENTINEL, START >> 3, (START >> 3) + 2 ** 13);
    const put = (order: number[]): void => {
      u32.set([...order, 0], labelsAt >> 2);
      f64.set(order.map((label, s) => (s > 1 && label !== order[s - 2] ? 0 : -Infinity)), jumpsAt >> 3);
      f64[(jumpsAt >> 3) + n] = -Infinity;
    };
    f64.set(x.flat(), at >> 3);
    put([...labels].reverse());
    const stride = 8 * classes;
    kernels.ctc_f64(at + (frames - 1) * stride, -stride, labelsAt, jumpsAt, beta, 8 * row, frames, n);
    put(labels);
    const loss = kernels.ctc_f64(at, stride, labelsAt, jumpsAt, alpha, 8 * row, frames, n) as number;
    const sums = sumsOf(x, labels);
    const end = sums[frames - 1];
    const expected = -logSum(end[n - 1], end[n - 2] ?? -Infinity);
    expect(Math.abs(loss - expected) < 1e-12 || loss === expected).toBe(true);
    sums.forEach((states, t) => {
      states.forEach((sum, s) => {
        const found = f64[(alpha >> 3) + t * row + 2 + s];
        expect(Math.abs(found - sum) < 1e-12 || found === sum).toBe(true);
      });
    });
    expect(f64[(alpha >> 3) + frames * row]).toBe(SENTINEL);
    // One row that is written again and again ends with the same loss.
    expect(kernels.ctc_f64(at, stride, labelsAt, jumpsAt, grad, 0, frames, n)).toBe(loss);
    f64.fill(SENTINEL, grad >> 3, (grad >> 3) + 2 ** 9);
    kernels.ctcslope_f64(at, stride, labelsAt, alpha, beta, 8 * row, grad, frames, n, classes, loss, 2);
    const backwards = sumsOf([...x].reverse(), [...labels].reverse());
    x.forEach((numbers, t) => {
      numbers.forEach((number, c) => {
        const shares = labels.map((label, s) =>
          label === c ? Math.exp(sums[t][s] + backwards[frames - 1 - t][n - 1 - s] - number + loss) : 0,
        );
        const slope = 2 * (Math.exp(number) - shares.reduce((a, b) => a + b, 0));
        const found = f64[(grad >> 3) + t * classes + c];
        if (Number.isFinite(loss)) expect(found).toBeCloseTo(slope, 11);
        else expect(found).toBeNaN();
      });
    });
    expect(f64[(grad >> 3) + frames * classes]).toBe(SENTINEL);
  }); // prettier-ignore
});
