/**
 * Losses of columns, which are added where they lie, have the bits of the losses of the same
 * numbers in rows; those of rows are held to the losses of each part alone in test/nn/parts.test.ts.
 */
import { F, onWarning, tensor, zeros } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { losses } from "../../src/loss/losses.js";
import type { LossName, LossRow } from "../../src/loss/losses.js";
import { Random } from "../support/random.js";

// Broadcasting warns, as it should: messages.test.ts.
beforeAll(() => void onWarning(() => undefined));
afterAll(() => void onWarning(null));

type Call = (input: Tensor, target: Tensor, options?: object) => Tensor;

/** [outer, rows, columns]: about groups of rows, several matrices at once, many columns, blocks. */
const SHAPES: readonly (readonly [number, number, number])[] = [
  [3, 5, 3],
  [1, 515, 9],
  [2, 530, 2],
  [40, 6, 7],
  [1, 2, 2055],
  [1, 33, 300],
  [1, 16_390, 2],
];

function numbers(n: number, random: Random): Tensor {
  const values = Float64Array.from({ length: n }, () =>
    random.chance(0.2) ? random.integer(-2, 2) : (random.next() - 0.5) * 6,
  );
  return tensor(values);
}

interface Case {
  readonly shape: readonly [number, number, number];
  readonly dtype: DType;
  readonly seed?: number;
  /** Whether the numbers lie in rows. */
  readonly asRows?: boolean;
}

/** Numbers as [outer, rows, columns], or as [outer, columns, rows]. */
function operand({ shape: [outer, rows, columns], dtype, seed = 1, asRows = false }: Case): Tensor {
  const x = numbers(outer * rows * columns, new Random(seed + rows)).reshape(outer, rows, columns);
  return (asRows ? x.transpose(1, 2) : x).clone().to(dtype).detach();
}

/** Stored numbers: as elements of float64 each half is exact. */
const listed = (x: Tensor): unknown => x.detach().to("float64").tolist();

/** The same numbers with the dimensions in another order. */
function arranged(x: Tensor, order: readonly number[]): Tensor {
  const now = order.map((_, i) => i);
  let turned = x;
  order.forEach((d, i) => {
    const at = now.indexOf(d);
    if (at !== i) turned = turned.transpose(i, at);
    [now[i], now[at]] = [now[at], now[i]];
  });
  return turned.clone();
}

/** The loss of each column, and both gradients as they lie in columns. */
function parts(loss: Call, given: Case, options: object, mask: boolean): unknown[] {
  const [x, y] = [1, 2].map((seed) => operand({ ...given, seed }).requiresGrad_());
  const keep = mask ? { mask: operand({ ...given, seed: 3, dtype: "float32" }).gt(0) } : {};
  const dim = given.asRows ? 2 : 1;
  const result = loss(x, y, { ...options, ...keep, dim });
  const upstream = numbers(result.numel(), new Random(5)).reshape(...result.shape);
  result.backward(upstream.to(result.dtype));
  const lying = (gradient: Tensor | null): unknown =>
    listed(given.asRows ? gradient!.transpose(1, 2) : gradient!);
  return [listed(result), lying(x.grad), lying(y.grad)];
}

describe.each(Object.entries(losses) as [LossName, LossRow][])("F.%s of columns", (name, row) => {
  const loss: Call = F[name];
  const parameter = row.parameter ? { [row.parameter.name]: 0.25 } : {};

  it.each(["float16", "bfloat16", "float32", "float64"] as const)(
    "%s: values and gradients have the bits of rows, with a mask and without",
    (dtype) => {
      for (const shape of SHAPES) {
        for (const mask of [false, true]) {
          const options = { ...parameter, reduction: shape[0] === 1 ? "mean" : "sum" };
          const [columns, rows] = [false, true].map((asRows) =>
            parts(loss, { shape, dtype, asRows }, options, mask),
          );
          expect(columns, `[${shape.join()}] ${mask ? "masked" : ""}`).toEqual(rows);
        }
      }
    },
  );

  it("adds again what is not finite, overflows on the way, or is too long for a block", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const large = dtype === "float32" ? 1.5e38 : 8e307;
      for (const rows of [6, 600, 17_000]) {
        const x = Float64Array.from({ length: rows * 5 }, (_, i) => {
          if (i % 5 === 0) return large;
          return i === 6 ? NaN : i === 12 ? Infinity : i % 7;
        });
        const columns = tensor(x, { dtype }).reshape(rows, 5);
        const sums = loss(columns, zeros([rows, 5], { dtype }), { ...parameter, dim: 0 });
        const turned = columns.t().clone();
        const expected = loss(turned, zeros([5, rows], { dtype }), { ...parameter, dim: 1 });
        expect(listed(sums)).toEqual(listed(expected));
      }
    }
  });

  it("reads operands that are broadcast, strided, or of other types", () => {
    const x = operand({ shape: [1, 70, 12], dtype: "float32" }).reshape(70, 12);
    const strided = operand({ shape: [1, 12, 70], dtype: "float32", seed: 8 })
      .reshape(12, 70)
      .t();
    const integers = strided.clone().to("int32");
    const row = operand({ shape: [1, 1, 12], dtype: "float64", seed: 9 }).reshape(12);
    const options = { ...parameter, reduction: "sum" };
    for (const y of [strided, integers, row, tensor(0.5)]) {
      const rows = y.expand(70, 12).t().clone();
      const expected = loss(x.t().clone(), rows, { ...options, dim: 1 });
      expect(listed(loss(x, y, { ...options, dim: 0 }))).toEqual(listed(expected));
    }
  });

  it("takes dimensions that are no neighbours, and several that are", () => {
    const x = operand({ shape: [6, 10, 8], dtype: "float32" }).reshape(2, 3, 10, 8);
    const y = operand({ shape: [6, 10, 8], dtype: "float32", seed: 2 }).reshape(2, 3, 10, 8);
    const options = { ...parameter, reduction: "sum" };
    const cases: readonly [dim: number | number[], order: number[]][] = [
      [
        [0, 2],
        [1, 3, 0, 2],
      ],
      [
        [0, 1],
        [2, 3, 0, 1],
      ],
      [
        [1, 2],
        [0, 3, 1, 2],
      ],
      [1, [0, 2, 3, 1]],
    ];
    for (const [dim, order] of cases) {
      const last = typeof dim === "number" ? 3 : [2, 3];
      const expected = loss(arranged(x, order), arranged(y, order), { ...options, dim: last });
      expect(listed(loss(x, y, { ...options, dim })), String(dim)).toEqual(listed(expected));
    }
  });
});
