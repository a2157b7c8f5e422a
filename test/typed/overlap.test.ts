/** An output that is an operand through another buffer: the memory counts, not the object. */
import { empty, memoryStats } from "lossgrad";
import { allocate, l1Loss } from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { memory } from "../../src/core/memory.js";
import { CAN_SHARE } from "../support/sharing.js";
import { expectRefused } from "../support/refuse.js";

/** Lengths of the loop, of one call, past the lanes' float64 sums, and of several blocks. */
const LENGTHS = [5, 64, 600, 20_000];

interface Pair {
  /** One array, twice as long as operands. */
  readonly before: Float32Array;
  /** The same bytes by another buffer. */
  readonly after: Float32Array;
}

function growMemory(): void {
  empty([memoryStats().largestFreeBlock + 2 ** 20], { dtype: "uint8" }).dispose();
}

function grownLinear(n: number): Pair {
  const before = allocate("float32", n);
  growMemory();
  return { before, after: new Float32Array(memory().buffer, before.byteOffset, n) };
}

function grownForeign(n: number): Pair {
  const wasm = new WebAssembly.Memory({ initial: 4, maximum: 8, shared: true });
  const before = new Float32Array(wasm.buffer, 64, n);
  wasm.grow(1);
  return { before, after: new Float32Array(wasm.buffer, 64, n) };
}

function cloned(n: number): Pair {
  const buffer = new SharedArrayBuffer(4 * n);
  return { before: new Float32Array(buffer), after: new Float32Array(structuredClone(buffer)) };
}

function clonedLinear(n: number): Pair {
  const before = allocate("float32", n);
  return { before, after: new Float32Array(structuredClone(before.buffer), before.byteOffset, n) };
}

describe.skipIf(!CAN_SHARE).each([
  ["from before and after the linear memory grew", grownLinear],
  ["from before and after a memory of the caller's grew", grownForeign],
  ["through a message", cloned],
  ["of the linear memory through a message", clonedLinear],
])("an array %s", (_, make) => {
  const both = (n: number): [written: Float32Array, read: Float32Array][] => {
    const [a, b] = [make(n), make(n)];
    return [
      [a.before, a.after],
      [b.after, b.before],
    ];
  };

  it.each(LENGTHS)(
    "is replaced as the operand that it is, also where the sum overflows, %i elements",
    (n) => {
      for (const [grad, x] of both(n)) {
        expect(x.buffer).not.toBe(grad.buffer);
        x.fill(3e38);
        const y = new Float32Array(n);
        const expected = l1Loss.valueAndGrad(x.slice(), y, { reduction: "sum" });
        expect(expected.value).toBeCloseTo(3e38 * n, -36);
        const found = l1Loss.valueAndGrad(x, y, { reduction: "sum", grad });
        expect(found.value).toBe(expected.value);
        expect(x.slice()).toEqual(expected.grad);
      }
    },
  );

  it.each(LENGTHS)("is replaced as the weight that it is, %i elements", (n) => {
    for (const [grad, weight] of both(n)) {
      weight.fill(2);
      const { value } = l1Loss.valueAndGrad(new Float32Array(n).fill(3e38), 0, { weight, grad });
      expect(value).toBeCloseTo(3e38, -32);
      expect(weight[n - 1]).toBe(Math.fround(1 / n));
    }
  });

  it.each(LENGTHS)("that overlaps in part is refused, and stays as it was, %i elements", (n) => {
    for (const [written, read] of both(n + 2)) {
      read.forEach((_, i) => (read[i] = i));
      const before = read.slice();
      const y = new Float32Array(n);
      for (const [from, to] of [
        [0, 1],
        [2, 0],
      ]) {
        const [x, grad] = [read.subarray(from, from + n), written.subarray(to, to + n)];
        const message = "overlaps an operand in part";
        expectRefused(() => l1Loss.valueAndGrad(x, y, { grad }), RangeError, message);
        expectRefused(() => l1Loss.valueAndGrad(y, x, { grad }), RangeError, message);
        expectRefused(() => l1Loss(x, y, { reduction: "none", out: grad }), RangeError, message);
      }
      expect(read.slice()).toEqual(before);
    }
  });

  it("beside the operand is apart from it", () => {
    for (const [written, read] of both(128)) {
      read.fill(1);
      const grad = written.subarray(64);
      const { value } = l1Loss.valueAndGrad(read.subarray(0, 64), 0, { grad });
      expect([value, read[63], read[64]]).toEqual([1, 1, 1 / 64]);
    }
  });
});

describe.skipIf(!CAN_SHARE)("shared buffers that are apart", () => {
  it.each(LENGTHS)("may have any offsets, and operands stay as they were, %i elements", (n) => {
    for (const [from, to] of [
      [0, 0],
      [0, 1],
      [2, 0],
    ]) {
      const x = new Float32Array(new SharedArrayBuffer(4 * n + 64)).subarray(from, from + n).fill(0.75);
      const grad = new Float32Array(new SharedArrayBuffer(4 * n + 64)).subarray(to, to + n).fill(0.75);
      expect(l1Loss.valueAndGrad(x, 0, { grad, reduction: "sum" }).value).toBe(0.75 * n);
      expect([x.every((v) => v === 0.75), grad.every((v) => v === 1)]).toEqual([true, true]);
    }
  });

  it("may be beside buffers that are not shared", () => {
    const x = new Float32Array(new SharedArrayBuffer(256)).fill(2);
    const grad = new Float32Array(64);
    expect(l1Loss.valueAndGrad(x, new Float32Array(64), { grad }).value).toBe(2);
    expect(l1Loss.valueAndGrad(grad.slice(), 0, { grad: x }).grad).toBe(x);
  });
});
