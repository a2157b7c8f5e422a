import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { InputError } from "../../examples/support/input-error.js";
import { readNpy } from "../../examples/support/npy.js";

const fixture = (name: string) =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../fixtures/npy/${name}.npy`, import.meta.url))));

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
])("reads what numpy wrote: %s as %s", (name, dtype, data) => {
  expect(readNpy(fixture(name), name)).toEqual({ data, dtype, shape: [2, 3] });
});

test("reads a 0-d array and an empty one", () => {
  expect(readNpy(fixture("scalar"), "s")).toEqual({
    data: Float64Array.of(2.5),
    dtype: "float64",
    shape: [],
  });
  expect(readNpy(fixture("empty"), "e")).toEqual({
    data: new Float32Array(0),
    dtype: "float32",
    shape: [0, 3],
  });
});

test("reads bytes that begin at an odd place in their buffer", () => {
  const file = fixture("f8");
  const moved = new Uint8Array(file.length + 3);
  moved.set(file, 3);
  expect(readNpy(moved.subarray(3), "moved").data).toEqual(Float64Array.from(numbers));
});

test.each([
  ["big-endian", "x.npy: dtype >f4; expected one of <f2, <f4, <f8, |i1, <i2, <i4, <i8, |u1, |b1"],
  ["complex", "x.npy: dtype <c8; expected one of <f2, <f4, <f8, |i1, <i2, <i4, <i8, |u1, |b1"],
  ["unsigned", "x.npy: dtype <u4; expected one of <f2, <f4, <f8, |i1, <i2, <i4, <i8, |u1, |b1"],
  ["fortran", "x.npy: Fortran order; save it as C order with numpy.ascontiguousarray"],
  ["structured", "x.npy: a structured array; expected plain numbers"],
])("refuses a %s array", (name, message) => {
  expect(() => readNpy(fixture(name), "x.npy")).toThrow(new InputError(message));
});

test.each([
  ["empty", 0, "x.npy: not an .npy file: it does not begin with the mark of one"],
  ["cut within the mark", 5, "x.npy: not an .npy file: it does not begin with the mark of one"],
  ["cut within the header", 64, "x.npy: truncated in its header"],
  ["cut before the data", 128, "x.npy: truncated: shape [2, 3] of float32 needs 24 bytes, 0 are there"],
  ["cut one byte short", 151, "x.npy: truncated: shape [2, 3] of float32 needs 24 bytes, 23 are there"],
])("refuses a file that is %s", (_, length, message) => {
  expect(() => readNpy(fixture("f4").subarray(0, length), "x.npy")).toThrow(new InputError(message));
});

test("refuses a later version, a version 2 file cut in its length, bytes after the end, and another format", () => {
  const changed = (name: string, change: (bytes: Uint8Array) => Uint8Array) => () =>
    readNpy(change(fixture(name)), "x.npy");
  const setVersion = (bytes: Uint8Array) => (bytes.set([4], 6), bytes);
  expect(changed("f4", setVersion)).toThrow(new InputError("x.npy: .npy version 4; expected 1, 2 or 3"));
  const cut = (bytes: Uint8Array) => bytes.subarray(0, 11);
  expect(changed("version-2", cut)).toThrow(new InputError("x.npy: truncated in its header"));
  const longer = (bytes: Uint8Array) => Uint8Array.of(...bytes, 0);
  expect(changed("f4", longer)).toThrow(
    new InputError("x.npy: 1 bytes follow the last element of shape [2, 3]"),
  );
  const csv = () => readNpy(new TextEncoder().encode("a header\n1\n2\n3\n"), "x.npy");
  expect(csv).toThrow(new InputError("x.npy: not an .npy file: it does not begin with the mark of one"));
});

test("refuses a header that is not numpy's", () => {
  const bytes = fixture("f4");
  bytes.set(new TextEncoder().encode("{'kinds'"), 10);
  expect(() => readNpy(bytes, "x.npy")).toThrow("x.npy: a header that cannot be read: {'kinds': '<f4'");
});
