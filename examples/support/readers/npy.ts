import { InputError, quoted } from "../../../cli/src/input-error.js";
import { peek } from "../../../cli/src/sources/peek.js";
import { NpyHeaderError, parseNpyHeader } from "../../../cli/src/readers/npy-header.js";

/**
 * Typed arrays by numpy's type code without its byte order, and the dtype that the bits stand for.
 */
const TYPES = {
  f2: { dtype: "float16", array: Uint16Array },
  f4: { dtype: "float32", array: Float32Array },
  f8: { dtype: "float64", array: Float64Array },
  i1: { dtype: "int8", array: Int8Array },
  i2: { dtype: "int16", array: Int16Array },
  i4: { dtype: "int32", array: Int32Array },
  i8: { dtype: "int64", array: BigInt64Array },
  u1: { dtype: "uint8", array: Uint8Array },
  u2: { dtype: "uint16", array: Uint16Array },
  u4: { dtype: "uint32", array: Uint32Array },
  u8: { dtype: "uint64", array: BigUint64Array },
  b1: { dtype: "bool", array: Uint8Array },
} as const;

const types = new Map<string, (typeof TYPES)[keyof typeof TYPES]>(Object.entries(TYPES));

/** What a type code's letter stands for where we read no such dtype. */
const UNREAD = new Map([
  ["c", "complex numbers"],
  ["O", "Python objects, which only Python can read"],
  ["S", "bytes"],
  ["U", "text"],
  ["V", "raw bytes"],
  ["M", "dates"],
  ["m", "spans of time"],
  ["f", "floats of another size"],
]);

type Type = (typeof TYPES)[keyof typeof TYPES];

/** What an .npy file holds: elements in C order, their dtype (float16 as bits) and the shape. */
export interface NpyArray {
  data: InstanceType<Type["array"]>;
  dtype: Type["dtype"];
  shape: number[];
}

const MAGIC = "\x93NUMPY";
/** Numpy itself refuses headers of more than 10,000 characters unless it is told otherwise. */
const LONGEST_HEADER = 2 ** 16;
/** What an engine gives a typed array at most, and more than the library's memory. */
const MOST_BYTES = 2 ** 32;

/** Whether a file that begins with these bytes says that it is an .npy file. */
export function isNpy(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 6)).toString("latin1") === MAGIC;
}

/**
 * Reads numpy's .npy format, versions 1 to 3 (numpy.lib.format); `path` names the file in errors.
 */
export async function readNpy(source: AsyncIterable<Uint8Array>, path: string): Promise<NpyArray> {
  const fail = (what: string) => new InputError(`${path}: ${what}`);
  const { header, chunks } = await readHeader(source, fail);
  const { descr, fortranOrder, shape } = header;
  const { type, bigEndian } = findType(descr, fail);
  const count = shape.reduce((product, length) => product * length, 1);
  const needed = count * type.array.BYTES_PER_ELEMENT;
  const what = `shape [${shape.join(", ")}] of ${type.dtype}`;
  if (!(needed <= MOST_BYTES))
    throw fail(`expected at most ${MOST_BYTES} bytes, got ${what}: ${needed} bytes`);
  const bytes = await collect(chunks, needed);
  if (!bytes) throw fail(`more bytes follow the last element of ${what}`);
  if (bytes.length < needed)
    throw fail(`truncated: ${what} needs ${needed} bytes, ${bytes.length} are there`);
  if (bigEndian) swap(bytes, type.array.BYTES_PER_ELEMENT);
  const data = new type.array(bytes.buffer as ArrayBuffer, 0, count);
  return { data: fortranOrder ? toCOrder(data, shape) : data, dtype: type.dtype, shape };
}

type Fail = (what: string) => InputError;

async function readHeader(source: AsyncIterable<Uint8Array>, fail: Fail) {
  const start = await peek(source, 12);
  if (!isNpy(start.head)) throw fail("not an .npy file: it does not begin with the mark of one");
  if (start.head.length < 10) throw fail("truncated in its header");
  const version = start.head[6];
  if (version < 1 || version > 3) throw fail(`.npy version ${version}; expected 1, 2 or 3`);
  // Version 1 counts the header in 2 bytes, the later ones in 4.
  const headerStart = version === 1 ? 10 : 12;
  if (start.head.length < headerStart) throw fail("truncated in its header");
  const view = new DataView(start.head.buffer, start.head.byteOffset, start.head.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST_HEADER) throw fail(`a header of ${length} bytes; expected at most ${LONGEST_HEADER}`);
  const dataStart = headerStart + length;
  const { head, chunks } = await peek(start.chunks, dataStart);
  if (head.length < dataStart) throw fail("truncated in its header");
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(
    head.subarray(headerStart, dataStart),
  );
  try {
    return { header: parseNpyHeader(text), chunks: without(chunks, dataStart) };
  } catch (error) {
    if (!(error instanceof NpyHeaderError)) throw error;
    throw fail(`a header that cannot be read: ${error.message}; save it again with numpy.save`);
  }
}

function findType(descr: string, fail: Fail): { type: Type; bigEndian: boolean } {
  if (descr === "[") throw fail("a structured array; expected plain numbers: save one of its fields");
  const [, order, code] = /^([<>|=]?)([a-zA-Z]\d{0,9})/.exec(descr) ?? ["", "", ""];
  const type = order + code === descr ? types.get(code) : undefined;
  if (type) return { type, bigEndian: order === ">" };
  const kind = UNREAD.get(code.charAt(0));
  const known = `expected one of ${[...types.keys()].join(", ")}`;
  throw fail(`dtype ${quoted(descr)}${kind ? `, ${kind}` : ""}; ${known}: convert it with numpy's astype`);
}

async function* without(chunks: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const chunk of chunks) {
    const skipped = Math.min(left, chunk.length);
    left -= skipped;
    if (chunk.length > skipped) yield chunk.subarray(skipped);
  }
}

/**
 * All bytes, in memory of their own; null where there are more than `needed`.
 * The memory grows with what is there, not with what a header claims.
 */
async function collect(chunks: AsyncIterable<Uint8Array>, needed: number): Promise<Uint8Array | null> {
  let room = new Uint8Array(Math.min(needed, 2 ** 16));
  let length = 0;
  for await (const chunk of chunks) {
    if (length + chunk.length > needed) return null;
    if (length + chunk.length > room.length) {
      const wider = new Uint8Array(Math.min(needed, Math.max(2 * room.length, length + chunk.length)));
      wider.set(room);
      room = wider;
    }
    room.set(chunk, length);
    length += chunk.length;
  }
  return room.subarray(0, length);
}

/** Turns big-endian elements around, in place. */
function swap(bytes: Uint8Array, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 2) buffer.swap16();
  if (size === 4) buffer.swap32();
  if (size === 8) buffer.swap64();
}

/** Elements of which the first index changes fastest, reordered so that the last does. */
function toCOrder<A extends NpyArray["data"]>(data: A, shape: readonly number[]): A {
  if (shape.filter((length) => length > 1).length < 2) return data;
  const strides = shape.map((_, i) => shape.slice(0, i).reduce((product, length) => product * length, 1));
  const place = shape.map(() => 0);
  const result = data.slice() as A;
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    result[to] = data[from];
    for (let i = shape.length - 1; i >= 0; i--) {
      from += strides[i];
      if (++place[i] < shape[i]) break;
      from -= strides[i] * shape[i];
      place[i] = 0;
    }
  }
  return result;
}
