/** Threads on any engine that has shared memory; what Node alone shows is in test/node. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { F, getNumThreads, ones, rand, setNumThreads, threadsInUse } from "lossgrad";
import type { Tensor } from "lossgrad";
import { BLOCK } from "../../../src/core/block.js";
import { memory } from "../../../src/core/memory.js";
import type { Control } from "../../../src/core/threads/control.js";
import { shareOut } from "../../../src/core/threads/threads.js";
import { Team } from "../../../src/core/threads/team.js";
import type { AnyKernel } from "../../../src/core/threads/work.js";
import { expectRefused } from "../../support/refuse.js";
import { CAN_SHARE } from "../../support/sharing.js";
import { workersUp } from "./up.js";

const N = 4 * BLOCK + 9;

function sum(x: Tensor, y: Tensor): number {
  return Number(F.l1Loss(x, y, { reduction: "sum" }).item());
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
    const x = ones([3 * BLOCK]);
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

describe.skipIf(!CAN_SHARE)("a worker that does not come back", () => {
  it("in the middle of a job is not waited for forever: the caller does the job alone", () => {
    const team = new Team(memory(), 2, null, 2);
    const [x, y] = [rand([N]), rand([N])];
    const kernel = memory().kernels.l1_sum_f32 as AnyKernel;
    const place = (t: Tensor) => ({ address: t.array().byteOffset, size: 4 });
    const job = { kernel, x: place(x), y: place(y), to: null, n: N, scalars: [0, 0, 0] as const };
    const sums: number[] = [];
    expect(team.run(job, 2, (each) => sums.push(each))).toBe(true);
    expect(sums).toHaveLength(5);
    // As if it were inside, and stayed there.
    const { words, inside } = controlOf(team);
    words[inside] = 1;
    expect(team.run(job, 2, (each) => sums.push(each))).toBe(false);
    expect(team.run(job, 2, (each) => sums.push(each))).toBe(false);
    expect(sums).toHaveLength(5);
    team.disband();
  });
});

describe("shareOut leaves to the caller", () => {
  const place = (address: number) => ({ address, size: 4 });
  const job = (n: number, to: number | null) => ({
    kernel: memory().kernels.l1_map_f32 as AnyKernel,
    x: place(64 * 1024),
    y: place(128 * 1024),
    to: to === null ? null : place(to),
    n,
    scalars: [0, 0, 0] as const,
  });

  it.each([
    ["too few blocks for two threads", job(3 * BLOCK, null)],
    ["a result that overwrites an operand", job(4 * BLOCK, 64 * 1024)],
  ])("%s", (_, each) => {
    setNumThreads(2);
    const visit = vi.fn();
    expect(shareOut(each, visit)).toBe(false);
    expect(visit).not.toHaveBeenCalled();
    expect(threadsInUse()).toBe(1);
  });
});
