/**
 * Threads as Node has them: workers that fail or die, and whole processes; the rest is in
 * test/core/threads.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import * as workerThreads from "node:worker_threads";
import { afterEach, describe, expect, it, vi } from "vitest";
import { F, getNumThreads, ones, onWarning, setNumThreads, threadsInUse } from "lossgrad";
import type { Tensor } from "lossgrad";
import { BLOCK } from "../../src/core/block.js";
import { WORKER_ID } from "../../src/core/generated/worker.js";
import { workersUp } from "../core/threads/up.js";

const N = 8 * BLOCK + 9;

/** Losses are right, and after time enough for a worker to start there is none. */
async function expectOneThread(): Promise<void> {
  for (let i = 0; i < 8; i++) {
    expect(sum(ones([N]), ones([N]).mul(4))).toBe(3 * N);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  expect(threadsInUse()).toBe(1);
}

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
  });

  it("of more threads than cores starts no more than there are cores, or 8, and says so", async () => {
    const most = Math.max(8, availableParallelism());
    let started = 0;
    withWorkers(
      class extends workerThreads.Worker {
        constructor(...args: ConstructorParameters<typeof workerThreads.Worker>) {
          super(...args);
          started++;
        }
      },
    );
    const warnings: string[] = [];
    const before = onWarning((message) => warnings.push(message));
    setNumThreads(1024);
    onWarning(before);
    expect(getNumThreads()).toBe(1024);
    expect(warnings).toEqual([
      `setNumThreads: got 1024 threads; at most ${most} will work, since there are ${availableParallelism()} cores to run them`,
    ]);
    const x = ones([4 * most * BLOCK], { dtype: "float16" });
    const end = performance.now() + 30_000;
    while (threadsInUse() < most && performance.now() < end) {
      F.l1Loss(x, x);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    F.l1Loss(x, x);
    expect(threadsInUse()).toBe(most);
    expect(started).toBe(most - 1);
    x.dispose();
  });

  it("of 1 before anything else keeps the memory unshared, and arrays on plain buffers; more are refused with a warning", () => {
    const script = `
      import { onWarning, setNumThreads, ones, threadsInUse, F } from "./dist/index.js";
      onWarning(console.log);
      setNumThreads(1);
      const x = ones([${N}]);
      const plain = x.array().buffer instanceof ArrayBuffer;
      setNumThreads(1);
      setNumThreads(2);
      console.log(plain, F.l1Loss(x, x.mul(3)).item(), threadsInUse());`;
    expect(run(script).stdout.trim().split("\n")).toEqual([
      "setNumThreads: got 2 threads; one will work, since the memory was made for one thread: setNumThreads(1) came before the first " +
        "tensor. Call setNumThreads with the largest number before the first tensor, and with 1 later",
      "true 2 1",
    ]);
  });

  it("of 1 before a larger number, and this before the first tensor, gives that many", () => {
    const script = `
      import { onWarning, setNumThreads, ones, threadsInUse, F } from "./dist/index.js";
      onWarning(console.log);
      setNumThreads(1);
      setNumThreads(2);
      const x = ones([${16 * BLOCK}]);
      setNumThreads(1);
      setNumThreads(2);
      const end = performance.now() + 20000;
      while (threadsInUse() < 2 && performance.now() < end) F.l1Loss(x, x);
      console.log(threadsInUse());`;
    expect(run(script).stdout.trim()).toBe("2");
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
    await expectOneThread();
  });

  it("of another version's file leaves the work to one thread", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lossgrad-"));
    try {
      const other = join(folder, "worker.js");
      writeFileSync(other, readFileSync(file, "utf8").replaceAll(WORKER_ID, "f".repeat(WORKER_ID.length)));
      setNumThreads(2, { workerUrl: pathToFileURL(other) });
      await expectOneThread();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("a call does not wait for workers", () => {
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

  it("that end before they begin, and starts no others", async () => {
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
    await expectOneThread();
    expect(started).toBe(1);
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
