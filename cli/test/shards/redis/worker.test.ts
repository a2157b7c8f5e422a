/** What a worker makes of a job: done twice, not wanted any more, wrong, or of another version. */
import { gunzipSync } from "node:zlib";
import type { Job } from "bullmq";
import { UnrecoverableError, WaitingError } from "bullmq";
import type { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { InputError, UnavailableError, UsageError } from "../../../src/input-error.js";
import type { Connection } from "../../../src/shards/redis/connection.js";
import type { Attention } from "../../../src/shards/task.js";
import { failureIn, type JobData } from "../../../src/shards/redis/jobs.js";
import { Store } from "../../../src/shards/redis/store.js";
import { version } from "../../../src/version.js";
import { Jobs } from "../../../src/shards/redis/worker.js";
import type { Work } from "../../../src/shards/work.js";

/** As much of a Redis as a store has need of. */
class Hashes {
  readonly all = new Map<string, Map<string, Buffer>>();
  #of(key: string): Map<string, Buffer> {
    const hash = this.all.get(key) ?? new Map<string, Buffer>();
    this.all.set(key, hash);
    return hash;
  }
  hset(key: string, name: string, value: string | Buffer): number {
    this.#of(key).set(name, Buffer.from(value));
    return 1;
  }
  hexists = (key: string, name: string): number => Number(this.all.get(key)?.has(name) ?? false);
  hgetBuffer = (key: string, name: string): Buffer | null => this.all.get(key)?.get(name) ?? null;
  hdel = (key: string, ...names: string[]): number =>
    names.filter((name) => this.#of(key).delete(name)).length;
  pexpire = (key: string): number => Number(this.all.has(key));
  del = (key: string): number => Number(this.all.delete(key));
  multi() {
    const chain = {
      hset: (key: string, name: string, value: Buffer) => (this.hset(key, name, value), chain),
      pexpire: () => chain,
      exec: () => null,
    };
    return chain;
  }
}

type Run = (work: Work, attention: Attention) => Promise<string>;
const shard = { kind: "shard", task: {} as never, shard: { index: 0, of: 2 } } as const;

function setUp(run: Run) {
  const hashes = new Hashes();
  const redis = hashes as unknown as Redis;
  const store = new Store(redis, "e");
  const bullmq = { UnrecoverableError, WaitingError } as unknown as Connection["bullmq"];
  const jobs = new Jobs({ redis, bullmq }, { run }, () => undefined);
  const moved: string[] = [];
  const process = (data: Partial<JobData>): Promise<void> => {
    const job = {
      data: { evaluation: "e", version, name: "shard-0", work: shard, ...data },
      updateProgress: () => Promise.resolve(),
      moveToWait: (token: string) => Promise.resolve(void moved.push(token)),
    };
    return jobs.process(job as unknown as Job<JobData>, "token");
  };
  const names = (): string[] => [...(hashes.all.get("lossgrad:evaluation:e")?.keys() ?? [])];
  const text = (name: string): string =>
    gunzipSync(hashes.hgetBuffer("lossgrad:evaluation:e", name)!).toString();
  return { store, jobs, process, moved, names, text };
}

/** What a worker says when a job fails, and whether it is tried again. */
async function failing(work: Promise<void>): Promise<[kind: string, message: string, again: boolean]> {
  const error = await work.then(
    () => new Error("it did not fail"),
    (error: unknown) => error as Error,
  );
  const { kind, message } = failureIn(error.message);
  return [kind, message, !(error instanceof UnrecoverableError)];
}

describe("a job", () => {
  test("puts its state; done again, it changes nothing and costs nothing", async () => {
    let count = 0;
    const { store, process, names, text } = setUp(() => Promise.resolve(`state ${++count}`));
    await store.open();
    await process({});
    await process({});
    expect([names(), text("shard-0"), count]).toEqual([["open", "shard-0"], "state 1", 1]);
  });

  test("that merges drops what it merged; done again, it needs it no more", async () => {
    const { store, process, names, text } = setUp((work) =>
      Promise.resolve(work.kind === "merge" ? work.states.map(([, one]) => one).join("+") : ""),
    );
    await store.open();
    await store.put("a", "A");
    await store.put("b", "B");
    const merge = { name: "m", work: { kind: "merge", names: ["a", "b"] } } as const;
    await process(merge);
    expect([names(), text("m")]).toEqual([["open", "m"], "A+B"]);
    await process(merge);
    expect(names()).toEqual(["open", "m"]);
  });

  test("of an evaluation that is over is not begun", async () => {
    let begun = false;
    const { process, names } = setUp(() => Promise.resolve(String((begun = true))));
    const [kind, message, again] = await failing(process({}));
    expect([kind, again, begun, names()]).toEqual(["input", false, false, []]);
    expect(message).toMatch(/^nobody waits for this evaluation any more \(told by the worker of /);
  });

  test("whose evaluation ends meanwhile is given up", async () => {
    const { store, process, names } = setUp(async () => {
      await store.close();
      return "state";
    });
    await store.open();
    expect((await failing(process({})))[1]).toContain("nobody waits");
    expect(names()).toEqual([]);
  });

  test("of another version is refused with both names", async () => {
    const { store, process } = setUp(() => Promise.resolve(""));
    await store.open();
    const [kind, message, again] = await failing(process({ version: "9.9.9" }));
    expect([kind, again]).toEqual(["input", false]);
    expect(message).toContain(
      `expected a worker with lossgrad-cli 9.9.9, which this evaluation was begun with, got ${version}; install one version`,
    );
  });

  test.each<[Error, string, boolean]>([
    [new InputError("p.npy: truncated"), "input", false],
    [new UsageError("--header: expected a file of csv"), "usage", false],
    [new UnavailableError("http://x: cannot be fetched"), "unavailable", true],
    [new Error("out of memory"), "other", true],
  ])("that fails by %s is tried again only where that may help", async (error, kind, again) => {
    const { store, process } = setUp(() => Promise.reject(error));
    await store.open();
    const found = await failing(process({}));
    expect([found[0], found[2]]).toEqual([kind, again]);
    expect(found[1]).toContain(error.message);
  });

  test("in hand goes back when the worker ends", async () => {
    const { store, jobs, process, moved, names } = setUp((_, { signal }) => {
      jobs.giveBack();
      expect(signal!.aborted).toBe(true);
      return Promise.resolve("a part");
    });
    await store.open();
    await expect(process({})).rejects.toThrow(WaitingError);
    expect([moved, names()]).toEqual([["token"], ["open"]]);
  });
});
