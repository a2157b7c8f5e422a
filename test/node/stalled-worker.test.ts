/**
 * Workers that stop in the middle of a block, for as long as a test wants it: what they had still
 * writes when they go on.
 */
import process from "node:process";
import * as workerThreads from "node:worker_threads";
import { afterEach, describe, expect, it, vi } from "vitest";
import { F, ones, setNumThreads, threadsInUse, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { BLOCK } from "../../src/core/block.js";
import { memory } from "../../src/core/memory.js";
import { operate } from "../../src/core/operation.js";
import { Storage } from "../../src/core/storage.js";
import { Control, JOB, MOST_BLOCKS } from "../../src/core/threads/control.js";
import type { Place } from "../../src/core/threads/job.js";
import { shareOut } from "../../src/core/threads/threads.js";
import type { Setup } from "../../src/core/threads/worker.js";
import { workersUp } from "../core/threads/up.js";
import { kernelOf, tinyModule } from "../support/tiny-module.js";

/**
 * Words that a test and its workers share: the job from which on no kernel begins, 0 for none, and
 * who waits.
 */
const FROM = 0;
const WAITING = 1;
const gate = new Int32Array(new SharedArrayBuffer(8));
/** The words of the team. */
let words: Int32Array = new Int32Array(1);

/** Goes before a worker's program. */
const GATE = `
  const { workerData } = require("node:worker_threads");
  const [gate, words] = [new Int32Array(workerData.gate), new Int32Array(workerData.control)];
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class {
    constructor(...args) {
      this.exports = Object.fromEntries(Object.entries(new Instance(...args).exports).map(([name, kernel]) => [name, (...args) => {
        const from = Atomics.load(gate, ${FROM});
        if (from > 0 && Atomics.load(words, ${JOB}) >= from) {
          Atomics.add(gate, ${WAITING}, 1);
          Atomics.wait(gate, ${FROM}, from);
          Atomics.sub(gate, ${WAITING}, 1);
        }
        return kernel(...args);
      }]));
    }
  };`;

function open(): void {
  Atomics.store(gate, FROM, 0);
  Atomics.notify(gate, FROM);
}

/** Lets the worker go on, and waits until it has come out of its job. */
async function goOn(): Promise<void> {
  open();
  const inside = new Control(words.buffer as SharedArrayBuffer, 2).inside(0);
  const end = performance.now() + 20_000;
  while (Atomics.load(words, inside) !== 0) {
    if (performance.now() > end) throw new Error("the worker did not come out");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/**
 * Calls until a worker is stopped in the middle of a block of a call's first chunk, or of a later
 * one.
 */
async function callUntilStopped(call: () => Tensor, chunk = 0): Promise<Tensor> {
  const end = performance.now() + 20_000;
  for (;;) {
    Atomics.store(gate, FROM, Atomics.load(words, JOB) + 1 + 2 * chunk);
    const result = call();
    if (Atomics.load(gate, WAITING) > 0) return result;
    if (performance.now() > end) throw new Error("no worker took part");
    result.dispose();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function gatedWorkers(): Promise<void> {
  const original = process.getBuiltinModule.bind(process);
  class Worker extends workerThreads.Worker {
    constructor(program: string, options: workerThreads.WorkerOptions) {
      const setup = options.workerData as Setup;
      words = new Int32Array(setup.control);
      const workerData = { ...setup, gate: gate.buffer };
      super(GATE + program, { ...options, workerData });
    }
  }
  const replaced = (name: string): unknown => (name === "node:worker_threads" ? { Worker } : original(name));
  vi.spyOn(process, "getBuiltinModule").mockImplementation(replaced as typeof original);
  gate.fill(0);
  await workersUp(2);
}

/** The different numbers of a tensor. */
function numbersOf(x: Tensor): unknown[] {
  return [...new Set<unknown>(x.array())];
}

afterEach(() => {
  open();
  vi.restoreAllMocks();
  setNumThreads(1);
});

describe("a worker that stops in the middle of a block", () => {
  const N = 64 * BLOCK;

  it("never writes to a tensor that came later", async () => {
    await gatedWorkers();
    const [x, y] = [zeros([N]), ones([N])];
    const loss = await callUntilStopped(() => F.l1Loss(x, y, { reduction: "none" }));
    expect(numbersOf(loss)).toEqual([1]);
    loss.dispose();
    // They would have got its memory, and the tensors that it reads change.
    x.fill_(5);
    const later = Array.from({ length: 8 }, () => x.mul(3));
    await goOn();
    for (const each of later) expect(numbersOf(each)).toEqual([15]);
    for (const each of [x, y, ...later]) each.dispose();
  });

  it("never writes to the result that it belonged to, once its operands have changed", async () => {
    await gatedWorkers();
    const [x, y] = [zeros([N]), ones([N])];
    const loss = await callUntilStopped(() => F.l1Loss(x, y, { reduction: "none" }));
    x.fill_(5);
    await goOn();
    expect(numbersOf(loss)).toEqual([1]);
    for (const each of [x, y, loss]) each.dispose();
  });

  it("has its memory used again, when it has come out", async () => {
    await gatedWorkers();
    const [x, y] = [zeros([N]), ones([N])];
    const before = memory().allocator.bytesInUse;
    const loss = await callUntilStopped(() => F.l1Loss(x, y, { reduction: "none" }));
    loss.dispose();
    expect(memory().allocator.bytesInUse).toBe(before + 4 * N);
    await goOn();
    zeros([1]).dispose();
    expect(memory().allocator.bytesInUse).toBe(before);
    for (const each of [x, y]) each.dispose();
  });

  it("has values and gradients of one thread, and one thread is in use until it goes on", async () => {
    await gatedWorkers();
    const x = zeros([N], { requiresGrad: true });
    const y = ones([N]).mul_(-4);
    const step = (): Tensor => {
      x.grad = null;
      const loss = F.mseLoss(x, y);
      loss.backward();
      return loss;
    };
    const started = performance.now();
    const loss = await callUntilStopped(step);
    for (const each of [loss, step()]) expect(each.item()).toBe(16);
    expect(numbersOf(x.grad!)).toEqual([8 / N]);
    // It was waited for in blocks, and not for the 10 s after which a worker counts as lost.
    expect(performance.now() - started).toBeLessThan(9000);
    expect(threadsInUse()).toBe(1);
    await goOn();
    step();
    expect(threadsInUse()).toBe(2);
    for (const each of [x, y]) each.dispose();
  });

  it("of more than one chunk counts no part of a sum twice", async () => {
    await gatedWorkers();
    const n = (MOST_BLOCKS + 64) * BLOCK;
    const [x, y] = [zeros([n], { dtype: "float16" }), ones([n], { dtype: "float16" }).mul_(2 ** -14)];
    const loss = await callUntilStopped(() => F.l1Loss(x, y, { reduction: "sum" }), 1);
    // 1 a block.
    expect(loss.item()).toBe(MOST_BLOCKS + 64);
    for (const each of [x, y]) each.dispose();
  });

  it("of an emitted module never writes to what came where its results were", async () => {
    await gatedWorkers();
    const module = tinyModule(memory());
    const kernel = kernelOf(module, memory());
    const [x, mask, number] = [ones([N]), ones([N], { dtype: "uint8" }), ones([4])];
    const place = (t: Tensor): Place => {
      const { byteOffset: address, BYTES_PER_ELEMENT: size } = t.array();
      return { address, size, written: false };
    };
    const inputs = [place(x), place(mask)];
    let results: Storage[] = [];
    const loss = await callUntilStopped(() => {
      for (const result of results) result.dispose();
      results = [1, 2].map(() => Storage.allocate(4 * N, "result"));
      const outputs = results.map((result): Place => ({
        get address() {
          return result.address();
        },
        size: 4,
        written: true,
        move: () => result.move(),
      }));
      const job = { kernel, module, places: [...inputs, ...outputs], n: N, scalars: [place(number).address] };
      expect(operate(() => shareOut(job, () => undefined))).toBe(true);
      return zeros([1]);
    });
    const contents = (): number[][] =>
      results.map((result) =>
        operate(() => [...new Set(new Float32Array(memory().buffer, result.address(), N))]),
      );
    expect(contents()).toEqual([[1], [2]]);
    x.fill_(5);
    const later = Array.from({ length: 8 }, () => x.mul(3));
    await goOn();
    for (const each of later) expect(numbersOf(each)).toEqual([15]);
    expect(contents()).toEqual([[1], [2]]);
    for (const each of [loss, x, mask, number, ...later, ...results]) each.dispose();
  });
});
