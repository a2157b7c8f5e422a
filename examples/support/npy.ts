import { InputError } from "./input-error.js";

/** Typed arrays by numpy's type code, and the tensor dtype that the bits stand for. Little endian only. */
const types = {
  "<f2": { dtype: "float16", array: Uint16Array },
  "<f4": { dtype: "float32", array: Float32Array },
  "<f8": { dtype: "float64", array: Float64Array },
  "|i1": { dtype: "int8", array: Int8Array },
  "<i2": { dtype: "int16", array: Int16Array },
  "<i4": { dtype: "int32", array: Int32Array },
  "<i8": { dtype: "int64", array: BigInt64Array },
  "|u1": { dtype: "uint8", array: Uint8Array },
  "|b1": { dtype: "bool", array: Uint8Array },
} as const;

type Type = (typeof types)[keyof typeof types];

/** What an .npy file holds: elements in C order, their dtype (float16 as bits) and the shape. */
export interface NpyArray {
  data: InstanceType<Type["array"]>;
  dtype: Type["dtype"];
  shape: number[];
}

const magic = "\x93NUMPY";

/** Reads numpy's .npy format, versions 1 to 3 (numpy.lib.format); `path` names the file in errors. */
export function readNpy(bytes: Uint8Array, path: string): NpyArray {
  const fail = (what: string) => new InputError(`${path}: ${what}`);
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 10 || Buffer.from(bytes.subarray(0, 6)).toString("latin1") !== magic) {
    throw fail("not an .npy file: it does not begin with the mark of one");
  }
  const version = bytes[6];
  if (version < 1 || version > 3) throw fail(`.npy version ${version}; expected 1, 2 or 3`);
  // Version 1 counts the header in 2 bytes, the later ones in 4.
  const headerStart = version === 1 ? 10 : 12;
  if (bytes.length < headerStart) throw fail("truncated in its header");
  const dataStart = headerStart + (version === 1 ? file.getUint16(8, true) : file.getUint32(8, true));
  if (bytes.length < dataStart) throw fail("truncated in its header");
  const header = new TextDecoder().decode(bytes.subarray(headerStart, dataStart));

  const { descr, fortran, shape } = parseHeader(header, fail);
  const type = (types as Partial<Record<string, Type>>)[descr];
  if (!type) throw fail(`dtype ${descr}; expected one of ${Object.keys(types).join(", ")}`);
  if (fortran) throw fail("Fortran order; save it as C order with numpy.ascontiguousarray");

  const count = shape.reduce((product, length) => product * length, 1);
  const needed = count * type.array.BYTES_PER_ELEMENT;
  const there = bytes.length - dataStart;
  if (there < needed)
    throw fail(
      `truncated: shape [${shape.join(", ")}] of ${type.dtype} needs ${needed} bytes, ${there} are there`,
    );
  if (there > needed)
    throw fail(`${there - needed} bytes follow the last element of shape [${shape.join(", ")}]`);
  // A copy, since the data need not begin where an array of wide elements may.
  const data = new type.array(new Uint8Array(bytes.subarray(dataStart)).buffer, 0, count);
  return { data, dtype: type.dtype, shape };
}

/** The header is a Python dict literal: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), } */
function parseHeader(header: string, fail: (what: string) => InputError) {
  const descr = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape':\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (/'descr':\s*\[/.test(header)) throw fail("a structured array; expected plain numbers");
  if (descr === undefined || fortran === undefined || shape === undefined) {
    throw fail(`a header that cannot be read: ${header.trim()}`);
  }
  const lengths = shape.split(",").map((length) => length.trim());
  return { descr, fortran: fortran === "True", shape: lengths.filter((length) => length !== "").map(Number) };
}
