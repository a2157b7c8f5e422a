import { safetensors } from "lossgrad";
import { InputError, listed, quoted } from "../input-error.js";
import { readBytes, type Source } from "../sources/source.js";
import { BinaryReader } from "./binary.js";
import type { Dtype } from "./dtypes.js";

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

/** The header is held whole: some 100,000 tensors. */
const LONGEST_HEADER = 2 ** 24;

/** Whether a file begins as one: with the length of a header, which opens with {. */
export function isSafetensors(head: Uint8Array): boolean {
  if (head.length <= 8 || head[8] !== 0x7b) return false;
  try {
    return safetensors.headerLength(head) >= 2;
  } catch {
    return false;
  }
}

/** Opens a tensor by its name, which may be left out where there is only one. */
export async function openSafetensors(source: Source, name?: string): Promise<BinaryReader> {
  const { tensors, dataStart } = await readHeader(source);
  const names = [...tensors.keys()];
  const chosen = name ?? (names.length === 1 ? names[0] : undefined);
  const info = chosen === undefined ? undefined : tensors.get(chosen);
  if (chosen === undefined || info === undefined) throw refusal(source, explainChoice(names, name));
  const title = `tensor ${quoted(chosen)}`;
  const dtype = TYPES.get(info.dtype);
  if (dtype === undefined) throw refusal(source, `${title}: ${explainDtype(info.dtype)}`);
  const layout = {
    dtype,
    shape: info.shape,
    offset: dataStart + info.dataOffsets[0],
    format: "safetensors",
    more: true,
  };
  return new BinaryReader(source, { ...layout, name: `${source.name}, ${title}` });
}

/** The names of a file's tensors, in the order in which their elements lie. */
export async function tensorNames(source: Source): Promise<string[]> {
  const { tensors } = await readHeader(source);
  return [...tensors.keys()];
}

function refusal(source: Source, what: string): InputError {
  return new InputError(`${source.name}: ${what}`);
}

async function readHeader(source: Source): Promise<safetensors.Header> {
  try {
    const start = await readBytes(source, 0, 8);
    const length = safetensors.headerLength(start);
    if (length > LONGEST_HEADER)
      throw refusal(source, `expected a header of at most ${LONGEST_HEADER} bytes, got ${length}`);
    const rest = await readBytes(source, 8, length);
    const bytes = new Uint8Array(8 + rest.length);
    bytes.set(start);
    bytes.set(rest, 8);
    return safetensors.readHeader(bytes);
  } catch (error) {
    throw error instanceof safetensors.SafetensorError ? refusal(source, error.message) : error;
  }
}

function explainDtype(dtype: string): string {
  const kind = dtype.startsWith("F8") ? ", floats of 8 bits" : "";
  const known = `expected one of ${[...TYPES.keys()].join(", ")}`;
  return `dtype ${quoted(dtype)}${kind}; ${known}: convert it with torch's to`;
}

function explainChoice(names: readonly string[], name: string | undefined): string {
  if (names.length === 0) return "expected a tensor at least, got none";
  if (name !== undefined) return `no tensor ${quoted(name)}; the file has ${listed(names)}`;
  return `expected one tensor, got ${names.length}: ${listed(names)}; choose one with --tensor`;
}
