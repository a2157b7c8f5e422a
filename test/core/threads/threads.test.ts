import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import * as workerThreads from "node:worker_threads";
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
import { workersUp } from "./up.js";

const N = 4 * BLOCK + 9;

function sum(x: Tensor, y: Tensor): number {
  return Number(F.l1Loss(x, y, { reduction: "sum" }).item());
}

/** Runs a module in a process of its own, against the built library. */
function run(script: string): { stdout: string; status: number | null } {
  const folder = mkdtempSync(join(tmpdir(), "lossgrad-threads-"));
  const file = join(folder, "script.mjs");
  const library = pathToFileURL(join(process.cwd(), "dist/index.js")).href;
  writeFileSync(file, script.replaceAll("./dist/index.js", library));
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], {
    encoding: "utf8",
    timeout: 60_000,
  });
  rmSync(folder, { recursive: true });
  if (stderr) throw new Error(stderr);
  return { stdout, status };
}

/** What a team and its workers share. */
function controlOf(team: Team): { words: Int32Array; inside: number } {
  const { control } = team as unknown as { control: Control };
  return { words: control.words, inside: control.inside(0) };
}

/** node:worker_threads with another Worker, for as long as a test lasts. */
function withWorkers(Worker: unknown): void {
  const original = process.getBuiltinModule.bind(process);
  const replaced = (name: string): unknown => (name === "node:worker_threads" ? { Worker } : original(name));
  vi.spyOn(process, "getBuiltinModule").mockImplementation(replaced as typeof original);
}

afterEach(() => {
  vi.restoreAllMocks();
  setNumThreads(1, { workerUrl: null });
});

describe("setNumThreads", () => {
  it("sets what getNumThreads gives; the default is the number of cores", () => {
    const script = 'import { getNumThreads } from "./dist/index.js"; console.log(getNumThreads());';
    expect(Number(run(script).stdout)).toBe(availableParallelism());
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

  it("of 1 before anything else keeps the memory unshared, and arrays on plain buffers", () => {
    const script = `
      import { setNumThreads, ones, threadsInUse, F } from "./dist/index.js";
      setNumThreads(1);
      const x = ones([${N}]);
      const plain = x.array().buffer instanceof ArrayBuffer;
      setNumThreads(4);
      console.log(plain, F.l1Loss(x, x.mul(3)).item(), threadsInUse());`;
    expect(run(script).stdout.trim()).toBe("true 2 1");
  });
});

describe("workerUrl", () => {
  const file = pathToFileURL("dist/worker.js");

  it.each([
    ["a URL", file],
    ["a string", file.href],
  ])("starts workers from a file: %s; it stays for other numbers of threads", async (_, workerUrl) => {
    const programs: unknown[] = [];
    withWorkers(
      class extends workerThreads.Worker {
        constructor(...args: ConstructorParameters<typeof workerThreads.Worker>) {
          super(...args);
          programs.push(args[0]);
        }
      },
    );
    setNumThreads(2, { workerUrl });
    await workersUp(2);
    expect(sum(ones([N]), ones([N]).mul(4))).toBe(3 * N);
    await workersUp(3);
    expect(programs.map(String)).toEqual([file.href, file.href, file.href]);
  });

  it("of a file that is not there leaves the work to one thread", async () => {
    setNumThreads(2, { workerUrl: new URL("not-there.js", file) });
    for (let i = 0; i < 8; i++) {
      expect(sum(ones([N]), ones([N]).mul(4))).toBe(3 * N);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    expect(threadsInUse()).toBe(1);
  });

  it.each([
    [5, "setNumThreads: expected workerUrl to be a string or URL, got 5"],
    [{}, "setNumThreads: expected workerUrl to be a string or URL, got"],
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

describe("threadsInUse", () => {
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

describe("a call does not wait for workers", () => {
  it("that have not come up: it is right at once", () => {
    setNumThreads(8);
    expect(sum(ones([N]), ones([N]).mul(4))).toBe(3 * N);
  });

  it("that a constructor refuses, and asks no more", () => {
    const Worker = vi.fn(function () {
      throw new Error("no");
    });
    withWorkers(Worker);
    setNumThreads(3);
    for (let i = 0; i < 3; i++) expect(sum(ones([N]), ones([N]).mul(4))).toBe(3 * N);
    expect(Worker).toHaveBeenCalledTimes(1);
    expect(threadsInUse()).toBe(1);
  });

  it("that end before they begin; after some of them it goes on alone", async () => {
    let started = 0;
    withWorkers(
      class extends workerThreads.Worker {
        constructor() {
          super("process.exit(3)", { eval: true });
          started++;
        }
      },
    );
    setNumThreads(2);
    for (let i = 0; i < 20; i++) {
      expect(sum(ones([N]), ones([N]).mul(4))).toBe(3 * N);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    expect(started).toBeGreaterThan(1);
    expect(started).toBeLessThan(6);
    expect(threadsInUse()).toBe(1);
  });
});

describe("a worker that dies", () => {
  it("is missed in no result, and another one takes its place", async () => {
    const workers: workerThreads.Worker[] = [];
    withWorkers(
      class extends workerThreads.Worker {
        constructor(...args: ConstructorParameters<typeof workerThreads.Worker>) {
          super(...args);
          workers.push(this);
        }
      },
    );
    await workersUp(2);
    expect(workers).toHaveLength(1);
    const exit = new Promise((resolve) => workers[0].once("exit", resolve));
    void workers[0].terminate();
    // It may die at any moment of these.
    const [x, y] = [ones([N]), ones([N]).mul(4)];
    for (let i = 0; i < 200; i++) expect(sum(x, y)).toBe(3 * N);
    await exit;
    expect(threadsInUse()).toBe(1);
    expect(sum(x, y)).toBe(3 * N);
    expect(workers).toHaveLength(2);
    await workersUp(2);
    expect(sum(x, y)).toBe(3 * N);
    expect(threadsInUse()).toBe(2);
  });

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

describe("a process", () => {
  it("ends by itself while workers wait for work", () => {
    const script = `
      import { F, ones, setNumThreads, threadsInUse } from "./dist/index.js";
      setNumThreads(3);
      const x = ones([${16 * BLOCK}]);
      const end = performance.now() + 20000;
      while (threadsInUse() < 3 && performance.now() < end) F.l1Loss(x, x.mul(3));
      console.log(threadsInUse(), F.l1Loss(x, x.mul(3)).item());`;
    const { stdout, status } = run(script);
    expect([stdout.trim(), status]).toEqual(["3 2", 0]);
  });

  it("without SharedArrayBuffer works with one thread", () => {
    const script = `
      delete globalThis.SharedArrayBuffer;
      const { F, ones, setNumThreads, threadsInUse } = await import("./dist/index.js");
      setNumThreads(4);
      const x = ones([${N}]);
      console.log(x.array().buffer instanceof ArrayBuffer, F.l1Loss(x, x.mul(3)).item(), threadsInUse());`;
    expect(run(script).stdout.trim()).toBe("true 2 1");
  });

  it("may use the library in a worker of its own", () => {
    const script = `
      import { isMainThread, Worker } from "node:worker_threads";
      import { F, ones, setNumThreads } from "./dist/index.js";
      if (isMainThread) new Worker(new URL(import.meta.url));
      setNumThreads(2);
      const x = ones([${N}]);
      console.log(F.l1Loss(x, x.mul(3)).item());`;
    expect(run(script).stdout.trim().split("\n")).toEqual(["2", "2"]);
  });
});
