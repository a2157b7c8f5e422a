import { InputError, listed, quoted } from "../input-error.js";
import { readBytes, type Source } from "../sources/source.js";
import { BinaryReader } from "./binary.js";
import { type Dtype, storedAs } from "./dtypes.js";
import { bracketed, numelOf } from "./reader.js";

const TYPES: ReadonlyMap<string, Dtype> = new Map([
  ["F64", "float64"],
  ["F32", "float32"],
  ["F16", "float16"],
  ["BF16", "bfloat16"],
  ["I64", "int64"],
  ["I32", "int32"],
  ["I16", "int16"],
  ["I8", "int8"],
  ["U64", "uint64"],
  ["U32", "uint32"],
  ["U16", "uint16"],
  ["U8", "uint8"],
  ["BOOL", "bool"],
]);

/** safetensors itself refuses longer headers. */
const LONGEST_OF_ANY = 100_000_000;
/** The header is held whole: some 100,000 tensors. */
const LONGEST_HEADER = 2 ** 24;
/** As many dimensions as lossgrad and NumPy have. */
const MOST_DIMENSIONS = 64;

/** What the header says of a tensor, read and checked. */
interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** Whether a file begins as one: with the length of a header, which opens with {. */
export function isSafetensors(head: Uint8Array): boolean {
  if (head.length <= 8 || head[8] !== 0x7b) return false;
  const length = lengthOf(head);
  return length >= 2 && length <= LONGEST_OF_ANY;
}

/** Opens a tensor by its name, which may be left out where there is only one. */
export async function openSafetensors(source: Source, name?: string): Promise<BinaryReader> {
  const fail = (what: string) => new InputError(`${source.name}: ${what}`);
  const { header, offset } = await readHeader(source, fail);
  const names = Object.keys(header).filter((key) => key !== "__metadata__");
  const chosen = name ?? (names.length === 1 ? names[0] : undefined);
  if (chosen === undefined || !names.includes(chosen)) throw fail(explainChoice(names, name));
  const entry = readEntry(header[chosen], (what) => fail(`tensor ${quoted(chosen)}: ${what}`));
  const dtype = TYPES.get(entry.dtype)!;
  const layout = {
    dtype,
    shape: entry.shape,
    offset: offset + entry.begin,
    format: "safetensors",
    more: true,
  };
  return new BinaryReader(source, { ...layout, name: `${source.name}, tensor ${quoted(chosen)}` });
}

/** The names of a file's tensors, in the order in which their elements lie. */
export async function tensorNames(source: Source): Promise<string[]> {
  const fail = (what: string): InputError => new InputError(`${source.name}: ${what}`);
  const { header } = await readHeader(source, fail);
  const names = Object.keys(header).filter((key) => key !== "__metadata__");
  const begins = new Map(
    names.map((name) => [
      name,
      readEntry(header[name], (what) => fail(`tensor ${quoted(name)}: ${what}`)).begin,
    ]),
  );
  return names.sort((a, b) => begins.get(a)! - begins.get(b)!);
}

type Fail = (what: string) => InputError;

/** The first 8 bytes: how long the header is, little-endian. */
function lengthOf(head: Uint8Array): number {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
}

async function readHeader(
  source: Source,
  fail: Fail,
): Promise<{ header: Record<string, unknown>; offset: number }> {
  const start = await readBytes(source, 0, 8);
  if (start.length < 8) throw fail(`not a safetensors file: expected at least 8 bytes, got ${start.length}`);
  const length = lengthOf(start);
  if (length > LONGEST_HEADER) {
    throw fail(`expected a header of at most ${LONGEST_HEADER} bytes, got ${length}`);
  }
  if (source.size !== null && source.size < 8 + length) {
    throw fail(`truncated in its header: expected ${length} bytes of it, got ${source.size - 8}`);
  }
  const bytes = await readBytes(source, 8, length);
  if (bytes.length < length)
    throw fail(`truncated in its header: expected ${length} bytes of it, got ${bytes.length}`);
  return { header: parseHeader(bytes, fail), offset: 8 + length };
}

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw fail(`a header that cannot be read: ${(error as Error).message}`);
  }
  if (typeof header === "object" && header !== null && !Array.isArray(header))
    return header as Record<string, unknown>;
  throw fail("a header that cannot be read: expected an object in JSON");
}

function readEntry(value: unknown, fail: Fail): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !TYPES.has(dtype)) {
    const kind = typeof dtype === "string" && dtype.startsWith("F8") ? ", floats of 8 bits" : "";
    const known = `expected one of ${[...TYPES.keys()].join(", ")}`;
    throw fail(`dtype ${quoted(String(dtype))}${kind}; ${known}: convert it with torch's to`);
  }
  if (!isList(shape) || shape.length > MOST_DIMENSIONS)
    throw fail("expected a shape of up to 64 lengths below 2^53");
  if (!isList(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw fail("expected data_offsets of a beginning and an end");
  }
  const [begin, end] = offsets;
  const needed = numelOf(shape) * storedAs(TYPES.get(dtype)!).size;
  if (end - begin !== needed) {
    throw fail(
      `expected ${needed} bytes for shape ${bracketed(shape)} of ${dtype}, got data_offsets of ${end - begin}`,
    );
  }
  return { dtype, shape, begin, end };
}

function isList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && (one as number) >= 0);
}

function explainChoice(names: readonly string[], name: string | undefined): string {
  if (names.length === 0) return "expected a tensor at least, got none";
  if (name !== undefined) return `no tensor ${quoted(name)}; the file has ${listed(names)}`;
  return `expected one tensor, got ${names.length}: ${listed(names)}; choose one with --tensor`;
}
