/** Sets of shards, as states cover them. */
import { describe, expect, test } from "vitest";
import { Random } from "../../../test/support/random.js";
import {
  commonShard,
  joinedShards,
  missingShards,
  onlyShard,
  type Shards,
  shardsOf,
  shardWords,
} from "../../src/evaluation/shard.js";

const set = (of: number, ...ranges: [number, number][]): Shards => ({ of, ranges });

describe("sets of shards", () => {
  test("join in any order: neighbours become one range", () => {
    const random = new Random(5);
    for (let round = 0; round < 20; round++) {
      const order = Array.from({ length: 30 }, (_, i) => i).sort(() => random.next() - 0.5);
      const joined = order
        .map((index) => shardsOf({ index, of: 30 }))
        .reduce((a, b) => joinedShards(a, b), set(30));
      expect(joined).toEqual(set(30, [0, 30]));
    }
    expect(joinedShards(set(9, [0, 1], [4, 6]), set(9, [2, 4], [8, 9]))).toEqual(
      set(9, [0, 1], [2, 6], [8, 9]),
    );
  });

  test("what both have is found, and only that", () => {
    expect(commonShard(set(9, [0, 2], [5, 7]), set(9, [2, 5], [7, 9]))).toBe(null);
    expect(commonShard(set(9, [0, 2], [5, 7]), set(9, [3, 6]))).toBe(5);
    expect(commonShard(set(9), set(9, [0, 9]))).toBe(null);
  });

  test("what is missing, and the one that is there", () => {
    expect(missingShards(set(3))).toEqual(set(3, [0, 3]));
    expect(missingShards(set(3, [0, 3]))).toEqual(set(3));
    expect(missingShards(set(9, [1, 2], [4, 8]))).toEqual(set(9, [0, 1], [2, 4], [8, 9]));
    expect(onlyShard(set(9, [4, 5]))).toEqual({ index: 4, of: 9 });
    expect([onlyShard(set(9, [4, 6])), onlyShard(set(9, [4, 5], [6, 7]))]).toEqual([null, null]);
  });

  test("are told by the first ten", () => {
    expect(shardWords(set(9, [1, 2], [4, 6]))).toBe("1/9, 4/9, 5/9");
    expect(shardWords(set(1000, [0, 8], [100, 1000]))).toMatch(/^0\/1000, .*, 101\/1000 and 898 more$/);
  });
});
