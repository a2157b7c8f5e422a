/**
 * Whatever an option is given, the command ends: with what it prints, or with one line that says
 * what was expected. The helper that runs it refuses control characters in what it prints.
 */
import { PassThrough } from "node:stream";
import type { Option } from "commander";
import { describe, expect, test } from "vitest";
import { temporary } from "../../../test/support/temporary.js";
import { CSV_OPTIONS } from "../../src/commands/csv-options.js";
import { createProgram } from "../../src/program.js";
import { npyOf } from "../support/npy.js";
import { lossgrad } from "../support/program.js";

const { file, folder } = temporary("lossgrad-options-");

const numbers = (step: number): Float32Array =>
  Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * step));
const arrays = (): string[] => [
  file("p.npy", npyOf(numbers(1), [6, 4])),
  file("t.npy", npyOf(numbers(1.01), [6, 4])),
];
const csv = (): string => file("table.csv", "p,t,group,w\n1,2,a,1\n2,3,b,0\n3,5,a,2\n");

const VALUES = [
  ["", "-1", "2.5", "1e400", "NaN", "0x10", "９", "9007199254740993"],
  ["\x1b[31mred", "\u202eevil", "\ud800", "a\nb\n(Did you mean p?)", "1".repeat(3000)],
  ["__proto__", "constructor", "a,b", "l1,l1", "=", "huber=-1", "x=1/0", "x=p.constructor", "x=p("],
  ["q1.5", "1/0", "2/2", "0/99999999999", "#99", "utf-99", ";;", "group", "../x", "/", "http://["],
].flat();

/** Those that no file can be written to. */
function unwritable(): string[] {
  const [p] = arrays();
  return [
    "",
    folder(),
    `${folder()}/`,
    `${folder()}/none/x.html`,
    `${p}/x.html`,
    `${folder()}/\x1b[31m/x.svg`,
  ];
}

const terminal = {
  log: () => undefined,
  complain: () => undefined,
  stderr: new PassThrough() as unknown as NodeJS.WriteStream,
  interruption: () => ({ signal: new AbortController().signal, release: () => undefined }),
  exitCode: 0,
};
const WRITTEN = ["--state", "--grad", "--report", "--plot"];
/** Refused before anything is opened; what listens and computes has tests of its own. */
const REDIS = ["", "x", "http://localhost", "redis://", "redis://[", "unix://", "\x1b[31m", "redis://\x07"];

/** Options of tables, which have use for columns. */
const TABLE = ["--by", "--prediction", "--target", "--weight-column", "--mask-column"].concat(
  CSV_OPTIONS.map((name) => `--${name}`),
);

const INPUTS: Readonly<Record<string, () => string[]>> = {
  evaluate: () => [...arrays(), "--worst", "2"],
  diff: arrays,
  merge: () => [file("s.json", "{}")],
  sql: () => ["--table", "x", "--prediction", "p", "--target", "t"],
  worker: () => [],
  bench: () => ["--nonsense"],
};

function valuesFor({ long }: Option): string[] {
  if (WRITTEN.includes(long!)) return unwritable();
  return long === "--redis" ? REDIS : VALUES;
}

async function check(args: readonly string[], ofOption: Option): Promise<void> {
  for (const value of valuesFor(ofOption)) {
    const given = [...args, ofOption.long!, value];
    const { code, out, err } = await lossgrad(given);
    const lines = err.split("\n").filter((line) => !line.startsWith("note: "));
    const context = JSON.stringify({ given: value.slice(0, 40), code, err: err.slice(0, 300) });
    expect([0, 1, 2], context).toContain(code);
    expect(err.length, context).toBeLessThan(2500);
    expect(err, context).not.toMatch(
      /(Type|Range|Reference|Syntax)Error|\bat .*:\d+:\d+|ENOENT|EISDIR|undefined/,
    );
    if (code === 0 || out !== "") continue;
    expect(lines, context).toHaveLength(1);
    expect(err, context).toMatch(/^lossgrad: ./);
  }
}

describe.each(createProgram(terminal).commands.map((command) => [command.name(), command] as const))(
  "lossgrad %s",
  (name, command) => {
    const options = command.options.filter(({ required }) => required);
    if (options.length === 0) test("has no options with values", () => expect(name).toBe("bench"));
    for (const option of options) {
      test(`${option.long} with whatever stands behind it`, async () => {
        const ofTable = name === "evaluate" && TABLE.includes(option.long!);
        const inputs = ofTable ? [csv(), "--prediction", "p", "--target", "t"] : INPUTS[name]();
        await check([name, ...inputs], option);
      });
    }
  },
);
