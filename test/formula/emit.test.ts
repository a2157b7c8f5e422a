/**
 * The providers of programs over raw memory: the same bits from each, and nothing read or written
 * beyond the ends.
 */
import { describe, expect, it } from "vitest";
import { memory } from "../../src/core/memory.js";
import { emit } from "../../src/formula/emit/index.js";
import { Interpreter } from "../../src/formula/interpret.js";
import type { Program } from "../../src/formula/program.js";
import { type BlockKernel, forceProvider, kernelFor, termsFor } from "../../src/formula/provider.js";
import { read, type Stored, store, type Tag } from "../support/kernels.js";
import { Random } from "../support/random.js";
import { SLOW } from "../support/slow.js";
import { samples } from "../assembly/samples.js";
import {
  number,
  operand,
  PROGRAM_DTYPES,
  programOf,
  randomProgram,
  step,
  TAGS,
  twin,
  value,
  wide,
} from "./programs.js";

const place = memory();
const ROOM = 17_000 * 8;
const blocks = Array.from({ length: 8 }, () => place.allocate(ROOM)!.address);
const NUMBERS = place.allocate(1024)!.address;
const SENTINEL = 0xa5;

interface Case {
  program: Program;
  operands: readonly Stored[];
  numbers: readonly number[];
  mask: Uint8Array<ArrayBuffer>;
  n: number;
  /** By how many elements operands and outputs lie beside a multiple of 16 bytes. */
  shift: number;
  /** Whether the first output goes where the first operand is. */
  inPlace?: boolean;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Stored): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** What a provider gives: the sum, and the stored outputs with what is beside them. */
function result(kernel: BlockKernel, { program, operands, numbers, mask, n, shift, inPlace }: Case) {
  const tag = TAGS[program.dtype];
  const size = store(tag, []).BYTES_PER_ELEMENT;
  for (const block of blocks) place.bytes.fill(SENTINEL, block, block + (n + 40) * 8);
  const [lanes, width] = program.dtype === "float64" ? [place.f64, 2] : [place.f32, 4];
  numbers.forEach((x, i) => {
    const first = NUMBERS / lanes.BYTES_PER_ELEMENT + i * width;
    lanes.fill(x, first, first + width);
  });
  let next = 0;
  const addresses = operands.map((elements, i) => {
    const address = blocks[next++] + 64 + ((shift + i) % 3) * size;
    place.bytes.set(bytesOf(elements), address);
    return address;
  });
  if (program.masked) {
    const address = blocks[next++] + 64 + shift;
    place.bytes.set(mask, address);
    addresses.push(address);
  }
  const outputs = program.outputs.filter(({ role }) => role === "store");
  const targets = outputs.map((_, i) =>
    inPlace && i === 0 ? addresses[0] : blocks[next++] + 64 + ((shift + i) % 2) * size,
  );
  const sum = kernel.run([...addresses, ...targets], n, NUMBERS);
  const around = targets.map((address) => place.bytes.slice(address - 32, address + n * size + 32));
  return { sum, around };
}

/** Bytes as the elements' numbers: any NaN is as good as another. */
function elements(tag: Tag, bytes: Uint8Array<ArrayBuffer>): number[] {
  const own = store(tag, new Array<number>((bytes.length - 64) / store(tag, []).BYTES_PER_ELEMENT).fill(0));
  bytesOf(own).set(bytes.subarray(32, bytes.length - 32));
  return read(tag, own) as number[];
}

function firstDifference(a: readonly number[], b: readonly number[]): string | null {
  const i = a.findIndex((x, at) => !Object.is(x, b[at]));
  return i < 0 ? null : `[${i}]: ${a[i]}, not ${b[i]}`;
}

/** What is wrong with both providers on a case; null if nothing. */
function problemWith(given: Case): string | null {
  const { program, operands, numbers, mask, n } = given;
  const tag = TAGS[program.dtype];
  forceProvider("emitted");
  const emitted = result(kernelFor(program, place), given);
  forceProvider(null);
  const interpreted = result(new Interpreter(program, place), given);
  if (!Object.is(emitted.sum, interpreted.sum)) return `sum ${emitted.sum}, interpreted ${interpreted.sum}`;
  const inputs = operands.map((x) => read(tag, x) as number[]);
  const expected = Array.from({ length: n }, (_, i) => {
    const outputs = twin(
      program,
      inputs.map((x) => x[i]),
      numbers,
    );
    return program.masked && mask[i] === 0 ? outputs.map(() => 0) : outputs;
  });
  const first = program.outputs[0]?.role === "sum" ? 1 : 0;
  for (const [name, { around }] of Object.entries({ emitted, interpreted })) {
    for (const [i, bytes] of around.entries()) {
      const edges = [...bytes.subarray(0, 32), ...bytes.subarray(bytes.length - 32)];
      if (!given.inPlace && edges.some((byte) => byte !== SENTINEL))
        return `${name}: output ${i} passes its end`;
      const wanted = read(
        tag,
        store(
          tag,
          expected.map((outputs) => outputs[first + i]),
        ),
      ) as number[];
      const difference = firstDifference(elements(tag, bytes), wanted);
      if (difference) return `${name}: output ${i} ${difference}`;
    }
  }
  return null;
}

function caseOf(program: Program, n: number, random: Random, shift = 0): Case {
  return {
    program,
    operands: Array.from({ length: program.operands }, () => samples(TAGS[program.dtype], n, random)),
    numbers: Array.from({ length: program.numbers }, () =>
      random.pick([0, -0, 0.5, -1.25, 3, NaN, Infinity]),
    ),
    mask: Uint8Array.from({ length: n }, () => random.pick([0, 0, 1, 2, 255])),
    n,
    shift,
  };
}

const SHORT = Array.from({ length: 71 }, (_, n) => n);
const EDGES = [...Array.from({ length: 40 }, (_, i) => 505 + i), 16383, 16384, 16385];

describe.each(PROGRAM_DTYPES)("programs of %s", (dtype) => {
  const absolute = programOf(dtype, {
    operands: 2,
    code: [step("sub", operand(0), operand(1)), step("abs", value(0)), step("sign", value(0))],
    sum: value(1),
    stores: [value(2), value(1)],
  });
  const notZeroAtZero = programOf(dtype, {
    operands: 3,
    numbers: 2,
    code: [
      step("mul", operand(0), operand(1)),
      wide("add", value(0), number(0)),
      step("sqrt", value(1)),
      step("lt", operand(2), value(2)),
      step("where", value(3), value(2), number(1)),
    ],
    sum: value(4),
    stores: [value(4), value(3)],
  });
  const fixed = {
    absolute,
    notZeroAtZero,
    masked: { ...notZeroAtZero, masked: true, key: `${notZeroAtZero.key} masked` },
  };

  it.each(Object.entries(fixed))("%s has the twin's bits at every length and shift", (_, program) => {
    for (const n of [...SHORT, ...EDGES]) {
      const random = new Random(n + 1);
      for (const shift of n > 100 ? [n % 3] : [0, 1, 2]) {
        const problem = problemWith(caseOf(program, n, random, shift));
        if (problem) expect.fail(`length ${n}, shift ${shift}: ${problem}`);
      }
    }
  });

  it("stores over an operand", () => {
    for (const n of [1, 7, 15, 64, 511, 513, 1000]) {
      for (const program of Object.values(fixed)) {
        const problem = problemWith({ ...caseOf(program, n, new Random(n)), inPlace: true });
        if (problem) expect.fail(`length ${n}: ${problem}`);
      }
    }
  });

  it("has the twin's bits for random programs", () => {
    const random = new Random(dtype.length);
    for (let i = 0; i < (SLOW ? 1000 : 50); i++) {
      const program = randomProgram(dtype, random, random.integer(1, 12));
      const n = random.pick([1, 3, 8, 21, 64, 515, 530]);
      const problem = problemWith(caseOf(program, n, random, i % 3));
      if (problem) expect.fail(`program ${i}, length ${n}: ${problem}\n${program.key}`);
    }
  });

  it("gives rows the sums of their elements alone, and the terms that it adds", () => {
    for (const length of [1, 3, 17, 64, 511, 512, 530, 1100]) {
      const random = new Random(length);
      for (const program of Object.values(fixed)) {
        const rows = 5;
        const given = caseOf(program, rows * length, random);
        forceProvider("emitted");
        const kernel = kernelFor(program, place);
        const stored = termsFor(program, place);
        forceProvider(null);
        result(kernel, given);
        const tag = TAGS[dtype];
        const size = store(tag, []).BYTES_PER_ELEMENT;
        const [operands, mask] = [program.operands, program.masked ? 1 : 0];
        const addresses = Array.from({ length: operands + mask + 2 }, (_, i) => blocks[i] + 64);
        given.operands.forEach((x, i) => {
          place.bytes.set(bytesOf(x), addresses[i]);
        });
        if (mask) place.bytes.set(given.mask, addresses[operands]);
        const sums = blocks[7];
        const interpreter = new Interpreter(program, place);
        for (const provider of [kernel, interpreter]) {
          provider.rows(addresses, rows, length, NUMBERS, sums);
          for (let row = 0; row < rows; row++) {
            const at = addresses.map(
              (address, i) => address + row * length * (mask && i === operands ? 1 : size),
            );
            expect(place.f64[sums / 8 + row]).toBe(kernel.run(at, length, NUMBERS));
          }
        }
        const bytes = rows * length * (dtype === "float64" ? 8 : 4);
        const terms = [stored, interpreter].map((provider) => {
          place.bytes.fill(SENTINEL, blocks[7], blocks[7] + bytes + 64);
          provider.terms(addresses, rows * length, NUMBERS, blocks[7]);
          return place.bytes.slice(blocks[7] - 0, blocks[7] + bytes + 64);
        });
        const wideTag = dtype === "float64" ? "f64" : "f32";
        const [a, b] = terms.map((own) => elements(wideTag, own));
        expect(firstDifference(a, b)).toBeNull();
      }
    }
  });
});

describe("functions of the library", () => {
  const dtype = "float32";
  const calls = programOf(dtype, {
    operands: 1,
    code: [step("exp", operand(0)), step("exp", value(0)), step("add", value(1), operand(0))],
    stores: [value(2)],
  });

  /** A library whose exp squares: what matters is that its code is taken over. */
  function standIn(): Uint8Array {
    const text = (value: string): number[] => [value.length, ...new TextEncoder().encode(value)];
    const body = [0, 0x20, 0, 0x20, 0, 0xfd, 0xe6, 0x01, 0x0b];
    const section = (id: number, ...content: number[]): number[] => [id, content.length, ...content];
    const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    return new Uint8Array([
      ...header,
      ...section(1, 1, 0x60, 1, 0x7b, 1, 0x7b),
      ...section(3, 2, 0, 0),
      ...section(7, 2, ...text("other"), 0, 0, ...text("fn_exp_f32"), 0, 1),
      ...section(10, 2, 4, 0, 0x20, 0, 0x0b, body.length, ...body),
    ]);
  }

  it("are copied into the module that calls them", () => {
    const bytes = emit({ program: calls, terms: "added", shared: place.shared, library: standIn() })!;
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: { memory: place.wasm },
    });
    const [x, out] = blocks;
    place.f32.set([1, 2, 3, 4, 5, 6, 7], x / 4);
    (exports.run as (...parameters: number[]) => number)(x, out, 7, 0);
    const found = Array.from(place.f32.subarray(out / 4, out / 4 + 7));
    expect(found).toEqual([1, 2, 3, 4, 5, 6, 7].map((value) => value ** 4 + value));
  });

  it("are needed only where an output depends on them", () => {
    expect(emit({ program: calls, terms: "added", shared: false, library: null })).toBeNull();
    const unused = { ...calls, outputs: [{ role: "store", from: operand(0) }] } as Program;
    expect(emit({ program: unused, terms: "added", shared: false, library: null })).not.toBeNull();
  });
});
