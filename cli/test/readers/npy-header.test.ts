import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { InputError } from "../../src/input-error.js";
import { NpyHeaderError, parseNpyHeader } from "../../src/readers/npy-header.js";
import { openNpy } from "../../src/readers/npy.js";
import { bytesSource, contentOf } from "../support/arrays.js";
import { Random } from "../../../test/support/random.js";

test.each([
  ["numpy's own", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }   \n", [2, 3]],
  ["of one dimension", "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", [4]],
  ["of none", "{'descr': '<f4', 'fortran_order': False, 'shape': (), }", []],
  ["with double quotes", '{"descr": "<f4", "fortran_order": False, "shape": (4,)}', [4]],
  ["with Python 2's long integers", "{'descr': '<f4', 'fortran_order': False, 'shape': (4L, 2L), }", [4, 2]],
  ["in another order, without blanks", "{'shape':(4,),'fortran_order':False,'descr':'<f4'}", [4]],
])("parses a header %s", (_, text, shape) => {
  expect(parseNpyHeader(text)).toEqual({ descr: "<f4", fortranOrder: false, shape });
});

const around = (shape: string) => `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}}`;

test.each([
  ["nothing", "", "expected {, got its end"],
  ["a shape without a comma", around("(2 2,)"), 'expected a comma after the first length, got "2" at character 54'],
  ["a later length without one", around("(2, 2 2)"), 'expected a comma or ), got "2" at character 57'],
  ["a number for a shape", around("(4)"), 'expected a comma after the first length, got ")" at character 53'],
  ["a negative length", around("(-4,)"), 'expected a length, got "-" at character 52'],
  ["a length beyond 2^53", around("(9007199254740993,)"), "expected a length below 2^53, got more"],
  ["more than 64 dimensions", around(`(${"1, ".repeat(65)})`), "expected at most 64 dimensions, got more"],
  ["a key twice", "{'descr': '<f4', 'descr': '<f8'}", "expected descr once, got it twice"],
  ["a key of the language", "{'__proto__': 1}", "expected the keys descr, fortran_order, shape, got \"__proto__\""],
  ["no shape", "{'descr': '<f4', 'fortran_order': False}", "expected the keys descr, fortran_order, shape, got none named shape"],
  ["text after the end", `${around("()")} x`, 'expected nothing after the }, got "x" at character 55'],
  ["an open quote", "{'descr", "expected a string, got a quote that is not closed"],
  ["a call", "{'descr': __import__('os')}", 'expected a string, got "_" at character 11'],
])("refuses %s", (_, text, message) => {
  expect(() => parseNpyHeader(text)).toThrow(new NpyHeaderError(message));
}); // prettier-ignore

test("10,000 mutated headers are read or refused, never more", async () => {
  const names = ["python2-long", "fortran-2x2", "duplicate-keys", "big-endian"];
  const path = (name: string) =>
    fileURLToPath(new URL(`../../../test/fixtures/files/${name}.npy`, import.meta.url));
  const originals = names.map((name) => readFileSync(path(name)));
  const random = new Random(9);
  let readable = 0;
  for (let round = 0; round < 10_000; round++) {
    let bytes: Uint8Array = mutated(random, random.pick(originals));
    if (random.chance(0.2)) bytes = bytes.subarray(0, random.integer(0, bytes.length));
    try {
      const { data, shape } = await contentOf(openNpy(bytesSource(bytes, "x.npy")));
      expect(data.length).toBe(shape!.reduce((product, length) => product * length, 1));
      readable++;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      expect(error.message).toMatch(/^x\.npy: [^\p{Cc}]{1,300}$/u);
    }
  }
  expect(readable).toBeGreaterThan(100);
}, 60_000);

/** Bytes of the header replaced, mostly by characters that mean something in one. */
function mutated(random: Random, original: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(original);
  const meaningful = Buffer.from("{}()[],:'\"LTF0123456789<>|= \n\\");
  for (let count = random.integer(0, 4); count > 0; count--) {
    const place = random.integer(random.chance(0.2) ? 0 : 10, 80);
    bytes[place] = random.chance(0.8) ? random.pick([...meaningful]) : random.integer(0, 255);
  }
  return bytes;
}
