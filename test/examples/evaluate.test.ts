import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tensor } from "lossgrad";
import { beforeAll, describe, expect, test } from "vitest";
import { temporary } from "../support/temporary.js";
import { evaluate, main, type Evaluation } from "../../examples/evaluate.js";
import { filePairs, seattlePairs } from "../../examples/support/dataset.js";
import type { Stopwatch } from "../../examples/support/stopwatch.js";

interface Recorded {
  value: number | [number, number];
  gradientNorm: number;
}
type Recording = Record<"float32" | "float64", Record<string, Record<string, Recorded>>> & { pairs: number };

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const recording = JSON.parse(readFileSync(fixture("walkthroughs/seattle.json"), "utf8")) as Recording;

/** A stopwatch that runs nothing and always shows the same. */
const quick: Stopwatch = { warmUp: () => undefined, medianSeconds: () => 1.5e-6 };

/** The distance of neighbouring floats of the dtype at this value. */
function ulp(value: number, dtype: "float32" | "float64"): number {
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  return value === 0 ? 0 : 2 ** (exponent - (dtype === "float32" ? 23 : 52));
}

describe.each(["float32", "float64"] as const)("Seattle's temperatures in %s", (dtype) => {
  let evaluations: Evaluation[] = [];
  beforeAll(async () => {
    const { predictions, targets } = await seattlePairs(dtype);
    expect(predictions.numel()).toBe(recording.pairs);
    evaluations = evaluate(predictions, targets);
  });

  test("every loss is evaluated with every reduction", () => {
    const rows = evaluations.map(({ loss, reduction }) => `${loss} ${reduction}`);
    const expected = Object.entries(recording[dtype]).flatMap(([loss, byReduction]) =>
      Object.keys(byReduction).map((reduction) => `${loss} ${reduction}`),
    );
    expect(rows).toEqual(expected);
  });

  test("values are torch's within 1 ULP (float64: 2 ULP), elements to the bit", () => {
    for (const { loss, reduction, value } of evaluations) {
      const expected = recording[dtype][loss][reduction].value;
      if (Array.isArray(expected)) {
        expect(value, `${loss} ${reduction}`).toEqual(expected);
      } else {
        const units = dtype === "float32" ? 1 : 2;
        const distance = Math.abs((value as number) - expected);
        expect(distance, `${loss} ${reduction}`).toBeLessThanOrEqual(units * ulp(expected, dtype));
      }
    }
  });

  test("gradient norms are torch's within the rounding of 1,460 squares", () => {
    for (const { loss, reduction, gradientNorm } of evaluations) {
      const expected = recording[dtype][loss][reduction].gradientNorm;
      expect(Math.abs(gradientNorm / expected - 1), `${loss} ${reduction}`).toBeLessThan(1460 * 2 ** -53);
    }
  });

  test("times are positive, and shorter than a second for so few elements", () => {
    for (const { seconds, secondsWithGradient } of evaluations) {
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThan(1);
      expect(secondsWithGradient).toBeGreaterThan(0);
      expect(secondsWithGradient).toBeLessThan(1);
    }
  });
});

test("a NaN among the predictions shows in every value, and in the gradients of all but L1", () => {
  const evaluations = evaluate(tensor([1, NaN, 3]), tensor([1, 2, 5]), quick);
  for (const { loss, value, gradientNorm } of evaluations) {
    expect(value).toEqual(Array.isArray(value) ? [NaN, NaN] : NaN);
    expect(Number.isNaN(gradientNorm)).toBe(loss !== "L1");
  }
});

describe("the program", () => {
  const { file, folder } = temporary("evaluate-");

  async function start(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const [out, err]: string[][] = [[], []];
    const code = await main(args, (line) => out.push(line), (line) => err.push(line), quick); // prettier-ignore
    return { code, out: out.join("\n"), err: err.join("\n") };
  }

  test("evaluates the Seattle forecast without arguments", async () => {
    const { code, out, err } = await start();
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("1,460 pairs, float32, shape [1460]");
    expect(out).toMatch(/│ L1 +│ mean +│ +2\.224795 │ +0\.02510066 │ 1\.50 µs │ +973 M │ +1\.50 µs │/);
    expect(out).toMatch(/│ L1 +│ none +│ +0 … 11\.1 │/);
    expect(out).toMatch(/│ Huber +│ none +│/);
  });

  test("evaluates two CSV files, their columns chosen by name", async () => {
    const predictions = file("predictions.csv", "day,forecast\nmon,2.5\ntue,0\nwed,2\nthu,7\n");
    const targets = file("targets.csv", "measured\n3\n-0.5\n2\n8\n");
    const { code, out, err } = await start(
      predictions,
      targets,
      "--column",
      "forecast",
      "--column",
      "measured",
    );
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("4 pairs, float32, shape [4]");
    expect(out).toMatch(/│ L1 +│ mean +│ +0\.5 │/);
    expect(out).toMatch(/│ L1 +│ sum +│ +2 │/);
    expect(out).toMatch(/│ MSE +│ mean +│ +0\.375 │/);
  });

  test("evaluates .npy files in their own dtype, integers as floats, and CSV against .npy", async () => {
    const npy = (name: string) => fixture(`npy/${name}.npy`);
    expect((await start(npy("f8"), npy("f8"))).out).toContain("6 pairs, float64, shape [2, 3]");
    expect((await start(npy("f2"), npy("f2"))).out).toContain("6 pairs, float16, shape [2, 3]");
    expect((await start(npy("u1"), npy("i8"))).out).toContain(
      "6 pairs, float32 against float64, shape [2, 3]",
    );
    // uint8 differences would wrap around: 0 - 1 = 255.
    const { out } = await start(npy("b1"), npy("u1"));
    expect(out).toMatch(/│ L1 +│ none +│ +0 … 126 │/);
    const [csv, one] = [file("one.csv", "1\n"), file("one.npy", oneNumber(1.5))];
    expect((await start(csv, one)).out).toMatch(/│ L1 +│ mean +│ +0\.5 │/);
  });

  test("evaluates in the dtype that is asked for", async () => {
    const path = file("precise.csv", "0.1\n");
    const { predictions } = await filePairs(path, path, { dtype: "float64" });
    expect(predictions.tolist()).toEqual([0.1]);
    for (const dtype of ["float16", "bfloat16", "float32", "float64"]) {
      expect((await start("--dtype", dtype)).out).toContain(`1,460 pairs, ${dtype}, shape [1460]`);
    }
  });

  test("explains itself", async () => {
    const { code, out } = await start("--help");
    expect(code).toBe(0);
    expect(out).toContain("npm start -- [options] [predictions targets]");
  });

  test("says what is wrong in one line and exits with 1", async () => {
    const good = file("good.csv", "t\n1\n2\n3\n");
    const cases: [string[], string][] = [
      [[join(folder(), "absent.csv"), good], `${join(folder(), "absent.csv")}: no such file`],
      [[good, folder()], `${folder()}: is a folder, not a file`],
      [[good, good, "--column", "T"], `${good}: no column "T"; the header has "t"`],
      [[good, file("short.csv", "t\n1\n2\n")], `expected predictions and targets of one shape, got [3] (${good}) and [2] (${join(folder(), "short.csv")})`],
      [[good, file("text.csv", "t\n1\n2\nhot\n")], `${join(folder(), "text.csv")}: line 4, column t: expected a number, got "hot"`],
      [[file("empty.csv", ""), good], `${join(folder(), "empty.csv")}: the file is empty; expected a column of numbers`],
      [[fixture("npy/complex.npy"), good], `${fixture("npy/complex.npy")}: dtype "<c8", complex numbers; expected one of f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8, b1: convert it with numpy's astype`],
      [[file("cut.npy", oneNumber(1).subarray(0, 130)), good], `${join(folder(), "cut.npy")}: truncated: shape [1] of float64 needs 8 bytes, 2 are there`],
      [[fixture("npy/empty.npy"), good], `${fixture("npy/empty.npy")}: shape [0, 3] holds no values`],
      [[fixture("npy/f4.npy"), fixture("npy/f4.npy"), "--column", "t"], "--column: expected a CSV file, got .npy and .npy"],
      [[good], "expected two files, predictions and targets, got 1; see --help"],
      [[good, good, good], "expected two files, predictions and targets, got 3; see --help"],
      [["--column", "temp_max"], "expected two files, predictions and targets, got 0; see --help"],
      [[good, good, "--column", "t", "--column", "t", "--column", "t"], "--column: expected it at most twice, once for each file, got it 3 times"],
      [["--dtype", "float8"], "--dtype: expected one of float16, bfloat16, float32, float64, got \"float8\""],
    ]; // prettier-ignore
    for (const [args, message] of cases) {
      expect(await start(...args)).toEqual({ code: 1, out: "", err: `evaluate: ${message}` });
    }
    const unknown = await start("--frobnicate");
    expect(unknown.code).toBe(1);
    expect(unknown.err).toMatch(
      /^evaluate: expected one of the options --column, .*--help, got "--frobnicate"$/,
    );
  });
});

/** An .npy file of one float64, of shape [1]. */
function oneNumber(value: number): Uint8Array {
  const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }".padEnd(117) + "\n";
  const start = Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, header.length, 0);
  const number = new Uint8Array(Float64Array.of(value).buffer);
  return Uint8Array.of(...start, ...new TextEncoder().encode(header), ...number);
}
