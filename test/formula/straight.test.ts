/**
 * Functions of the library that are written into the loops of emitted modules: which they are, what
 * they share, and that their bits are those of the kernels.
 */
import { describe, expect, it } from "vitest";
import { memory } from "../../src/core/memory.js";
import { WASM_BASE64 } from "../../src/core/generated/binary.js";
import { emit } from "../../src/formula/emit/index.js";
import { functionOf } from "../../src/formula/emit/library.js";
import { stepsOf } from "../../src/formula/emit/straight.js";
import { Interpreter } from "../../src/formula/interpret.js";
import type { InstructionName, Program, ProgramDType, Reference } from "../../src/formula/program.js";
import { type BlockKernel, forceProvider, kernelFor } from "../../src/formula/provider.js";
import { ELEMENTARY } from "../support/elementary.js";
import { store } from "../support/kernels.js";
import { Random } from "../support/random.js";
import { samples } from "../assembly/samples.js";
import { number, operand, PROGRAM_DTYPES, programOf, step, TAGS, value } from "./programs.js";

const library = Uint8Array.from(atob(WASM_BASE64), (character) => character.charCodeAt(0));
const place = memory();
const [X, OUT, NUMBERS] = [0, 1, 2].map(() => place.allocate(20_000 * 8)!.address);

const inputsOf = (name: InstructionName, x: Reference): Reference[] =>
  name === "softplus" ? [x, number(0), number(1)] : [x];

/** The sum of a function of the operand, and its values. */
function programFor(dtype: ProgramDType, name: InstructionName): Program {
  const code = [step(name, ...inputsOf(name, operand(0)))];
  return programOf(dtype, { operands: 1, numbers: 2, code, sum: value(0), stores: [value(0)] });
}

/** softplus(x) and its derivative. */
const softplusAndSlope = (dtype: ProgramDType): Program =>
  programOf(dtype, {
    operands: 1,
    numbers: 2,
    code: [
      step("softplus", ...inputsOf("softplus", operand(0))),
      step("mul", operand(0), number(0)),
      step("sigmoid", value(1)),
    ],
    sum: value(0),
    stores: [value(2)],
  });

/** The bytes of results, each NaN being as good as another. */
function results(kernel: BlockKernel, dtype: ProgramDType, n: number): unknown[] {
  const sum = kernel.run([X, OUT], n, NUMBERS);
  const { BYTES_PER_ELEMENT: size } = store(TAGS[dtype], []);
  const bytes = place.bytes.slice(OUT, OUT + n * size).buffer;
  const values = dtype === "float64" ? new Float64Array(bytes) : new Uint8Array(bytes);
  return [sum, ...(dtype === "float32" ? new Float32Array(bytes) : values)];
}

function expectSameBits(program: Program): void {
  const { dtype } = program;
  const [lanes, width] = dtype === "float64" ? [place.f64, 2] : [place.f32, 4];
  [1.5, 20].forEach((x, i) => {
    const first = NUMBERS / lanes.BYTES_PER_ELEMENT + i * width;
    lanes.fill(x, first, first + width);
  });
  for (const n of [1, 7, 511, 512, 529, 547, 1030]) {
    const { buffer, byteOffset, byteLength } = samples(TAGS[dtype], n, new Random(n));
    place.bytes.set(new Uint8Array(buffer, byteOffset, byteLength), X);
    forceProvider("emitted");
    const emitted = results(kernelFor(program, place), dtype, n);
    forceProvider(null);
    expect(emitted).toEqual(results(new Interpreter(program, place), dtype, n));
  }
}

describe("functions in the loops of emitted modules", () => {
  it.each(PROGRAM_DTYPES)("have the bits of kernels, whatever stands in %s", (dtype) => {
    for (const name of ELEMENTARY) expectSameBits(programFor(dtype, name));
    expectSameBits(softplusAndSlope(dtype));
  });

  it("are those that have no branches", () => {
    const unfolded = ELEMENTARY.filter((name) => stepsOf(functionOf(library, `fn_${name}_f32`)!) !== null);
    expect(unfolded).toEqual(["exp", "expm1", "log", "log1p", "sigmoid", "tanh", "softplus", "logsigmoid"]);
  });

  /** Occurrences of i64x2.shl, of which an exponential of two numbers has one. */
  function exponentialsIn(program: Program): number {
    const bytes = emit({ program, terms: "added", shared: false, library })!;
    return bytes.reduce((sum, byte, i) => sum + +(byte === 0xfd && bytes[i + 1] === 0xcb), 0);
  }

  it("compute once what softplus and its derivative share", () => {
    const softplus = exponentialsIn(programFor("float32", "softplus"));
    const sigmoid = exponentialsIn(programFor("float32", "sigmoid"));
    expect(exponentialsIn(softplusAndSlope("float32"))).toBeLessThan(softplus + sigmoid);
    expect(softplus).toBeGreaterThan(2);
    const loss = programOf("float32", {
      operands: 1,
      numbers: 0,
      code: [step("logsigmoid", operand(0)), step("sigmoid", operand(0))],
      sum: value(0),
      stores: [value(1)],
    });
    // Sigmoid has two more for the last elements, where it is called.
    expect(exponentialsIn(loss)).toBe(exponentialsIn(programFor("float32", "logsigmoid")) + 2);
  });

  it("are called in programs that would be very long", () => {
    const code = Array.from({ length: 60 }, (_, i) => step("tanh", i === 0 ? operand(0) : value(i - 1)));
    const program = programOf("float32", {
      operands: 1,
      numbers: 2,
      code,
      sum: value(59),
      stores: [value(0)],
    });
    expect(emit({ program, terms: "added", shared: false, library })!.length).toBeLessThan(20_000);
    expectSameBits(program);
  });
});
