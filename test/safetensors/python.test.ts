/** Bytes of Python's safetensors, and what it refuses, both as test/fixtures/state-dict.py recorded. */
import { type DType, type NestedData, safetensors, tensor, type Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import text from "../fixtures/state-dict.json?raw";

type Stored = [name: string, dtype: DType, shape: number[], values: number[]];
interface Fixture {
  files: { tensors: Stored[]; metadata: Record<string, string> | null; bytes: string }[];
  headers: Record<string, { header: string; length: number; refusal: string | null }>;
}

const { files, headers } = JSON.parse(text) as Fixture;

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));

/** A file of a header and bytes that are all 7. */
function fileOf(header: string, length: number): Uint8Array {
  const start = new TextEncoder().encode(`........${header}`);
  new DataView(start.buffer).setBigUint64(0, BigInt(start.length - 8), true);
  return Uint8Array.of(...start, ...new Uint8Array(length).fill(7));
}

function tensorsOf(stored: readonly Stored[]): Record<string, Tensor> {
  return Object.fromEntries(
    stored.map(([name, dtype, shape, values]) => {
      const data: NestedData = dtype === "int64" ? values.map(BigInt) : values;
      return [name, tensor(data, { dtype }).reshape(shape)];
    }),
  );
}

const shown = (x: Tensor) => [x.dtype, x.shape, x.tolist()];

describe.each(files)("what Python writes of $tensors and $metadata", ({ tensors, metadata, bytes }) => {
  it("is what save writes", () => {
    const options = metadata === null ? {} : { metadata };
    expect(hexOf(safetensors.save(tensorsOf(tensors), options))).toBe(bytes);
  });

  it("is read by load and readHeader, in the order in which it lies", () => {
    const found = safetensors.load(bytesOf(bytes));
    const expected = Object.entries(tensorsOf(tensors));
    const values = new Map(Object.entries(found).map(([name, x]) => [name, shown(x)]));
    expect(values).toEqual(new Map(expected.map(([name, x]) => [name, shown(x)])));
    const header = safetensors.readHeader(bytesOf(bytes));
    expect(header.metadata).toEqual(metadata);
    const begins = [...header.tensors.values()].map(({ dataOffsets: [begin] }) => begin);
    expect(begins).toEqual([...begins].sort((a, b) => a - b));
  });
});

/** Headers that Python takes: keys that come twice, which the format forbids. */
const REFUSED_HERE = ["a name twice", "a text of metadata twice"];

it.each(Object.entries(headers))(
  "a header with %s is read as in Python",
  (name, { header, length, refusal }) => {
    const file = fileOf(header, length);
    if (refusal === null && !REFUSED_HERE.includes(name)) {
      const names = Object.keys(JSON.parse(header) as object).filter((key) => key !== "__metadata__");
      expect(Object.keys(safetensors.load(file)).sort()).toEqual(names.sort());
    } else {
      expect(() => safetensors.load(file)).toThrow(safetensors.SafetensorError);
    }
  },
);
