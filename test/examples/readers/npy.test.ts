import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { InputError } from "../../../examples/support/input-error.js";
import { readNpy as readChunks, type NpyArray } from "../../../examples/support/readers/npy.js";

const fixture = (name: string) =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../../fixtures/npy/${name}.npy`, import.meta.url))));

const readNpy = (bytes: Uint8Array, path: string): Promise<NpyArray> => readChunks(chunked([bytes]), path);

async function* chunked(pieces: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}

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
  expect(await readNpy(fixture(name), name)).toEqual({ data, dtype, shape: [2, 3] });
});

test("reads a 0-d array and an empty one", async () => {
  expect(await readNpy(fixture("scalar"), "s")).toEqual({
    data: Float64Array.of(2.5),
    dtype: "float64",
    shape: [],
  });
  expect(await readNpy(fixture("empty"), "e")).toEqual({
    data: new Float32Array(0),
    dtype: "float32",
    shape: [0, 3],
  });
});

test("reads bytes that begin at an odd place in their buffer", async () => {
  const file = fixture("f8");
  const moved = new Uint8Array(file.length + 3);
  moved.set(file, 3);
  expect((await readNpy(moved.subarray(3), "moved")).data).toEqual(Float64Array.from(numbers));
});

test("reads other byte orders, unsigned integers, and Fortran's order", async () => {
  expect((await readNpy(fixture("big-endian"), "b")).data).toEqual(Float32Array.of(0, 1, 2));
  expect(await readNpy(fixture("unsigned"), "u")).toEqual({
    data: Uint32Array.of(0, 1, 2),
    dtype: "uint32",
    shape: [3],
  });
  expect(await readNpy(fixture("fortran"), "f")).toEqual(await readNpy(fixture("f4"), "c"));
});

const known =
  "expected one of f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8, b1: convert it with numpy's astype";

test.each([
  ["complex", `x.npy: dtype "<c8", complex numbers; ${known}`],
  ["structured", "x.npy: a structured array; expected plain numbers: save one of its fields"],
])("refuses a %s array", async (name, message) => {
  await expect(readNpy(fixture(name), "x.npy")).rejects.toThrow(new InputError(message));
});

test.each([
  ["empty", 0, "x.npy: not an .npy file: it does not begin with the mark of one"],
  ["cut within the mark", 5, "x.npy: not an .npy file: it does not begin with the mark of one"],
  ["cut behind the mark", 6, "x.npy: truncated in its header"],
  ["cut within the header", 64, "x.npy: truncated in its header"],
  ["cut before the data", 128, "x.npy: truncated: shape [2, 3] of float32 needs 24 bytes, 0 are there"],
  ["cut one byte short", 151, "x.npy: truncated: shape [2, 3] of float32 needs 24 bytes, 23 are there"],
])("refuses a file that is %s", async (_, length, message) => {
  await expect(readNpy(fixture("f4").subarray(0, length), "x.npy")).rejects.toThrow(new InputError(message));
});

test.each([
  ["a later version", "f4", (bytes: Uint8Array) => (bytes.set([4], 6), bytes), ".npy version 4; expected 1, 2 or 3"],
  ["a cut in its length", "version-2", (bytes: Uint8Array) => bytes.subarray(0, 11), "truncated in its header"],
  ["bytes after the end", "f4", (bytes: Uint8Array) => Uint8Array.of(...bytes, 0), "more bytes follow the last element of shape [2, 3] of float32"],
  ["a header longer than any", "version-2", (bytes: Uint8Array) => (bytes.set([255, 255, 255, 255], 8), bytes), "a header of 4294967295 bytes; expected at most 65536"],
] as const)("refuses %s", async (_, name, change, message) => {
  await expect(readNpy(change(fixture(name)), "x.npy")).rejects.toThrow(new InputError(`x.npy: ${message}`));
}); // prettier-ignore

test("pieces of any size read the same", async () => {
  const bytes = fixture("f8");
  const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
  expect(await readChunks(chunked(pieces), "p")).toEqual(await readNpy(bytes, "p"));
});

test("a header that claims more than there is takes no memory for it", async () => {
  const text = "{'descr': '<f8', 'fortran_order': False, 'shape': (536870912,), }\n";
  const bytes = Uint8Array.of(...fixture("f8").subarray(0, 8), text.length, 0, ...Buffer.from(text));
  await expect(readNpy(bytes, "x.npy")).rejects.toThrow("needs 4294967296 bytes, 0 are there");
  const larger = bytes.slice();
  larger.set(Buffer.from("999999999"), 10 + text.indexOf("536870912"));
  await expect(readNpy(larger, "x.npy")).rejects.toThrow("expected at most 4294967296 bytes");
});
