/**
 * Accumulated losses: the exact sum of what `reduction: "none"` gives, in any cut, order and
 * merging, of tensors and of arrays.
 */
import { F, full, fuse, LossAccumulator as Tensors, memoryStats, onWarning, tensor, tidy } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { fuse as fuseArrays, LossAccumulator as Arrays } from "lossgrad/arrays";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { losses } from "../../src/loss/losses.js";
import type { LossName, LossRow } from "../../src/loss/losses.js";
import { ARRAY_LOSSES, HOMES, operandAt } from "../support/arrays.js";
import { toHex } from "../support/bytes.js";
import { Random } from "../support/random.js";
import { FLOAT_DTYPES, roundUnits, sumUnits } from "../support/rational.js";
import { expectError } from "../support/refuse.js";

const LOSSES = Object.keys(losses) as LossName[];
const WEIGHTED = LOSSES.filter((loss) => (losses[loss] as LossRow).weightedMean !== null);
const ONE = 1n << 1074n;

beforeAll(() => void onWarning(() => undefined));
afterAll(() => void onWarning(null));

/** An accumulator of either face, fed with tensors. */
interface Face {
  readonly name: string;
  readonly make: (loss: LossName, parameters?: object) => Tensors | Arrays;
  readonly feed: (
    to: Tensors | Arrays,
    input: Tensor,
    target: Tensor,
    weight?: Tensor,
    mask?: Tensor,
  ) => void;
}
const FACES: readonly Face[] = [
  {
    name: "tensors",
    make: (loss, parameters) => new Tensors(loss, parameters),
    feed: (to, input, target, weight, mask) => {
      (to as Tensors).update(input, target, { ...(weight ? { weight } : {}), ...(mask ? { mask } : {}) });
    },
  },
  ...HOMES.map((home): Face => ({
    name: `arrays, ${home}`,
    make: (loss, parameters) => new Arrays(loss, parameters),
    feed: (to, input, target, weight, mask) => {
      const [x, y] = [operandAt(home, input), operandAt(home, target)];
      (to as Arrays).update(x, y, {
        ...(weight ? { weight: operandAt(home, weight) } : {}),
        ...(mask ? { mask: operandAt(home, mask) } : {}),
      });
    },
  })),
];

/** Numbers about 0, of sizes that `spread` says; with some that are not finite. */
function numbers(n: number, dtype: DType, seed: number, spread = 3, special = 0): Tensor {
  const random = new Random(seed);
  const next = (): number =>
    random.chance(special)
      ? random.pick([NaN, Infinity, -Infinity])
      : random.normal() * 2 ** random.integer(-spread, spread);
  return tensor(Float64Array.from({ length: n }, next)).to(dtype);
}

const valuesOf = (x: Tensor): number[] => (x.detach().reshape([-1]).tolist() as number[]).map(Number);

/** The cuts of n elements into chunks, at random; some are empty. */
function cutsOf(n: number, random: Random): [number, number][] {
  const marks = Array.from({ length: random.integer(0, 6) }, () => random.integer(0, n)).sort(
    (a, b) => a - b,
  );
  return [0, ...marks].map((from, i) => [from, (marks[i] ?? n) - from]);
}

/**
 * The elements of `operands` accumulated in chunks that come in any order and merge as they like.
 */
function scattered(
  face: Face,
  loss: LossName,
  operands: readonly Tensor[],
  random: Random,
  parameters?: object,
): Tensors | Arrays {
  const order = tensor(shuffledRange(operands[0].numel(), random), { dtype: "int64" });
  const shuffled = operands.map((x) => x.at(order));
  const parts = cutsOf(operands[0].numel(), random).map(([from, length]) => {
    const part = face.make(loss, parameters);
    const [input, target, ...weight] = shuffled.map((x) => x.narrow(0, from, length));
    face.feed(part, input, target, ...weight);
    return random.chance(0.3) ? (part.constructor as typeof Arrays).fromBytes(part.toBytes()) : part;
  });
  while (parts.length > 1) {
    const [from] = parts.splice(random.integer(0, parts.length - 1), 1);
    const into = random.pick(parts);
    if (random.chance(0.3)) into.sum();
    into.merge(from);
  }
  return parts[0];
}

function shuffledRange(n: number, random: Random): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

const read = (total: Tensors | Arrays): unknown => ({
  count: total.count,
  sum: total.sum(),
  mean: total.mean(),
  weights: total.weightSum(),
  nonFinite: total.nonFinite,
  bytes: toHex(total.toBytes()),
});

describe.each(FACES)("an accumulator of $name", (face) => {
  describe.each(LOSSES)("of %s", (loss) => {
    it.each(FLOAT_DTYPES)("gives the exact sum and mean of the unreduced loss in %s", (dtype) => {
      for (const n of loss === "mseLoss" && dtype !== "float16" ? [0, 5, 16385] : [0, 1, 67]) {
        tidy(() => {
          const [input, target] = [numbers(n, dtype, n + 1), numbers(n, dtype, n + 2)];
          const total = face.make(loss);
          face.feed(total, input, target);
          const units = sumUnits(valuesOf(F[loss](input, target, { reduction: "none" })));
          expect(total.count).toBe(n);
          expect(total.weightSum()).toBe(n);
          expect(total.sum()).toBe(roundUnits(units, "float64"));
          expect(total.mean()).toBe(n === 0 ? NaN : roundUnits(units, "float64", n));
        });
      }
    });

    it.each(FLOAT_DTYPES)(
      "has one state in %s, however the elements are cut, ordered and merged",
      (dtype) => {
        const random = new Random(7);
        for (const [spread, special] of [
          [3, 0],
          [30, 0],
          [60, 0.02],
        ]) {
          tidy(() => {
            const operands = [1, 2].map((seed) => numbers(100, dtype, seed, spread, special));
            const whole = face.make(loss);
            face.feed(whole, operands[0], operands[1]);
            for (let round = 0; round < 2; round++) {
              expect(read(scattered(face, loss, operands, random))).toEqual(read(whole));
            }
          });
        }
      },
    );
  });

  it.each(WEIGHTED)("weights %s as the unreduced loss, and its mean as the loss's", (loss) => {
    const random = new Random(8);
    for (const dtype of FLOAT_DTYPES) {
      for (const weightDType of [...FLOAT_DTYPES, "int8"] as const) {
        tidy(() => {
          const operands = [numbers(67, dtype, 1), numbers(67, dtype, 2), numbers(67, weightDType, 3)];
          const [input, target, weight] = operands;
          const whole = face.make(loss);
          face.feed(whole, input, target, weight);
          const units = sumUnits(valuesOf(F[loss](input, target, { weight, reduction: "none" })));
          const divisor =
            (losses[loss] as LossRow).weightedMean === "weights" ? sumUnits(valuesOf(weight)) : 67n * ONE;
          const sign = divisor < 0n ? -1n : 1n;
          expect(whole.sum()).toBe(roundUnits(units, "float64"));
          expect(whole.weightSum()).toBe(roundUnits(sumUnits(valuesOf(weight)), "float64"));
          expect(whole.mean()).toBe(roundUnits(sign * (units << 1074n), "float64", sign * divisor));
          expect(read(scattered(face, loss, operands, random))).toEqual(read(whole));
        });
      }
    }
  });

  it("counts elements without a weight as 1, beside chunks that have one", () => {
    const total = face.make("l1Loss");
    face.feed(total, tensor([1, 2]), tensor([2, 4]), tensor([3, 0.5]));
    face.feed(total, tensor([5]), tensor([0]));
    expect([total.count, total.sum(), total.weightSum(), total.mean()]).toEqual([3, 9, 4.5, 2]);
  });

  it("takes the parameter of the loss, and tells it", () => {
    const [input, target] = [tensor([0, 3]), tensor([1, 0])];
    const smooth = face.make("smoothL1Loss", { beta: 2 });
    const huber = face.make("huberLoss", { delta: 2 });
    for (const total of [smooth, huber]) face.feed(total, input, target);
    expect([smooth.loss, smooth.parameters, smooth.sum()]).toEqual(["smoothL1Loss", { beta: 2 }, 2.25]);
    expect([huber.loss, huber.parameters, huber.sum()]).toEqual(["huberLoss", { delta: 2 }, 4.5]);
    expect([face.make("l1Loss").parameters, face.make("huberLoss").parameters]).toEqual([{}, { delta: 1 }]);
    expect(Object.isFrozen(smooth.parameters)).toBe(true);
  });

  it("counts terms that are not finite, by kind", () => {
    const total = face.make("l1Loss");
    face.feed(total, tensor([NaN, Infinity, 1, -Infinity]), tensor([1, 0, 0, -Infinity]));
    expect(total.nonFinite).toEqual({ nan: 2, positiveInfinity: 1, negativeInfinity: 0 });
    expect(total.sum()).toBeNaN();
    expect(total.mean()).toBeNaN();
  });

  it("gives a mean where the sum alone overflows", () => {
    const total = face.make("l1Loss");
    for (let i = 0; i < 3; i++)
      face.feed(total, full([1], 1e308, { dtype: "float64" }), tensor([0]).to("float64"));
    expect([total.sum(), total.mean()]).toEqual([Infinity, 1e308]);
  });

  it("is copied, and forgets, without the other", () => {
    const total = face.make("mseLoss");
    face.feed(total, tensor([3]), tensor([1]));
    const copy = total.clone();
    face.feed(copy, tensor([3]), tensor([1]));
    expect([total.count, total.sum(), copy.count, copy.sum()]).toEqual([1, 4, 2, 8]);
    total.reset();
    expect(read(total)).toEqual(read(face.make("mseLoss")));
    expect(copy.constructor).toBe(total.constructor);
    copy.merge(copy);
    expect([copy.count, copy.sum()]).toEqual([4, 16]);
  });

  it("prints what it has", () => {
    const total = face.make("smoothL1Loss", { beta: 0.5 });
    face.feed(total, tensor([0]), tensor([1]));
    expect(String(total)).toBe("LossAccumulator(smoothL1Loss with beta 0.5, count 1, mean 0.75)");
  });
});

describe("accumulators of tensors and of arrays", () => {
  it("are of one kind: they merge, and read each other's states", () => {
    const [a, b] = [new Tensors("l1Loss"), new Arrays("l1Loss")];
    a.update(tensor([1, 2]), tensor([0, 0]));
    b.update(Float32Array.of(4), 0);
    a.merge(b);
    b.merge(Arrays.fromBytes(a.toBytes()));
    expect([a.sum(), a.count, b.sum(), b.count]).toEqual([7, 3, 11, 4]);
    expect(Tensors.fromJSON(JSON.parse(JSON.stringify(b)))).toBeInstanceOf(Tensors);
  });

  it("refuse another loss or parameter, and what is no accumulator", () => {
    const total = new Tensors("smoothL1Loss", { beta: 0.5 });
    expectError(
      () => {
        total.merge(new Arrays("smoothL1Loss"));
      },
      RangeError,
      "LossAccumulator.merge: expected an accumulator of smoothL1Loss with beta 0.5, got one of smoothL1Loss with beta 1",
    );
    expectError(
      () => {
        total.merge(new Tensors("l1Loss"));
      },
      RangeError,
      "LossAccumulator.merge: expected an accumulator of smoothL1Loss with beta 0.5, got one of l1Loss",
    );
    expectError(
      () => {
        total.merge(Object.create(Tensors.prototype) as Tensors);
      },
      TypeError,
      "LossAccumulator.merge: expected a LossAccumulator, got LossAccumulator; one of another copy of lossgrad comes by fromBytes(other.toBytes())",
    );
    expect(total.count).toBe(0);
  });
});

describe.each(FACES)("a mask, in an accumulator of $name,", (face) => {
  it.each(LOSSES)("leaves out what of %s it does not keep", (loss) => {
    for (const dtype of FLOAT_DTYPES) {
      tidy(() => {
        const weighted = (losses[loss] as LossRow).weightedMean !== null;
        const mask = tensor([1, 0, 3, 1, 0], { dtype: "uint8" });
        const kept = tensor([0n, 2n, 3n]);
        const input = tensor([1, NaN, -3, 0.1, 7], { dtype });
        const target = tensor([0, 1, 2, 0.4, Infinity], { dtype });
        const weights = [tensor([2, NaN, 0.5, 3, 1], { dtype }), tensor([2, 9, 5, 3, 1], { dtype: "int8" })];
        for (const weight of [undefined, ...(weighted ? weights : [])]) {
          const [masked, expected] = [face.make(loss), face.make(loss)];
          face.feed(masked, input, target, weight, mask);
          face.feed(expected, input.at(kept), target.at(kept), weight?.at(kept));
          expect(read(masked)).toEqual(read(expected));
          const none = face.make(loss);
          face.feed(none, input, target, weight, mask.mul(0));
          expect([none.count, none.sum(), none.weightSum(), none.mean()]).toEqual([0, 0, 0, NaN]);
        }
      });
    }
  });
});

describe("an accumulator of tensors", () => {
  it("broadcasts as the loss does", () => {
    const total = new Tensors("l1Loss");
    total.update(tensor([[1], [2]]), tensor([0, 1, 2]));
    expect([total.count, total.sum()]).toEqual([6, 5]);
  });

  it("adds integers and complex numbers as torch's L1 does", () => {
    const total = new Tensors("l1Loss");
    total.update(tensor([2n ** 60n, 5n]), tensor([0n, 7n]));
    total.update(tensor([{ re: 3, im: 4 }]), tensor([{ re: 0, im: 0 }]));
    expect([total.count, total.sum()]).toEqual([3, 2 ** 60]);
    expect(total.toJSON().sum.integer).toBe(String(2n ** 60n + 7n));
  });

  it("records no gradient and keeps no memory, also when it fails", () => {
    const total = new Tensors("mseLoss");
    const x = tensor([1, 2, 3], { requiresGrad: true });
    total.update(x, tensor([1, 2, 4]));
    const before = memoryStats();
    total.update(x, tensor([1, 2, 4]));
    expect(() => {
      total.update(x, tensor([1n, 2n]));
    }).toThrow();
    const weight = tensor([{ re: 1, im: 0 }, { re: 1, im: 0 }, { re: 1, im: 0 }]); // prettier-ignore
    expectError(
      () => {
        total.update(x, tensor([1, 2, 4]), { weight });
      },
      TypeError,
      "LossAccumulator.update: expected real terms, got complex64",
    );
    expect([total.count, total.sum()]).toEqual([6, 2]);
    tidy(() => undefined);
    expect(memoryStats().bytesInUse - before.bytesInUse).toBeLessThan(1024);
  });
});

describe("an accumulator of arrays", () => {
  it("computes in the dtype that it is told, and by default as the loss", () => {
    const [x, y] = [Float64Array.of(0.1, 1e-9), Float64Array.of(0.2, 1)];
    for (const dtype of [undefined, ...FLOAT_DTYPES]) {
      const total = new Arrays("mseLoss");
      total.update(x, y, dtype ? { dtype } : {});
      const terms = ARRAY_LOSSES.mseLoss(x, y, { reduction: "none", ...(dtype ? { dtype } : {}) });
      const [a, b] = valuesOf(
        terms instanceof Uint16Array
          ? tensor({ data: terms, dtype: dtype as "float16" })
          : tensor(terms as Float64Array),
      );
      expect(total.sum()).toBe(roundUnits(sumUnits([a, b]), "float64"));
    }
  });

  it("takes bytes, integers and a number as the target", () => {
    const total = new Arrays("l1Loss");
    total.update(Uint8Array.of(1, 200), Uint8Array.of(3, 100));
    total.update(Int32Array.of(-(2 ** 31)), Int32Array.of(2 ** 31 - 1));
    total.update(Float32Array.of(1.5), 1);
    expect([total.count, total.sum()]).toEqual([4, 102 + 2 ** 32 - 1 + 0.5]);
  });

  it("changes nothing when an update fails", () => {
    const total = new Arrays("l1Loss");
    total.update(Float32Array.of(1), 0);
    const before = toHex(total.toBytes());
    for (const call of [
      () => {
        total.update(Float32Array.of(1), Float32Array.of(1, 2));
      },
      () => {
        total.update(Float32Array.of(1), 0, { weight: Float32Array.of(1, 2) });
      },
      () => {
        total.update(Float32Array.of(1), 0, { reduction: "sum" } as never);
      },
      () => {
        new Arrays("smoothL1Loss").update(Float32Array.of(1), 0, { weight: Float32Array.of(1) });
      },
    ]) {
      expect(call).toThrow();
    }
    expect(toHex(total.toBytes())).toBe(before);
  });

  it("refuses losses and parameters that there are not", () => {
    const make =
      (...args: unknown[]) =>
      () =>
        new (Arrays as new (...args: unknown[]) => Arrays)(...args);
    expectError(
      make("l2"),
      TypeError,
      'LossAccumulator: expected loss to be one of "l1Loss", "mseLoss", "smoothL1Loss", "huberLoss", "crossEntropy", "nllLoss", got "l2"',
    );
    expect(make("constructor")).toThrow("expected loss to be one of");
    expect(make("l1Loss", { beta: 1 })).toThrow("got an unexpected keyword argument 'beta'");
    expect(make("huberLoss", { delta: 0 })).toThrow("does not support non-positive values for delta");
    expect(make("smoothL1Loss", { beta: NaN })).toThrow("expected beta to be finite");
    expect(make("smoothL1Loss", 2)).toThrow("expected options as an object");
  });
});

describe("an accumulator of a fused loss", () => {
  const charbonnier = fuse(
    (input: Tensor, target: Tensor, { eps }: { eps: number }) =>
      input
        .sub(target)
        .square()
        .add(eps ** 2)
        .sqrt()
        .mean(),
    { name: "charbonnier", parameters: { eps: 1e-3 } },
  );

  it.each(FLOAT_DTYPES)("adds the unreduced loss in %s, in any cut and order", (dtype) => {
    tidy(() => {
      const [input, target] = [numbers(100, dtype, 1), numbers(100, dtype, 2)];
      const whole = new Tensors(charbonnier, { eps: 0.5 });
      whole.update(input, target);
      const terms = charbonnier(input, target, { eps: 0.5, reduction: "none" });
      expect(whole.sum()).toBe(roundUnits(sumUnits(valuesOf(terms)), "float64"));
      const face = { ...FACES[0], make: () => new Tensors(charbonnier, { eps: 0.5 }) };
      const parts = [0, 40, 41].map((from, i) => {
        const part = new Tensors(charbonnier, { eps: 0.5 });
        const length = [40, 1, 59][i];
        face.feed(part, input.narrow(0, from, length), target.narrow(0, from, length));
        return Tensors.fromBytes(part.toBytes(), charbonnier);
      });
      parts[2].merge(parts[0]);
      parts[2].merge(parts[1]);
      expect(read(parts[2])).toEqual(read(whole));
      expect(read(whole.clone())).toEqual(read(whole));
    });
  });

  it("takes as many operands as the function, numbers among them", () => {
    const scaled = fuse((a: Tensor, b: Tensor, c: Tensor) => a.sub(b).mul(c), { name: "scaled" });
    const total = new Tensors(scaled);
    total.update(tensor([3, 5]), 1, tensor([10, 100]));
    expect([total.count, total.sum(), total.parameters]).toEqual([2, 420, {}]);
  });

  it("leaves out what a mask does not keep, and takes weights that broadcast", () => {
    const total = new Tensors(charbonnier, { eps: 0 });
    const [mask, weight] = [tensor([true, false, true]), tensor([[2], [NaN]])];
    const input = tensor([[1, NaN, 3], [4, 5, 6]]); // prettier-ignore
    total.update(input, 0, { mask });
    expect([total.count, total.sum(), total.weightSum()]).toEqual([4, 14, 4]);
    total.update(input, 0, { mask: tensor([[true, false, true], [false, false, false]]), weight }); // prettier-ignore
    expect([total.count, total.sum(), total.weightSum(), total.mean()]).toEqual([6, 22, 8, 22 / 8]);
    total.update(tensor([[3, 4]]), 0, { weight: tensor([[0.5], [1]]).narrow(0, 0, 1) });
    expect([total.count, total.sum(), total.weightSum()]).toEqual([8, 25.5, 9]);
  });

  it.each(HOMES)("of arrays has the state of that of tensors, %s, with masks and weights", (home) => {
    const arrays = fuseArrays(
      (input, target, { eps }) =>
        input
          .sub(target)
          .square()
          .add(eps ** 2)
          .sqrt()
          .mean(),
      { name: "charbonnier", parameters: { eps: 1e-3 } },
    );
    const mask = tensor(Uint8Array.from({ length: 100 }, (_, i) => i % 3));
    for (const dtype of FLOAT_DTYPES) {
      tidy(() => {
        const [input, target] = [numbers(100, dtype, 1), numbers(100, dtype, 2)];
        const weight = numbers(100, dtype, 3).abs();
        for (const rest of [{}, { mask }, { weight }, { mask, weight }] as {
          mask?: Tensor;
          weight?: Tensor;
        }[]) {
          const total = new Arrays(arrays, { eps: 0.5 });
          const expected = new Tensors(charbonnier, { eps: 0.5 });
          const given = Object.fromEntries(
            Object.entries(rest).map(([name, x]) => [name, operandAt(home, x)]),
          );
          total.update(operandAt(home, input), operandAt(home, target), given);
          expected.update(input, target, rest);
          expect(read(total)).toEqual(read(expected));
          expect(read(Arrays.fromBytes(total.toBytes(), arrays))).toEqual(read(total));
          expect(read(Arrays.fromJSON(total.toJSON(), arrays).clone())).toEqual(read(total));
          expected.merge(Tensors.fromBytes(total.toBytes(), charbonnier));
          expect(expected.count).toBe(2 * total.count);
        }
      });
    }
  });

  it("of arrays is one of a named function of arrays, and takes its operands", () => {
    const ratio = fuseArrays((a, b, c) => a.sub(b).div(c), { name: "ratio" });
    const total = new Arrays(ratio);
    total.update(Float32Array.of(3, 5), 1, Float32Array.of(2, 4));
    expect([total.count, total.sum()]).toEqual([2, 2]);
    for (const [call, kind, message] of [
      [
        () => total.update(Float32Array.of(1), 1),
        TypeError,
        "ratio: expected 3 operands, as the function has them, got 2",
      ],
      [
        () => total.update(Float32Array.of(1), 1, 1, { eps: 1 } as object),
        TypeError,
        "unexpected keyword argument 'eps'",
      ],
      [() => new Arrays(fuseArrays((a) => a)), TypeError, "expected a fused function with a name"],
      [
        () => new Arrays(charbonnier as never),
        TypeError,
        "expected loss to be a name or a function that fuse made",
      ],
      [
        () => new Tensors(ratio as never),
        TypeError,
        "expected loss to be a name or a function that fuse made",
      ],
    ] as const) {
      expectError(call, kind, message);
    }
    expect([total.count, total.sum()]).toEqual([2, 2]);
  });

  it("is told by its name and parameters, and needs the function to be read", () => {
    const total = new Tensors(charbonnier);
    expect([total.loss, total.parameters]).toEqual(["charbonnier", { eps: 1e-3 }]);
    const caller = "LossAccumulator";
    const other = fuse((a: Tensor, b: Tensor) => a.sub(b), { name: "other" });
    const unnamed = fuse((a: Tensor, b: Tensor) => a.sub(b));
    for (const [call, kind, message] of [
      [
        () => {
          total.merge(new Tensors(charbonnier, { eps: 1 }));
        },
        RangeError,
        "expected an accumulator of charbonnier with eps 0.001, got one of charbonnier with eps 1",
      ],
      [
        () => {
          total.merge(new Tensors("l1Loss"));
        },
        RangeError,
        "expected an accumulator of charbonnier with eps 0.001, got one of l1Loss",
      ],
      [
        () => Tensors.fromBytes(total.toBytes()),
        RangeError,
        `${caller}.fromBytes: expected a state of l1Loss, mseLoss, smoothL1Loss, huberLoss, crossEntropy, nllLoss, got one of "charbonnier"; a fused loss is handed over as the second argument`,
      ],
      [
        () => Tensors.fromJSON(total.toJSON(), other),
        RangeError,
        `${caller}.fromJSON: expected a state of other, got one of "charbonnier"`,
      ],
      [
        () => Tensors.fromBytes(new Tensors("l1Loss").toBytes(), other),
        RangeError,
        'expected a state of other, got one of "l1Loss"',
      ],
      [() => new Tensors(unnamed), TypeError, `${caller}: expected a fused function with a name`],
      [
        () => new Tensors((a: Tensor) => a),
        TypeError,
        "expected loss to be a name or a function that fuse made, got function",
      ],
      [
        () => new Tensors(charbonnier, { eps: Infinity }),
        RangeError,
        `${caller}: expected eps to be finite, got Infinity`,
      ],
      [() => new Tensors(charbonnier, { delta: 1 }), TypeError, "got an unexpected keyword argument 'delta'"],
    ] as const) {
      expectError(call, kind, message);
    }
  });
});
