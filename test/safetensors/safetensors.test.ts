import { nn, safetensors, tensor, zeros } from "lossgrad";
import { describe, expect, it } from "vitest";
import { expectRefused } from "../support/refuse.js";

const { load, save, readHeader, SafetensorError } = safetensors;

/** A file of a header, in JSON or as it is, and zeros behind it; of a length that may lie. */
function fileOf(header: object | string, length = 0, said?: bigint): Uint8Array {
  const json = typeof header === "string" ? header : JSON.stringify(header);
  const start = new TextEncoder().encode(`........${json}`);
  new DataView(start.buffer).setBigUint64(0, said ?? BigInt(start.length - 8), true);
  const file = new Uint8Array(start.length + length);
  file.set(start);
  return file;
}

const info = (dtype: unknown, shape: unknown, begin: unknown, end: unknown) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

const F32 = { w: info("F32", [1], 0, 4) };

describe("a module", () => {
  it("is saved, and loaded into another one bit by bit", () => {
    const make = () => new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 1));
    const [model, other] = [make(), make()];
    const bytes = save(model.stateDict(), { metadata: { format: "pt" } });
    expect(other.loadStateDict(load(bytes))).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(save(other.stateDict(), { metadata: { format: "pt" } })).toEqual(bytes);
    const x = tensor([1, 2, 3]);
    expect(other(x).item()).toBe(model(x).item());
  });
});

describe("elements keep their bits:", () => {
  it("NaNs of floats, and halves", () => {
    const bits = Uint16Array.of(0x7e01, 0xfc01, 0x8000, 0x0001);
    const halves = tensor(bits, { dtype: "float16" });
    const nans = tensor(new Float64Array(BigUint64Array.of(0x7ff8000000000001n, 0xfff0000000000123n).buffer));
    const file = save({ halves, nans });
    expect(save(load(file))).toEqual(file);
    expect(file.subarray(-8)).toEqual(new Uint8Array(bits.buffer));
  });

  it("at any place in a file, and in a buffer", () => {
    const file = fileOf({ a: info("U8", [1], 0, 1), b: info("F64", [2], 1, 17) }, 17);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    shifted.fill(0x3f, -1);
    expect(load(shifted.subarray(3)).b.tolist()).toEqual(load(shifted.slice(3)).b.tolist());
  });

  it("of views, which are saved as they are seen", () => {
    const x = tensor([0, 1, 2, 3, 4, 5]);
    const { a, b } = load(save({ a: x.at("0:2"), b: x.at("2:6").reshape(2, 2) }));
    expect([a.tolist(), b.tolist()]).toEqual([[0, 1], [[2, 3], [4, 5]]]); // prettier-ignore
  });

  it("from a file that lies in the memory of tensors", () => {
    const file = save({ x: tensor([1, 2]), y: zeros([1 << 18]) });
    const inside = tensor(file).array<Uint8Array>();
    expect(load(inside as never).x.tolist()).toEqual([1, 2]);
  });

  it("and the tensor's name __proto__ is one like others", () => {
    const loaded = load(save(Object.fromEntries([["__proto__", tensor([7])]])));
    expect(Object.keys(loaded)).toEqual(["__proto__"]);
    expect(Object.entries(loaded)[0][1].tolist()).toEqual([7]);
  });
});

describe("save refuses", () => {
  const x = tensor([[1, 2], [3, 4]]); // prettier-ignore
  it.each<[string, unknown, new (message: string) => Error, string]>([
    ["a tensor", x, TypeError, "Expected a dict of [str, torch.Tensor] but received Tensor"],
    ["a map", new Map([["x", x]]), TypeError, "Expected a dict of [str, torch.Tensor] but received Map"],
    ["a number", { a: 1 }, TypeError, "Key `a` is invalid, expected torch.Tensor but received 1"],
    ["a transposed tensor", { a: x.t() }, Error, "You are trying to save a non contiguous tensor: `a`"],
    ["tensors that share memory", { b: x, c: zeros([1]), a: x.at("1:") }, Error, 'Some tensors share memory, this will lead to duplicate memory on disk and potential differences when loading them again: [{"a", "b"}]'],
    ["complex128", { a: x.to("complex128") }, TypeError, "save: expected a dtype of safetensors, got complex128 for `a`"],
    ["the name of metadata", { __metadata__: x }, TypeError, 'save: expected names of tensors, got "__metadata__"'],
    ["half of a surrogate", { "\ud800": x }, TypeError, 'save: expected names of tensors, got "\\ud800"'],
  ])("%s", (_, tensors, kind, message) => {
    expectRefused(() => save(tensors as never), kind, message);
  }); // prettier-ignore

  it("metadata that are no texts, and options that do not exist", () => {
    expectRefused(() => save({}, { metadata: { a: 1 } as never }), TypeError, 'save: expected metadata "a" to be a text, got 1'); // prettier-ignore
    expectRefused(() => save({}, { metadata: ["a"] as never }), TypeError, "save: expected metadata to be an object of texts, got array of length 1"); // prettier-ignore
    expectRefused(() => save({}, { meta: {} } as never), TypeError, "meta");
  });
});

describe("load refuses", () => {
  it.each<[string, Uint8Array, string]>([
    ["no bytes", new Uint8Array(0), "not a safetensors file: expected at least 8 bytes, got 0"],
    ["a length beyond the file", fileOf("{}", 0, 1000n), "truncated in its header: expected 1000 bytes of it, got 2"],
    ["a length of 2^64 - 1", fileOf("{}", 0, 2n ** 64n - 1n), "expected a header of at most 100000000 bytes, got 18446744073709551615"],
    ["a length that ends within", fileOf(F32, 4, 9n), "a header that cannot be read: "],
    ["bytes that are no UTF-8", fileOf({ "\u00e9": 1 }).map((byte) => (byte === 0xa9 ? 0xff : byte)), "a header that cannot be read: "],
    ["a number", fileOf("1"), "a header that cannot be read: expected an object in JSON"],
    ["a hole", fileOf({ ...F32, x: info("F32", [1], 8, 12) }, 12), 'tensor "x": expected data_offsets without holes and overlaps, from 4 on, got 8'],
    ["an overlap", fileOf({ ...F32, x: info("F32", [1], 3, 7) }, 7), 'tensor "x": expected data_offsets without holes and overlaps, from 4 on, got 3'],
    ["a name twice", fileOf('{"w":1 , "w" : 2}'), 'a header that cannot be read: expected each key once, got "w" twice'],
    ["a long name twice", fileOf(`{"${"w".repeat(90)}":1,"${"w".repeat(90)}":2}`), `got "${"w".repeat(60)}…" twice`],
    ["deep values", fileOf('{"w":'.repeat(1e5)), "a header that cannot be read: expected values at most 128 deep in one another"],
    ["floats of 8 bits", fileOf({ w: info("F8_E4M3", [1], 0, 1) }, 1), 'tensor "w": dtype F8_E4M3; expected one of BOOL, U8, I8, I16, I32, I64, F16, BF16, F32, F64, C64: convert it'],
    ["an unknown dtype", fileOf({ w: info("F9", [1], 0, 1) }, 1), 'tensor "w": dtype "F9"; expected one of BOOL, F4, '],
    ["a name of a dtype that objects have", fileOf({ w: info("toString", [1], 0, 1) }, 1), 'tensor "w": dtype "toString"; expected one of'],
    ["65 dimensions", fileOf({ w: info("F32", Array(65).fill(1), 0, 4) }, 4), 'tensor "w": expected a shape of up to 64 lengths below 2^53'],
    ["a fraction", fileOf({ w: info("F32", [0.5], 0, 2) }, 2), 'tensor "w": expected a shape of up to 64 lengths below 2^53'],
    ["lengths that overflow", fileOf({ w: info("U8", Array(64).fill(2 ** 52), 0, 4) }, 4), 'tensor "w": expected Infinity bytes for shape'],
    ["offsets that turn back", fileOf({ w: info("F32", [1], 4, 0) }, 4), 'tensor "w": expected data_offsets of a beginning and an end'],
    ["metadata of numbers", fileOf({ __metadata__: { a: 1 } }), "expected __metadata__ to be an object of texts"],
    ["bytes that lack", fileOf(F32, 3), "expected 4 bytes of elements behind the header, got 3"],
    ["bytes behind the elements", fileOf(F32, 5), "expected 4 bytes of elements behind the header, got 5"],
  ])("%s", (_, file, message) => {
    expectRefused(() => load(file), SafetensorError, message);
  }); // prettier-ignore

  it.each([
    ["a string", "{}"],
    ["a buffer", new ArrayBuffer(8)],
    ["numbers", Float32Array.of(1)],
  ])("%s", (_, bytes) => {
    // prettier-ignore
    for (const call of [load, readHeader, safetensors.headerLength])
      expectRefused(() => call(bytes as never), TypeError, `${call.name}: expected a Uint8Array, got `);
  });

  it("bytes that say that they are more", () => {
    class Lying extends Uint8Array {
      override get length(): number {
        return 1e6;
      }
    }
    expectRefused(() => load(new Lying(fileOf(F32, 3))), SafetensorError, "expected 4 bytes of elements");
  });
});

it("no cut or changed byte of a file does more than be refused", () => {
  const file = save({ a: tensor([1, 2]), b: tensor([true]) }, { metadata: { k: "v" } });
  for (let i = 0; i < file.length; i++) {
    expectRefused(() => load(file.subarray(0, i)), SafetensorError, "");
    for (const byte of [0x00, 0x22, 0x2c, 0x5c, 0x7b, 0x7d, 0xff]) {
      const changed = file.slice();
      changed[i] = byte;
      try {
        load(changed);
      } catch (error) {
        expect(error).toBeInstanceOf(SafetensorError);
      }
    }
  }
});
