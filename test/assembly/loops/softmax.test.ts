import { describe, expect, it } from "vitest";
import { backends, GUARD, LENGTHS, read, store } from "../../support/kernels.js";
import type { Backend, Tag, Value } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { kernelsOf } from "../families.js";

const [X, OUT] = [512, 262144];

type Name = "softmax" | "logsoftmax" | "logsumexp";

/** Of one row, in float64; the maximum is taken off in the type that is computed with. */
function naive(name: Name, x: readonly number[], round: (x: number) => number): number[] {
  const m = x.reduce((a, b) => Math.max(a, b), -Infinity);
  const shift = name === "logsumexp" && Math.abs(m) === Infinity ? 0 : m;
  const d = x.map((value) => round(value - shift));
  const sum = d.reduce((total, value) => total + Math.exp(value), 0);
  if (name === "logsumexp") return [shift + Math.log(sum)];
  if (name === "softmax") return d.map((value) => Math.exp(value) / sum);
  return d.map((value) => value - Math.log(sum));
}

describe.each(kernelsOf("classes"))("%s", (kernel, which, type) => {
  const [name, tag] = [which as Name, type as Tag];
  const [round, epsilon] = tag === "f32" ? [Math.fround, 2 ** -23] : [(x: number) => x, 2 ** -51];

  function run(backend: Backend, rows: readonly number[][], X0 = X): number[][] {
    const n = rows[0].length;
    const each = name === "logsumexp" ? 1 : n;
    const size = tag === "f32" ? 4 : 8;
    backend.fill(OUT - GUARD, rows.length * each * size + 2 * GUARD);
    backend.write(X0, store(tag, rows.flat()));
    backend.kernels[kernel](X0, OUT, rows.length, n);
    expect(backend.firstTouched(OUT - GUARD, GUARD)).toBe(-1);
    expect(backend.firstTouched(OUT + rows.length * each * size, GUARD)).toBe(-1);
    const all = read(tag, backend.readAt(tag, OUT, rows.length * each)) as number[];
    return rows.map((_, i) => all.slice(i * each, (i + 1) * each));
  }

  it("is within 4 ULP of the formula, 8 of float64 as this is, for every length from 1 to 67, of logits up to 50", () => {
    for (const n of LENGTHS.slice(1)) {
      const random = new Random(n);
      const rows = Array.from({ length: 3 }, () =>
        Array.from({ length: n }, () => round(random.normal() * 10)),
      );
      for (const backend of backends) {
        run(backend, rows).forEach((row, i) => {
          const expected = naive(name, rows[i], round);
          const far = row.findIndex((value, j) => {
            const size = Math.max(Math.abs(expected[j]), name === "softmax" ? 0 : 1);
            return !(Math.abs(value - expected[j]) <= 4 * epsilon * size);
          });
          if (far >= 0) expect.fail(`${n} at ${far}: ${row[far]}, ${expected[far]}`);
        });
      }
    }
  });

  it.each<[string, number[], Value[][]]>([
    ["numbers that overflow", [1e4, -1e4, 1e4], [[0.5, 0, 0.5], [-Math.LN2, -2e4 - Math.LN2, -Math.LN2], [1e4 + Math.LN2]]], // prettier-ignore
    ["-Infinity beside numbers", [-Infinity, 0, 0], [[0, 0.5, 0.5], [-Infinity, -Math.LN2, -Math.LN2], [Math.LN2]]], // prettier-ignore
    ["-Infinity alone", [-Infinity, -Infinity], [[NaN, NaN], [NaN, NaN], [-Infinity]]],
    ["Infinity", [Infinity, 1], [[NaN, NaN], [NaN, NaN], [Infinity]]],
    ["NaN before the largest", [NaN, 1, 2, 3, 4, 5], [Array(6).fill(NaN), Array(6).fill(NaN), [NaN]]], // prettier-ignore
    ["NaN in the tail", [1, 2, 3, 4, NaN], [Array(5).fill(NaN), Array(5).fill(NaN), [NaN]]],
    ["one number", [7], [[1], [0], [7]]],
  ])("of %s", (_, row, results) => {
    const expected = results[["softmax", "logsoftmax", "logsumexp"].indexOf(name)] as number[];
    for (const backend of backends) {
      expect(run(backend, [row])[0]).toEqual(expected.map(round));
      // What stands before or after a row has no part in it.
      expect(run(backend, [row.map(() => NaN), row, row.map(() => Infinity)])[1]).toEqual(
        expected.map(round),
      );
    }
  });

  it("of no numbers: nothing, or -Infinity for each row", () => {
    for (const backend of backends) {
      expect(run(backend, [[], []])).toEqual(name === "logsumexp" ? [[-Infinity], [-Infinity]] : [[], []]);
    }
  });
});
