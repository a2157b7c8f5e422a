/** One flow for all executors: what they hand over in any order becomes the result of one run. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { temporary } from "../../../test/support/temporary.js";
import { evaluateInShards, type Executor, type Hooks } from "../../src/shards/flow.js";
import { evaluateShard, type Task } from "../../src/shards/task.js";
import { npyOf } from "../support/npy.js";
import { json, lossgrad } from "../support/program.js";

const { file, folder } = temporary("lossgrad-flow-");
const task = (): Task => ({
  predictions: file("p.npy", npyOf(Float64Array.from({ length: 50 }, (_, i) => i / 7))),
  targets: file("t.npy", npyOf(Float64Array.from({ length: 50 }, (_, i) => i / 3))),
  options: { worst: 3, drawn: false },
});
const state = (shard: number, of: number): Promise<string> => evaluateShard(task(), { index: shard, of }, {});
const watch = (signal = new AbortController().signal) => {
  const seen: [number, number | null][] = [];
  return {
    seen,
    signal,
    progress: (elements: number, total: number | null) => void seen.push([elements, total]),
  };
};

test("states in any order, and progress that begins anew with a shard", async () => {
  const executor: Executor = async (_, of, { take, progress }) => {
    progress(2, 10, 50);
    progress(0, 5, 50);
    progress(2, 4, 50);
    for (const shard of [2, 0, 1]) take(`shard ${shard}`, await state(shard, of));
  };
  const watching = watch();
  const evaluated = await evaluateInShards(executor, task(), 3, watching);
  expect(watching.seen).toEqual([[10, 50], [15, 50], [9, 50]]); // prettier-ignore
  const { predictions, targets } = task();
  const whole = await json("evaluate", predictions, targets!, "--worst", "3");
  expect(JSON.parse(JSON.stringify(evaluated!.result.results))).toEqual(whole.results);
  expect(evaluated!.result.worst).toEqual(whole.worst);
  expect(evaluated!.result.elements).toBe(50);
});

test("a shard that is missing, or there twice, is an error that names it", async () => {
  const executor = (shards: readonly number[]): Executor => {
    return async (_, of, { take }) => {
      for (const shard of shards) take(`shard ${shard}`, await state(shard, of));
    };
  };
  const run = (shards: readonly number[]) => evaluateInShards(executor(shards), task(), 3, watch());
  await expect(run([0, 2])).rejects.toThrow("expected the states of all 3 shards, missing 1/3");
  await expect(run([0, 1, 1])).rejects.toThrow(
    "shard 1: expected each shard once, got shard 1/3 also in shard 1",
  );
});

test("interrupted: what was read so far is partial, and nothing is nothing", async () => {
  const controller = new AbortController();
  const executor = (states: number): Executor => {
    return async (_: Task, of: number, { take, signal }: Hooks) => {
      controller.abort();
      expect(signal.aborted).toBe(true);
      for (let i = 0; i < states; i++) take(`shard ${i}`, await state(i, of));
    };
  };
  const run = (states: number) => evaluateInShards(executor(states), task(), 5, watch(controller.signal));
  expect((await run(2))!.result).toMatchObject({ elements: 20, partial: true, shards: { of: 1 } });
  expect(await run(0)).toBe(null);
});

test("merging by hand goes as a tree: a state of some shards is one of the files", async () => {
  const { predictions, targets } = task();
  const args = ["evaluate", predictions, targets!, "--metric", "mae,q0.5,r2"];
  const path = (name: string): string => `${folder()}/${name}.json`;
  for (let i = 0; i < 5; i++)
    expect((await lossgrad([...args, "--shard", `${i}/5`, "--state", path(`s${i}`)])).code).toBe(0);
  const merge = (...names: string[]) => lossgrad(["merge", ...names]);
  const some = await merge(path("s3"), path("s0"), "--state", path("some"));
  expect([some.code, some.out]).toEqual([0, ""]);
  expect(some.err).toBe(`wrote ${path("some")}; not yet in it: 1/5, 2/5, 4/5`);
  const twice = await merge(path("some"), path("s3"));
  expect(twice.err).toContain(`s3.json: expected each shard once, got shard 3/5 also in ${path("some")}`);
  const part = await merge(path("some"), path("s1"), path("s4"));
  expect([part.code, part.err]).toEqual([1, "lossgrad: expected the states of all 5 shards, missing 2/5"]);
  const lasting = ({ seconds, bytes, ...rest }: Record<string, unknown>): unknown => {
    expect([seconds, bytes]).toEqual([expect.any(Number), expect.any(Number)]);
    return rest;
  };
  const all = [path("s2"), path("some"), path("s4"), path("s1")];
  const whole = lasting(await json(...args));
  expect(lasting(await json("merge", ...all, "--state", path("all")))).toEqual(whole);
  expect(lasting(await json("merge", path("all")))).toEqual(whole);
  expect(readFileSync(path("all"), "utf8")).toContain('"ranges":[[0,5]]');
});
