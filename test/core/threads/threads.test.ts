/** Threads on any engine that has shared memory; what Node alone shows is in test/node. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { F, getNumThreads, manualSeed, ones, rand, setNumThreads, threadsInUse } from "lossgrad";
import type { Tensor } from "lossgrad";
import { BLOCK } from "../../../src/core/block.js";
import { memory } from "../../../src/core/memory.js";
import { operate } from "../../../src/core/operation.js";
import { Storage } from "../../../src/core/storage.js";
import { type Control, MOST_BLOCKS } from "../../../src/core/threads/control.js";
import { shareOut } from "../../../src/core/threads/threads.js";
import type { Member } from "../../../src/core/threads/member.js";
import type { Job, Place } from "../../../src/core/threads/job.js";
import { Team } from "../../../src/core/threads/team.js";
import type { AnyKernel } from "../../../src/core/threads/work.js";
import { expectRefused } from "../../support/refuse.js";
import { CAN_SHARE } from "../../support/sharing.js";
import { kernelOf, tinyModule } from "../../support/tiny-module.js";
import { workersUp } from "./up.js";

const N = 8 * BLOCK + 9;

function sum(x: Tensor, y: Tensor): number {
  return Number(F.l1Loss(x, y, { reduction: "sum" }).item());
}

function addressOf(storage: Storage): number {
  return operate(() => storage.address());
}

/** What a team and its workers share. */
function controlOf(team: Team): { words: Int32Array; inside: number } {
  const { control } = team as unknown as { control: Control };
  return { words: control.words, inside: control.inside(0) };
}

afterEach(() => {
  setNumThreads(1);
});

describe("setNumThreads", () => {
  it("sets what getNumThreads gives", () => {
    for (const count of [1, 2, 8, 1024]) {
      setNumThreads(count);
      expect(getNumThreads()).toBe(count);
    }
  });

  it.each([
    [0, RangeError, "set_num_threads expects a positive integer, got 0"],
    [-1, RangeError, "set_num_threads expects a positive integer, got -1"],
    [1e9, RangeError, "setNumThreads: expected at most 1024 threads, got 1000000000"],
    [1.5, TypeError, "set_num_threads expects an int, but got 1.5"],
    [NaN, TypeError, "set_num_threads expects an int, but got NaN"],
    [Infinity, TypeError, "set_num_threads expects an int, but got Infinity"],
    ["2", TypeError, "set_num_threads expects an int, but got"],
    [2n, TypeError, "set_num_threads expects an int, but got"],
    [undefined, TypeError, "set_num_threads expects an int, but got undefined"],
  ])("refuses %s, and keeps the number that was", (count, kind, message) => {
    setNumThreads(2);
    expectRefused(() => setNumThreads(count as number), kind, message);
    expect(getNumThreads()).toBe(2);
  });
});

describe("workerUrl", () => {
  it.each([
    [5, "setNumThreads: expected workerUrl to be a URL, as such or as a string, got 5"],
    [{}, "setNumThreads: expected workerUrl to be a URL, as such or as a string, got Object"],
    ["", 'setNumThreads: expected workerUrl to be a URL, as such or as a string, got ""'],
  ])("of %s is refused, and the number of threads stays", (workerUrl, message) => {
    setNumThreads(2);
    expectRefused(() => setNumThreads(3, { workerUrl: workerUrl as never }), TypeError, message);
    expectRefused(
      () => setNumThreads(3, { url: "" } as never),
      TypeError,
      "setNumThreads() got an unexpected keyword argument 'url'",
    );
    expect(getNumThreads()).toBe(2);
  });
});

describe.skipIf(!CAN_SHARE)("threadsInUse", () => {
  it("is 1 until a loss is large enough, then counts the workers that are up", async () => {
    setNumThreads(2);
    expect(threadsInUse()).toBe(1);
    const x = ones([7 * BLOCK]);
    sum(x, x);
    expect(threadsInUse()).toBe(1);
    await workersUp(2);
    expect(threadsInUse()).toBe(2);
    setNumThreads(1);
    expect(threadsInUse()).toBe(1);
  });
});

it("a call does not wait for workers that have not come up: it is right at once", () => {
  setNumThreads(8);
  expect(sum(ones([N]), ones([N]).mul(4))).toBe(3 * N);
});

describe.skipIf(!CAN_SHARE)("a worker that does not come back from a job", () => {
  const FOREVER = 60_000;
  const teams: Team[] = [];
  const place = (t: Tensor) => ({ address: t.array().byteOffset, size: 4, written: false });
  manualSeed(0);
  const [x, y] = [rand([N]), rand([N])];

  /** A team with little patience, whose worker is as if it were inside, and stayed there. */
  function teamWithout(worker: number): { team: Team; words: Int32Array; inside: number } {
    const team = new Team(memory(), 2, null, { block: 2, worker });
    teams.push(team);
    team.run(job(null), 2, () => undefined);
    // One that came up would say the truth. The team is told of its end in another task only.
    if (worker === FOREVER) (team as unknown as { members: Member[] }).members[0].end();
    const { words, inside } = controlOf(team);
    words[inside] = 1;
    return { team, words, inside };
  }

  function job(to: Place | null, n = N): Job {
    const { l1_sum_f32, l1_sumslope_f32 } = memory().kernels;
    const kernel = (to ? l1_sumslope_f32 : l1_sum_f32) as AnyKernel;
    const places = [place(x), place(y)];
    return { kernel, places: to ? [...places, to] : places, n, scalars: [0, 1, 0] };
  }

  function run(team: Team, each: Job): { ran: boolean; starts: number[]; sum: number } {
    const starts: number[] = [];
    let sum = 0;
    const ran = team.run(each, 2, (part, start) => {
      starts.push(start);
      sum += part;
    });
    return { ran, starts, sum };
  }

  afterEach(() => {
    for (const team of teams.splice(0)) team.disband();
  });

  it("is not waited for: this thread computes what is missing, and the next calls are left to the caller", () => {
    const { team } = teamWithout(FOREVER);
    const { ran, starts, sum: got } = run(team, job(null));
    expect(ran).toBe(true);
    expect(starts).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((block) => block * BLOCK));
    expect(got).toBeCloseTo(sum(x, y), 2);
    expect(run(team, job(null))).toEqual({ ran: false, starts: [], sum: 0 });
    expect(team.inUse).toBe(1);
  });

  it("is waited for again once it has come out", () => {
    const { team, words, inside } = teamWithout(FOREVER);
    run(team, job(null));
    words[inside] = 0;
    expect(run(team, job(null)).ran).toBe(true);
  });

  it("is replaced when it has not come out in a long time", async () => {
    const { team, words } = teamWithout(1000);
    run(team, job(null));
    expect(run(team, job(null)).ran).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(run(team, job(null)).ran).toBe(true);
    const end = performance.now() + 30_000;
    while (team.inUse < 2 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(team.inUse).toBe(2);
    // The one that stayed has the old words to itself.
    expect(controlOf(team).words).not.toBe(words);
  });

  it("has every block of a job of several chunks told once", () => {
    const { team } = teamWithout(FOREVER);
    const n = (MOST_BLOCKS + 2) * BLOCK;
    // One byte an element: the operands are read as what they are not, which is of no account here.
    const bytes = ones([n], { dtype: "uint8" });
    const at = { address: bytes.array().byteOffset, size: 1, written: false };
    const kernel = memory().kernels.l1_sum_u8 as AnyKernel;
    const each: Job = { kernel, places: [at, at], n, scalars: [] };
    const { ran, starts } = run(team, each);
    expect(ran).toBe(true);
    expect(starts).toEqual(Array.from({ length: MOST_BLOCKS + 2 }, (_, block) => block * BLOCK));
    bytes.dispose();
  });

  /** Takes all free memory that a result could have: what is free afterwards is what the test frees. */
  function fillMemory(): Storage[] {
    const before = memory().reserved;
    const taken: Storage[] = [];
    while (memory().reserved === before) taken.push(Storage.allocate(4 * N, "user"));
    return taken;
  }

  it("has the result moved away from where it may write", () => {
    const { team, words, inside } = teamWithout(FOREVER);
    const fillers = fillMemory();
    const out = Storage.allocate(4 * N, "result");
    const before = addressOf(out);
    const to: Place = {
      get address() {
        return out.address();
      },
      size: 4,
      written: true,
      move: () => out.move(),
    };
    const { ran, sum: got } = operate(() => run(team, job(to)));
    expect(ran).toBe(true);
    expect(got).toBeCloseTo(sum(x, y), 2);
    expect(addressOf(out)).not.toBe(before);
    // Nobody gets that memory, whatever is made, until the worker has come out.
    const others = Array.from({ length: 4 }, () => Storage.allocate(4 * N, "result"));
    expect(others.map(addressOf)).not.toContain(before);
    words[inside] = 0;
    for (const other of [...others, out]) other.dispose();
    const after = Array.from({ length: 6 }, () => Storage.allocate(4 * N, "result"));
    expect(after.map(addressOf)).toContain(before);
    for (const other of [...after, ...fillers]) other.dispose();
  });

  it("has each of several results moved away, and no memory of theirs is given to others", () => {
    const { team, words, inside } = teamWithout(FOREVER);
    const results = [1, 2].map(() => Storage.allocate(4 * N, "result"));
    const before = results.map(addressOf);
    const places = results.map((result): Place => ({
      get address() {
        return result.address();
      },
      size: 4,
      written: true,
      move: () => result.move(),
    }));
    const module = tinyModule(memory());
    const [ones_, number] = [ones([N], { dtype: "uint8" }), ones([4])];
    const at = (t: Tensor): number => t.array().byteOffset;
    const each: Job = {
      kernel: kernelOf(module, memory()),
      module,
      places: [place(x), { address: at(ones_), size: 1, written: false }, ...places],
      n: N,
      scalars: [at(number)],
    };
    const { ran, starts } = operate(() => run(team, each));
    expect(ran).toBe(true);
    expect(starts).toHaveLength(9);
    const after = results.map(addressOf);
    expect(after.some((address) => before.includes(address))).toBe(false);
    const expected = x.array();
    for (const [i, address] of after.entries()) {
      const got = new Float32Array(memory().buffer, address, N);
      expect(got.findIndex((value, j) => value !== (i + 1) * expected[j])).toBe(-1);
    }
    const others = Array.from({ length: 4 }, () => Storage.allocate(4 * N, "result"));
    expect(others.map(addressOf).some((address) => before.includes(address))).toBe(false);
    words[inside] = 0;
    for (const other of [...others, ...results, ones_, number]) other.dispose();
  });

  it("is waited for where one of several results cannot move; what it missed in the other is computed here", () => {
    const { team, words, inside } = teamWithout(FOREVER);
    const { control } = team as unknown as { control: Control };
    const [stays, moves] = [Storage.allocate(4 * N, "user"), Storage.allocate(4 * N, "result")];
    const fixed: Place = {
      address: stays.pin(),
      size: 4,
      written: true,
      move: () => {
        // It comes out just now.
        words[inside] = 0;
        return false;
      },
    };
    const moving: Place = {
      get address() {
        return moves.address();
      },
      size: 4,
      written: true,
      move: () => moves.move(),
    };
    const kernel: AnyKernel = (_x, first, second, n) => {
      // It has the first block of its part.
      if (words[control.part(1)] === 4) Atomics.add(words, control.part(1), 1);
      for (const address of [first, second]) new Float32Array(memory().buffer, address, n).fill(7);
      return 0;
    };
    const places = [place(x), moving, fixed];
    const each: Job = { kernel, module: tinyModule(memory()), places, n: N, scalars: [] };
    operate(() => {
      new Float32Array(memory().buffer, moves.address(), N).fill(0);
      expect(run(team, each).ran).toBe(true);
    });
    for (const address of [addressOf(moves), fixed.address]) {
      expect(new Float32Array(memory().buffer, address, N).findIndex((value) => value !== 7)).toBe(-1);
    }
    for (const storage of [stays, moves]) storage.dispose();
  });

  it("is waited for longer where the result cannot move; then that is an error, and the memory stays taken", () => {
    const { team, words, inside } = teamWithout(20);
    const out = Storage.allocate(4 * N, "user");
    const to = { address: out.pin(), size: 4, written: true, move: () => out.move() };
    expectRefused(
      () => run(team, job(to)),
      Error,
      "lossgrad: expected a worker to finish its part of the result in 20 ms, got no answer from it",
    );
    out.dispose();
    const others = Array.from({ length: 4 }, () => Storage.allocate(4 * N, "result"));
    expect(others.map(addressOf)).not.toContain(to.address);
    words[inside] = 0;
    for (const other of others) other.dispose();
  });
});

describe("shareOut leaves to the caller", () => {
  const X = 2 ** 20;
  const place = (address: number, written = false) => ({ address, size: 4, written });
  const job = (n: number, ...results: number[]): Job => ({
    kernel: memory().kernels.l1_map_f32 as AnyKernel,
    places: [place(X), place(2 * X), ...results.map((address) => place(address, true))],
    n,
    scalars: [0, 0, 0],
  });

  it.each([
    ["too few blocks for two threads", job(7 * BLOCK)],
    ["a result that overwrites an operand", job(8 * BLOCK, X)],
    ["a result that begins within an operand", job(8 * BLOCK, X + 8 * BLOCK)],
    ["a result that ends within an operand", job(8 * BLOCK, X - 64)],
    ["a second result that overwrites an operand", job(8 * BLOCK, 4 * X, 2 * X)],
    ["two results in one place", job(8 * BLOCK, 4 * X, 4 * X + 64)],
  ])("%s", (_, each) => {
    setNumThreads(2);
    const visit = vi.fn();
    expect(shareOut(each, visit)).toBe(false);
    expect(visit).not.toHaveBeenCalled();
    expect(threadsInUse()).toBe(1);
  });
});
