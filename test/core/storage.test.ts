import { describe, expect, it, vi } from "vitest";
import { memory } from "../../src/core/memory.js";
import { scope } from "../../src/core/scope.js";
import { operate } from "../../src/core/operation.js";
import { memoryStats, Storage } from "../../src/core/storage.js";
import { collect, settle } from "../support/collect.js";
import { Random } from "../support/random.js";
import { casesOfRun } from "../support/slow.js";

const KIB = 1024;
/** What results may hold before the oldest are spilled, see src/core/storage.ts. */
const SMALL_BUDGET = 8 * KIB * KIB;
const MEDIUM_BUDGET = 32 * KIB * KIB;
const LARGE_BUDGET = 256 * KIB * KIB;

/** Where the bytes lie until something else is pinned. */
function addressOf(storage: Storage): number {
  return operate(() => storage.address());
}

function write(storage: Storage, seed: number): void {
  const address = addressOf(storage);
  const random = new Random(seed);
  for (let i = 0; i < storage.bytes; i += Math.max(1, Math.floor(storage.bytes / 100))) {
    memory().bytes[address + i] = random.integer(0, 255);
  }
}

function holds(storage: Storage, seed: number): boolean {
  const address = addressOf(storage);
  const random = new Random(seed);
  for (let i = 0; i < storage.bytes; i += Math.max(1, Math.floor(storage.bytes / 100))) {
    if (memory().bytes[address + i] !== random.integer(0, 255)) return false;
  }
  return true;
}

/** Results of operations of their own, each with a content of its own. */
function results(count: number, bytes: number): Storage[] {
  return Array.from({ length: count }, (_, seed) => {
    const storage = Storage.allocate(bytes, "result");
    write(storage, seed);
    return storage;
  });
}

/** The place is private: asking for the address would change it. */
function isSpilled(storage: Storage): boolean {
  return Reflect.get(storage, "spilled") !== null;
}

/** Runs `fn`, frees what it allocated, and checks that nothing is left. */
function cleanly(fn: () => void): void {
  const before = memoryStats();
  scope(fn, () => []);
  const { bytesInUse, liveTensors } = memoryStats();
  expect({ bytesInUse, liveTensors }).toEqual({
    bytesInUse: before.bytesInUse,
    liveTensors: before.liveTensors,
  });
}

describe("Storage.allocate", () => {
  it.each([0, 1, 63, 64, 65, 1000])(
    "takes %i bytes in blocks of 64, aligned to 64, one at least",
    (bytes) => {
      cleanly(() => {
        const before = memoryStats();
        const storage = Storage.allocate(bytes, "user");
        expect(addressOf(storage) % 64).toBe(0);
        const after = memoryStats();
        expect(after.bytesInUse - before.bytesInUse).toBe(Math.max(64, Math.ceil(bytes / 64) * 64));
        expect(after.liveTensors - before.liveTensors).toBe(1);
      });
    },
  );
});

describe("spilling", () => {
  it("retires at once what is probably not needed any more, but for what a scope frees and what was handed out", () => {
    const before = memoryStats();
    const [retired, pinned] = results(2, 4 * KIB);
    pinned.pin();
    for (const storage of [retired, pinned]) storage.retire();
    expect(memoryStats().liveTensors - before.liveTensors).toBe(1);
    expect([holds(retired, 0), holds(pinned, 1)]).toEqual([true, true]);
    scope(
      () => {
        const [inside] = results(1, 4 * KIB);
        const { liveTensors } = memoryStats();
        inside.retire();
        expect(memoryStats().liveTensors).toBe(liveTensors);
      },
      () => [],
    );
    for (const storage of [retired, pinned]) storage.dispose();
    expect(memoryStats().bytesInUse).toBe(before.bytesInUse);
  });

  const beyond = [
    ["small results beyond 8 MiB", 64 * KIB, 200, SMALL_BUDGET],
    ["medium results beyond 32 MiB", 4 * KIB * KIB, 12, MEDIUM_BUDGET],
    ["large results beyond 256 MiB", 8 * KIB * KIB, 40, LARGE_BUDGET],
    ["blocks of 64 bytes that hold one element each", 4, 150_000, SMALL_BUDGET],
  ] as const;

  it.each(casesOfRun(beyond, ([, , , budget]) => budget !== LARGE_BUDGET))(
    "moves %s out of the linear memory and back with the same content",
    (_, bytes, count, budget) => {
      cleanly(() => {
        const before = memoryStats();
        const made = results(count, bytes);
        const { bytesInUse, liveTensors } = memoryStats();
        expect(bytesInUse - before.bytesInUse).toBeLessThanOrEqual(budget);
        expect(liveTensors - before.liveTensors).toBe(Math.floor(budget / Math.max(bytes, 64)));
        made.forEach((storage, seed) => {
          if (!holds(storage, seed)) expect.fail(`result ${seed} came back changed`);
        });
        expect(memoryStats().bytesInUse - before.bytesInUse).toBeLessThanOrEqual(budget);
      });
    },
  );

  it("takes the oldest first, and leaves what the operation under way uses", () => {
    cleanly(() => {
      const made = results(128 + 64, 64 * KIB);
      // The first 64 are out. They come back beside an operand in use: 64 others go, oldest first.
      const [kept, after] = operate(() => {
        const before = made[64].address();
        for (let i = 0; i < 64; i++) made[i].address();
        return [before, made[64].address()];
      });
      expect(after).toBe(kept);
      expect(made.map(isSpilled)).toEqual(made.map((_, i) => i > 64 && i <= 128));
      made.forEach((storage, seed) => {
        if (!holds(storage, seed)) expect.fail(`result ${seed} came back changed`);
      });
    });
  });

  it("never takes what a user made", () => {
    cleanly(() => {
      const own = Array.from({ length: 200 }, () => Storage.allocate(64 * KIB, "user"));
      const addresses = own.map(addressOf);
      results(300, 64 * KIB);
      expect(own.map(addressOf)).toEqual(addresses);
    });
  });

  it("never takes what was pinned, wherever it lay before", () => {
    cleanly(() => {
      const made = results(200, 64 * KIB);
      const spilled = made[0].pin();
      const linear = made[199].pin();
      results(300, 64 * KIB);
      expect([made[0].pin(), addressOf(made[199])]).toEqual([spilled, linear]);
      expect([holds(made[0], 0), holds(made[199], 199)]).toEqual([true, true]);
      // A scope leaves them to the finalizer.
      for (const i of [0, 199]) made[i].dispose();
    });
  });
});

describe("a value as a Storage", () => {
  it("takes no memory until its address is asked for, and writes the value once", () => {
    cleanly(() => {
      const before = memoryStats();
      const put = vi.fn((address: number) => void (memory().f64[address / 8] = 2.5));
      const storage = new Storage(8, put);
      expect(storage.write).not.toBeNull();
      expect(memoryStats()).toEqual(before);
      const address = addressOf(storage);
      expect(storage.write).toBeNull();
      expect(memory().f64[address / 8]).toBe(2.5);
      memory().f64[address / 8] = 7;
      expect(memory().f64[addressOf(storage) / 8]).toBe(7);
      expect(put).toHaveBeenCalledTimes(1);
    });
  });

  it("is spilled and restored as bytes, without writing the old value again", () => {
    cleanly(() => {
      const storage = new Storage(8, (address) => void (memory().f64[address / 8] = 2.5));
      memory().f64[addressOf(storage) / 8] = 7;
      results(200, 64 * KIB);
      expect(memory().f64[addressOf(storage) / 8]).toBe(7);
    });
  });
});

describe("dispose", () => {
  it.each([
    ["in the linear memory", (made: Storage[]) => made[199]],
    ["spilled", (made: Storage[]) => made[0]],
  ])("frees a storage %s once", (_, choose) => {
    cleanly(() => {
      const storage = choose(results(200, 64 * KIB));
      const wasLinear = !isSpilled(storage);
      const before = memoryStats().liveTensors;
      storage.dispose();
      expect(storage.disposed).toBe(true);
      expect(memoryStats().liveTensors).toBe(before - (wasLinear ? 1 : 0));
      storage.dispose();
      expect(memoryStats().liveTensors).toBe(before - (wasLinear ? 1 : 0));
      expect(() => addressOf(storage)).toThrow("internal: address of a disposed storage");
    });
  });

  it("frees a value that was never in memory", () => {
    const before = memoryStats();
    const storage = new Storage(8, () => expect.fail("written"));
    storage.dispose();
    expect(storage.write).toBeNull();
    expect(() => storage.pin()).toThrow("disposed");
    expect(memoryStats()).toEqual(before);
  });

  it("lets the memory be used anew", () => {
    const { bytesReserved } = memoryStats();
    for (let i = 0; i < 100; i++) {
      const storage = Storage.allocate(8 * KIB * KIB, "user");
      storage.dispose();
    }
    expect(memoryStats().bytesReserved).toBeLessThanOrEqual(bytesReserved + 9 * KIB * KIB);
  });
});

describe("discard", () => {
  it("frees what nobody has a view of, and leaves the bytes of a view until dispose", () => {
    const before = memoryStats().liveTensors;
    const [plain, viewed] = results(2, KIB);
    viewed.pin();
    for (const storage of [plain, viewed]) {
      storage.discard();
      expect(storage.disposed).toBe(true);
    }
    expect(memoryStats().liveTensors).toBe(before + 1);
    viewed.dispose();
    viewed.dispose();
    expect(memoryStats().liveTensors).toBe(before);
  });
});

describe.skipIf(!collect)("the garbage collector", () => {
  /** Makes what nobody holds afterwards; a function of its own, so that no frame does. */
  function drop(make: () => unknown): void {
    make();
  }

  async function collected(bytes: number): Promise<void> {
    for (let i = 0; i < 100 && memoryStats().bytesInUse > bytes; i++) await settle(1, 5);
    expect(memoryStats().bytesInUse).toBe(bytes);
  }

  it("frees what a user made and dropped", async () => {
    const before = memoryStats().bytesInUse;
    drop(() => Array.from({ length: 50 }, () => Storage.allocate(KIB, "user")));
    expect(memoryStats().bytesInUse).toBe(before + 50 * KIB);
    await collected(before);
  });

  it("frees a dropped result that was pinned", async () => {
    const before = memoryStats().bytesInUse;
    drop(() => results(10, KIB).map((storage) => storage.pin()));
    await collected(before);
  });

  it("does not free again what was disposed", async () => {
    const before = memoryStats();
    const later = Storage.allocate(KIB, "user");
    drop(() => Storage.allocate(KIB, "user").dispose());
    const newcomer = Storage.allocate(KIB, "user");
    await settle(10, 2);
    expect(memoryStats().bytesInUse).toBe(before.bytesInUse + 2 * KIB);
    later.dispose();
    newcomer.dispose();
    expect(memoryStats().liveTensors).toBe(before.liveTensors);
  });

  it("does not free what is held", async () => {
    const before = memoryStats().bytesInUse;
    const held = Storage.allocate(KIB, "user");
    write(held, 5);
    await settle(5, 2);
    expect(holds(held, 5)).toBe(true);
    held.dispose();
    expect(memoryStats().bytesInUse).toBe(before);
  });
});
