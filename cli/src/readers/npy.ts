import { InputError, quoted } from "../input-error.js";
import { readBytes, type Source } from "../sources/source.js";
import { BinaryReader } from "./binary.js";
import type { Dtype } from "./dtypes.js";
import { type NpyHeader, NpyHeaderError, parseNpyHeader } from "./npy-header.js";

/** dtypes by NumPy's type code without its byte order. */
const TYPES: ReadonlyMap<string, Dtype> = new Map([
  ["f2", "float16"],
  ["f4", "float32"],
  ["f8", "float64"],
  ["i1", "int8"],
  ["i2", "int16"],
  ["i4", "int32"],
  ["i8", "int64"],
  ["u1", "uint8"],
  ["u2", "uint16"],
  ["u4", "uint32"],
  ["u8", "uint64"],
  ["b1", "bool"],
]);

/** What a type code's letter stands for where we read no such dtype. */
const UNREAD = new Map([
  ["O", "Python objects, which only Python can read"],
  ["S", "bytes"],
  ["U", "text"],
  ["V", "raw bytes"],
  ["M", "dates"],
  ["m", "spans of time"],
  ["f", "floats of another size"],
]);

/** Of complex numbers, metrics of reals would mean something else. */
const COMPLEX_WAY =
  "expected real ones: save their parts as twice as many numbers by numpy's view, such as view('f4') of '<c8'";

const MAGIC = [0x93, ...new TextEncoder().encode("NUMPY")];
/** NumPy itself refuses headers of more than 10,000 characters unless it is told otherwise. */
const LONGEST_HEADER = 2 ** 16;

/** Whether a file that begins with these bytes says that it is an .npy file. */
export function isNpy(head: Uint8Array): boolean {
  return MAGIC.every((byte, i) => head[i] === byte);
}

/** Opens an array in NumPy's .npy format, versions 1 to 3 (numpy.lib.format). */
export async function openNpy(source: Source, format = "npy"): Promise<BinaryReader> {
  const fail = (what: string) => new InputError(`${source.name}: ${what}`);
  const { header, offset } = await readHeader(source, fail);
  const { dtype, bigEndian } = findType(header.descr, fail);
  const order = header.fortranOrder ? "F" : "C";
  return new BinaryReader(source, {
    name: source.name,
    format,
    dtype,
    shape: header.shape,
    order,
    bigEndian,
    offset,
  });
}

type Fail = (what: string) => InputError;

async function readHeader(source: Source, fail: Fail): Promise<{ header: NpyHeader; offset: number }> {
  const start = await readBytes(source, 0, 12);
  if (!isNpy(start)) throw fail("not an .npy file: it does not begin with the mark of one");
  if (start.length < 10) throw fail("truncated in its header");
  const version = start[6];
  if (version < 1 || version > 3) throw fail(`.npy version ${version}; expected 1, 2 or 3`);
  // Version 1 counts the header in 2 bytes, the later ones in 4.
  const begin = version === 1 ? 10 : 12;
  if (start.length < begin) throw fail("truncated in its header");
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST_HEADER) throw fail(`a header of ${length} bytes; expected at most ${LONGEST_HEADER}`);
  const bytes = await readBytes(source, begin, length);
  if (bytes.length < length) throw fail("truncated in its header");
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes);
  try {
    return { header: parseNpyHeader(text), offset: begin + length };
  } catch (error) {
    if (!(error instanceof NpyHeaderError)) throw error;
    throw fail(`a header that cannot be read: ${error.message}; save it again with numpy.save`);
  }
}

function findType(descr: string, fail: Fail): { dtype: Dtype; bigEndian: boolean } {
  if (descr === "[") throw fail("a structured array; expected plain numbers: save one of its fields");
  const [, order, code] = /^([<>|=]?)([a-zA-Z]\d{0,9})/.exec(descr) ?? ["", "", ""];
  const dtype = order + code === descr ? TYPES.get(code) : undefined;
  if (dtype) return { dtype, bigEndian: order === ">" };
  if (code.startsWith("c")) throw fail(`dtype ${quoted(descr)}, complex numbers; ${COMPLEX_WAY}`);
  const kind = UNREAD.get(code.charAt(0));
  const known = `expected one of ${[...TYPES.keys()].join(", ")}`;
  throw fail(`dtype ${quoted(descr)}${kind ? `, ${kind}` : ""}; ${known}: convert it with numpy's astype`);
}
