/**
 * A view that array() gave holds the memory that it shows, whatever becomes of the tensor, until
 * dispose().
 */
import { F, memoryStats, tensor, tidy, zeros } from "lossgrad";
import type { DType, Tensor, TypedArray } from "lossgrad";
import { l1Loss } from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { memory } from "../../src/core/memory.js";
import { collect, settle } from "../support/collect.js";

/** Of a size that no other test of this file uses, so that freed memory is what comes next. */
const N = 5000;
const ONE = 4 * N;

/**
 * Takes what memory of that size is free, and writes over it; where memory cannot be shared, room
 * was made before.
 */
function overwrite(): void {
  const others = Array.from({ length: 20 }, () => zeros([N]).add_(-7));
  for (const other of others) other.dispose();
}

/** Calls in a frame of its own, so that nothing but what is returned is held. */
function from<T>(make: () => T): T {
  return make();
}

const sevens = (): Tensor => tensor(new Float32Array(N).fill(3.5)).mul(2);

async function showsSevens(view: Float32Array): Promise<void> {
  await settle(3, 5);
  overwrite();
  expect([view[0], view[view.length - 1]]).toEqual([7, 7]);
}

// Room for all of it, so that memory that is not shared does not grow, which would detach views.
zeros([64 * N]).dispose();

describe.skipIf(!collect)("a view keeps the memory of", () => {
  it.each<[string, () => Float32Array]>([
    ["a tensor that a user made", () => tensor(new Float32Array(N).fill(7)).array()],
    ["a result", () => sevens().array()],
    [
      "a result whose part it shows",
      () =>
        sevens()
          .reshape(2, N / 2)
          .at(1)
          .array(),
    ],
    [
      "what subarray makes a part of, and a part of that",
      () => sevens().array().subarray(10).subarray(5, 100),
    ],
    ["a tensor that tidy frees", () => tidy(() => ({ view: sevens().array() })).view],
    [
      "a tensor that tidy frees, and that it hands out by the way",
      () => {
        const views: Float32Array[] = [];
        tidy(() => {
          views.push(sevens().array());
          throwAway();
        });
        return views[0];
      },
    ],
    ["a gradient that was set to null", () => gradientView((x) => (x.grad = null))],
    ["a gradient that was replaced", () => gradientView((x) => (x.grad = zeros([N])))],
    ["a gradient that was read in tidy", () => tidy(() => gradientView((x) => (x.grad = null)))],
    [
      "data that was replaced",
      () => {
        const x = sevens();
        const view = x.array();
        x.data = zeros([N]);
        return view;
      },
    ],
  ])("%s", async (_, make) => {
    await showsSevens(from(make));
  });

  it.each([
    ["float16", new Uint16Array([0x4700])],
    ["bfloat16", new Uint16Array([0x40e0])],
    ["int64", new BigInt64Array([7n])],
    ["float64", new Float64Array([7])],
    ["complex64", new Float32Array([7, 0])],
  ] as const)("a tensor of %s", async (dtype, stored) => {
    const view = from(() =>
      zeros([N])
        .add(7)
        .to(dtype as DType)
        .array<TypedArray>(),
    );
    await settle(3, 5);
    overwrite();
    const bytes = new Uint8Array(view.buffer, view.byteOffset, stored.byteLength);
    expect([...bytes]).toEqual([...new Uint8Array(stored.buffer)]);
  });

  it("whoever it is of until it is garbage itself", async () => {
    const held = [from(() => tidy(() => sevens().array().subarray(3)))];
    await settle(3, 5);
    const { bytesInUse } = memoryStats();
    held.length = 0;
    for (let i = 0; i < 50 && memoryStats().bytesInUse >= bytesInUse; i++) await settle(1, 5);
    expect(bytesInUse - memoryStats().bytesInUse).toBeGreaterThanOrEqual(ONE);
  });
});

/** A view of a gradient of sevens, whose leaf gives it up by `release`. */
function gradientView(release: (leaf: Tensor) => void): Float32Array {
  const x = zeros([N], { requiresGrad: true });
  x.mul(7).sum().backward();
  const view = x.grad!.array();
  release(x);
  return view;
}

function throwAway(): void {
  sevens().add(1);
}

describe("a tensor with a view", () => {
  it("is disposed at the end of tidy as any other, though its bytes stay", () => {
    const inside: Tensor[] = [];
    const view = tidy(() => {
      inside.push(sevens());
      return inside[0].array();
    });
    expect(() => inside[0].tolist()).toThrow("got one that was disposed");
    expect(view[4]).toBe(7);
    inside[0].dispose();
  });

  it("gives its bytes to others at dispose(), which is the user's word", () => {
    const x = sevens();
    x.array();
    const before = memoryStats();
    x.dispose();
    expect(before.liveTensors - memoryStats().liveTensors).toBe(1);
    expect(before.bytesInUse - memoryStats().bytesInUse).toBe(Math.ceil(ONE / 64) * 64);
  });

  it("never moves, whatever else does", () => {
    const x = sevens();
    const view = x.array();
    for (let i = 0; i < 1000; i++) zeros([N]).add(i).dispose();
    view[3] = 1;
    expect(x.at(3).item()).toBe(1);
    expect(x.array().byteOffset).toBe(view.byteOffset);
    x.dispose();
  });

  it("is read in place by the losses on arrays, its view and parts of it", () => {
    const view = sevens().array();
    expect([l1Loss(view, 5), l1Loss(view.subarray(1), view.subarray(0, N - 1))]).toEqual([2, 0]);
    expect(memory().owns(view.subarray(1).buffer)).toBe(true);
    const { value, grad } = l1Loss.valueAndGrad(view, 5, { grad: view, reduction: "sum" });
    expect([value, grad === view, view[9]]).toEqual([2 * N, true, 1]);
  });

  it("looks like any array of its kind", () => {
    const view = tensor([1, 2]).array();
    expect(view).toEqual(new Float32Array([1, 2]));
    expect(Object.keys(view)).toEqual(["0", "1"]);
    expect(F.l1Loss(tensor(view), tensor([1, 2])).item()).toBe(0);
  });
});
