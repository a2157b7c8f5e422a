/** What an operation may and may not do: see src/core/operation.ts. */
import { afterEach, describe, expect, it } from "vitest";
import { expectNoMoreThan } from "../support/memory.js";
import { operate, startRunning } from "../../src/core/operation.js";
import { memoryStats, spillWhile, Storage } from "../../src/core/storage.js";

const made: Storage[] = [];

function result(bytes = 64): Storage {
  const storage = Storage.allocate(bytes, "result");
  made.push(storage);
  return storage;
}

/** Moves out whatever may be moved. */
function spillAll(): void {
  spillWhile(() => true);
}

/** The place is private: asking for the address would change it. */
function isSpilled(storage: Storage): boolean {
  return Reflect.get(storage, "spilled") !== null;
}

afterEach(() => {
  for (const storage of made) storage.dispose();
  made.length = 0;
});

describe("operate", () => {
  it("returns what its body returns, and pins what it asks for until its end", () => {
    const [pinned, other] = [result(), result()];
    const states = operate(() => {
      pinned.address();
      spillAll();
      return [isSpilled(pinned), isSpilled(other)];
    });
    expect(states).toEqual([false, true]);
    spillAll();
    expect(isSpilled(pinned)).toBe(true);
  });

  it("brings back what was spilled, without moving what is pinned", () => {
    const [first, second] = [result(), result()];
    spillAll();
    operate(() => {
      const address = first.address();
      expect(second.address()).not.toBe(address);
      expect(first.address()).toBe(address);
    });
  });

  it("leaves no pins behind when its body throws", () => {
    const pinned = result();
    const fail = (): never => {
      pinned.address();
      throw new Error("in the middle");
    };
    expect(() => operate(fail)).toThrow("in the middle");
    spillAll();
    expect(isSpilled(pinned)).toBe(true);
    expect(operate(() => pinned.address())).toBeGreaterThan(0);
  });
});

describe("an internal error comes at once", () => {
  it("for an address outside of an operation, whatever the storage", () => {
    for (const storage of [result(), Storage.allocate(64, "user"), new Storage(8, () => undefined)]) {
      made.push(storage);
      expect(() => storage.address()).toThrow("internal: an address is asked for outside of an operation");
    }
  });

  it("for an operand that is pinned once kernels run; one that was pinned before may be asked for again", () => {
    const [early, late] = [result(), result()];
    const body = (): void => {
      const address = early.address();
      startRunning();
      expect(early.address()).toBe(address);
      late.address();
    };
    expect(() => {
      operate(body);
    }).toThrow("internal: an operand is pinned after kernels of its operation ran");
    // The next operation begins anew.
    expect(operate(() => late.address())).toBeGreaterThan(0);
  });

  it.each([
    ["an operation begins", () => operate(() => 0), "internal: an operation begins inside another"],
    ["a tensor is allocated", () => result(), "internal: a tensor is allocated inside an operation"],
    ["any storage is freed", () => made[0].dispose(), "internal: a storage is freed inside an operation"],
    ["any is given up", () => made[0].discard(), "internal: a storage is freed inside an operation"],
    ["what it uses is retired", () => made[0].retire(), "internal: what an operation pinned is moved out"],
  ])("where inside one %s", (_, act, message) => {
    result();
    const before = memoryStats();
    const body = (): void => {
      made[0].address();
      act();
    };
    expect(() => {
      operate(body);
    }).toThrow(message);
    expectNoMoreThan(before);
    expect(made[0].disposed).toBe(false);
  });
});
