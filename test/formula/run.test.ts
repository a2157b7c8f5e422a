/**
 * Runs of programs over arrays of any kind, by both providers, against the prepared kernels and
 * against each other.
 */
import { afterEach, describe, expect, it } from "vitest";
import { memory, staging } from "../../src/core/memory.js";
import { forceProvider, modulesKept } from "../../src/formula/provider.js";
import { type Run, rowSums, runExactly, runProgram } from "../../src/formula/run.js";
import type { Program, ProgramDType } from "../../src/formula/program.js";
import {
  parameterOf,
  type Problem,
  slope,
  slopeScalars,
  sum,
  sumAndSlope,
  values,
} from "../../src/loss/evaluate.js";
import { losses } from "../../src/loss/losses.js";
import { convert, copy } from "../../src/ndarray/elementwise.js";
import { ForeignArray } from "../../src/ndarray/foreign.js";
import { NdArray } from "../../src/ndarray/ndarray.js";
import { operate } from "../../src/core/operation.js";
import { sumAll } from "../../src/ndarray/sums.js";
import { read, type Stored, store } from "../support/kernels.js";
import { Random } from "../support/random.js";
import { ordinarySamples, samples } from "../assembly/samples.js";
import { builtIn } from "./built-in.js";
import { number, operand, PROGRAM_DTYPES, programOf, step, TAGS, value } from "./programs.js";

type Provider = "emitted" | "interpreted";
const PROVIDERS: readonly Provider[] = ["emitted", "interpreted"];

afterEach(() => {
  forceProvider(null);
});

function array(dtype: ProgramDType | "bool", stored: Stored | Uint8Array<ArrayBuffer>): NdArray {
  const made = NdArray.empty(dtype, [stored.length]);
  operate(() => {
    made.numbers().set(stored as never);
  });
  return made;
}

function bytesIn(nd: NdArray): Uint8Array {
  return operate(() => {
    const { buffer, byteOffset, byteLength } = nd.numbers();
    return new Uint8Array(buffer, byteOffset, byteLength).slice();
  });
}

function numbersIn(nd: NdArray): number[] {
  const tag = TAGS[nd.dtype as ProgramDType];
  const own = store(tag, new Array<number>(nd.numel).fill(0));
  new Uint8Array(own.buffer).set(bytesIn(nd));
  return read(tag, own) as number[];
}

/**
 * Where two arrays differ in a number, any NaN being as good as another; null where they do not.
 */
function difference(a: NdArray, b: NdArray): string | null {
  const [x, y] = [bytesIn(a), bytesIn(b)];
  if (x.length === y.length && x.every((byte, i) => byte === y[i])) return null;
  return firstDifference(numbersIn(a), numbersIn(b));
}

function firstDifference(a: readonly number[], b: readonly number[]): string | null {
  const i = a.findIndex((x, at) => !Object.is(x, b[at]));
  return i < 0 && a.length === b.length ? null : `[${i}]: ${a[i]}, not ${b[i]}`;
}

const LENGTHS = [0, 1, 2, 7, 33, 64, 511, 512, 513, 1000, 16384, 16385];

const LARGEST: Readonly<Record<ProgramDType, number>> = {
  float16: 65504,
  bfloat16: 3.3e38,
  float32: 3.3e38,
  float64: 1.7e308,
};

/**
 * Two operands: without special values, with some, or such that sums overflow the computing type.
 */
function pair(dtype: ProgramDType, n: number, kind: number): [NdArray, NdArray] {
  const random = new Random(n + kind);
  const tag = TAGS[dtype];
  const large = (): Stored =>
    store(
      tag,
      Array.from({ length: n }, () => random.pick([LARGEST[dtype], 1, 0.5])),
    );
  const draw = [ordinarySamples, samples, large][kind % 3];
  return [array(dtype, draw(tag, n, random)), array(dtype, draw(tag, n, random))];
}

/** A contiguous copy. */
function copied(x: NdArray): NdArray {
  return copy(x, NdArray.empty(x.dtype, x.shape));
}

function dispose(...arrays: NdArray[]): void {
  for (const { storage } of arrays) storage.dispose();
}

describe.each(Object.entries(losses))("%s as a program", (_, row) => {
  describe.each(PROGRAM_DTYPES)("of %s", (dtype) => {
    it.each(PROVIDERS)("has the bits of the prepared kernels, %s", (provider) => {
      forceProvider(provider);
      LENGTHS.forEach((n, i) => {
        for (const kind of n > 10_000 ? [i] : [0, 1, 2]) {
          const [input, target] = pair(dtype, n, kind);
          const parameter = row.parameter ? [1, 0.7, 0.25][(i + kind) % 3] : 0;
          const problem: Problem<NdArray> = { row, input, target, mask: null, dtype, parameter };
          const norm = row.factor / 3;
          const { q, scale } = slopeScalars(problem, norm);
          const scalars = { p: parameterOf(problem), q, scale };
          const [a, b] = [NdArray.empty(dtype, [n]), NdArray.empty(dtype, [n])];
          const at = `length ${n}, operands ${kind % 3}, parameter ${parameter}`;
          const run = (pass: Parameters<typeof builtIn>[2], outputs: NdArray[]): Run => ({
            ...builtIn(row, dtype, pass, scalars),
            operands: [input, target],
            mask: null,
            outputs,
          });
          expect(runProgram(run("sum", []), n), at).toBe(sum(problem, n));
          expect(runProgram(run("sumslope", [a]), n), at).toBe(sumAndSlope(problem, n, norm, b));
          expect(difference(a, b), `sumslope, ${at}`).toBeNull();
          runProgram(run("map", [a]));
          values(problem, b);
          expect(difference(a, b), `map, ${at}`).toBeNull();
          runProgram(run("slope", [a]));
          slope(problem, norm, 1, b);
          expect(difference(a, b), `slope, ${at}`).toBeNull();
          dispose(a, b, input, target);
        }
      });
    });
  });
});

/** √((x - y)² + number 0) by rows of x and y: not 0 at 0. Its derivative is stored. */
function charbonnier(dtype: ProgramDType, masked = false): Program {
  return programOf(dtype, {
    operands: 2,
    numbers: 1,
    code: [
      step("sub", operand(0), operand(1)),
      step("mul", value(0), value(0)),
      step("add", value(1), number(0)),
      step("sqrt", value(2)),
      step("div", value(0), value(3)),
    ],
    sum: value(3),
    stores: [value(4)],
    masked,
  });
}

describe.each(PROVIDERS)("runs, %s", (provider) => {
  const start = (): void => {
    forceProvider(provider);
  };

  it.each(PROGRAM_DTYPES)("read strided, broadcast, constant and converted operands of %s", (dtype) => {
    start();
    const [rows, columns] = [150, 130];
    const n = rows * columns;
    const [x, y] = pair(dtype, n, 0);
    const turned = new NdArray(x.storage, dtype, [columns, rows], [1, columns]);
    const line = new NdArray(y.storage, dtype, [columns, rows], [0, 1]);
    const constant = new NdArray(y.storage, dtype, [columns, rows], [0, 0]);
    const other = convert(turned, dtype === "float64" ? "float32" : "float64");
    const whole = (nd: NdArray): NdArray => copied(convert(nd, dtype));
    const program = charbonnier(dtype);
    for (const [a, b] of [
      [turned, line],
      [line, constant],
      [other, constant],
      [constant, constant],
    ]) {
      const [out, expected] = [NdArray.empty(dtype, [columns, rows]), NdArray.empty(dtype, [columns, rows])];
      const found = runProgram({ program, operands: [a, b], numbers: [1e-3], mask: null, outputs: [out] }, n);
      const wholes = [whole(a), whole(b)];
      const sum = runProgram(
        { program, operands: wholes, numbers: [1e-3], mask: null, outputs: [expected] },
        n,
      );
      expect(found).toBe(sum);
      expect(difference(out, expected)).toBeNull();
      dispose(out, expected);
    }
  });

  it("writes strided and converted outputs", () => {
    start();
    const [x, y] = pair("float32", 6000, 0);
    const program = charbonnier("float32");
    const given = { program, operands: [x, y], numbers: [0.5], mask: null };
    const expected = NdArray.empty("float32", [6000]);
    const sum = runProgram({ ...given, outputs: [expected] });
    const storage = NdArray.empty("float32", [12_000]).storage;
    const strided = new NdArray(storage, "float32", [6000], [2]);
    const wider = NdArray.empty("float64", [6000]);
    for (const out of [strided, wider]) {
      expect(runProgram({ ...given, outputs: [out] })).toBe(sum);
      expect(difference(convert(copied(out), "float32"), expected)).toBeNull();
    }
  });

  it("reads and writes arrays that lie elsewhere", () => {
    start();
    const n = 20_000;
    const random = new Random(5);
    const [x, y] = [ordinarySamples("f32", n, random), ordinarySamples("f32", n, random)];
    const out = new Float32Array(n);
    const foreign = (data: Float32Array): ForeignArray =>
      new ForeignArray(data as never, "float32", n, staging());
    const program = charbonnier("float32");
    const sum = runProgram({
      program,
      operands: [foreign(x as Float32Array), foreign(y as Float32Array)],
      numbers: [0.5],
      mask: null,
      outputs: [foreign(out)],
    });
    const expected = NdArray.empty("float32", [n]);
    const operands = [array("float32", x), array("float32", y)];
    expect(runProgram({ program, operands, numbers: [0.5], mask: null, outputs: [expected] })).toBe(sum);
    expect(difference(array("float32", out), expected)).toBeNull();
  });

  it.each(PROGRAM_DTYPES)("store over an operand of %s, also where the sum is not finite", (dtype) => {
    start();
    for (const kind of [0, 1, 2]) {
      const [x, y] = pair(dtype, 20_000, kind);
      const [other, expected] = [copied(x), NdArray.empty(dtype, [20_000])];
      const given = { program: charbonnier(dtype), numbers: [0.5], mask: null };
      const sum = runProgram({ ...given, operands: [x, y], outputs: [expected] });
      const exactly = runExactly({ ...given, operands: [x, y], outputs: [expected] });
      expect(runProgram({ ...given, operands: [x, y], outputs: [x] })).toBe(sum);
      expect(difference(x, expected)).toBeNull();
      expect(runExactly({ ...given, operands: [other, y], outputs: [other] })).toBe(exactly);
      expect(difference(other, expected)).toBeNull();
      dispose(x, y, other, expected);
    }
  });

  it.each(PROGRAM_DTYPES)("sum exactly what tensors of %s sum", (dtype) => {
    start();
    const signed = programOf(dtype, {
      operands: 2,
      code: [step("sub", operand(0), operand(1)), step("mul", value(0), operand(1))],
      sum: value(1),
      stores: [value(1)],
    });
    for (const n of [0, 1, 100, 16_384, 40_000]) {
      for (const kind of [0, 1, 2]) {
        const [x, y] = pair(dtype, n, kind);
        const terms = NdArray.empty(dtype, [n]);
        const found = runExactly(
          { program: signed, operands: [x, y], numbers: [], mask: null, outputs: [terms] },
          3,
        );
        expect(found, `length ${n}, operands ${kind}`).toBe(sumAll(terms, 3));
        dispose(x, y, terms);
      }
    }
  });

  it("sum what cancels exactly", () => {
    start();
    const program = programOf("float32", {
      operands: 1,
      numbers: 1,
      code: [step("mul", operand(0), number(0))],
      sum: value(0),
    });
    const x = array("float32", store("f32", [2 ** 60, 1, 2 ** -60, -(2 ** 60), -1, 2 ** -80]));
    expect(runExactly({ program, operands: [x], numbers: [1], mask: null, outputs: [] })).toBe(
      2 ** -60 + 2 ** -80,
    );
  });

  it.each(PROGRAM_DTYPES)("leave out what a mask of %s leaves out, whatever stands there", (dtype) => {
    start();
    const n = 17_000;
    const [x, y] = pair(dtype, n, 0);
    const kept = Uint8Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 0 : i % 5));
    const mask = array("bool", kept);
    const poisoned = copied(x);
    operate(() => {
      const numbers = poisoned.numbers() as unknown as Record<number, unknown>;
      const nan = store(TAGS[dtype], [NaN])[0];
      kept.forEach((keep, i) => {
        if (keep === 0) numbers[i] = nan;
      });
    });
    const [a, b] = [NdArray.empty(dtype, [n]), NdArray.empty(dtype, [n])];
    const given = { program: charbonnier(dtype, true), numbers: [0.5], mask };
    const sum = runProgram({ ...given, operands: [x, y], outputs: [a] });
    expect(Number.isFinite(sum)).toBe(true);
    expect(runProgram({ ...given, operands: [poisoned, y], outputs: [b] })).toBe(sum);
    expect(difference(a, b)).toBeNull();
    numbersIn(a).forEach((slope, i) => {
      if (kept[i] === 0 && !Object.is(slope, 0)) expect.fail(`[${i}]: ${slope}`);
    });
  });

  it.each(PROGRAM_DTYPES)("sum rows of %s as if each were alone", (dtype) => {
    start();
    for (const [rows, length] of [
      [300, 7],
      [5, 600],
      [40, 513],
      [2, 20_000],
      [3, 0],
    ]) {
      for (const kind of [0, 1, 2]) {
        const [x, y] = pair(dtype, rows * length, kind);
        const [a, b] = [NdArray.empty(dtype, [rows * length]), NdArray.empty(dtype, [rows * length])];
        const given = { program: charbonnier(dtype), numbers: [0.5], mask: null };
        const sums = new Float64Array(rows);
        const divisors = Float64Array.from(sums, (_, i) => i + 1);
        rowSums({ ...given, operands: [x, y], outputs: [a] }, length, divisors, sums);
        for (let row = 0; row < rows; row++) {
          const part = (nd: NdArray): NdArray => new NdArray(nd.storage, dtype, [length], [1], row * length);
          const run = { ...given, operands: [part(x), part(y)], outputs: [part(b)] };
          const alone = runProgram(run, divisors[row]);
          if (!Object.is(sums[row], alone)) expect.fail(`row ${row} of ${rows}: ${sums[row]}, not ${alone}`);
        }
        expect(difference(a, b)).toBeNull();
        dispose(a, b, x, y);
      }
    }
  });
});

describe("providers", () => {
  const given = (program: Program): Run => {
    const [x, y] = pair("float32", 1000, 0);
    return {
      program,
      operands: [x, y],
      numbers: [0.5],
      mask: null,
      outputs: [NdArray.empty("float32", [1000])],
    };
  };

  it("go on without modules where compiling is refused, with the same bits", () => {
    const before = runProgram(given(charbonnier("float32")));
    const { Module } = WebAssembly;
    let asked = 0;
    try {
      WebAssembly.Module = function refuse() {
        asked++;
        throw new WebAssembly.CompileError("refused");
      } as never;
      const program = { ...charbonnier("float32"), key: "refused" };
      expect(runProgram(given(program))).toBe(before);
      expect(runProgram(given(program))).toBe(before);
      expect(asked).toBe(1);
    } finally {
      WebAssembly.Module = Module;
    }
  });

  it("keep at most 256 modules, those that were used last", () => {
    const run = given(charbonnier("float32"));
    const expected = runProgram(run);
    for (let i = 0; i < 600; i++) {
      const program = { ...run.program, key: `distinct ${i}` };
      expect(runProgram({ ...run, program })).toBe(expected);
    }
    expect(modulesKept(memory())).toBe(256);
    expect(runProgram(run)).toBe(expected);
  });
});
