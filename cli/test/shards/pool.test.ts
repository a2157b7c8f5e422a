/** Threads that do work one piece after another. */
import { afterAll, expect, test } from "vitest";
import { temporary } from "../../../test/support/temporary.js";
import { InputError, UsageError } from "../../src/input-error.js";
import { Pool } from "../../src/shards/pool.js";
import type { Task } from "../../src/shards/task.js";
import { npyOf } from "../support/npy.js";

const { file } = temporary("lossgrad-pool-");
const pool = new Pool(1);
afterAll(() => pool.close());

test("more work than threads; errors keep their kind, and the thread goes on", async () => {
  const p = file("p.npy", npyOf(Float32Array.of(1, 2, 3)));
  const task: Task = { predictions: p, targets: p, options: { worst: 1, drawn: false } };
  const shard = (one: Task, index: number) =>
    pool.run({ kind: "shard", task: one, shard: { index, of: 3 } }, {});
  const absent = shard({ ...task, targets: `${p}.absent` }, 0);
  const wrong = shard({ ...task, options: { worst: 1, drawn: false, metric: ["nonsense"] } }, 0);
  const [first, second] = [shard(task, 0), shard(task, 1)];
  await expect(absent).rejects.toThrow(InputError);
  await expect(absent).rejects.toThrow(`${p}.absent: no such file`);
  await expect(wrong).rejects.toThrow(UsageError);
  const states = [
    ["a", await first],
    ["b", await second],
  ] as const;
  const merged = await pool.run({ kind: "merge", states }, {});
  expect(JSON.parse(merged)).toMatchObject({ course: { shards: { of: 3, ranges: [[0, 2]] }, elements: 2 } });
  const twice = pool.run({ kind: "merge", states: [states[0], states[0]] }, {});
  await expect(twice).rejects.toThrow("a: expected each shard once, got shard 0/3 also in a");
});

test("a thread that ends leaves its place to another", async () => {
  const lone = new Pool(1);
  const p = file("q.npy", npyOf(Float32Array.of(1, 2, 3)));
  const task: Task = { predictions: p, targets: p, options: { worst: 1, drawn: false } };
  const work = { kind: "shard", task, shard: { index: 0, of: 1 } } as const;
  const first = lone.run(work, {});
  await lone.close();
  await expect(first).rejects.toThrow("a thread ended before its work was done");
  expect(JSON.parse(await lone.run(work, {}))).toMatchObject({ course: { elements: 3 } });
  await lone.close();
});
