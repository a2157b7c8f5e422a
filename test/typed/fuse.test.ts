/** Fused losses of arrays have the bits of the tensors' fused losses, wherever the operands lie. */
import { fuse as fuseTensors, full, getNumThreads, setNumThreads, tensor, tidy } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { allocate, fuse, where } from "lossgrad/arrays";
import type { FormulaOperand, TypedData } from "lossgrad/arrays";
import { afterEach, describe, expect, it } from "vitest";
import { forceProvider } from "../../src/formula/provider.js";
import { bytesOf, type Home, HOMES, operandAt, rounded, tensorBytes } from "../support/arrays.js";
import { randomFormula, randomOperand } from "../support/formula-case.js";
import { LOSSES, rowOf } from "../support/losses.js";
import { Random } from "../support/random.js";
import { FLOAT_DTYPES } from "../support/rational.js";
import { expectRefused } from "../support/refuse.js";
import { SLOW } from "../support/slow.js";

const BLOCK = 16384;
const REDUCTIONS = ["mean", "sum", "none"] as const;
type Text = (...operands: FormulaOperand[]) => FormulaOperand;
/** A fused function as plain JavaScript calls it. */
interface AnyFused {
  (...args: unknown[]): unknown;
  readonly valueAndGrad: (...args: unknown[]) => {
    value: unknown;
    grad: unknown;
    grads: (TypedData | null)[];
  };
}

/** Both kinds of function of one text. */
interface Pair {
  readonly tensors: (...args: unknown[]) => Tensor;
  readonly arrays: AnyFused;
}
const pairOf = (text: Text): Pair => ({
  tensors: fuseTensors(text as never) as unknown as Pair["tensors"],
  arrays: fuse(text) as unknown as AnyFused,
});

interface Given {
  readonly operands: readonly Tensor[];
  readonly mask?: Tensor | undefined;
  readonly weight?: Tensor | undefined;
}

/** Many numbers as their bytes, which compare quickly; few as they are, so that a NaN is a NaN. */
const isLong = (n: number): boolean => n > 100;

/** The numbers of an array, or of tagged bits. */
function listOf(array: unknown, dtype: DType): unknown {
  const { data = array } = array as { data?: unknown };
  const numbers = data as Float32Array;
  return isLong(numbers.length) ? bytesOf(numbers) : tensor(numbers, { dtype }).tolist();
}

const read = (x: Tensor): unknown => (isLong(x.numel()) ? tensorBytes(x) : x.detach().tolist());

/** Value and gradients by tensors; null for an operand that no gradient reaches. */
function onTensors(
  { tensors }: Pair,
  { operands, mask, weight }: Given,
  reduction: (typeof REDUCTIONS)[number] | undefined,
): { value: unknown; dtype: DType; grads: (Tensor | null)[] } {
  const leaves = operands.map((x) => x.detach().clone().requiresGrad_());
  const result = tensors(...leaves, { mask, weight, ...(reduction ? { reduction } : {}) });
  if (result.requiresGrad) {
    result.backward(result.shape.length > 0 ? full(result.shape, 1, { dtype: result.dtype }) : undefined);
  }
  return {
    value: read(result),
    dtype: result.dtype,
    grads: leaves.map(({ grad }) => grad),
  };
}

/**
 * Compares arrays at `home` with tensors: the value alone, and with all gradients that there are.
 */
function compare(
  pair: Pair,
  given: Given,
  reduction: (typeof REDUCTIONS)[number] | undefined,
  home: Home,
  text: string,
): void {
  const expected = onTensors(pair, given, reduction);
  const operands = given.operands.map((x) => operandAt(home, x));
  const options = {
    ...(given.mask ? { mask: operandAt(home, given.mask) } : {}),
    ...(given.weight ? { weight: operandAt(home, given.weight) } : {}),
    ...(reduction ? { reduction } : {}),
  };
  const readArray = (value: unknown): unknown =>
    typeof value === "number" ? rounded(expected.dtype, value) : listOf(value, expected.dtype);
  expect(readArray(pair.arrays(...operands, options)), text).toEqual(expected.value);
  if (expected.grads.every((grad) => grad === null)) return;
  const { value, grads } = pair.arrays.valueAndGrad(...operands, {
    ...options,
    grads: expected.grads.map((grad) => grad !== null),
  });
  expect(readArray(value), text).toEqual(expected.value);
  expect(
    grads.map((grad, i) => grad && listOf(grad, given.operands[i].dtype)),
    `gradients, ${text}`,
  ).toEqual(expected.grads.map((grad) => grad && read(grad)));
}

function numbers(n: number, dtype: DType, seed: number): Tensor {
  const random = new Random(seed);
  return tensor(Float64Array.from({ length: n }, () => random.normal())).to(dtype);
}

function maskOf(n: number, seed: number): Tensor {
  const random = new Random(seed);
  return tensor(Uint8Array.from({ length: n }, () => (random.chance(0.5) ? 0 : random.integer(1, 255))));
}

describe.each(LOSSES)("the formula of %s", (loss) => {
  const parameter = rowOf(loss).parameter?.default ?? 0;
  const pair = pairOf((x, y) => rowOf(loss).term(x.sub(y), parameter));

  it.each(FLOAT_DTYPES)("has the bits of tensors in %s, with masks and weights", (dtype) => {
    let turn = 0;
    for (const n of [1, 3, 66, 67, 68, 513, BLOCK + 5]) {
      tidy(() => {
        const operands = [numbers(n, dtype, n), numbers(n, dtype, n + 1)];
        const [mask, weight] = [maskOf(n, n), numbers(n, dtype, n + 2).abs()];
        for (const rest of [{}, { mask }, { weight }, { mask, weight }]) {
          for (const reduction of REDUCTIONS) {
            const home = HOMES[turn++ % HOMES.length];
            const text = `${Object.keys(rest).join()} ${reduction} of ${n}, ${home}`;
            compare(pair, { operands, ...rest }, reduction, home, text);
          }
        }
      });
    }
  });

  it("sums as tensors do where its text ends in a sum or mean", () => {
    for (const reduction of ["sum", "mean"] as const) {
      const ended = pairOf((x, y) => rowOf(loss).term(x.sub(y), parameter)[reduction]());
      for (const dtype of FLOAT_DTYPES) {
        tidy(() => {
          const operands = [numbers(3 * BLOCK, dtype, 1), numbers(3 * BLOCK, dtype, 2)];
          compare(ended, { operands }, undefined, "foreign", `${reduction} in ${dtype}`);
        });
      }
    }
  });

  it("is that of operands of the dtype that they promote to", () => {
    for (const [a, b] of FLOAT_DTYPES.flatMap((a) =>
      [...FLOAT_DTYPES, "int8" as const].map((b) => [a, b] as const),
    )) {
      tidy(() => {
        const [x, y] = [numbers(67, a, 1), numbers(67, "float32", 2).mul(3).to(b)];
        const expected = x.detach().clone().requiresGrad_();
        const common = x.narrow(0, 0, 1).add(y.narrow(0, 0, 1)).dtype;
        const result = pair.tensors(expected.to(common), y.to(common), { reduction: "sum" });
        result.backward();
        const operands = [operandAt("foreign", x), operandAt("in place", y)];
        const { value, grad } = pair.arrays.valueAndGrad(...operands, { reduction: "sum" });
        expect([rounded(common, value), listOf(grad, a)], `${a}, ${b}`).toEqual([
          result.item(),
          expected.grad!.tolist(),
        ]);
      });
    }
  });
});

describe("random formulas", () => {
  afterEach(() => {
    forceProvider(null);
  });

  it.each(FLOAT_DTYPES)("of %s have the bits of tensors", (dtype) => {
    let computed = 0;
    const runs = SLOW ? 300 : 30;
    for (let seed = 1; seed <= runs; seed++) {
      const random = new Random(seed);
      forceProvider(seed % 2 === 0 ? "interpreted" : null);
      const formula = randomFormula(random, 12, dtype);
      tidy(() => {
        const n = random.pick([0, 1, 7, 30]);
        const operands = Array.from({ length: formula.operands }, () => randomOperand(random, [n], dtype));
        const pair = pairOf(formula.text as unknown as Text);
        const mask = random.chance(0.5) ? maskOf(n, seed) : undefined;
        const text = `seed ${seed}, ${n} elements, ${formula.shown}`;
        try {
          pair.arrays(...operands.map((x) => operandAt("foreign", x)), { reduction: "none" });
        } catch (error) {
          // What only tensors compute is refused, and says what to do.
          expect((error as Error).message, text).toMatch(/expected a formula (of operations|in the dtype)/);
          return;
        }
        computed++;
        for (const reduction of REDUCTIONS) {
          compare(pair, { operands, mask }, reduction, random.pick(HOMES), `${reduction}, ${text}`);
        }
      });
    }
    expect(computed).toBeGreaterThan(runs / 2);
  });
});

const charbonnier = fuse(
  (input, target, { eps }) =>
    input
      .sub(target)
      .square()
      .add(eps ** 2)
      .sqrt(),
  { name: "charbonnier", parameters: { eps: 1e-3 } },
);
/** Three operands, of which each has a gradient; 1 / 0 and NaN where the third is not positive. */
const gaussian = fuse(
  (mean: FormulaOperand, target: FormulaOperand, variance: FormulaOperand) =>
    mean.sub(target).square().div(variance).add(variance.log()).mul(0.5),
  { name: "gaussian" },
);
const floats = (n: number, seed: number): Float32Array =>
  tidy(() => numbers(n, "float32", seed).abs().add(0.1).array().slice());

const anyhow = charbonnier as unknown as AnyFused;

describe("options", () => {
  const [x, y] = [Float32Array.of(1, 2, 3), Float32Array.of(1, 6, -1)];

  it("dtype says what all is computed in, and rounds the result", () => {
    const wide = charbonnier(Float64Array.from(x), Float64Array.from(y), { eps: 3 });
    expect(charbonnier(x, y, { eps: 3, dtype: "float64" })).toBe(wide);
    expect(charbonnier(x, y, { eps: 3, dtype: "float16" })).toBe(rounded("float16", wide));
    const { value, grad } = charbonnier.valueAndGrad(x, y, { eps: 3, dtype: "float64", reduction: "none" });
    expect(value).toBeInstanceOf(Float64Array);
    expect(grad).toBeInstanceOf(Float32Array);
  });

  it("parameters are rounded where tensors round them, and keep their defaults", () => {
    expect(charbonnier(x, y)).toBe(charbonnier(x, y, { eps: 1e-3 }));
    expect(String(charbonnier)).toBe("charbonnier(eps=0.001)");
    expect(charbonnier.name).toBe("charbonnier");
  });

  it("numbers stand for constant operands, at any place", () => {
    for (const operands of [
      [x, 2, 0.5],
      [2, x, 0.5],
      [2, 0.1, x],
    ] as const) {
      const all = operands.map((operand) =>
        typeof operand === "number" ? new Float32Array(3).fill(operand) : operand,
      );
      const index = operands.indexOf(x);
      const grads = operands.map((_, i) => i === index);
      const options = { grads, weight: y.map(Math.abs) };
      const { valueAndGrad } = gaussian as unknown as AnyFused;
      expect(valueAndGrad(...operands, options)).toEqual(valueAndGrad(...all, options));
    }
  });

  it("a formula of numbers alone has a value for each element", () => {
    const second = fuse((_: FormulaOperand, b: FormulaOperand) => b.mul(2));
    expect(second(x, 4, { reduction: "none" })).toEqual(Float32Array.of(8, 8, 8));
    expect(second(x, 4, { reduction: "sum" })).toBe(24);
  });

  it("integers among themselves are computed in float64", () => {
    expect(charbonnier(Int8Array.of(-128), Int8Array.of(127), { eps: 0, reduction: "none" })).toEqual(
      Float64Array.of(255),
    );
  });

  it("out and grad are written to, whatever kind of halves they are", () => {
    const out = new Float32Array(3);
    expect(charbonnier(x, y, { reduction: "none", out })).toBe(out);
    expect(out).toEqual(charbonnier(x, y, { reduction: "none" }));
    const half = { data: new Uint16Array(3), dtype: "float16" as const };
    const bits = { data: new Uint16Array(3), dtype: "float16" as const };
    expect(charbonnier.valueAndGrad(half, 1, { grad: bits }).grad).toBe(bits);
  });

  it("grads of a list are those of each operand, in new arrays or where they are told to go", () => {
    const [a, b, c] = [1, 2, 3].map((seed) => floats(70, seed));
    const one = (i: number): TypedData =>
      gaussian.valueAndGrad(a, b, c, { grads: [0, 1, 2].map((k) => k === i) }).grads[i]!;
    const out = new Float32Array(70);
    const { value, grads } = gaussian.valueAndGrad(a, b, c, { grads: [true, null, out] });
    expect(value).toBe(gaussian(a, b, c));
    expect(grads).toEqual([one(0), null, one(2)]);
    expect(grads[2]).toBe(out);
    expect(gaussian.valueAndGrad(a, b, c)).toEqual({ value, grad: one(0) });
    expect(gaussian.valueAndGrad(a, b, c, { grads: [false, false, false] })).toEqual({
      value,
      grads: [null, null, null],
    });
  });
});

describe("what a mask leaves out", () => {
  it("does not show, whatever stands there", () => {
    const [a, b, c] = [1, 2, 3].map((seed) => floats(BLOCK + 70, seed));
    const mask = Uint8Array.from(a, (_, i) => Number(i % 3 > 0));
    const spoilt = [a, b, c].map((array, k) =>
      array.map((v, i) => (mask[i] ? v : [NaN, Infinity, -1, 0][(i + k) % 4])),
    ) as [Float32Array, Float32Array, Float32Array];
    for (const reduction of REDUCTIONS) {
      for (const weight of [null, floats(BLOCK + 70, 4)]) {
        const options = { mask, reduction, weight, grads: [true, true, true] };
        expect(gaussian.valueAndGrad(...spoilt, options)).toEqual(gaussian.valueAndGrad(a, b, c, options));
      }
    }
  });

  it("may be all, or all there is may be nothing", () => {
    for (const [n, mask] of [
      [3, new Uint8Array(3)],
      [0, new Uint8Array(0)],
      [0, null],
    ] as const) {
      const x = new Float32Array(n).fill(NaN);
      expect(charbonnier(x, 1, { mask })).toBe(NaN);
      const { value, grad } = charbonnier.valueAndGrad(x, 1, { mask, reduction: "sum" });
      expect([value, grad]).toEqual([0, new Float32Array(n)]);
      expect(charbonnier(x, x, { mask, reduction: "none" })).toEqual(new Float32Array(n));
    }
  });
});

describe.each([
  ["foreign", (n: number) => new Float32Array(n)],
  ["in place", (n: number) => allocate("float32", n)],
] as const)("%s gradients that replace operands", (_, make) => {
  const operandsOf = (n: number, scale = 1): [Float32Array, Float32Array, Float32Array] =>
    [1, 2, 3].map((seed) => {
      const array = make(n);
      array.set(floats(n, seed).map((x) => Math.fround(x * scale)));
      return array;
    }) as [Float32Array, Float32Array, Float32Array];

  it.each([3, 70, 2 * BLOCK + 7])("are as those in new arrays, %i elements", (n) => {
    for (const reduction of REDUCTIONS) {
      // Each into its own operand, and all of them into those of the others.
      for (const order of [
        [0, 1, 2],
        [1, 2, 0],
      ]) {
        const [a, b, c] = operandsOf(n);
        const all = [a, b, c];
        const expected = gaussian.valueAndGrad(a, b, c, { reduction, grads: [true, true, true] });
        const bits = expected.grads.map(bytesOf);
        const into = order.map((i) => all[i]);
        const { value, grads } = gaussian.valueAndGrad(a, b, c, { reduction, grads: into });
        expect(grads.every((grad, i) => grad === into[i])).toBe(true);
        expect(grads.map(bytesOf)).toEqual(bits);
        expect(value).toEqual(expected.value);
      }
    }
  });

  it("come after a sum that overflows in float32", () => {
    for (const n of [600, BLOCK + 7]) {
      const [a] = operandsOf(n);
      a.fill(3e38);
      const expected = charbonnier.valueAndGrad(a, 0, { eps: 0, reduction: "sum", dtype: "float64" }).value;
      const linear = fuse((x: FormulaOperand, y: FormulaOperand) => x.sub(y).abs());
      const { value } = linear.valueAndGrad(a, 0, { reduction: "sum", grad: a });
      expect(value).toBe(expected);
      expect(a.every((x) => x === 1)).toBe(true);
    }
  });

  it("replace the weight, and the unreduced loss an operand", () => {
    const [a, b, weight] = operandsOf(BLOCK + 7);
    const expected = charbonnier.valueAndGrad(a, b, { weight });
    const found = charbonnier.valueAndGrad(a, b, { weight, grad: weight });
    expect([found.value, bytesOf(weight)]).toEqual([expected.value, bytesOf(expected.grad)]);
    const terms = charbonnier(a, b, { reduction: "none" });
    expect(charbonnier(a, b, { reduction: "none", out: b })).toBe(b);
    expect(bytesOf(b)).toBe(bytesOf(terms));
  });
});

const OUTSIDE = tensor([1]);

describe("calls that are refused, with nothing written", () => {
  const x = Float32Array.of(1, 2, 3);
  const anything = (value: unknown): Float32Array => value as Float32Array;

  it.each([
    ["a list", [1, 2, 3], "charbonnier: expected operand 2 to be a typed array"],
    ["a tensor", tensor([1, 2, 3]), "got a Tensor; make the function with fuse of lossgrad"],
    ["bits without a tag", new Uint16Array(3), 'pass { data, dtype: "float16" }'],
    ["nothing", undefined, "expected operand 2 to be a typed array"],
    ["a text", "3", "expected operand 2 to be a typed array"],
  ])("for operands that are %s", (_, value, message) => {
    expectRefused(() => charbonnier(x, anything(value)), TypeError, message);
    expectRefused(() => charbonnier.valueAndGrad(x, anything(value)), TypeError, message);
  });

  it("for another number of operands, other lengths, and numbers alone", () => {
    for (const [call, kind, message] of [
      [() => anyhow(x), TypeError, "charbonnier: expected 2 operands, as the function has them, got 1"],
      [() => anyhow(x, { eps: 1 }), TypeError, "expected 2 operands"],
      [() => anyhow(x, x, x), TypeError, "expected options as an object"],
      [() => anyhow(x, x, x, {}), TypeError, "expected 2 operands, as the function has them, got 3"],
      [() => charbonnier(1, 2), TypeError, "expected a typed array among the operands, got numbers only"],
      [
        () => charbonnier(x, new Float32Array(2)),
        RangeError,
        "expected operand 1 and operand 2 of one length, got 3 and 2",
      ],
      [
        () => gaussian(1, x, new Float32Array(2)),
        RangeError,
        "expected operand 2 and operand 3 of one length, got 3 and 2",
      ],
      [
        () => charbonnier(x, x, { weight: Float32Array.of(1) }),
        RangeError,
        "operand 1 and weight of one length",
      ],
      [() => charbonnier(x, x, { mask: Uint8Array.of(1) }), RangeError, "operand 1 and mask of one length"],
      [
        () => charbonnier(x, x, { mask: x }),
        TypeError,
        "expected mask to be a Uint8Array or bools, got float32",
      ],
      [() => charbonnier(x, x, { dim: 1 } as object), TypeError, "since typed arrays have no dimensions"],
      [() => charbonnier(x, x, { epsilon: 1 } as object), TypeError, "unexpected keyword argument 'epsilon'"],
      [
        () => charbonnier(x, x, { eps: "1" } as never),
        TypeError,
        "expected the parameter eps to be a number",
      ],
      [() => charbonnier(x, x, { out: x }), TypeError, 'expected out with reduction "none" only'],
      [
        () => charbonnier(x, x, { reduction: "max" as "mean" }),
        RangeError,
        "max is not a valid value for reduction",
      ],
      [() => charbonnier(x, x, { dtype: "int8" }), TypeError, "expected dtype to be floating"],
    ] as const) {
      expectRefused(call, kind, message);
    }
  });

  it("for gradients that there are not, or that overlap", () => {
    const memory = new Float32Array(8);
    const [a, b] = [memory.subarray(0, 3), memory.subarray(2, 5)];
    const step = fuse((u: FormulaOperand, v: FormulaOperand) => where(u.gt(v), 1, u.mul(0).add(v.detach())));
    for (const [call, kind, message] of [
      [
        () => charbonnier.valueAndGrad(1, x),
        TypeError,
        "expected operand 1 to be an array, which has a gradient",
      ],
      [() => charbonnier.valueAndGrad(Int8Array.of(1, 2, 3), x), TypeError, "expected a floating operand 1"],
      [
        () => charbonnier.valueAndGrad(x, x, { grad: new Float64Array(3) }),
        TypeError,
        "expected grad to be a typed array of float32",
      ],
      [
        () => charbonnier.valueAndGrad(x, x, { grad: new Float32Array(2) }),
        RangeError,
        "expected grad of length 3, got 2",
      ],
      [
        () => charbonnier.valueAndGrad(x, x, { grads: [true] }),
        RangeError,
        "an entry for each of 2 operands, got 1",
      ],
      [() => charbonnier.valueAndGrad(x, x, { grads: true as never }), TypeError, "expected grads as a list"],
      [
        () => charbonnier.valueAndGrad(x, x, { grads: [a, b] }),
        RangeError,
        "got grads[0] and grads[1] that overlap",
      ],
      [
        () => charbonnier.valueAndGrad(x, x, { grads: [a, a] }),
        RangeError,
        "got grads[0] and grads[1] that overlap",
      ],
      [() => charbonnier.valueAndGrad(a, x, { grad: b }), RangeError, "overlaps an operand in part"],
      [() => charbonnier.valueAndGrad(x, a, { grad: b }), RangeError, "overlaps an operand in part"],
      [
        () => charbonnier.valueAndGrad(x, 1, { weight: a, grad: b }),
        RangeError,
        "overlaps an operand in part",
      ],
      [
        () => charbonnier.valueAndGrad(x, x, { grad: a, grads: [true, true] } as never),
        TypeError,
        "expected either grad or grads, got both",
      ],
      [() => step.valueAndGrad(x, x, { grads: [false, true] }), TypeError, "but none reaches it"],
    ] as const) {
      expectRefused(call, kind, message);
    }
    expect(Array.from(memory)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("for formulas that only tensors compute", () => {
    for (const [text, message] of [
      [(u: FormulaOperand) => u.gt(0), "got a result of bool"],
      [(u: FormulaOperand) => u.to("float64"), "got a result of float64"],
      [(u: FormulaOperand) => u.to("float64").mul(2).to("float32"), "or use fuse of lossgrad"],
      [
        (u: FormulaOperand) =>
          (u as unknown as { reshape: (shape: number[]) => FormulaOperand }).reshape([3]),
        "knows no shapes",
      ],
      [
        (u: FormulaOperand) => (u as unknown as { amax: () => FormulaOperand }).amax(),
        "makes one number of many",
      ],
      [(u: FormulaOperand) => u.add(OUTSIDE as never), "got a Tensor from outside of the formula"],
      [(u: FormulaOperand) => u.add(x as never), "expected an operand of the formula or a number"],
      [() => 3 as never, "expected the function to return an expression of its operands"],
    ] as const) {
      expectRefused(() => fuse(text)(x), TypeError, message);
    }
  });
});

describe("functions that do what they should not", () => {
  it("throw through, and the next call is as if nothing had been", () => {
    let fails = true;
    const moody = fuse((u: FormulaOperand) => {
      if (fails) throw new RangeError("not today");
      return u.abs();
    });
    const x = Float32Array.of(-3);
    expectRefused(() => moody(x), RangeError, "not today");
    fails = false;
    expect(moody(x)).toBe(3);
  });

  it("take an operand's memory away", () => {
    // Where the engine can resize buffers.
    const make = ArrayBuffer as unknown as new (size: number, options: object) => ArrayBuffer;
    const buffer = new make(12, { maxByteLength: 12 }) as ArrayBuffer & { resize?: (size: number) => void };
    if (!buffer.resize) return;
    const x = new Float32Array(buffer, 0, 3);
    const cruel = fuse((u: FormulaOperand) => {
      buffer.resize!(4);
      return u.abs();
    });
    expectRefused(() => cruel(x), TypeError, "expected operand 1 to keep its 3 elements during the call");
  });

  it("call themselves, and others", () => {
    const x = Float32Array.of(1, -2);
    const inner = fuse((u: FormulaOperand) => u.abs());
    let seen = 0;
    const outer = fuse((u: FormulaOperand) => {
      seen = inner(Float32Array.of(5));
      return u.square();
    });
    expect([outer.valueAndGrad(x), seen]).toEqual([{ value: 2.5, grad: Float32Array.of(1, -2) }, 5]);
  });

  it("see options and lists once", () => {
    let reads = 0;
    const grads = new Proxy([true, false], {
      get(list, key) {
        if (key === "length") reads++;
        return Reflect.get(list, key) as unknown;
      },
    });
    const x = Float32Array.of(1, -2);
    expect(charbonnier.valueAndGrad(x, x, { eps: 1, grads }).grads[1]).toBeNull();
    expect(reads).toBe(1);
  });

  it("keep to the elements that an array over growing memory had", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 3, shared: true });
    const x = new Float32Array(memory.buffer, 0, 5).fill(2);
    const growing = fuse((u: FormulaOperand) => {
      memory.grow(1);
      return u.square();
    });
    expect(growing.valueAndGrad(x)).toEqual({ value: 4, grad: new Float32Array(5).fill(Math.fround(4 / 5)) });
  });
});

describe("threads", () => {
  const before = getNumThreads();
  afterEach(() => {
    setNumThreads(before);
  });

  it("do not change a fused loss, also where gradients replace operands", () => {
    const n = 20 * BLOCK + 3;
    const values = [1, 2, 3].map((seed) => floats(n, seed));
    const results = [1, 2].map((count) => {
      setNumThreads(count);
      const [a, b, c] = values.map((array) => {
        const place = allocate("float32", n);
        place.set(array);
        return place;
      });
      const sum = gaussian(a, b, c, { reduction: "sum" });
      const { value, grads } = gaussian.valueAndGrad(a, b, c, { grads: [b, true, a] });
      return [sum, value, ...grads.map(bytesOf)];
    });
    expect(results[1]).toEqual(results[0]);
  });
});
