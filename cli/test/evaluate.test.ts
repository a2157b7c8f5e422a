import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { temporary } from "../../test/support/temporary.js";
import { json, lossgrad } from "./support/program.js";
import { npyOf } from "./support/npy.js";

const { file, folder } = temporary("lossgrad-");

const p = Float32Array.of(2.5, 0, 2, 8);
const t = Float32Array.of(3, -0.5, 2, 7);
const files = (): [string, string] => [file("p.npy", npyOf(p, [2, 2])), file("t.npy", npyOf(t, [2, 2]))];

describe("what is computed", () => {
  test("the usual metrics, as a table", async () => {
    const [predictions, targets] = files();
    const { code, out, err } = await lossgrad(["evaluate", predictions, targets]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(
      `${predictions} (npy, float32) against ${targets} (npy, float32)\n4 pairs, shape [2, 2]\n`,
    );
    expect(out).toMatch(/│ mae +│ +0\.5 │/);
    expect(out).toMatch(/│ max +│ 1 at \[1, 1\] │/);
    expect(out).toMatch(/│ r2 +│ +0\.9486081 │/);
    expect(out).toMatch(/ [kMG]?pairs\/s, .*B\/s$/);
  });

  test("asked-for losses and metrics, as JSON with all digits", async () => {
    const found = await json(
      "evaluate",
      ...files(),
      "--loss",
      "l1,huber=0.5",
      "--metric",
      "r2",
      "--metric",
      "q0.5",
    );
    expect(found.results).toEqual({
      l1: 0.5,
      "huber=0.5": 0.15625,
      r2: 0.9486081370449678,
      "q0.5": 0.501953125,
    });
    expect(found).toMatchObject({
      prediction: { format: "npy", dtype: "float32", shape: [2, 2] },
      elements: 4,
      counts: { count: 4, masked: 0, nan: 0 },
      partial: false,
    });
  });

  test("weights and masks", async () => {
    const weight = file("w.npy", npyOf(Float64Array.of(1, 1, 1, 3), [2, 2]));
    const mask = file("m.npy", npyOf(Uint8Array.of(1, 0, 1, 1), [2, 2], { descr: "|b1" }));
    expect((await json("evaluate", ...files(), "--weight", weight, "--metric", "mae")).results).toEqual({
      mae: 4 / 6,
    });
    const masked = await json("evaluate", ...files(), "--mask", mask, "--metric", "mae,max");
    expect(masked.results).toEqual({ mae: 0.5, max: { value: 1, index: [1, 1] } });
    expect(masked.counts).toEqual({ count: 3, masked: 1, nan: 0 });
    const both = await lossgrad(["evaluate", ...files(), "--mask", mask, "--weight", weight]);
    expect(both.out).toContain("3 count; left out: 1 masked");
  });

  test("what becomes of a NaN: a result that is NaN, left out, or an error that says where", async () => {
    const [, targets] = files();
    const predictions = file("nan.npy", npyOf(Float32Array.of(2.5, 0, NaN, 8), [2, 2]));
    const run = (nan: string) => json("evaluate", predictions, targets, "--metric", "mae", "--nan", nan);
    expect((await run("propagate")).results).toEqual({ mae: "NaN" });
    expect(await run("omit")).toMatchObject({ results: { mae: 2 / 3 }, counts: { count: 3, nan: 1 } });
    const { code, err } = await lossgrad(["evaluate", predictions, targets, "--nan", "error"]);
    expect([code, err]).toEqual([
      1,
      `lossgrad: ${predictions}: expected no NaN, got one at [1, 0]; --nan omit leaves such out`,
    ]);
  });

  test("a NaN beyond the first chunk, in halves and in Fortran's order, has its place in the array", async () => {
    const bits = new Uint16Array(3 * 2 ** 20);
    bits[2 ** 20 + 3 * 5 + 1] = 0x7e00;
    const options = { descr: "<f2", fortran: true };
    const path = file("halves.npy", npyOf(bits, [3, 2 ** 20], options));
    const index = (2 ** 20 + 16) % 3;
    const { err } = await lossgrad(["evaluate", path, path, "--nan", "error", "--metric", "mae"]);
    expect(err).toContain(`expected no NaN, got one at [${index}, ${(2 ** 20 + 16 - index) / 3}]`);
  });

  test("a result for each output, whichever dimension has them", async () => {
    const run = (dim: string) => json("evaluate", ...files(), "--per-output", dim, "--metric", "mae,max");
    const columns = {
      mae: [0.25, 0.75],
      max: [
        { value: 0.5, index: [0] },
        { value: 1, index: [1] },
      ],
    };
    expect((await run("-1")).results).toEqual(columns);
    expect((await run("1")).results).toEqual(columns);
    expect((await run("0")).results).toEqual({
      mae: [0.5, 0.5],
      max: [
        { value: 0.5, index: [0] },
        { value: 1, index: [1] },
      ],
    });
    const { out } = await lossgrad(["evaluate", ...files(), "--per-output", "-1", "--metric", "mae"]);
    expect(out).toMatch(/│ output +│ +mae │[^]*│ 1 +│ +0\.75 │/);
  });
});

describe("which files go together", () => {
  test("arrays in Fortran's order, both or one of them", async () => {
    const [, targets] = files();
    const fortran = (data: Float32Array, name: string) => file(name, npyOf(data, [2, 2], { fortran: true }));
    const turned = (data: Float32Array) => Float32Array.of(data[0], data[2], data[1], data[3]);
    const [one, other] = [fortran(turned(p), "fp.npy"), fortran(turned(t), "ft.npy")];
    const expected = { mae: 0.5, max: { value: 1, index: [1, 1] } };
    for (const against of [targets, other]) {
      expect((await json("evaluate", one, against, "--metric", "mae,max")).results).toEqual(expected);
    }
    const outputs = await json("evaluate", one, other, "--metric", "mae", "--per-output", "1");
    expect(outputs.results).toEqual({ mae: [0.25, 0.75] });
  });

  test("[4, 1] against [4], with a word; other shapes are refused", async () => {
    const [column, flat] = [file("c.npy", npyOf(p, [4, 1])), file("f.npy", npyOf(t))];
    const found = await json("evaluate", column, flat, "--metric", "mae");
    expect(found).toMatchObject({
      results: { mae: 0.5 },
      shape: [4],
      notes: ["shapes [4, 1] and [4] differ in dimensions of 1 only; compared as [4]"],
    });
    const [predictions] = files();
    expect(await lossgrad(["evaluate", predictions, flat])).toEqual({
      code: 1,
      out: "",
      err: `lossgrad: expected arrays of one shape, got [2, 2] (${predictions}) and [4] (${flat})`,
    });
  });

  test("two formats, dtypes and byte orders, and what gzip made", async () => {
    // The bytes of all, turned around, are the elements from the last to the first, big-endian.
    const turned = new Uint8Array(Float64Array.from(p).reverse().buffer).reverse();
    const big = file("big.npy", npyOf(turned, [4], { descr: ">f8" }));
    const zipped = file("t.npy.gz", gzipSync(npyOf(t)));
    expect((await json("evaluate", big, zipped, "--metric", "mae")).results).toEqual({ mae: 0.5 });
    const raw = file("p.bin", new Uint8Array(Float64Array.from(p).buffer));
    const found = await json("evaluate", raw, zipped, "--raw", "float64", "--metric", "mae");
    expect(found.results).toEqual({ mae: 0.5 });
  });

  test("a stream without a length is compared to its end", async () => {
    const gz = (data: Float32Array, name: string) => file(name, gzipSync(new Uint8Array(data.buffer)));
    const [one, two, short] = [gz(p, "p.gz"), gz(t, "t.gz"), gz(t.slice(0, 3), "short.gz")];
    expect((await json("evaluate", one, two, "--raw", "float32", "--metric", "mae")).results).toEqual({
      mae: 0.5,
    });
    const { code, err } = await lossgrad(["evaluate", one, short, "--raw", "float32"]);
    expect([code, err]).toEqual([
      1,
      `lossgrad: expected as many elements in each array, got 4 (${one}) and 3 (${short})`,
    ]);
  });
});

describe("tables", () => {
  test("two columns of one table, or of two", async () => {
    const table = file("table.csv", "day,forecast,measured\nmon,2.5,3\ntue,0,-0.5\nwed,2,2\nthu,8,7\n");
    const run = async (...args: string[]) =>
      (await json("evaluate", table, ...args, "--metric", "mae")).results;
    expect(await run("--prediction", "forecast", "--target", "measured")).toEqual({ mae: 0.5 });
    expect(await run(table, "--column", "forecast", "--column", "#3")).toEqual({ mae: 0.5 });
    expect(await run(file("t.npy", npyOf(t)), "--column", "forecast")).toEqual({ mae: 0.5 });
    const tabs = file("table.tsv", "a\tb\n1\t2\n");
    const found = await json("evaluate", tabs, "--prediction", "a", "--target", "b", "--metric", "mae");
    expect(found.results).toEqual({ mae: 1 });
  });

  test("two arrays of one npz", async () => {
    const two = fileURLToPath(new URL("../../test/fixtures/npz/two.npz", import.meta.url));
    const found = await json("evaluate", two, "--prediction", "p", "--target", "t", "--metric", "mae");
    expect(found).toMatchObject({ results: { mae: 1 }, prediction: { format: "npz" } });
    expect(await json("evaluate", two, two, "--array", "p", "--array", "t", "--metric", "mae")).toMatchObject(
      {
        results: { mae: 1 },
      },
    );
  });

  test("each file as it is written, its missing cells left out with their pairs", async () => {
    const germany = file("de.csv", "x;y\n1;1,5\n2;NA\n3;3\n");
    const plain = file("en.csv", "y\n1\n2\n\n");
    const marks = ["--delimiter", ";", "--delimiter", ",", "--decimal", ",", "--decimal", "."];
    const args = ["evaluate", germany, plain, ...marks, "--column", "y", "--metric", "mae"];
    expect((await lossgrad(args)).err).toMatch(/de\.csv: line 3, column y: .* --nan omit leaves out pairs/);
    const short = await lossgrad([...args, "--nan", "omit"]);
    expect(short.err).toContain(`got 3 (${germany}, column "y") and 2 (${plain}, column "y")`);
    const whole = file("whole.csv", "y\n1\n2\n7\n");
    const found = await json(
      "evaluate",
      germany,
      whole,
      ...marks,
      "--column",
      "y",
      "--metric",
      "mae",
      "--nan",
      "omit",
    );
    expect(found).toMatchObject({ results: { mae: 2.25 }, counts: { count: 2, nan: 1 } });
    expect(found.notes).toEqual([`${germany}, column "y": 1 cell is missing, and NaN in their place`]);
  });
});

describe("what is wrong", () => {
  test.each([
    [["a"], "expected a file of targets, or --prediction and --target, which name two columns or tensors of one file"],
    [["a", "b", "--decimal", ";"], '--decimal: expected one of ".", ",", got ";"'],
    [["a", "b", "--thousands", "."], '--thousands: expected another mark than --decimal, got ".", a decimal point'],
    [["a", "b", "--delimiter", "1"], '--delimiter: expected a mark such as ";" or "#", got "1"'],
    [["a", "b", "--encoding", "klingon"], '--encoding: expected a name such as utf-16le or windows-1252, got "klingon"'],
    [[], "missing required argument 'predictions'"],
    [["a", "b", "--metric", "mea"], /--metric: expected some of mae, mse, .*, got "mea"$/],
    [["a", "b", "--metric", "toString"], /--metric: expected some of/],
    [["a", "b", "--metric", "mae,"], '--metric: expected names with commas between them, got "mae,"'],
    [["a", "b", "--loss", "huber=-1"], /^--loss huber=-1: .*delta/],
    [["a", "b", "--loss", "l1=2"], '--loss: expected l1 without a parameter, got "l1=2"'],
    [["a", "b", "--nan", "skip"], "argument 'skip' is invalid. Allowed choices are propagate, omit, error."],
    [["a", "b", "--per-output", "x"], "argument 'x' is invalid. Expected a whole number."],
    [["a", "b", "--raw", "f4", "--raw", "f4", "--raw", "f4"], "--raw: expected it at most twice, once for each file, got it 3 times"],
    [["-", "-"], "expected - once, for one of the files"],
    [["a", "b", "--frobnicate"], "unknown option '--frobnicate'"],
  ] as const)("the command %j is refused with 2", async (args, message) => {
    const { code, out, err } = await lossgrad(["evaluate", ...args]);
    expect([code, out]).toEqual([2, ""]);
    expect(err.replace(/^lossgrad: (option '.*?' )?/, "")).toMatch(message);
  }); // prettier-ignore

  test("data are refused with 1, in one line", async () => {
    const [predictions, targets] = files();
    const text = file("text.npy", "y\n1\n");
    const pickle = file("pickle", Uint8Array.of(0x80, 4));
    const empty = file("empty.npy", npyOf(new Float32Array(0), [0, 3]));
    const floats = file("mask.npy", npyOf(Float32Array.of(1, 2, 1, 1), [2, 2]));
    const cases: [string[], string][] = [
      [[`${folder()}/absent.npy`, targets], `${folder()}/absent.npy: no such file`],
      [
        [predictions, text],
        `${text}: expected a file that begins as its name says, got another; --raw DTYPE reads elements without a header`,
      ],
      [
        [predictions, pickle],
        `${pickle}: expected npy, npz, safetensors or CSV, also in gzip, got a pickle of Python's: save the numbers with numpy.save`,
      ],
      [[empty, empty], `${empty}: expected elements, got none`],
      [[predictions, targets, "--mask", floats], `${floats}: expected a mask of 0 and 1, got 2 at [0, 1]`],
      [
        [predictions, targets, "--per-output", "2"],
        "--per-output: expected a dimension that the arrays have, got 2 for shape [2, 2]",
      ],
    ];
    for (const [args, message] of cases) {
      expect(await lossgrad(["evaluate", ...args])).toEqual({
        code: 1,
        out: "",
        err: `lossgrad: ${message}`,
      });
    }
  });

  test("files that public bug reports led to are read or refused, in one line", async () => {
    const fixtures = fileURLToPath(new URL("../../test/fixtures/files/", import.meta.url));
    const found = await Promise.all(
      readdirSync(fixtures).map(async (name) => {
        const { code, err } = await lossgrad([
          "evaluate",
          fixtures + name,
          fixtures + name,
          "--metric",
          "mae",
        ]);
        expect(err.split("\n").length).toBe(1);
        return [name, code, err.replaceAll(fixtures, "")] as const;
      }),
    );
    const refused = new Map(found.filter(([, code]) => code !== 0).map(([name, , err]) => [name, err]));
    expect([...refused.keys()].sort()).toEqual([
      "comment-first.csv",
      "control-characters.csv",
      "descr-proto.npy",
      "duplicate-keys.npy",
      "missing-cells.csv",
      "semicolon-decimal-comma.csv",
      "shape-without-comma.npy",
      "thousands.csv",
      "truncated.npy",
    ]);
    for (const [name, err] of refused) expect(err.startsWith(`lossgrad: ${name}: `), err).toBe(true);
  });

  test("control characters of file names are not printed", async () => {
    const path = file("e\x1b[31m.npy", npyOf(p));
    expect((await lossgrad(["evaluate", path, path])).out).toContain("e\\x1b[31m.npy (npy, float32)");
  });
});

test("Ctrl-C prints what was read so far, marked, and gives 130", async () => {
  const controller = new AbortController();
  controller.abort();
  const { code, out } = await lossgrad(["evaluate", ...files()], controller);
  expect(code).toBe(130);
  expect(out).toContain("PARTIAL: interrupted before all was read");
});

test("each option of --help is in docs/command-line.md", async () => {
  const documented = readFileSync(new URL("../../docs/command-line.md", import.meta.url), "utf8");
  const { out } = await lossgrad(["evaluate", "--help"]);
  const options = [...out.matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map(([, name]) => name);
  expect(options.length).toBeGreaterThan(15);
  for (const name of options) if (name !== "--help") expect(documented).toContain(name);
});

test("--help and --version say what they should and give 0", async () => {
  const { code, out } = await lossgrad(["evaluate", "--help"]);
  expect(code).toBe(0);
  for (const word of ["Examples:", "--per-output", "explained-variance", "smooth-l1"])
    expect(out).toContain(word);
  expect(await lossgrad(["--version"])).toEqual({ code: 0, out: "0.1.0", err: "" });
});
