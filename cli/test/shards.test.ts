/** `--shard --state` and `lossgrad merge`: the same bits as one run, or an error that says why. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { Random } from "../../test/support/random.js";
import { temporary } from "../../test/support/temporary.js";
import { chunksOf, type Rooms } from "../src/evaluation/chunks.js";
import { partOf } from "../src/evaluation/shard.js";
import { CsvReader } from "../src/readers/csv/reader.js";
import { bytesSource } from "./support/arrays.js";
import { npyOf } from "./support/npy.js";
import { json, lossgrad } from "./support/program.js";

const { file, folder } = temporary("lossgrad-shards-");
const random = new Random(77);
const N = 3001;
const P = Float64Array.from({ length: N }, () => random.integer(-1000, 1000) / 7);
const T = Float32Array.from({ length: N }, () => random.integer(-1000, 1000) / 3);
P[1234] = NaN;
const W = Uint8Array.from({ length: N }, () => random.integer(0, 5));
const M = Uint8Array.from({ length: N }, () => random.integer(0, 1));

const files = (shape?: readonly number[]): [string, string] => [
  file("p.npy", npyOf(P, shape)),
  file("t.npy", npyOf(T, shape)),
];

/** All that a report says but how long it took. */
function lasting({ seconds, bytes, ...rest }: Record<string, unknown>): unknown {
  expect([typeof seconds, typeof bytes]).toEqual(["number", "number"]);
  return rest;
}

/** The states of all shards, in some order. */
async function states(of: number, ...args: string[]): Promise<string[]> {
  const paths: string[] = [];
  for (let i = 0; i < of; i++) {
    const path = `${folder()}/s${i}-of-${of}.json`;
    const { code, err } = await lossgrad([...args, "--shard", `${i}/${of}`, "--state", path]);
    expect([code, err]).toEqual([0, ""]);
    paths.splice(random.integer(0, paths.length), 0, path);
  }
  return paths;
}

const all = [
  "--metric",
  "mae,rmse,bias,max,median,q0.99,r2,pearson,msle",
  "--loss",
  "huber=2,mine=abs(p - t)^3",
];

describe("the merged result is that of one run", () => {
  test.each([
    ["every metric, with NaN", undefined, []],
    ["NaN left out", undefined, ["--nan", "omit"]],
    ["outputs side by side", [3001, 1], ["--nan", "omit", "--per-output", "-1"]],
    [
      "another dtype, and all errors told",
      undefined,
      ["--nan", "omit", "--dtype", "float16", "--worst", "100"],
    ],
  ] as const)("%s", async (_, shape, options) => {
    const args = ["evaluate", ...files(shape), ...all, ...options];
    const whole = lasting(await json(...args));
    for (const of of [1, 5])
      expect(lasting(await json("merge", ...(await states(of, ...args))))).toEqual(whole);
  });

  test("weights, a mask, rows of several outputs, more shards than rows, and what gzip made", async () => {
    const shape = [6, 20];
    const paths = [P, T, W, M].map((data, i) =>
      file(`${i}.npy.gz`, gzipSync(npyOf(data.subarray(0, 120) as typeof P, shape))),
    );
    const args = ["evaluate", paths[0], paths[1], "--weight", paths[2], "--mask", paths[3], "--nan", "omit"];
    for (const options of [[], ["--per-output", "0"], ["--per-output", "1"]]) {
      const whole = lasting(await json(...args, ...options));
      expect(lasting(await json("merge", ...(await states(11, ...args, ...options))))).toEqual(whole);
    }
  });

  test("columns of a table, and its groups", async () => {
    const rows = Array.from({ length: 500 }, (_, i) => `${P[i]},${T[i]},${"abc"[i % 3]}`);
    const table = file("table.csv", `p,t,kind\n${rows.join("\n")}\n`);
    const args = ["evaluate", table, "--prediction", "p", "--target", "t", "--by", "kind"];
    const whole = lasting(await json(...args));
    expect(lasting(await json("merge", ...(await states(4, ...args))))).toEqual(whole);
  });

  test("weights and a mask that are columns, with the metrics that take weights", async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `${P[i]},${T[i]},${W[i] + 0.5},${M[i]}`);
    const table = file("weighted.csv", `p,t,w,m\n${rows.join("\n")}\n`);
    const columns = ["--prediction", "p", "--target", "t", "--weight-column", "w", "--mask-column", "m"];
    const whole = lasting(await json("evaluate", table, ...columns));
    expect(lasting(await json("merge", ...(await states(2, "evaluate", table, ...columns))))).toEqual(whole);
    expect(Object.keys((whole as { results: object }).results)).not.toContain("median");
  });

  test("a state of everything is a shard of one; the report is that of a run", async () => {
    const [path] = await states(1, "evaluate", ...files(), "--nan", "omit");
    const { out } = await lossgrad(["merge", path]);
    expect(out).toContain("3,001 pairs, shape [3001]\n3,000 count; left out: 1 with a NaN\n");
    expect(out).toContain("the largest errors");
  });
});

test("shards of a column, whose length only its end tells, take turns with chunks", async () => {
  const text = `y\n${Array.from({ length: 23 }, (_, i) => i).join("\n")}\n`;
  const rooms: Rooms = { borrow: (_, length) => new Float64Array(length), giveBack: () => undefined };
  const taken: number[][] = [];
  for (const index of [0, 1, 2]) {
    const reader = new CsvReader(bytesSource(new TextEncoder().encode(text)), {});
    const numbers: number[] = [];
    const part = partOf({ index, of: 3 }, null, 1);
    for await (const { elements } of chunksOf({ readers: [reader] }, 4, rooms, part))
      numbers.push(...(elements[0] as Float64Array));
    taken.push(numbers);
  }
  expect(taken[1]).toEqual([4, 5, 6, 7, 16, 17, 18, 19]);
  expect(taken.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 23 }, (_, i) => i));
});

describe("what is no state, or of another evaluation, is refused with its name and a reason", () => {
  const merge = async (...paths: string[]) => {
    const { code, out, err } = await lossgrad(["merge", ...paths]);
    expect([code, out]).toEqual([1, ""]);
    return err.replaceAll(`${folder()}/`, "").replace("lossgrad: ", "");
  };

  test("missing and twice", async () => {
    const args = ["evaluate", ...files(), "--metric", "mae"];
    await states(3, ...args);
    const [a, b] = [0, 2].map((i) => `${folder()}/s${i}-of-3.json`);
    expect(await merge(a, b)).toBe("expected the states of all 3 shards, missing 1/3");
    expect(await merge(a)).toBe("expected the states of all 3 shards, missing 1/3, 2/3");
    const copy = file("copy.json", readFileSync(a));
    expect(await merge(b, a, copy)).toBe(
      "copy.json: expected each shard once, got shard 0/3 also in s0-of-3.json",
    );
  });

  test("cut, changed, and other data", async () => {
    const [path] = await states(1, "evaluate", ...files(), "--metric", "mae");
    const text = readFileSync(path, "utf8");
    const other = "expected a state that --state wrote, got other data";
    expect(await merge(file("cut.json", text.slice(0, 500)))).toBe(
      "cut.json: expected a state that --state wrote, got other text, or a part of one",
    );
    expect(await merge(file("changed.json", text.replace('"elements":3001', '"elements":3002')))).toBe(
      "changed.json: the state was changed or cut since it was written",
    );
    for (const content of ["{}", "[]", "null", "7", '{"format":"lossgrad metrics"}'])
      expect(await merge(file("other.json", content))).toBe(`other.json: ${other}`);
    expect(await merge(file("new.json", text.replace('"version":1', '"version":2')))).toBe(
      'new.json: expected a state of version 1, got version "2"',
    );
    expect(await merge(`${folder()}/absent.json`)).toBe("absent.json: no such file");
  });

  test.each([
    [["--metric", "rmse"], "--metric rmse, there mae"],
    [["--metric", "mae", "--loss", "l1"], "--loss l1, there none"],
    [["--metric", "mae", "--nan", "omit"], "--nan omit, there propagate"],
    [["--metric", "mae", "--dtype", "float32"], "--dtype float32, there none"],
    [["--metric", "mae", "--worst", "3"], "--worst 3, there 10"],
  ])("%j beside --metric mae", async (options, what) => {
    const first = `${folder()}/first.json`;
    const second = `${folder()}/second.json`;
    const args = (shard: string, path: string) => ["evaluate", ...files(), "--shard", shard, "--state", path];
    await lossgrad([...args("0/2", first), "--metric", "mae"]);
    await lossgrad([...args("1/2", second), ...options]);
    expect(await merge(first, second)).toBe(
      `second.json: expected a shard of the same evaluation as first.json, got ${what}`,
    );
  });

  test("other files, shapes and numbers of shards", async () => {
    const write = async (name: string, shard: string, ...paths: string[]) => {
      await lossgrad([
        "evaluate",
        ...paths,
        "--metric",
        "mae",
        "--shard",
        shard,
        "--state",
        `${folder()}/${name}`,
      ]);
    };
    const [p, t] = files();
    await write("a.json", "0/2", p, t);
    await write("b.json", "1/2", p, file("u.npy", npyOf(T)));
    await write("c.json", "1/2", file("p.npy", npyOf(P.subarray(1))), file("t.npy", npyOf(T.subarray(1))));
    await write("d.json", "1/3", ...files());
    const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => `${folder()}/${name}.json`);
    expect(await merge(a, b)).toMatch(
      /^b\.json: expected .* as a\.json, got target \["u\.npy","npy",.*\["t\.npy"/,
    );
    expect(await merge(a, c)).toMatch(
      /got prediction \["p\.npy","npy","float64",\[3000\]\], there .*\[3001\]/,
    );
    expect(await merge(a, d)).toMatch(/got a number of shards of 3, there 2$/);
  });
});

test.each(["1", "2/2", "-1/2", "0/0", "a/b", "0/99999999"])("--shard %s is refused", async (shard) => {
  const { code, err } = await lossgrad(["evaluate", "a", "b", "--shard", shard]);
  expect([code, err]).toEqual([
    2,
    `lossgrad: option '--shard <i/n>' argument '${shard}' is invalid. Expected a number from 0 and how many there are, such as 0/4.`,
  ]);
});

test("an interrupted run writes no state", async () => {
  const controller = new AbortController();
  controller.abort();
  const state = `${folder()}/interrupted.json`;
  expect((await lossgrad(["evaluate", ...files(), "--state", state], controller)).code).toBe(130);
  expect(() => readFileSync(state)).toThrow("ENOENT");
});

describe("the report of merged states", () => {
  const args = () => ["evaluate", ...files(), "--nan", "omit"];
  const at = (name: string) => `${folder()}/${name}`;

  test.each([
    ["--report", "html"],
    ["--plot", "svg"],
  ])("%s is that of one run", async (option, ending) => {
    // prettier-ignore
    const [one, all] = ["one", "all"].map((name) => at(`${name}.${ending}`));
    await lossgrad([...args(), option, one]);
    const shards = await states(3, ...args(), "--for-report");
    const { code, err } = await lossgrad(["merge", ...shards, option, all]);
    expect([code, err]).toEqual([0, `wrote ${all}`]);
    expect(readFileSync(all, "utf8")).toBe(readFileSync(one, "utf8"));
  });

  test("has the same map of the errors in images", async () => {
    const image = [P, T].map((data, i) => file(`image${i}.npy`, npyOf(data.subarray(0, 1200), [20, 20, 3])));
    const args = ["evaluate", ...image, "--nan", "omit"];
    const [one, all] = ["one", "all"].map((name) => at(`${name}-map.svg`));
    await lossgrad([...args, "--plot", one]);
    await lossgrad(["merge", ...(await states(7, ...args, "--for-report")), "--plot", all]);
    expect(readFileSync(all, "utf8")).toContain("Where the errors are");
    expect(readFileSync(all, "utf8")).toBe(readFileSync(one, "utf8"));
  });

  test("needs states that were written for it, and says which is not", async () => {
    const [without] = await states(1, ...args());
    expect(await lossgrad(["merge", without, "--report", at("r.html")])).toEqual({
      code: 1,
      out: "",
      err:
        `lossgrad: ${without}: expected a state with what --report draws, got one without; ` +
        "lossgrad evaluate --state writes such with --for-report",
    });
  });

  test("states with and without what a report draws merge without a report", async () => {
    const paths = [0, 1].map((i) => at(`mixed${i}.json`));
    await lossgrad([...args(), "--shard", "0/2", "--state", paths[0]]);
    await lossgrad([...args(), "--shard", "1/2", "--state", paths[1], "--for-report"]);
    expect((await lossgrad(["merge", ...paths])).code).toBe(0);
  });

  test("--for-report without --state, and files of other kinds, are refused", async () => {
    const { code, err } = await lossgrad([...args(), "--for-report"]);
    const what = "expected it with --state, which holds what a report draws";
    expect([code, err]).toEqual([2, `lossgrad: --for-report: ${what}`]);
    expect((await lossgrad(["merge", "nowhere.json", "--plot", "p.gif"])).code).toBe(2);
  });
});
