import { expect, test } from "vitest";
import { Random } from "../../../test/support/random.js";
import { InputError } from "../../src/input-error.js";
import { isSafetensors, openSafetensors } from "../../src/readers/safetensors.js";
import { bytesSource, contentOf, pipeOf, readAll, refusalOf } from "../support/arrays.js";

/** A file of a header, in JSON or as it is, and bytes behind it. */
function fileOf(header: object | string, data: ArrayBufferView, length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const start = new Uint8Array(BigUint64Array.of(length ?? BigInt(text.length)).buffer);
  return Uint8Array.of(...start, ...text, ...new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

const tensor = (dtype: string, shape: unknown, begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

test.each([
  ["F64", "float64", Float64Array.of(1, -2, 3)],
  ["F32", "float32", Float32Array.of(1, -2, 3)],
  ["F16", "float16", Uint16Array.of(0x3c00, 0xc000, 0x4200)],
  ["BF16", "bfloat16", Uint16Array.of(0x3f80, 0xc000, 0x4040)],
  ["I64", "int64", BigInt64Array.of(1n, -2n, 3n)],
  ["I32", "int32", Int32Array.of(1, -2, 3)],
  ["I16", "int16", Int16Array.of(1, -2, 3)],
  ["I8", "int8", Int8Array.of(1, -2, 3)],
  ["U8", "uint8", Uint8Array.of(1, 2, 255)],
])("reads a tensor of %s", async (dtype, name, data) => {
  const header = { __metadata__: { format: "pt" }, w: tensor(dtype, [3, 1], 0, data.byteLength) };
  expect(await contentOf(openSafetensors(bytesSource(fileOf(header, data))))).toEqual({
    data,
    dtype: name,
    shape: [3, 1],
    order: "C",
  });
});

test.each([
  ["U16", "uint16", Uint16Array.of(1, 65535), Int32Array.of(1, 65535)],
  ["U32", "uint32", Uint32Array.of(1, 4294967295), Float64Array.of(1, 4294967295)],
  ["U64", "uint64", BigUint64Array.of(1n, 2n ** 64n - 1n), Float64Array.of(1, 2 ** 64)],
  ["BOOL", "bool", Uint8Array.of(0, 7), Uint8Array.of(0, 1)],
])("makes numbers of %s", async (dtype, name, stored, data) => {
  const header = { w: tensor(dtype, [2], 0, stored.byteLength) };
  const content = await contentOf(openSafetensors(bytesSource(fileOf(header, stored))));
  expect(content).toMatchObject({ data, dtype: name });
});

test("integers beyond 2^53 are counted where float64 does not hold them", async () => {
  const stored = BigInt64Array.of(
    2n ** 53n,
    2n ** 53n + 1n,
    -(2n ** 53n) - 1n,
    -1n,
    2n ** 62n,
    2n ** 62n + 1n,
  );
  for (const [dtype, rounded] of [
    ["I64", 3],
    ["U64", 4],
  ] as const) {
    const reader = await openSafetensors(bytesSource(fileOf({ w: tensor(dtype, [6], 0, 48) }, stored)));
    await readAll(reader);
    expect(reader.notes).toEqual([`${rounded} numbers are beyond 2^53, rounded to float64`]);
  }
});

const two = fileOf(
  { a: tensor("F32", [2], 0, 8), b: tensor("F32", [], 8, 12), __proto: tensor("F8_E4M3", [4], 12, 16) },
  Float32Array.of(1, 2, 3, 4),
);

test("chooses a tensor by its name, from a stream as well", async () => {
  for (const source of [() => bytesSource(two), () => pipeOf([two.subarray(0, 9), two.subarray(9)])]) {
    expect(await contentOf(openSafetensors(source(), "b"))).toMatchObject({
      data: Float32Array.of(3),
      shape: [],
    });
    expect((await contentOf(openSafetensors(source(), "a"))).data).toEqual(Float32Array.of(1, 2));
  }
});

const refusal = (bytes: Uint8Array, name?: string) =>
  refusalOf(() => openSafetensors(bytesSource(bytes, "m.safetensors"), name));

test("says which tensors there are", async () => {
  expect(await refusal(two)).toBe(
    'm.safetensors: expected one tensor, got 3: "a", "b", "__proto"; choose one with --tensor',
  );
  expect(await refusal(two, "toString")).toBe(
    'm.safetensors: no tensor "toString"; the file has "a", "b", "__proto"',
  );
  expect(await refusal(fileOf({}, new Uint8Array(0)))).toBe(
    "m.safetensors: expected a tensor at least, got none",
  );
});

test("refuses floats of 8 bits by their name", async () => {
  expect(await refusal(two, "__proto")).toMatch(
    /^m\.safetensors: tensor "__proto": dtype "F8_E4M3", floats of 8 bits; expected one of F64, F32, F16, BF16, .*: convert/,
  );
});

test.each([
  ["an empty file", new Uint8Array(0), "not a safetensors file: expected at least 8 bytes, got 0"],
  ["a header longer than the file", fileOf("{}", new Uint8Array(0), 1000n), "truncated in its header: expected 1000 bytes of it, got 2"],
  ["a header of 2^64 - 1 bytes", fileOf("{}", new Uint8Array(0), 2n ** 64n - 1n), "expected a header of at most 100000000 bytes, got 18446744073709551615"],
  ["a header that is no JSON", fileOf("{w", new Uint8Array(0)), "a header that cannot be read: "],
  ["a header that is a list", fileOf("[]", new Uint8Array(0)), "a header that cannot be read: expected an object in JSON"],
  ["a tensor that is null", fileOf('{"w":null}', new Uint8Array(0)), 'tensor "w": dtype undefined; expected one of'],
  ["no shape", fileOf({ w: tensor("F32", null, 0, 4) }, new Uint8Array(4)), 'tensor "w": expected a shape of up to 64 lengths below 2^53'],
  ["a negative length", fileOf({ w: tensor("F32", [-1], 0, 4) }, new Uint8Array(4)), 'tensor "w": expected a shape of'],
  ["offsets that turn back", fileOf({ w: tensor("F32", [1], 4, 0) }, new Uint8Array(4)), 'tensor "w": expected data_offsets of a beginning and an end'],
  ["offsets of another length", fileOf({ w: tensor("F32", [2], 0, 4) }, new Uint8Array(4)), 'tensor "w": expected 8 bytes for shape [2] of F32, got data_offsets of 4'],
  ["lengths whose product overflows", fileOf({ w: tensor("F32", [2 ** 52, 2 ** 52], 0, 4) }, new Uint8Array(4)), 'tensor "w": expected 8'],
  ["offsets beyond the end", fileOf({ w: tensor("F32", [2], 0, 8) }, new Uint8Array(4)), ', tensor "w": truncated: shape [2] of float32 needs 8 bytes, 4 are there'],
  ["offsets beyond 2^53", fileOf({ w: tensor("U8", [1], 2 ** 53 - 2, 2 ** 53 - 1) }, new Uint8Array(4)), 'tensor "w": expected data_offsets without holes and overlaps, from 0 on, got 9007199254740990'],
])("refuses %s", async (_, bytes, message) => {
  expect(await refusal(bytes)).toContain(`m.safetensors${message.startsWith(",") ? "" : ": "}${message}`);
}); // prettier-ignore

test("10,000 mutated headers are read or refused, never more", async () => {
  const random = new Random(11);
  const meaningful = [...new TextEncoder().encode('{}[]:,"0123456789eE-F.nul')];
  let readable = 0;
  for (let round = 0; round < 10_000; round++) {
    let bytes: Uint8Array = Uint8Array.from(two);
    for (let count = random.integer(0, 4); count > 0; count--) {
      const place = random.chance(0.2) ? random.integer(0, 7) : random.integer(8, 150);
      bytes[place] = random.chance(0.8) ? random.pick(meaningful) : random.integer(0, 255);
    }
    if (random.chance(0.2)) bytes = bytes.subarray(0, random.integer(0, bytes.length));
    isSafetensors(bytes);
    try {
      await contentOf(openSafetensors(bytesSource(bytes), random.pick(["a", "b"])));
      readable++;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      expect(error.message).toMatch(/^x[:,] [^\p{Cc}]{1,300}$/u);
    }
  }
  expect(readable).toBeGreaterThan(100);
}, 60_000);
