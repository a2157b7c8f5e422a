import { describe, expect, it } from "vitest";
import { empty, full, memoryStats, reserve, tensor, zeros } from "lossgrad";
import { BLOCK } from "../../src/core/block.js";
import { LinearMemory, memory, SCRATCH, staging } from "../../src/core/memory.js";
import { operate } from "../../src/core/operation.js";
import { Storage } from "../../src/core/storage.js";
import { expectRefused } from "../support/refuse.js";
import { CAN_SHARE, HAS_SHARED_MEMORY } from "../support/sharing.js";

const MIB = 2 ** 20;

/** Lets the memory grow: allocates more than is free. */
function grow(): void {
  empty([memoryStats().largestFreeBlock + MIB], { dtype: "uint8" }).dispose();
}

describe("the scratch space", () => {
  it("lies below every block, in parts that do not overlap and are aligned to a vector", () => {
    const { splat, results, table, end } = SCRATCH;
    // Four splat scalars of 16 bytes, three results of 8, three rows of 64 words.
    expect(splat).toBeGreaterThan(0);
    expect(results).toBeGreaterThanOrEqual(splat + 4 * 16);
    expect(table).toBeGreaterThanOrEqual(results + 3 * 8);
    expect(end).toBeGreaterThanOrEqual(table + 3 * 64 * 4);
    expect([splat, results, table, end].map((address) => address % 16)).toEqual([0, 0, 0, 0]);
    expect(memory().allocate(64)!.address).toBeGreaterThanOrEqual(end);
  });
});

describe("windows", () => {
  it("hold a block of 8-byte elements each, apart from one another and from tensors, and stay where they are", () => {
    const before = memoryStats();
    const addresses = Array.from({ length: 9 }, (_, i) => memory().window(i));
    expect(addresses.every((address) => address % 64 === 0)).toBe(true);
    const own = zeros([BLOCK], { dtype: "float64" });
    const starts = [...addresses, own.array().byteOffset].sort((a, b) => a - b);
    starts.slice(1).forEach((start, i) => expect(start - starts[i]).toBeGreaterThanOrEqual(BLOCK * 8));
    expect(starts.at(-1)! + BLOCK * 8).toBeLessThanOrEqual(memoryStats().bytesReserved);
    grow();
    expect(addresses.map((_, i) => memory().window(i))).toEqual(addresses);
    own.dispose();
    // They are the library's, not the user's.
    expect(memoryStats().bytesInUse).toBe(before.bytesInUse);
    expect(memoryStats().liveTensors).toBe(before.liveTensors);
  });
});

describe("the staging memory", () => {
  it.skipIf(!CAN_SHARE)("is not shared, and is another one where the tensors' memory is shared", () => {
    expect(memory().shared).toBe(true);
    expect(staging().shared).toBe(false);
    expect(staging()).toBe(staging());
    expect(staging().owns(memory().buffer)).toBe(false);
  });
});

describe("growth", () => {
  it.each(HAS_SHARED_MEMORY ? [false, true] : [false])(
    "renews every view and keeps the content, shared: %s",
    (shared) => {
      const memory = new LinearMemory(shared);
      const { bytes, u32, f32, f64, i64, buffer, reserved } = memory;
      const { address } = memory.allocate(64)!;
      bytes[address] = 1;
      memory.allocate(reserved);
      expect(memory.reserved).toBeGreaterThan(reserved);
      // A shared buffer stays as it was; another is detached.
      for (const view of [bytes, u32, f32, f64, i64]) expect(view.byteLength).toBe(shared ? reserved : 0);
      for (const view of [memory.bytes, memory.u32, memory.f32, memory.f64, memory.i64]) {
        expect(view.buffer).toBe(memory.buffer);
        expect(view.byteLength).toBe(memory.reserved);
      }
      expect(memory.bytes[address]).toBe(1);
      expect([buffer, memory.buffer].map((each) => memory.owns(each))).toEqual([true, true]);
      expect(memory.owns(new ArrayBuffer(8))).toBe(false);
    },
  );

  it.skipIf(!CAN_SHARE)(
    "leaves an array() from before a view of the same elements, where memory is shared",
    () => {
      const x = tensor([1, 2, 3]);
      const before = x.array();
      const { byteOffset } = before;
      before[1] = 20;
      grow();
      expect([...before]).toEqual([1, 20, 3]);
      const after = x.array();
      expect([...after]).toEqual([1, 20, 3]);
      expect(after.byteOffset).toBe(byteOffset);
      after[2] = 30;
      expect(x.tolist()).toEqual([1, 20, 30]);
    },
  );

  it("may happen while an operation runs: operands, windows and result stay right", () => {
    // A sum of halves goes through a window, and its result through a new block.
    const halves = full([3 * BLOCK], 0.5, { dtype: "float16" });
    const fill = empty([memoryStats().largestFreeBlock - 4096], { dtype: "uint8" });
    const doubled = halves.add(halves.expand(2, 3 * BLOCK));
    expect(doubled.sum().item()).toBe(Infinity);
    expect(doubled.to("float32").sum().item()).toBe(6 * BLOCK);
    for (const x of [halves, fill, doubled]) x.dispose();
  });

  it("of one tensor does not let the memory grow for every small one after it", () => {
    grow();
    const { bytesReserved } = memoryStats();
    const many = Array.from({ length: 100 }, () => zeros([1024]));
    expect(memoryStats().bytesReserved - bytesReserved).toBeLessThanOrEqual(MIB);
    for (const x of many) x.dispose();
  });
});

describe("reserve", () => {
  it("makes room for a block, and changes nothing where there is room", () => {
    const { largestFreeBlock, bytesInUse, liveTensors } = memoryStats();
    reserve(largestFreeBlock + MIB);
    const after = memoryStats();
    expect(after.largestFreeBlock).toBeGreaterThanOrEqual(largestFreeBlock + MIB);
    expect([after.bytesInUse, after.liveTensors]).toEqual([bytesInUse, liveTensors]);
    for (const bytes of [0, 1, largestFreeBlock, largestFreeBlock + MIB]) reserve(bytes);
    expect(memoryStats()).toEqual(after);
  });

  it.each([
    [-1, RangeError, "expected a non-negative whole number of bytes, got -1"],
    [0.5, RangeError, "got 0.5"],
    [NaN, RangeError, "got NaN"],
    [Infinity, RangeError, "got Infinity"],
    [2 ** 32, RangeError, "expected room for 4294967296 bytes"],
    [2 ** 53, RangeError, "expected room for"],
    ["1024", TypeError, 'expected a number of bytes, got "1024"'],
    [undefined, TypeError, "got undefined"],
  ])("refuses %s", (bytes, kind, message) => {
    expectRefused(
      () => {
        reserve(bytes as number);
      },
      kind,
      message,
    );
  });
});

describe("the end of the memory", () => {
  const HALF_GIB = 2 ** 29;
  /** One page short of 4 GiB. */
  const LIMIT = 2 ** 32 - 65536;
  const MESSAGE =
    /expected to allocate \d+ bytes, got no room: (\d+) tensors hold (\d+) bytes of at most 4096 MiB/;

  it("is a RangeError that says what is held; nothing changes, and freeing helps", () => {
    const small = tensor([1, 2, 3]);
    const held = [];
    let error: unknown;
    while (held.length < 8) {
      try {
        held.push(empty([HALF_GIB], { dtype: "uint8" }));
      } catch (caught) {
        error = caught;
        break;
      }
    }
    // Seven halves of a GiB are less than 4 GiB, with the rest for what else there is.
    expect(held).toHaveLength(7);
    expect(error).toBeInstanceOf(RangeError);
    const { message } = error as RangeError;
    const { bytesInUse, liveTensors } = memoryStats();
    expect(MESSAGE.exec(message)?.slice(1).map(Number)).toEqual([liveTensors, bytesInUse]);
    for (const way of ["dispose()", "using", "tidy("]) expect(message).toContain(way);
    expectRefused(() => empty([HALF_GIB], { dtype: "uint8" }), RangeError, "got no room");
    expect(small.add(1).tolist()).toEqual([2, 3, 4]);
    held.pop()!.dispose();
    const again = empty([HALF_GIB], { dtype: "uint8" });
    again.array()[HALF_GIB - 1] = 7;
    expect(again.at(HALF_GIB - 1).item()).toBe(7);
    for (const x of [...held, again]) x.dispose();
  });

  it("moves results out before it gives up", () => {
    const result = Storage.allocate(64 * MIB, "result");
    operate(() => (memory().bytes[result.address() + 12345] = 77));
    const isSpilled = (): boolean => Reflect.get(result, "spilled") !== null;
    const held = [];
    for (;;) {
      const { bytesReserved, largestFreeBlock } = memoryStats();
      const room = Math.max(largestFreeBlock, LIMIT - bytesReserved);
      if (room < MIB) break;
      held.push(empty([Math.min(room, HALF_GIB)], { dtype: "uint8" }));
    }
    expect(isSpilled()).toBe(false);
    held.push(empty([64 * MIB], { dtype: "uint8" }));
    expect(isSpilled()).toBe(true);
    for (const x of held) x.dispose();
    expect(operate(() => memory().bytes[result.address() + 12345])).toBe(77);
    result.dispose();
  });

  it.each([
    [[2 ** 16, 2 ** 16], "uint8"],
    [[2 ** 30], "float32"],
    [[2 ** 31, 2 ** 31], "float64"],
  ] as const)("lies before shape %j of %s, which no memory can hold", (shape, dtype) => {
    expectRefused(() => empty([...shape], { dtype }), RangeError, "less than 4 GiB");
  });
});
