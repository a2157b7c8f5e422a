/** `--threads` and `--shards`: threads of this machine, with the bits of one run. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Random } from "../../../test/support/random.js";
import { temporary } from "../../../test/support/temporary.js";
import { npyOf } from "../support/npy.js";
import { json, lossgrad } from "../support/program.js";

const { file, folder } = temporary("lossgrad-threads-");
const random = new Random(99);
const N = 20_000;
const P = Float64Array.from({ length: N }, () => random.normal() * 2 ** random.integer(-30, 30));
const T = Float32Array.from({ length: N }, () => random.normal());
P[17_003] = NaN;

/** All that a report says but how long it took. */
function lasting({ seconds, bytes, ...rest }: Record<string, unknown>): unknown {
  expect([seconds, bytes]).toEqual([expect.any(Number), expect.any(Number)]);
  return rest;
}

test("every option that says what is computed, on two threads", async () => {
  const files = [P, T].map((data, i) => file(`${i}.npy`, npyOf(data, [N / 4, 4])));
  const weight = file(
    "w.npy",
    npyOf(
      Uint8Array.from({ length: N }, () => random.integer(0, 5)),
      [N / 4, 4],
    ),
  );
  const mask = file(
    "m.npy",
    npyOf(
      Uint8Array.from({ length: N }, () => random.integer(0, 1)),
      [N / 4, 4],
    ),
  );
  const args = [
    "evaluate",
    ...files,
    "--weight",
    weight,
    "--mask",
    mask,
    "--nan",
    "omit",
    "--dtype",
    "float32",
  ];
  args.push("--loss", "huber=0.5,mine=abs(p - t)^1.5", "--metric", "mae,rmse,bias,max,r2", "--worst", "40");
  args.push("--per-output", "-1");
  const whole = lasting(await json(...args));
  expect(lasting(await json(...args, "--shards", "7", "--threads", "2"))).toEqual(whole);
});

test("groups of a table, and a report, by so many shards as there are rows", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `${P[i]},${T[i]},${"abc"[i % 3]}`);
  const table = file("table.csv", `p,t,kind\n${rows.join("\n")}\n`);
  const args = ["evaluate", table, "--prediction", "p", "--target", "t", "--by", "kind"];
  const report = (name: string): [string, string] => ["--plot", `${folder()}/${name}.svg`];
  const run = async (...options: string[]): Promise<unknown> => {
    const { code, out } = await lossgrad([...args, ...options, "--json"]);
    expect(code).toBe(0);
    return lasting(JSON.parse(out) as Record<string, unknown>);
  };
  const whole = await run(...report("whole"));
  expect(await run(...report("shards"), "--shards", "40", "--threads", "1")).toEqual(whole);
  const [one, other] = ["whole", "shards"].map((name) => readFileSync(`${folder()}/${name}.svg`, "utf8"));
  expect(other).toBe(one);
});

test("--threads alone divides what it can, with a gradient too; a column has one thread", async () => {
  const [p, t] = [file("p.npy", npyOf(P)), file("t.npy", npyOf(T))];
  const whole = lasting(await json("evaluate", p, t, "--nan", "omit", "--loss", "l1"));
  const grad = `${folder()}/grad.npy`;
  const threaded = ["evaluate", p, t, "--nan", "omit", "--loss", "l1", "--threads", "2", "--grad", grad];
  expect(lasting(await json(...threaded))).toEqual(whole);
  const bytes = readFileSync(grad);
  await json("evaluate", p, t, "--nan", "omit", "--loss", "l1", "--grad", grad);
  expect(Buffer.compare(readFileSync(grad), bytes)).toBe(0);
  const column = file("t.csv", `t\n${T.join("\n")}\n`);
  const beside = lasting(await json("evaluate", p, column, "--nan", "omit"));
  expect(lasting(await json("evaluate", p, column, "--nan", "omit", "--threads", "2"))).toEqual(beside);
});

test("data that are wrong end it with their message; of nothing there is no result", async () => {
  const [p, t] = [file("p.npy", npyOf(P)), file("t.npy", npyOf(T))];
  const shards = ["--shards", "4", "--threads", "1"];
  const nan = await lossgrad(["evaluate", p, t, "--nan", "error", ...shards]);
  expect(nan).toMatchObject({ code: 1, out: "" });
  expect(nan.err).toBe(`lossgrad: ${p}: expected no NaN, got one at [17003]; --nan omit leaves such out`);
  const empty = file("empty.npy", npyOf(new Float32Array(0)));
  const none = await lossgrad(["evaluate", empty, empty, ...shards]);
  expect(none).toMatchObject({ code: 1, err: `lossgrad: ${empty}: expected elements, got none` });
});

test("Ctrl-C prints what was read so far, marked partial", async () => {
  const [p, t] = [file("p.npy", npyOf(P)), file("t.npy", npyOf(T))];
  const controller = new AbortController();
  const run = lossgrad(["evaluate", p, t, "--shards", "4", "--threads", "1", "--json"], controller);
  setTimeout(() => {
    controller.abort();
  });
  const { code, out, err } = await run;
  expect(code).toBe(130);
  if (err === "") expect(JSON.parse(out)).toMatchObject({ partial: true });
  else expect([out, err]).toEqual(["", "lossgrad: interrupted before a shard was done"]);
});

test("what cannot be divided is refused", async () => {
  const [p, t] = [file("p.npy", npyOf(P)), file("t.npy", npyOf(T))];
  const pipe = `${folder()}/pipe`;
  execFileSync("mkfifo", [pipe]);
  const refused = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await lossgrad(["evaluate", ...args]);
    expect([code, out]).toEqual([2, ""]);
    return err.replace("lossgrad: ", "");
  };
  const files = "--shards: expected files, which each shard reads, got";
  expect(await refused("-", t, "--shards", "2")).toBe(`${files} standard input`);
  expect(await refused(pipe, t, "--shards", "2")).toBe(`${files} the pipe ${pipe}`);
  expect(await refused(p, t, "--shards", "2", "--loss", "l1", "--grad", "g.npy")).toMatch(
    /^--grad: .* --shards/,
  );
  for (const option of ["--shards", "--threads"])
    expect(await refused(p, t, "--shard", "0/2", option, "2")).toMatch(
      `--shard: expected it without ${option}`,
    );
  expect(await refused(p, t, "--redis", "redis://x", "--threads", "2")).toMatch(
    /^--redis: .* without --threads/,
  );
  for (const count of ["0", "-1", "1.5", "10001", "many"])
    expect(await refused(p, t, "--shards", count)).toContain("Expected a whole number from 1 to 10000.");
});
