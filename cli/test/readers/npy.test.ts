import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openNpy } from "../../src/readers/npy.js";
import { npyOf } from "../support/npy.js";
import { bytesSource, contentOf, pipeOf, refusalOf } from "../support/arrays.js";

const fixture = (name: string) =>
  new Uint8Array(
    readFileSync(fileURLToPath(new URL(`../../../test/fixtures/npy/${name}.npy`, import.meta.url))),
  );

const readNpy = (bytes: Uint8Array) => contentOf(openNpy(bytesSource(bytes)));
const refusal = (bytes: Uint8Array) => refusalOf(() => openNpy(bytesSource(bytes, "x.npy")));
const pipeRefusal = (bytes: Uint8Array) => refusalOf(() => openNpy(pipeOf([bytes], "x.npy")));

const numbers = [0, 1, 2, 3, 100, 127];

test.each([
  ["f2", "float16", Uint16Array.of(0, 0x3c00, 0x4000, 0x4200, 0x5640, 0x57f0)],
  ["f4", "float32", Float32Array.from(numbers)],
  ["f8", "float64", Float64Array.from(numbers)],
  ["i1", "int8", Int8Array.from(numbers)],
  ["i2", "int16", Int16Array.from(numbers)],
  ["i4", "int32", Int32Array.from(numbers)],
  ["i8", "int64", BigInt64Array.from(numbers.map(BigInt))],
  ["u1", "uint8", Uint8Array.from(numbers)],
  ["b1", "bool", Uint8Array.of(0, 1, 1, 1, 1, 1)],
  ["version-2", "float32", Float32Array.from(numbers)],
  ["version-3", "float32", Float32Array.from(numbers)],
])("reads what numpy wrote: %s as %s", async (name, dtype, data) => {
  const content = { data, dtype, shape: [2, 3], order: "C" };
  expect(await readNpy(fixture(name))).toEqual(content);
  const bytes = Array.from(fixture(name), (byte) => Uint8Array.of(byte));
  expect(await contentOf(openNpy(pipeOf(bytes)))).toEqual(content);
});

test("reads a 0-d array and an empty one", async () => {
  expect(await readNpy(fixture("scalar"))).toMatchObject({ data: Float64Array.of(2.5), shape: [] });
  expect(await readNpy(fixture("empty"))).toMatchObject({ data: new Float32Array(0), shape: [0, 3] });
});

test("reads other byte orders, unsigned integers, and Fortran's order as it lies", async () => {
  expect((await readNpy(fixture("big-endian"))).data).toEqual(Float32Array.of(0, 1, 2));
  expect(await readNpy(fixture("unsigned"))).toMatchObject({
    data: Float64Array.of(0, 1, 2),
    dtype: "uint32",
  });
  const [c, f] = [await readNpy(fixture("f4")), await readNpy(fixture("fortran"))];
  expect(f).toMatchObject({ shape: [2, 3], order: "F" });
  expect(Array.from(f.data)).toEqual([0, 3, 1, 4, 2, 5].map((i) => c.data[i]));
});

const known =
  "expected one of f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8, b1: convert it with numpy's astype";

test.each([
  [
    "complex",
    'x.npy: dtype "<c8", complex numbers; expected real ones: save their parts as twice as many numbers by ' +
      "numpy's view, such as view('f4') of '<c8'",
  ],
  ["structured", "x.npy: a structured array; expected plain numbers: save one of its fields"],
])("refuses a %s array", async (name, message) => {
  expect(await refusal(fixture(name))).toBe(message);
});

test("refuses text", async () => {
  const bytes = npyOf(new Uint8Array(4), [1], { descr: "<U1" });
  expect(await refusal(bytes)).toBe(`x.npy: dtype "<U1", text; ${known}`);
});

test.each([
  ["empty", 0, "x.npy: not an .npy file: it does not begin with the mark of one"],
  ["cut within the mark", 5, "x.npy: not an .npy file: it does not begin with the mark of one"],
  ["cut behind the mark", 6, "x.npy: truncated in its header"],
  ["cut within the header", 64, "x.npy: truncated in its header"],
  ["cut before the data", 128, "x.npy: truncated: shape [2, 3] of float32 needs 24 bytes, 0 are there"],
  ["cut one byte short", 151, "x.npy: truncated: shape [2, 3] of float32 needs 24 bytes, 23 are there"],
])("refuses a file that is %s", async (_, length, message) => {
  expect(await refusal(fixture("f4").subarray(0, length))).toBe(message);
  expect(await pipeRefusal(fixture("f4").subarray(0, length))).toBe(message);
});

test.each([
  ["a later version", "f4", (bytes: Uint8Array) => (bytes.set([4], 6), bytes), ".npy version 4; expected 1, 2 or 3"],
  ["a cut in its length", "version-2", (bytes: Uint8Array) => bytes.subarray(0, 11), "truncated in its header"],
  ["bytes after the end", "f4", (bytes: Uint8Array) => Uint8Array.of(...bytes, 0), "more bytes follow the last element of shape [2, 3] of float32"],
  ["a header longer than any", "version-2", (bytes: Uint8Array) => (bytes.set([255, 255, 255, 255], 8), bytes), "a header of 4294967295 bytes; expected at most 65536"],
] as const)("refuses %s", async (_, name, change, message) => {
  expect(await refusal(change(fixture(name)))).toBe(`x.npy: ${message}`);
  expect(await pipeRefusal(change(fixture(name)))).toBe(`x.npy: ${message}`);
}); // prettier-ignore

test("a header that claims more than there is takes no memory for it", async () => {
  const text = "{'descr': '<f8', 'fortran_order': False, 'shape': (536870912,), }\n";
  const bytes = Uint8Array.of(...fixture("f8").subarray(0, 8), text.length, 0, ...Buffer.from(text));
  expect(await refusal(bytes)).toContain("needs 4294967296 bytes, 0 are there");
  expect(await pipeRefusal(bytes)).toContain("needs 4294967296 bytes, 0 are there");
});

test("a shape whose bytes no number counts is refused", async () => {
  const text = "{'descr': '<f8', 'fortran_order': False, 'shape': (9007199254740991,), }\n";
  const bytes = Uint8Array.of(...fixture("f8").subarray(0, 8), text.length, 0, ...Buffer.from(text));
  expect(await refusal(bytes)).toBe(
    "x.npy: expected less than 2^53 bytes, got shape [9007199254740991] of float64",
  );
});
