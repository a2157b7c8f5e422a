/**
 * No option passes over another: of any two, the command refuses them by name, or each shows in what
 * it prints or writes beside the other.
 */
import { readFileSync, rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { temporary } from "../../../test/support/temporary.js";
import { npyOf } from "../support/npy.js";
import { lossgrad } from "../support/program.js";

const { file, folder } = temporary("lossgrad-combinations-");

const P = Float32Array.of(1, 2, NaN, 4.1, 5, 60, 7, 8, 9, 1e5, 11, 12);
const T = Float32Array.of(1, 3, 3, 4, 5.5, 6, 7, 8.25, 9, 10, 13, 12);
const W = Float32Array.of(1, 2, 1, 1, 3, 1, 1, 1, 1, 2, 1, 1);
const M = Uint8Array.of(1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1);
const rows = Array.from(P, (p, i) => [Number.isNaN(p) ? "NA" : p, T[i], W[i], M[i], i % 2 ? "a" : "b"]);

const WRITTEN = ["--state", "--grad", "--report", "--plot"];
const NAMES: Readonly<Record<string, string>> = { "--report": "x.html", "--plot": "x.svg" };

/** Options with a value that shows; those of files that are written have one of their own. */
type Options = Readonly<Record<string, () => readonly string[]>>;
const path = (option: string) => () => [`${folder()}/${NAMES[option] ?? `x${option}`}`];
const COMMON: Options = {
  "--metric": () => ["max,mae"],
  "--loss": () => ["huber=0.5"],
  "--nan": () => ["omit"],
  "--worst": () => ["2"],
  "--shard": () => ["0/2"],
  "--dtype": () => ["float16"],
  "--per-output": () => ["0"],
  "--json": () => [],
  ...Object.fromEntries(WRITTEN.map((option) => [option, path(option)])),
  "--grad": () => [...path("--grad")(), "--loss", "l1"],
};
const ARRAYS: Options = {
  ...COMMON,
  "--weight": () => [file("w.npy", npyOf(W, [4, 3]))],
  "--mask": () => [file("m.npy", npyOf(M, [4, 3]))],
};
const COLUMNS: Options = {
  ...COMMON,
  "--weight-column": () => ["w"],
  "--mask-column": () => ["m"],
  "--by": () => ["kind"],
};
const arrays = (): string[] => [file("p.npy", npyOf(P, [4, 3])), file("t.npy", npyOf(T, [4, 3]))];
const columns = (): string[] => [
  file("table.csv", ["p,t,w,m,kind", ...rows.map((row) => row.join())].join("\n")),
  "--prediction",
  "p",
  "--target",
  "t",
];

/** What a run prints and writes but for what it took; null where it refuses, by the name of an option. */
async function seen(args: readonly string[]): Promise<string | null> {
  const written = WRITTEN.filter((option) => args.includes(option)).map((option) => path(option)()[0]);
  for (const one of written) rmSync(one, { force: true });
  const { code, out, err } = await lossgrad(["evaluate", ...args]);
  if (code !== 0) {
    expect(err).toMatch(/^lossgrad: (--[a-z]|.*(--[a-z]+|expected))/);
    return null;
  }
  const texts = written.map((one) => readFileSync(one, "latin1"));
  const lines = out.split("\n").filter((line) => !/pairs\/s|"seconds":/.test(line));
  return [...lines, ...texts].join("\n").replace(/"(seconds|checksum)":("\w+"|[\d.e-]+)/g, "");
}

describe.each([
  ["arrays", arrays, ARRAYS],
  ["columns", columns, COLUMNS],
] as const)("each of two options of %s is refused or shows", (_, inputs, options) => {
  const names = Object.keys(options);
  const given = (name: string): string[] => [name, ...options[name]()];
  test.each(names.map((name, i) => [name, names.slice(i + 1)] as const))("%s", async (name, others) => {
    const alone = await seen([...inputs(), ...given(name)]);
    for (const other of others) {
      const both = await seen([...inputs(), ...given(name), ...given(other)]);
      if (both === null) continue;
      const without = await seen([...inputs(), ...given(other)]);
      expect([both === alone, both === without], `${name} and ${other}`).toEqual([false, false]);
    }
  });
});

test("what names an array, or tells how a file is written, is refused where no file has use for it", async () => {
  const [p, t] = arrays();
  const table = columns()[0];
  const npz = ["--column", "p"];
  const cases: [string[], string][] = [
    [[p, t, "--by", "kind"], "--by: expected a file of several columns or arrays, got npy"],
    [[p, t, "--weight", p, "--weight-column", "w"], "--weight-column: expected a file of several"],
    [[p, t, "--mask", p, "--mask-column", "m"], "--mask-column: expected a file of several columns or"],
    [[p, table, "--prediction", "p", "--target", "t"], "--prediction: expected a file of several columns"],
    [[...columns(), ...npz], "--column: expected no other name than that of --prediction and --target"],
    [[p, table, "--delimiter", ";", "--delimiter", ","], "--delimiter: expected a file of csv, got npy"],
    [[table, p, "--column", "p", "--column", "t"], "--column: expected a table, got npy"],
  ];
  for (const [args, message] of cases) {
    const { code, err } = await lossgrad(["evaluate", ...args]);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  }
});
