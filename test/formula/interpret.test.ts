/** The interpreter of programs: test/formula/emit.test.ts has its results, here is its memory. */
import { expect, it } from "vitest";
import { LinearMemory } from "../../src/core/memory.js";
import { Interpreter } from "../../src/formula/interpret.js";
import { whileDetaching } from "../support/detach.js";
import { Random } from "../support/random.js";
import { PROGRAM_DTYPES, randomProgram } from "./programs.js";

/** As many operands, outputs and numbers as random programs have at most, each of two chunks. */
const N = 2000;

it.each(PROGRAM_DTYPES)("of %s reads no view of the memory from before it grew", (dtype) => {
  const linear = new LinearMemory(false);
  const [start, room] = [linear.allocate(16 * 8 * N)!.address, 8 * N];
  const random = new Random(3);
  const run = (kernel: Interpreter, places: readonly number[]): { sum: number; bytes: Uint8Array } => {
    linear.bytes.fill(0x3e, start, start + 16 * room);
    const sum = kernel.run(places, N, start + 15 * room);
    return { sum, bytes: linear.bytes.slice(start, start + 16 * room) };
  };
  let masked = 0;
  for (let i = 0; i < 40; i++) {
    const program = randomProgram(dtype, random, 6);
    const stored = program.outputs.filter(({ role }) => role === "store").length;
    const count = program.operands + (program.masked ? 1 : 0) + stored;
    const places = Array.from({ length: count }, (_, at) => start + at * room);
    const expected = run(new Interpreter(program, linear), places);
    const found = whileDetaching(() => run(new Interpreter(program, linear), places));
    expect(found).toEqual(expected);
    if (program.masked) masked++;
  }
  expect(masked).toBeGreaterThan(5);
});
