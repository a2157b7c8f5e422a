/** The tree of jobs: each shard once, and no more states at a time than can be held. */
import { describe, expect, test } from "vitest";
import { flowOf, jobIdOf, type Node, nodesOf, treeOf } from "../../../src/shards/redis/jobs.js";

const task = { predictions: "/p.npy", targets: "/t.npy", options: { worst: 10, drawn: false } };

function leavesOf(node: Node): number[] {
  const { work } = node.data;
  return work.kind === "shard" ? [work.shard.index] : node.children.flatMap(leavesOf);
}

describe.each([1, 2, 32, 33, 1000, 1025, 3000])("a tree of %i shards", (of) => {
  const root = treeOf("id", task, of);

  test("has each of them once, in their order, and its root merges", () => {
    expect(leavesOf(root)).toEqual(Array.from({ length: of }, (_, i) => i));
    expect(root.data.work.kind).toBe("merge");
  });

  test("merges at most 32 states at a time, which are those of its children", () => {
    for (const { data, children } of nodesOf(root)) {
      if (data.work.kind === "shard") continue;
      expect(children.length).toBeLessThanOrEqual(32);
      expect(data.work.names).toEqual(children.map((child) => child.data.name));
    }
  });

  test("has jobs with names of their own, which carry paths and options, not data", () => {
    const nodes = nodesOf(root);
    expect(new Set(nodes.map(({ data }) => jobIdOf(data))).size).toBe(nodes.length);
    expect(nodes.every(({ data }) => !jobIdOf(data).includes(":"))).toBe(true);
    expect(JSON.stringify(flowOf(root)).length).toBeLessThan(1000 * nodes.length);
  });
});
