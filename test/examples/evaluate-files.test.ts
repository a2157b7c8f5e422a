import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { temporary } from "../support/temporary.js";
import { main } from "../../examples/evaluate.js";
import { optionRows } from "../../examples/support/evaluate-options.js";
import type { Stopwatch } from "../../examples/support/stopwatch.js";

const quick: Stopwatch = { warmUp: () => undefined, medianSeconds: () => 1.5e-6 };
const root = fileURLToPath(new URL("../../", import.meta.url));
const files = join(root, "test/fixtures/files/");

const { file, folder } = temporary("evaluate-files-");

/**
 * What the program prints, with the fixtures' folder left out; every line is free of control
 * characters.
 */
async function start(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: string[][] = [[], []];
  const code = await main(args, (line) => out.push(...line.split("\n")), (line) => err.push(line), quick); // prettier-ignore
  expect([...out, ...err].join("")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(err.length).toBe(code);
  return { code, out: out.join("\n").replaceAll(files, ""), err: err.join("\n").replaceAll(files, "") };
}

/** The mean L1 loss of two fixtures, how many pairs there were, and what was said beside. */
async function compare(predictions: string, targets: string, ...options: string[]) {
  const { code, out, err } = await start(files + predictions, files + targets, ...options);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const pairs = Number(/^([\d,]+) pairs,/m.exec(out)?.[1]);
  const l1 = Number(/│ L1 +│ mean +│ +(\S+)/.exec(out)?.[1]);
  return { pairs, l1, notes: out.match(/^note: .*$/gm) ?? [] };
}

describe("files that public bug reports led to", () => {
  test("a header that is a number: 3 pairs, L1 of 1/6, with a word; 4 by the option", async () => {
    const [p, t] = ["header-is-a-number-p.csv", "header-is-a-number-t.csv"];
    const { pairs, l1, notes } = await compare(p, t);
    expect([pairs, l1, notes.length]).toEqual([3, 0.1666667, 2]);
    expect(notes[0]).toContain(`${p}: the first line, "0", is read as a header`);
    expect(await compare(p, t, "--header", "yes")).toEqual({ pairs: 3, l1: 0.1666667, notes: [] });
    expect(await compare(p, t, "--header", "no")).toEqual({ pairs: 4, l1: 0.125, notes: [] });
  });

  test("an index without a name is left out, with a word", async () => {
    const { pairs, l1, notes } = await compare("unnamed-index-p.csv", "unnamed-index-t.csv");
    expect([pairs, l1, notes.length]).toEqual([3, 0.1666667, 2]);
    expect(notes[0]).toContain("the first column has no name and is taken for an index");
  });

  test.each([
    ["mixed-line-endings.csv", 3, []],
    ["only-cr.csv", 3, []],
    ["utf16-excel.csv", 2, []],
    ["utf8-bom.csv", 2, []],
    ["thousands.csv", 2, ["--thousands", ","]],
    ["comment-first.csv", 2, ["--comment", "#"]],
  ] as const)("%s has %i rows", async (name, rows, options) => {
    expect(await compare(name, name, ...options)).toEqual({ pairs: rows, l1: 0, notes: [] });
  });

  test("semicolons and decimal commas are read by options, given for each file or for both", async () => {
    const name = "semicolon-decimal-comma.csv";
    const options = ["--delimiter", ";", "--decimal", ",", "--column", "y", "--column", "z"];
    expect(await compare(name, name, ...options)).toEqual({ pairs: 2, l1: 0.5, notes: [] });
  });

  test("missing cells are left out by pairs, and counted", async () => {
    const { pairs, notes } = await compare("missing-cells.csv", "missing-cells.csv", "--missing", "skip");
    expect(pairs).toBe(2);
    expect(notes[0]).toMatch(
      /^note: 3 of 5 pairs are left out for missing cells: 3 in missing-cells\.csv, 3 in/,
    );
    const p = file("p.csv", "y\n1\nNA\n3\n4\n");
    const t = file("t.csv", "y\n1\n2\nNA\n5\n");
    const { out } = await start(p, t, "--missing", "skip");
    expect(out).toContain("note: 2 of 4 pairs are left out");
    expect(out).toMatch(/│ L1 +│ none +│ +0 … 1 │/);
  });

  test.each([
    ["semicolon-decimal-comma.csv", [], /line 2, .* if ";" divides the cells, --delimiter ";"$/],
    ["semicolon-decimal-comma.csv", ["--delimiter", ";", "--column", "y"], /line 2, column y: expected a number, got "1,5"; .* --decimal ","$/],
    ["thousands.csv", [], /line 2, column y: expected a number, got "1,234\.5"; .* --thousands ","$/],
    ["missing-cells.csv", [], /line 3, column y: expected a number, got "NA"; --missing skip/],
    ["comment-first.csv", [], /line 2, .* the first line begins with #: if it is a comment, --comment "#"$/],
    ["control-characters.csv", [], /line 2, column y: expected a number, got "1\\x1b\[31mred"$/],
    ["shape-without-comma.npy", [], /a header that cannot be read: expected a comma after the first length, got "2"/],
    ["descr-proto.npy", [], /dtype "__proto__"; expected one of f2, f4,/],
    ["duplicate-keys.npy", [], /a header that cannot be read: expected descr once, got it twice/],
    ["truncated.npy", [], /truncated: shape \[4\] of float32 needs 16 bytes, 13 are there$/],
  ] as const)("%s %j is refused in one line", async (name, options, message) => {
    const { code, out, err } = await start(files + name, files + name, ...options);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(message);
    expect(err.startsWith(`evaluate: ${name}: `)).toBe(true);
  }); // prettier-ignore

  test.each([
    ["python2-long.npy", 0],
    ["double-quoted.npy", 0],
    ["big-endian.npy", 0],
    ["fortran-1d.npy", 0],
    ["uint16.npy", (65535 - 4) / 4],
  ])("%s is what numpy reads", async (name, l1) => {
    expect(await compare(name, "python2-long.npy")).toEqual({ pairs: 4, l1, notes: [] });
  });

  test("Fortran's order is put into C's: [[1, 3], [2, 4]]", async () => {
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }\n";
    const data = new Uint8Array(Float32Array.of(1, 3, 2, 4).buffer);
    const magic = readFileSync(`${files}fortran-2x2.npy`).subarray(0, 8);
    const path = file(
      "c-order.npy",
      Uint8Array.of(...magic, header.length, 0, ...Buffer.from(header), ...data),
    );
    const { out } = await start(`${files}fortran-2x2.npy`, path);
    expect(out).toMatch(/│ L1 +│ sum +│ +0 │/);
  });

  test("(4, 1) against (4) is compared, with a word; other shapes are refused as shapes", async () => {
    const { pairs, notes } = await compare("column-4x1.npy", "python2-long.npy");
    expect(pairs).toBe(4);
    expect(notes).toEqual(["note: shapes [4, 1] and [4] differ in dimensions of 1 only; compared as [4]"]);
    const { code, err } = await start(`${files}fortran-2x2.npy`, `${files}column-4x1.npy`);
    expect(code).toBe(1);
    expect(err).toBe(
      "evaluate: expected predictions and targets of one shape, got [2, 2] (fortran-2x2.npy) and [4, 1] (column-4x1.npy)",
    );
  });
});

describe("other kinds of files", () => {
  test("gzip is read, whatever the name; a cut one is refused", async () => {
    const zipped = gzipSync("y\n1\n2\n3\n");
    const good = file("good.csv", "y\n1\n2\n3\n");
    expect((await start(file("a.csv.gz", zipped), good)).out).toContain("3 pairs");
    const { err } = await start(file("cut.csv.gz", zipped.subarray(0, -6)), good);
    expect(err).toMatch(/cut\.csv\.gz: not readable as gzip: unexpected end of file$/);
  });

  test(".npz is read by the array's name, and its checksum is verified", async () => {
    const one = `${root}test/fixtures/npz/one.npz`;
    const two = `${root}test/fixtures/npz/two.npz`;
    expect((await start(one, two, "--array", "arr_0", "--array", "p")).out).toMatch(/│ L1 +│ sum +│ +0 │/);
    expect((await start(two, two, "--array", "p", "--array", "t")).out).toMatch(/│ L1 +│ sum +│ +3 │/);
    expect((await start(two, one)).err).toMatch(
      /expected one array, got 2: "p", "t"; choose one with --array$/,
    );
    const damaged = readFileSync(one);
    damaged[damaged.indexOf("NUMPY") + 130] ^= 16;
    expect((await start(file("damaged.npz", damaged), one)).err).toMatch(/not readable as an \.npz: .*CRC/);
  });

  test("what is none of these is named", async () => {
    const good = file("good.csv", "y\n1\n");
    const text = async (bytes: string) =>
      (await start(file("other", Buffer.from(bytes, "latin1")), good)).err;
    expect(await text("\xfd7zXZ\x00abc")).toMatch(/expected CSV, \.npy or \.npz, also in gzip, got xz/);
    expect(await text("PAR1....")).toMatch(/got Parquet; save the column as CSV$/);
    expect(await text("temp\xe9\n1\n")).toMatch(/expected text in utf-8, .* --encoding names another/);
    expect(await text("y\0\n\x001\0\n\0")).toMatch(/got zero bytes as utf-16le has; --encoding utf-16le$/);
    expect(await text("\0\0\0\0")).toMatch(/expected text or an \.npy file, got bytes that are zero$/);
  });

  test("control characters of file names are not printed either", async () => {
    const good = file("good.csv", "y\n1\n");
    expect((await start(file("e\x1b[31m.csv", "y\nx\n"), good)).err).toContain("e\\x1b[31m.csv: line 2");
    expect((await start(file("o\x1b[31m.csv", "y\n1\n"), good)).out).toContain("o\\x1b[31m.csv against");
  });
});

describe.skipIf(process.platform === "win32")("what need not have an end", () => {
  const good = (): string => file("good.csv", "y\n1\n2\n3\n");
  const pipe = (name: string): string => {
    execFileSync("mkfifo", [join(folder(), name)]);
    return join(folder(), name);
  };

  test("a device is refused", async () => {
    expect((await start("/dev/zero", good())).err).toMatch(/expected a file or a pipe, got a device/);
  });

  test("a pipe without a writer is given up", async () => {
    const { err } = await start(pipe("silent"), good(), "--wait", "0.2");
    expect(err).toMatch(/nothing came through this pipe for 0\.2 s; --wait allows more/);
  });

  test("a pipe is read to its end, and one of zeros is refused at its beginning", async () => {
    const { spawn } = await import("node:child_process");
    const [numbers, zeros] = [pipe("numbers"), pipe("zeros")];
    spawn("sh", ["-c", 'sleep 0.2; cat "$1" > "$2"', "sh", good(), numbers]);
    expect((await start(numbers, good())).out).toContain("3 pairs");
    const endless = spawn("sh", ["-c", 'exec cat /dev/zero > "$1"', "sh", zeros], { stdio: "ignore" });
    expect((await start(zeros, good())).err).toMatch(/got bytes that are zero$/);
    endless.kill();
  });
});

describe("options", () => {
  test.each([
    [["--wait", "soon"], '--wait: expected seconds, above 0 and up to 86400, got "soon"'],
    [["--delimiter", "1"], '--delimiter: expected a mark such as ";" or "#", got "1"'],
    [["--decimal", ";"], '--decimal: expected one of ".", ",", got ";"'],
    [["--thousands", "."], '--thousands: expected another mark than --decimal, got ".", a decimal point, which --decimal "," changes'],
    [["--header", "maybe"], '--header: expected one of auto, yes, no, got "maybe"'],
    [["--missing", "ignore"], '--missing: expected one of refuse, skip, got "ignore"'],
    [["--encoding", "klingon"], '--encoding: expected a name such as utf-16le or windows-1252, got "klingon"'],
    [["--column"], "Option '--column <value>' argument missing"],
    [["--dtype", "float32", "--dtype", "float64"], "--dtype: expected it at most once, got it 2 times"],
  ])("%j is refused", async (args, message) => {
    expect(await start(...args)).toEqual({ code: 1, out: "", err: `evaluate: ${message}` });
  }); // prettier-ignore

  test("each is in --help and in docs/evaluate.md", async () => {
    const documented = readFileSync(`${root}docs/evaluate.md`, "utf8");
    const { out } = await start("--help");
    for (const name of Object.keys(optionRows)) {
      expect(out).toContain(`--${name}`);
      expect(documented).toContain(`--${name}`);
    }
  });
});
