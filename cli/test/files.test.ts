/** Files as people have them: what is read, what is refused, and with which words. */
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { temporary } from "../../test/support/temporary.js";
import { npyOf } from "./support/npy.js";
import { json, lossgrad, type Ran } from "./support/program.js";

const { file, folder } = temporary("lossgrad-files-");
const fixtures = fileURLToPath(new URL("../../test/fixtures/", import.meta.url));
const files = `${fixtures}files/`;

const evaluate = (...args: string[]): Promise<Ran> => lossgrad(["evaluate", ...args]);

interface Compared {
  readonly elements: number;
  readonly results: { readonly mae: number };
  readonly notes: readonly string[];
}

/** The mean absolute error of two fixtures, how many pairs there were, and what was said beside. */
async function compare(predictions: string, targets: string, ...options: string[]) {
  const paths = [files + predictions, files + targets];
  const found = (await json("evaluate", ...paths, "--metric", "mae", ...options)) as unknown as Compared;
  const notes = found.notes.map((note) => note.replaceAll(files, ""));
  return { pairs: found.elements, mae: Number(found.results.mae.toPrecision(7)), notes };
}

describe("files that public bug reports led to", () => {
  test("a header that is a number: 3 pairs, an error of 1/6, with a word; 4 by the option", async () => {
    const [p, t] = ["header-is-a-number-p.csv", "header-is-a-number-t.csv"];
    const { pairs, mae, notes } = await compare(p, t);
    expect([pairs, mae, notes.length]).toEqual([3, 0.1666667, 2]);
    expect(notes[0]).toContain(`${p}: the first line, "0", is read as a header`);
    expect(await compare(p, t, "--header", "yes")).toEqual({ pairs: 3, mae: 0.1666667, notes: [] });
    expect(await compare(p, t, "--header", "no")).toEqual({ pairs: 4, mae: 0.125, notes: [] });
  });

  test("an index without a name is left out, with a word", async () => {
    const { pairs, mae, notes } = await compare("unnamed-index-p.csv", "unnamed-index-t.csv");
    expect([pairs, mae, notes.length]).toEqual([3, 0.1666667, 2]);
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
    expect(await compare(name, name, ...options)).toEqual({ pairs: rows, mae: 0, notes: [] });
  });

  test("semicolons and decimal commas are read by options, given for each file or for both", async () => {
    const name = "semicolon-decimal-comma.csv";
    const options = ["--delimiter", ";", "--decimal", ",", "--column", "y", "--column", "z"];
    expect(await compare(name, name, ...options)).toEqual({ pairs: 2, mae: 0.5, notes: [] });
  });

  test("missing cells are left out by pairs, and counted", async () => {
    const found = await evaluate(files + "missing-cells.csv", files + "missing-cells.csv", "--nan", "omit");
    expect(found.out).toMatch(/^note: .*missing-cells\.csv: 3 cells are missing, and NaN in their place$/m);
    expect(found.out).toContain("5 pairs\n2 count; left out: 3 with a NaN\n");
    const p = file("p.csv", "y\n1\nNA\n3\n4\n");
    const t = file("t.csv", "y\n1\n2\nNA\n5\n");
    expect(await json("evaluate", p, t, "--nan", "omit", "--metric", "mae")).toMatchObject({
      results: { mae: 0.5 },
      counts: { count: 2, nan: 2 },
    });
  });

  test.each([
    ["semicolon-decimal-comma.csv", [], /line 2, .* if ";" divides the cells, --delimiter ";"$/],
    ["semicolon-decimal-comma.csv", ["--delimiter", ";", "--column", "y"], /line 2, column y: expected a number, got "1,5"; .* --decimal ","$/],
    ["thousands.csv", [], /line 2, column y: expected a number, got "1,234\.5"; .* --thousands ","$/],
    ["missing-cells.csv", [], /line 3, column y: expected a number, got "NA"; --nan omit/],
    ["comment-first.csv", [], /line 2, .* the first line begins with #: if it is a comment, --comment "#"$/],
    ["control-characters.csv", [], /line 2, column y: expected a number, got "1\\x1b\[31mred"$/],
    ["shape-without-comma.npy", [], /a header that cannot be read: expected a comma after the first length, got "2"/],
    ["descr-proto.npy", [], /dtype "__proto__"; expected one of f2, f4,/],
    ["duplicate-keys.npy", [], /a header that cannot be read: expected descr once, got it twice/],
    ["truncated.npy", [], /truncated: shape \[4\] of float32 needs 16 bytes, 13 are there$/],
  ] as const)("%s %j is refused in one line", async (name, options, message) => {
    const { code, out, err } = await evaluate(files + name, files + name, ...options);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(message);
    expect(err.startsWith(`lossgrad: ${files}${name}: `)).toBe(true);
  }); // prettier-ignore

  test.each([
    ["python2-long.npy", 0],
    ["double-quoted.npy", 0],
    ["big-endian.npy", 0],
    ["fortran-1d.npy", 0],
    ["uint16.npy", (65535 - 4) / 4],
  ])("%s is what numpy reads", async (name, mae) => {
    expect(await compare(name, "python2-long.npy")).toEqual({ pairs: 4, mae, notes: [] });
  });

  test("(4, 1) against (4) is compared, with a word; other shapes are refused as shapes", async () => {
    expect(await compare("column-4x1.npy", "python2-long.npy")).toMatchObject({
      pairs: 4,
      notes: ["shapes [4, 1] and [4] differ in dimensions of 1 only; compared as [4]"],
    });
    const { code, err } = await evaluate(`${files}fortran-2x2.npy`, `${files}column-4x1.npy`);
    expect(code).toBe(1);
    expect(err.replaceAll(files, "")).toBe(
      "lossgrad: expected arrays of one shape, got [2, 2] (fortran-2x2.npy) and [4, 1] (column-4x1.npy)",
    );
  });
});

describe("other kinds of files", () => {
  const good = (): string => file("good.csv", "y\n1\n2\n3\n");

  test("gzip is read, whatever the name; a cut one is refused", async () => {
    const zipped = gzipSync("y\n1\n2\n3\n");
    expect((await evaluate(file("a.csv.gz", zipped), good())).out).toContain("3 pairs");
    const { err } = await evaluate(file("cut.csv.gz", zipped.subarray(0, -6)), good());
    expect(err).toMatch(/cut\.csv\.gz: not readable as gzip: unexpected end of file$/);
  });

  test("the checksum of an .npz is verified", async () => {
    const one = `${fixtures}npz/one.npz`;
    const damaged = readFileSync(one);
    damaged[damaged.indexOf("NUMPY") + 130] ^= 16;
    expect((await evaluate(file("damaged.npz", damaged), one)).err).toMatch(
      /not readable as an \.npz: .*CRC/,
    );
  });

  test("what is none of these is named", async () => {
    const text = async (bytes: string) =>
      (await evaluate(file("other", Buffer.from(bytes, "latin1")), good())).err;
    expect(await text("\xfd7zXZ\x00abc")).toMatch(/expected .*CSV, also in gzip, got xz: decompress it/);
    expect(await text("temp\xe9\n1\n")).toMatch(/expected text in utf-8, .* --encoding names another/);
    expect(await text("y\0\n\x001\0\n\0")).toMatch(/got zero bytes as utf-16le has; --encoding utf-16le$/);
    expect(await text("\0\0\0\0")).toMatch(/expected text or an \.npy file, got bytes that are zero$/);
  });

  test("the language's own names are names of columns", async () => {
    const table = file("names.csv", "constructor,__proto__\n1,3\n");
    const columns = ["--prediction", "constructor", "--target", "__proto__", "--metric", "mae"];
    expect((await json("evaluate", table, ...columns)).results).toEqual({ mae: 2 });
  });

  test("control characters of file names are printed neither in errors nor in reports", async () => {
    const { err } = await evaluate(file("e\x1b[31m.csv", "y\nx\n"), good());
    expect(err).toContain("e\\x1b[31m.csv: line 2");
    const { out } = await evaluate(file("o\x1b[31m.csv", "y\n1\n2\n3\n"), good());
    expect(out).toContain("o\\x1b[31m.csv (csv, float64) against");
  });

  test("errors about long cells are short", async () => {
    const { err } = await evaluate(file("long.csv", `y\n${"a".repeat(1_000_000)}\n`), good());
    expect(err.length).toBeLessThan(300);
  });
});

describe.skipIf(process.platform === "win32")("what need not have an end", () => {
  const good = (): string => file("good.csv", "y\n1\n2\n3\n");
  const pipe = (name: string): string => {
    const path = `${folder()}/${name}`;
    execFileSync("mkfifo", [path]);
    return path;
  };

  test("a device is refused", async () => {
    expect((await evaluate("/dev/zero", good())).err).toMatch(/expected a file or a pipe, got a device/);
  });

  test("a pipe without a writer is given up", async () => {
    const { code, err } = await evaluate(pipe("silent"), good(), "--wait", "0.2");
    expect(code).toBe(1);
    expect(err).toMatch(/nothing came through this pipe for 0\.2 s; --wait allows more/);
  });

  test("a pipe is read to its end, and one of zeros is refused at its beginning", async () => {
    const [numbers, zeros] = [pipe("numbers"), pipe("zeros")];
    spawn("sh", ["-c", 'sleep 0.2; cat "$1" > "$2"', "sh", good(), numbers]);
    expect((await evaluate(numbers, good())).out).toContain("3 pairs");
    const endless = spawn("sh", ["-c", 'exec cat /dev/zero > "$1"', "sh", zeros], { stdio: "ignore" });
    expect((await evaluate(zeros, good())).err).toMatch(/got bytes that are zero$/);
    endless.kill();
  });
});

describe("--dtype", () => {
  test.each([
    ["float64", 0.1],
    ["float32", Math.fround(0.1)],
    ["float16", 0.0999755859375],
    ["bfloat16", 0.10009765625],
  ])("%s rounds what is read: 0.1 is %f", async (dtype, value) => {
    const [tenth, zero] = [file("tenth.csv", "0.1\n"), file("zero.npy", npyOf(Float32Array.of(0)))];
    const found = await json("evaluate", tenth, zero, "--dtype", dtype, "--metric", "mae");
    expect(found.results).toEqual({ mae: value });
  });

  test("every kind of element is rounded; what becomes infinite is counted", async () => {
    const npy = (name: string) => `${fixtures}npy/${name}.npy`;
    for (const name of ["f2", "f4", "f8", "b1", "i1", "i2", "i4", "i8", "u1"]) {
      const found = await json("evaluate", npy(name), npy("f8"), "--dtype", "float32", "--metric", "mae");
      expect([name, typeof (found.results as { mae: unknown }).mae]).toEqual([name, "number"]);
    }
    const large = file("large.csv", "1e39\ninf\n65520\n");
    const notes = async (dtype: string) =>
      (await json("evaluate", large, large, "--dtype", dtype, "--metric", "mae")).notes;
    const [one, two] = ["1 number is", "2 numbers are"].map((what) => `${large}: ${what} too large for`);
    const way = "read as infinity; --dtype float64 holds larger ones";
    expect(await notes("float32")).toEqual([`${one} float32, ${way}`, `${one} float32, ${way}`]);
    expect(await notes("float16")).toEqual([`${two} float16, ${way}`, `${two} float16, ${way}`]);
    expect(await notes("float64")).toEqual([]);
  });
});

describe("options that no file has use for", () => {
  const npy = (): string => file("x.npy", npyOf(Float32Array.of(1)));
  const csv = (): string => file("x.csv", "y\n1\n");
  test.each([
    ["--column", "y", "--column: expected a table, got npy"],
    ["--decimal", ",", "--decimal: expected a file of csv, got npy"],
    ["--array", "y", "--array: expected a file of npz, got npy"],
    ["--tensor", "y", "--tensor: expected a file of safetensors, got npy"],
    ["--raw", "float32", "--raw: expected a file of raw, got npy"],
    ["--prediction", "y", "--prediction: expected a file of several columns or arrays, got npy"],
  ])("%s %s is refused", async (name, value, message) => {
    expect(await evaluate(npy(), npy(), name, value)).toEqual({
      code: 2,
      out: "",
      err: `lossgrad: ${message}`,
    });
  });

  test("one file that has is enough", async () => {
    expect((await evaluate(npy(), csv(), "--column", "y", "--metric", "mae")).code).toBe(0);
  });
});
