import { describe, expect, it } from "vitest";
import { type Backend, backends, GUARD, LENGTHS, read, store, type Tag } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { kernelsOf } from "../families.js";

/** Where operands and results lie. */
const [X, W, TARGETS, ROOM, NORMS, LOSSES, GRAD] = [512, 65536, 131072, 196608, 262144, 327680, 393216];
const ROWS = 3;

interface Case {
  readonly x: readonly number[][];
  /** The target class of each row, or its labels. */
  readonly targets: readonly number[][];
  readonly w: readonly number[] | null;
  readonly norms: readonly number[] | null;
  readonly p: 1 | 2;
  readonly margin: number;
  readonly norm: number;
}

interface Results {
  readonly losses: number[];
  readonly grad: number[][];
}

/** The hinges of every pair of a label and a class that is none. */
function naive({ x, targets, w, norms, p, margin, norm }: Case): Results {
  const rows = x.map((row, r) => {
    const end = targets[r].findIndex((t) => t < 0);
    const labels = end < 0 ? targets[r] : targets[r].slice(0, end);
    const grad = row.map(() => 0);
    let loss = 0;
    for (const t of labels) {
      row.forEach((value, i) => {
        const z = margin - row[t] + value;
        if (labels.includes(i) || !(z > 0)) return;
        const share = (w?.[t] ?? 1) / row.length;
        const slope = share * (p === 2 ? 2 * z : 1) * norm * (norms?.[r] ?? 1);
        loss += share * z ** p;
        grad[i] += slope;
        grad[t] -= slope;
      });
    }
    return { loss, grad };
  });
  return { losses: rows.map(({ loss }) => loss), grad: rows.map(({ grad }) => grad) };
}

describe.each(kernelsOf("margins"))("%s", (kernel, which, type) => {
  const tag = type as Tag;
  const size = tag === "f32" ? 4 : 8;
  const [round, epsilon] = tag === "f32" ? [Math.fround, 2 ** -23] : [(x: number) => x, 2 ** -51];
  const hasLabels = which === "multilabelmargin";

  function run(
    backend: Backend,
    given: Case,
    wanted: { losses: boolean; grad: boolean },
    at = GRAD,
  ): Results {
    const { x, targets, w, norms, p, margin, norm } = given;
    const n = x[0].length;
    backend.fill(LOSSES - GUARD, ROWS * size + 2 * GUARD);
    if (at === GRAD) backend.fill(GRAD - GUARD, ROWS * n * size + 2 * GUARD);
    backend.fill(ROOM - GUARD, n * size + 2 * GUARD);
    backend.write(X, store(tag, x.flat()));
    backend.write(TARGETS, store("i32", targets.flat()));
    if (w) backend.write(W, store(tag, w));
    if (norms) backend.write(NORMS, store(tag, norms));
    const places = [wanted.losses ? LOSSES : 0, wanted.grad ? at : 0, norms ? NORMS : 0];
    if (hasLabels) backend.kernels[kernel](X, TARGETS, ROOM, ...places, ROWS, n, norm);
    else backend.kernels[kernel](X, TARGETS, w ? W : 0, ...places, ROWS, n, p, margin, norm);
    expect(backend.firstTouched(LOSSES - GUARD, GUARD)).toBe(-1);
    expect(backend.firstTouched(LOSSES + (wanted.losses ? ROWS * size : 0), GUARD)).toBe(-1);
    expect(backend.firstTouched(ROOM - GUARD, GUARD)).toBe(-1);
    expect(backend.firstTouched(ROOM + n * size, GUARD)).toBe(-1);
    if (at === GRAD) {
      expect(backend.firstTouched(GRAD - GUARD, GUARD)).toBe(-1);
      expect(backend.firstTouched(GRAD + (wanted.grad ? ROWS * n * size : 0), GUARD)).toBe(-1);
    }
    const slopes = read(tag, backend.readAt(tag, at, ROWS * n)) as number[];
    return {
      losses: read(tag, backend.readAt(tag, LOSSES, ROWS)) as number[],
      grad: x.map((_, r) => slopes.slice(r * n, (r + 1) * n)),
    };
  }

  function caseOf(n: number, random: Random): Case {
    const numbers = (count: number, f: () => number): number[] =>
      Array.from({ length: count }, () => round(f()));
    const target = (): number[] => {
      if (!hasLabels) return [random.pick([0, n - 1, random.integer(0, n - 1)])];
      const last = random.integer(0, n);
      return Array.from({ length: n }, (_, i) => (i === last ? -1 : random.integer(0, n - 1)));
    };
    return {
      x: Array.from({ length: ROWS }, () => numbers(n, () => random.normal())),
      targets: Array.from({ length: ROWS }, target),
      w: !hasLabels && random.chance(0.5) ? numbers(n, () => Math.abs(random.normal())) : null,
      norms: random.chance(0.5) ? [2, -1, 0.5] : null,
      p: hasLabels ? 1 : random.pick([1, 2]),
      margin: hasLabels ? 1 : random.pick([1, 0.5, -0.5]),
      norm: random.pick([1, 0.125]),
    };
  }

  function expectNear(found: readonly number[], expected: readonly number[], about: string): void {
    const most = Math.max(1, ...expected.map(Math.abs));
    const far = found.findIndex((value, i) => !(Math.abs(value - expected[i]) <= 64 * epsilon * most));
    if (far >= 0) expect.fail(`${about} at ${far}: ${found[far]}, ${expected[far]}`);
  }

  it("is within 64 ULP of the formula, for every length from 1 to 67, losses and slopes alone or together", () => {
    for (const n of LENGTHS.slice(1)) {
      const random = new Random(n);
      const given = caseOf(n, random);
      const expected = naive(given);
      for (const backend of backends) {
        const both = run(backend, given, { losses: true, grad: true });
        expectNear(both.losses, expected.losses, `loss of ${n}`);
        both.grad.forEach((row, r) => {
          expectNear(row, expected.grad[r], `slope of ${n}`);
        });
        expect(run(backend, given, { losses: true, grad: false }).losses).toEqual(both.losses);
        expect(run(backend, given, { losses: false, grad: true }).grad).toEqual(both.grad);
        // The labels are read again after the first slopes.
        if (!hasLabels) expect(run(backend, given, { losses: true, grad: true }, X)).toEqual(both);
      }
    }
  });

  it("a hinge of 0 or NaN has no loss and no slope; one that is infinite has both", () => {
    const targets = hasLabels ? [0, -1, 1, 1] : [0];
    for (const backend of backends) {
      const x = [[1, 0, NaN, 0], [NaN, 5, 5, 5], [0, Infinity, -Infinity, -1]]; // prettier-ignore
      const given: Case = {
        x,
        targets: [targets, targets, targets],
        w: null,
        norms: null,
        p: 1,
        margin: 1,
        norm: 1,
      };
      const { losses, grad } = run(backend, given, { losses: true, grad: true });
      expect(losses).toEqual([0, 0, Infinity]);
      expect(grad).toEqual([[0, 0, 0, 0], [0, 0, 0, 0], [-0.25, 0.25, 0, 0]]); // prettier-ignore
    }
  });
});
