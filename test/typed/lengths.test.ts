/**
 * Arrays whose length is not what they say, or changes while a loss is computed: exactly what was
 * taken is read.
 */
import { allocate, l1Loss, mseLoss } from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { BLOCK } from "../../src/core/block.js";
import { staging } from "../../src/core/memory.js";
import { CAN_SHARE } from "../support/sharing.js";
import { expectRefused } from "../support/refuse.js";

type Growable = SharedArrayBuffer & { grow(bytes: number): void };
type Resizable = ArrayBuffer & { resize(bytes: number): void };
type Make<B> = new (bytes: number, options: { maxByteLength: number }) => B;

const growable = (bytes: number, maxByteLength: number): Growable =>
  new (SharedArrayBuffer as unknown as Make<Growable>)(bytes, { maxByteLength });
const resizable = (bytes: number, maxByteLength: number): Resizable =>
  new (ArrayBuffer as unknown as Make<Resizable>)(bytes, { maxByteLength });
const GROWS = CAN_SHARE && "grow" in SharedArrayBuffer.prototype;
const RESIZES = "resize" in ArrayBuffer.prototype;

/** Lengths of the loop, of one call, past the lanes' float64 sums, and of several blocks. */
const LENGTHS = [5, 33, 64, 600, BLOCK + 3];

const ramp = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => i % 7);

describe("the true length counts, not", () => {
  class Liar extends Float32Array {
    override get length(): number {
      return 64;
    }
  }

  it.each(LENGTHS)("that of a class of the caller's, %i elements", (n) => {
    const [x, y] = [new Liar(ramp(n)), new Liar(n)];
    const expected = mseLoss.valueAndGrad(ramp(n), new Float32Array(n));
    expect(mseLoss(x, y)).toBe(expected.value);
    const { value, grad } = mseLoss.valueAndGrad(x, y);
    expect({ value, grad }).toEqual(expected);
    const written = new Float32Array(n);
    mseLoss.valueAndGrad(ramp(n), y, { grad: new Liar(written.buffer) });
    expect(written).toEqual(expected.grad);
  });

  it.each(LENGTHS)("that of a property of the array, in place or not, %i elements", (n) => {
    for (const make of [ramp, (): Float32Array => allocate("float32", n).map((_, i) => i % 7)]) {
      for (const said of [1, 20, 64, 600]) {
        const [x, y] = [make(n), make(n).fill(0)];
        for (const array of [x, y]) Object.defineProperty(array, "length", { value: said });
        expect(l1Loss(x, y, { reduction: "sum" })).toBe(ramp(n).reduce((a, b) => a + b));
      }
    }
  });

  it("that of an array that inherits from one in place, or from its prototype only", () => {
    const placed = allocate("float32", 20);
    const heir = Object.setPrototypeOf(ramp(600), placed) as Float32Array;
    expect(l1Loss(heir, ramp(600).fill(0), { reduction: "sum" })).toBe(ramp(600).reduce((a, b) => a + b));
    const half = Object.setPrototypeOf(new Float64Array(64).fill(1 / 3), Float32Array.prototype) as never;
    expect(l1Loss(half, 0)).toBe(1 / 3);
  });
});

it("what only looks like an array is refused", () => {
  const placed = allocate("float32", 32);
  for (const x of [Object.create(placed) as Float32Array, new Proxy(placed, {}), new Proxy(ramp(5), {})]) {
    const like = x as never;
    expectRefused(() => l1Loss(like, like), TypeError, "l1Loss: expected prediction to be a typed array");
    expectRefused(() => l1Loss.valueAndGrad(ramp(32), 1, { grad: like }), TypeError, "expected grad to be");
  }
});

it("a part that a constructor of the caller's makes elsewhere is not in place", () => {
  const placed = allocate("float32", 64).fill(1);
  const elsewhere = ramp(600);
  const species = function (): Float32Array {
    return elsewhere;
  };
  Object.defineProperty(placed, "constructor", { value: { [Symbol.species]: species } });
  const part = placed.subarray(0, 5);
  expect(part).toBe(elsewhere);
  expect(l1Loss(part, part.slice().fill(0), { reduction: "sum" })).toBe(ramp(600).reduce((a, b) => a + b));
});

describe.skipIf(!GROWS)("shared memory that another thread grows", () => {
  const prototype = Object.getPrototypeOf(Float32Array.prototype) as Float32Array;

  /**
   * Calls `grow` when an array is about to be copied: at a time when nothing of the caller's runs,
   * as another thread would.
   */
  function whileCopying<T>(grow: () => void, call: () => T): T {
    const set = Reflect.get(prototype, "set") as (this: unknown, ...given: unknown[]) => void;
    prototype.set = function (...given: unknown[]) {
      grow();
      set.apply(this, given);
    };
    try {
      return call();
    } finally {
      prototype.set = set;
    }
  }

  /** The upper halves of the staging windows, where float32 operands never reach. */
  function beyond(): Uint8Array[] {
    const starts = [0, 2, 4].map((index) => staging().window(index) + 4 * BLOCK);
    return starts.map((start) => staging().bytes.subarray(start, start + 4 * BLOCK));
  }

  it.each([64, 600])("by less than a window gives what was there when the call began, %i elements", (n) => {
    for (const pass of ["value", "gradient"]) {
      const buffer = growable(4 * n, 4 * BLOCK);
      const [x, y] = [new Float32Array(buffer), new Float32Array(n)];
      x.set(ramp(n));
      const run = (): unknown => (pass === "value" ? l1Loss(x, y) : l1Loss.valueAndGrad(x, y).value);
      const grow = (): void => {
        buffer.grow(4 * BLOCK);
      };
      expect(whileCopying(grow, run)).toBe(l1Loss(ramp(n), y));
      expect(x).toHaveLength(BLOCK);
    }
  });

  it.each([64, 600])("by more than a window is not copied over what lies behind it, %i elements", (n) => {
    for (const pass of ["value", "gradient"]) {
      const buffer = growable(4 * n, 32 * BLOCK);
      const [x, y] = [new Float32Array(buffer), new Float32Array(n)];
      const run = (): unknown => (pass === "value" ? l1Loss(x, y) : l1Loss.valueAndGrad(x, y).value);
      const grow = (): void => {
        buffer.grow(32 * BLOCK);
        x.fill(1);
      };
      for (const bytes of beyond()) bytes.fill(7);
      expectRefused(() => whileCopying(grow, run), RangeError, `of one length, got ${8 * BLOCK} and ${n}`);
      for (const bytes of beyond()) expect(bytes.every((byte) => byte === 7)).toBe(true);
    }
  });

  it("is read and written as far as it went when a getter grew it", () => {
    for (const n of LENGTHS) {
      const buffer = growable(8 * n, 8 * (n + 100));
      const x = new Float64Array(buffer).fill(3);
      const target = {
        shape: [n],
        get data() {
          buffer.grow(8 * (n + 100));
          return new Float64Array(n).fill(1);
        },
      };
      const { value, grad } = l1Loss.valueAndGrad(x, target);
      expect([value, grad.length, x.length]).toEqual([2, n, n + 100]);
    }
  });
});

describe.skipIf(!RESIZES)("a buffer that a getter of the caller's", () => {
  /** 64 elements, of which the getters leave `left`. */
  const make = (left: number): { x: Float32Array; y: Float32Array; shrink: () => void } => {
    const buffer = resizable(256, 4 * BLOCK);
    return {
      x: new Float32Array(buffer).fill(2),
      y: new Float32Array(64),
      shrink: () => {
        buffer.resize(4 * left);
      },
    };
  };

  it.each([0, 1, 63])("shrinks to %i elements, among the options, has as many as are left", (left) => {
    for (const word of ["reduction", "weight", "dtype", "out"]) {
      const { x, y, shrink } = make(left);
      const options = Object.defineProperty({}, word, { get: shrink, enumerable: true });
      expectRefused(() => l1Loss(x, y, options), RangeError, `of one length, got ${left} and 64`);
    }
    for (const word of ["reduction", "grad"]) {
      const { x, y, shrink } = make(left);
      const options = Object.defineProperty({}, word, { get: shrink, enumerable: true });
      expectRefused(() => l1Loss.valueAndGrad(x, y, options), RangeError, `got ${left} and 64`);
    }
  });

  it("makes longer, among the options, has as many as there are", () => {
    const buffer = resizable(256, 4 * BLOCK);
    const [x, y] = [new Float32Array(buffer), new Float32Array(600)];
    const options = {
      get reduction(): "sum" {
        buffer.resize(2400);
        x.fill(1);
        return "sum";
      },
    };
    expect(l1Loss(x, y, options)).toBe(600);
    expect(l1Loss.valueAndGrad(x, y, options).grad).toEqual(new Float32Array(600).fill(1));
  });

  it("shrinks while another operand is read is refused", () => {
    for (const left of [0, 1, 63]) {
      const { x, y, shrink } = make(left);
      const target = {
        dims: [64],
        type: "float32",
        get data() {
          shrink();
          return y;
        },
      };
      expectRefused(() => l1Loss(x, target), TypeError, "expected prediction to keep its 64 elements");
    }
  });

  it("shrinks while the array to write to is read is refused, and nothing is written", () => {
    const { x, y, shrink } = make(1);
    const grad = {
      dtype: "float32",
      get data() {
        shrink();
        return new Float32Array(64);
      },
    };
    expectRefused(() => l1Loss.valueAndGrad(x, y, { grad: grad as never }), RangeError, "got 1 and 64");
    expect(y).toEqual(new Float32Array(64));
  });
});

it("options are read once", () => {
  const asked: string[] = [];
  const options = Object.defineProperties(
    {},
    {
      reduction: { get: () => (asked.push("reduction"), "none"), enumerable: true },
      out: { get: () => (asked.push("out"), undefined), enumerable: true },
      dtype: { get: () => void asked.push("dtype"), enumerable: true },
    },
  );
  l1Loss(new Float64Array(3), 1, options);
  expect(asked.sort()).toEqual(["dtype", "out", "reduction"]);
});
