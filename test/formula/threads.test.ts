/**
 * Programs have the same bits on several threads, by the module that each thread compiles for
 * itself.
 */
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { setNumThreads, zeros } from "lossgrad";
import { BLOCK } from "../../src/core/block.js";
import { operate } from "../../src/core/operation.js";
import { runtime } from "../../src/core/runtime.js";
import { memory } from "../../src/core/memory.js";
import { forceProvider, kernelFor } from "../../src/formula/provider.js";
import { type Run, runProgram } from "../../src/formula/run.js";
import { NdArray } from "../../src/ndarray/ndarray.js";
import { onOneThread, workersUp } from "../core/threads/up.js";
import { type Stored, store } from "../support/kernels.js";
import { Random } from "../support/random.js";
import { CAN_SHARE } from "../support/sharing.js";
import { number, operand, PROGRAM_DTYPES, programOf, step, TAGS, value } from "./programs.js";
import { hashOf } from "../support/bytes.js";

/** Enough to wake a worker for. */
const N = 12 * BLOCK + 33;

afterEach(() => {
  forceProvider(null);
  vi.restoreAllMocks();
});

afterAll(() => {
  setNumThreads(1);
});

function array(dtype: NdArray["dtype"], stored: Stored | Uint8Array<ArrayBuffer>): NdArray {
  const made = NdArray.empty(dtype, [stored.length]);
  operate(() => {
    made.numbers().set(stored as never);
  });
  return made;
}

const digest = (nd: NdArray): string => operate(() => hashOf(nd.numbers()));

describe.skipIf(!CAN_SHARE).each(PROGRAM_DTYPES)("a program of %s", (dtype) => {
  const random = new Random(7);
  const numbersWith = (special: number | null): NdArray => {
    const drawn = Array.from({ length: N }, () => random.normal());
    if (special !== null) drawn[5 * BLOCK + 1] = drawn[N - 1] = special;
    return array(dtype, store(TAGS[dtype], drawn));
  };

  it.each([false, true])("has the bits of one thread, masked: %s", async (masked) => {
    zeros([1]);
    await workersUp(2);
    const program = programOf(dtype, {
      operands: 3,
      numbers: 2,
      code: [
        step("sub", operand(0), operand(1)),
        step("mul", value(0), value(0)),
        step("add", value(1), number(0)),
        step("sqrt", value(2)),
        step("mul", value(3), operand(2)),
        step("mul", value(0), number(1)),
      ],
      sum: value(4),
      stores: [value(5), value(3)],
      masked,
    });
    const mask = masked
      ? array(
          "bool",
          Uint8Array.from({ length: N }, (_, i) => (i % 5 === 0 ? 0 : 1)),
        )
      : null;
    for (const special of [null, Infinity]) {
      const operands = [numbersWith(null), numbersWith(special), numbersWith(null)];
      const outputs = [NdArray.empty(dtype, [N]), NdArray.empty(dtype, [N])];
      const run: Run = { program, operands, numbers: [0.25, -3], mask, outputs };
      const bits = (): unknown[] => [runProgram(run, 3), ...outputs.map(digest)];
      forceProvider("interpreted");
      const expected = onOneThread(bits);
      forceProvider("emitted");
      expect(onOneThread(bits)).toEqual(expected);
      const shareOut = vi.spyOn(runtime, "shareOut");
      for (let i = 0; i < 3; i++) expect(bits()).toEqual(expected);
      expect(shareOut.mock.results.map((result) => result.value as unknown)).toEqual([true, true, true]);
      shareOut.mockRestore();
      for (const { storage } of [...operands, ...outputs]) storage.dispose();
    }
    mask?.storage.dispose();
  });
});

describe.skipIf(!CAN_SHARE)("a program whose module", () => {
  const start = async (): Promise<Run> => {
    zeros([1]);
    await workersUp(2);
    const data = store(
      "f32",
      Array.from({ length: N }, (_, i) => Math.sin(i)),
    );
    const program = programOf("float32", {
      operands: 1,
      numbers: 1,
      code: [step("mul", operand(0), number(0)), step("add", value(0), operand(0))],
      sum: value(1),
      stores: [value(0)],
    });
    const outputs = [NdArray.empty("float32", [N])];
    return { program, operands: [array("float32", data)], numbers: [3], mask: null, outputs };
  };
  const bits = (run: Run): unknown[] => {
    const [out] = run.outputs;
    if (!(out instanceof NdArray)) throw new Error("expected the output of start()");
    return [runProgram(run), digest(out)];
  };

  it("no worker can take is computed by the others, with the same bits", async () => {
    const run = await start();
    const expected = bits(run);
    const program = { ...run.program, key: `${run.program.key} as no worker takes it` };
    // What is told to workers; this thread has compiled it already.
    kernelFor(program, memory()).forThreads!.module!.bytes.fill(0);
    const shareOut = vi.spyOn(runtime, "shareOut");
    for (let i = 0; i < 5; i++) expect(bits({ ...run, program })).toEqual(expected);
    expect(shareOut.mock.results.map((result) => result.value as unknown)).toEqual(Array(5).fill(true));
  });

  it("has no room in the words of a job is computed by one thread, with the same bits", async () => {
    const run = await start();
    const expected = bits(run);
    const program = { ...run.program, key: `${run.program.key} as it is too long` };
    const { module } = kernelFor(program, memory()).forThreads!;
    Object.assign(module!, { bytes: new Uint8Array(1 << 20) });
    expect(bits({ ...run, program })).toEqual(expected);
  });
});
