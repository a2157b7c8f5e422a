import { describe, expect, it } from "vitest";
import { backends, GUARD, LENGTHS, read, store } from "../../support/kernels.js";
import type { Backend, Tag } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { kernelsOf } from "../families.js";

/** Where operands and results lie. */
const [X, Y, W, TARGETS, NORMS, LOSSES, GRAD] = [512, 65536, 131072, 196608, 262144, 327680, 393216];

interface Case {
  readonly x: readonly number[][];
  readonly targets: readonly number[] | null;
  readonly y: readonly number[][] | null;
  readonly w: readonly number[] | null;
  readonly norms: readonly number[] | null;
  readonly a: number;
  readonly b: number;
  readonly norm: number;
}

interface Results {
  readonly losses: number[];
  readonly grad: number[][];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, value) => total + value, 0);

function naiveEntropy({ x, targets, y, w, norms, a, b, norm }: Case): Results {
  const rows = x.map((row, r) => {
    if (targets && targets[r] < 0) return { loss: 0, slopes: row.map(() => 0) };
    const m = Math.max(...row);
    const total = sum(row.map((value) => Math.exp(value - m)));
    const logs = row.map((value) => value - m - Math.log(total));
    const label = (j: number): number => y?.[r][j] ?? Number(targets?.[r] === j);
    const c = row.map((_, j) => (w?.[j] ?? 1) * (a * label(j) + b));
    const each = norm * (norms?.[r] ?? 1);
    return {
      loss: -sum(c.map((value, j) => value * logs[j])),
      slopes: logs.map((log, j) => each * (sum(c) * Math.exp(log) - c[j])),
    };
  });
  return { losses: rows.map(({ loss }) => loss), grad: rows.map(({ slopes }) => slopes) };
}

function naiveLikelihood({ x, targets, w, norms, norm }: Case): Results {
  const weightOf = (t: number): number => (t < 0 ? 0 : (w?.[t] ?? 1));
  return {
    losses: x.map((row, r) => (targets![r] < 0 ? 0 : -weightOf(targets![r]) * row[targets![r]])),
    grad: x.map((row, r) =>
      row.map((_, j) => (j === targets![r] ? -norm * (norms?.[r] ?? 1) * weightOf(j) : 0)),
    ),
  };
}

describe.each(kernelsOf("rowLoss"))("%s", (kernel, which, type) => {
  const tag = type as Tag;
  const size = tag === "f32" ? 4 : 8;
  const [round, epsilon] = tag === "f32" ? [Math.fround, 2 ** -23] : [(x: number) => x, 2 ** -51];
  const isEntropy = which === "crossentropy";

  function run(
    backend: Backend,
    given: Case,
    wanted: { losses: boolean; grad: boolean },
    at = GRAD,
  ): Results {
    const { x, targets, y, w, norms, a, b, norm } = given;
    const [rows, n] = [x.length, x[0].length];
    backend.fill(LOSSES - GUARD, rows * size + 2 * GUARD);
    if (at === GRAD) backend.fill(GRAD - GUARD, rows * n * size + 2 * GUARD);
    backend.write(X, store(tag, x.flat()));
    if (y) backend.write(Y, store(tag, y.flat()));
    if (w) backend.write(W, store(tag, w));
    if (norms) backend.write(NORMS, store(tag, norms));
    if (targets) backend.write(TARGETS, store("i32", targets));
    const places = [wanted.losses ? LOSSES : 0, wanted.grad ? at : 0, norms ? NORMS : 0];
    if (isEntropy) {
      backend.kernels[kernel](X, targets ? TARGETS : 0, y ? Y : 0, w ? W : 0, ...places, rows, n, a, b, norm);
    } else {
      backend.kernels[kernel](X, TARGETS, w ? W : 0, ...places, rows, n, norm);
    }
    expect(backend.firstTouched(LOSSES - GUARD, GUARD)).toBe(-1);
    expect(backend.firstTouched(LOSSES + (wanted.losses ? rows * size : 0), GUARD)).toBe(-1);
    if (at === GRAD) {
      expect(backend.firstTouched(GRAD - GUARD, GUARD)).toBe(-1);
      expect(backend.firstTouched(GRAD + (wanted.grad ? rows * n * size : 0), GUARD)).toBe(-1);
    }
    const slopes = read(tag, backend.readAt(tag, at, rows * n)) as number[];
    return {
      losses: read(tag, backend.readAt(tag, LOSSES, rows)) as number[],
      grad: x.map((_, r) => slopes.slice(r * n, (r + 1) * n)),
    };
  }

  function expectNear(found: readonly number[], expected: readonly number[], about: string): void {
    const most = Math.max(1, ...expected.map(Math.abs));
    const far = found.findIndex((value, i) => !(Math.abs(value - expected[i]) <= 16 * epsilon * most));
    if (far >= 0) expect.fail(`${about} at ${far}: ${found[far]}, ${expected[far]}`);
  }

  function caseOf(n: number, random: Random, kind: number): Case {
    const rows = 3;
    const numbers = (f: () => number): number[][] =>
      Array.from({ length: rows }, () => Array.from({ length: n }, () => round(f())));
    const dense = isEntropy && kind % 3 === 2;
    return {
      x: numbers(() => random.normal() * 5),
      targets: dense ? null : [random.integer(0, n - 1), kind % 2 ? -1 : n - 1, random.integer(0, n - 1)],
      y: dense ? numbers(() => Math.abs(random.normal())) : null,
      w: kind % 4 > 1 ? numbers(() => Math.abs(random.normal()))[0] : null,
      norms: kind % 5 === 4 ? [2, -1, 0.5] : null,
      a: kind % 3 === 0 ? 1 : 0.75,
      b: isEntropy && kind % 3 !== 0 ? round(0.25 / n) : 0,
      norm: kind % 2 ? 1 : 0.125,
    };
  }

  it("is within 16 ULP of the formula, for every length from 1 to 67, losses and slopes alone or together", () => {
    const naive = isEntropy ? naiveEntropy : naiveLikelihood;
    for (const n of LENGTHS.slice(1)) {
      const random = new Random(n);
      for (let kind = n; kind < n + 3; kind++) {
        const given = caseOf(n, random, kind);
        const expected = naive(isEntropy ? given : { ...given, a: 1 });
        for (const backend of backends) {
          const both = run(backend, given, { losses: true, grad: true });
          expectNear(both.losses, expected.losses, `loss of ${n}, ${kind}`);
          both.grad.forEach((row, r) => {
            expectNear(row, expected.grad[r], `slope of ${n}, ${kind}`);
          });
          expect(run(backend, given, { losses: true, grad: false }).losses).toEqual(both.losses);
          expect(run(backend, given, { losses: false, grad: true }).grad).toEqual(both.grad);
          if (isEntropy) expect(run(backend, given, { losses: true, grad: true }, X)).toEqual(both);
        }
      }
    }
  });

  it("a row that is left out has no loss and no slope, whatever stands there", () => {
    for (const backend of backends) {
      for (const value of [NaN, Infinity, -Infinity]) {
        const given = { ...caseOf(5, new Random(1), 0), targets: [0, -1, 2] };
        const hostile = { ...given, x: given.x.map((row, r) => (r === 1 ? row.map(() => value) : row)) };
        const { losses, grad } = run(backend, hostile, { losses: true, grad: true });
        expect(losses[1]).toBe(0);
        expect(grad[1]).toEqual([0, 0, 0, 0, 0]);
        expect([losses[0], losses[2]].every(Number.isFinite)).toBe(true);
      }
    }
  });
});
