/**
 * Workers at a real Redis: three processes, one of which is killed in the middle of a shard. The
 * data come from a server of this test, which knows when each worker has begun.
 */
import type { ChildProcess } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../../../test/support/random.js";
import { temporary } from "../../../../test/support/temporary.js";
import { npyOf } from "../../support/npy.js";
import { json, lossgrad } from "../../support/program.js";
import { ended, missingRedis, type RedisServer, startRedis, startWorker } from "../../support/redis.js";

const missing = missingRedis();
if (missing) console.warn(`not tested: workers at a Redis, since ${missing}`);

const { file } = temporary("lossgrad-workers-");
const random = new Random(2024);
const N = 400_000;
const P = Float32Array.from({ length: N }, () => random.normal() * 2 ** random.integer(-30, 30));
const T = Float32Array.from({ length: N }, () => random.normal());
const FILES = new Map([
  ["/p.npy", npyOf(P)],
  ["/t.npy", npyOf(T)],
]);

/** Answers of data wait for this; those of the first bytes do not. */
let gate: Promise<void> = Promise.resolve();
/** How many answers wait, and who is told. */
let waiting = 0;
let onWaiting: () => void = () => undefined;
/** How often a resource was asked for that the server cannot send. */
let refused = 0;

/** All that a report says but how long it took. */
function lasting({ seconds, bytes, ...rest }: Record<string, unknown>): unknown {
  expect([seconds, bytes]).toEqual([expect.any(Number), expect.any(Number)]);
  return rest;
}

describe.skipIf(missing !== null)("workers at a Redis", () => {
  let redis: RedisServer;
  let web: Server;
  let address = "";
  const workers: ChildProcess[] = [];

  beforeAll(async () => {
    web = createServer((request, response) => {
      const bytes = FILES.get(request.url!);
      if (!bytes) {
        refused++;
        response.writeHead(request.url === "/busy.npy" ? 503 : 404).end();
        return;
      }
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range!)!.map(Number);
      const last = Math.min(to, bytes.length - 1);
      const send = (): void => {
        response.writeHead(206, { "content-range": `bytes ${from}-${last}/${bytes.length}` });
        response.end(bytes.subarray(from, last + 1));
      };
      if (from === 0) {
        send();
        return;
      }
      waiting++;
      onWaiting();
      void gate.then(() => {
        waiting--;
        send();
      });
    });
    await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    redis = await startRedis();
    const start = (): Promise<ChildProcess> => startWorker(redis.address, "--stalled", "1");
    workers.push(...(await Promise.all([start(), start(), start()])));
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => ended(worker, "SIGKILL")));
    await redis.stop();
    web.closeAllConnections();
    web.close();
  });

  const args = (): string[] => ["evaluate", `${address}/p.npy`, `${address}/t.npy`, "--worst", "30"];
  const options = ["--loss", "l1,mine=abs(p - t)^1.5", "--metric", "mae,rmse,bias,q0.9,max,r2,pearson"];
  /** Waits until so many workers have begun a shard and wait for data: each asks for two files. */
  const begun = async (count: number): Promise<() => void> => {
    let release: () => void = () => undefined;
    gate = new Promise((resolve) => (release = resolve));
    await new Promise<void>((resolve) => {
      onWaiting = () => {
        if (waiting >= 2 * count) resolve();
      };
    });
    return release;
  };

  test("one killed in the middle of a shard: the same bits, and nothing stays in Redis", async () => {
    const whole = lasting(await json(...args(), ...options));
    const all = begun(3);
    const run = json(...args(), ...options, "--shards", "9", "--redis", redis.address);
    const release = await all;
    expect(await ended(workers[0], "SIGKILL")).toBe("SIGKILL");
    release();
    expect(lasting(await run)).toEqual(whole);
    expect(redis.keys()).toEqual([]);
  });

  test("one ended by SIGTERM gives its shard back at once, and ends with 0", async () => {
    const whole = lasting(await json(...args(), "--metric", "mae"));
    const both = begun(2);
    const run = json(...args(), "--metric", "mae", "--shards", "2", "--redis", redis.address);
    const release = await both;
    const exit = ended(workers[1], "SIGTERM");
    expect(await exit).toBe(0);
    release();
    expect(lasting(await run)).toEqual(whole);
    expect(redis.keys()).toEqual([]);
  });

  test("groups and a mask of a table, in more shards than are merged at a time", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${P[i]},${T[i]},${"abc"[i % 3]},${i % 2}`);
    const table = file("table.csv", `p,t,kind,m\n${rows.join("\n")}\n`);
    const columns = ["--prediction", "p", "--target", "t", "--by", "kind", "--mask-column", "m"];
    const whole = lasting(await json("evaluate", table, ...columns));
    const workers = ["--shards", "33", "--redis", redis.address];
    expect(lasting(await json("evaluate", table, ...columns, ...workers))).toEqual(whole);
    expect(redis.keys()).toEqual([]);
  });

  test("data that are wrong end it at once, and a server that is busy after three tries", async () => {
    const run = async (name: string): Promise<string> => {
      refused = 0;
      const paths = [`${address}/p.npy`, `${address}/${name}.npy`];
      const { code, err } = await lossgrad(["evaluate", ...paths, "--shards", "1", "--redis", redis.address]);
      expect(code).toBe(1);
      return err;
    };
    expect(await run("absent")).toMatch(
      /^lossgrad: http:.*\/absent\.npy: expected the server to send it, got 404 Not Found \(told by the worker of /,
    );
    expect(refused).toBe(1);
    expect(await run("busy")).toMatch(
      /^lossgrad: shard 0 failed 3 times, at last by: http:.* got 503 Service/,
    );
    expect(refused).toBe(3);
    expect(redis.keys()).toEqual([]);
  });

  test("Ctrl-C takes back what was handed out", async () => {
    const controller = new AbortController();
    const one = begun(1);
    const run = lossgrad([...args(), "--shards", "50", "--redis", redis.address], controller);
    const release = await one;
    controller.abort();
    const { code, out, err } = await run;
    expect([code, out, err]).toEqual([130, "", "lossgrad: interrupted before a shard was done"]);
    release();
    // The worker that is in the middle of a shard sees within a second that nobody waits for it.
    await expect.poll(() => redis.keys(), { timeout: 10_000 }).toEqual([]);
  });
});
