import { describe, expect, test } from "vitest";
import { F, tensor, type Tensor } from "../../src/index.js";
import { Random } from "../support/random.js";

/** Longer than two blocks, with a tail. */
const [ROWS, COLUMNS] = [181, 191];

function bytes(n: number, seed: number): Uint8Array<ArrayBuffer> {
  const random = new Random(seed);
  return Uint8Array.from({ length: n }, () => random.integer(0, 255));
}

const x = bytes(ROWS * COLUMNS, 1);
const y = bytes(ROWS * COLUMNS, 2);
const [a, b] = [x, y].map((values) => tensor(values).reshape([ROWS, COLUMNS]));

const turned = (values: Uint8Array): number[] =>
  Array.from(values, (_, i) => values[(i % ROWS) * COLUMNS + Math.floor(i / ROWS)]);

const layouts: Record<
  string,
  { input: Tensor; target: Tensor; values: [ArrayLike<number>, ArrayLike<number>] }
> = {
  contiguous: { input: a, target: b, values: [x, y] },
  "beginning within a vector": {
    input: a.at(3),
    target: b.at(7),
    values: [x.slice(3 * COLUMNS, 4 * COLUMNS), y.slice(7 * COLUMNS, 8 * COLUMNS)],
  },
  "one turned": { input: a.t(), target: b.reshape([COLUMNS, ROWS]), values: [turned(x), y] },
  "both turned": { input: a.t(), target: b.t(), values: [turned(x), turned(y)] },
  "a constant": {
    input: a,
    target: tensor(Uint8Array.of(200)).reshape([1, 1]).expand([ROWS, COLUMNS]),
    values: [x, new Uint8Array(x.length).fill(200)],
  },
};

describe.each(Object.entries(layouts))("L1 of uint8, %s", (_, { input, target, values: [p, q] }) => {
  const terms = Array.from(p, (value, i) => (value - q[i] + 256) % 256);

  test("is the wrapped difference", () => {
    const loss = F.l1Loss(input, target, { reduction: "none" });
    expect(loss.dtype).toBe("uint8");
    expect(loss.shape).toEqual(input.shape);
    expect(loss.flatten().tolist()).toEqual(terms);
  });

  test("is summed in int64", () => {
    const loss = F.l1Loss(input, target, { reduction: "sum" });
    expect(loss.dtype).toBe("int64");
    expect(loss.item()).toBe(BigInt(terms.reduce((sum, term) => sum + term, 0)));
  });
});

test("L1 of no uint8 is 0", () => {
  const empty = tensor(new Uint8Array(0));
  expect(F.l1Loss(empty, empty, { reduction: "sum" }).item()).toBe(0n);
  expect(F.l1Loss(empty, empty, { reduction: "none" }).tolist()).toEqual([]);
});
