/**
 * The header of a safetensors file: what it says of its tensors, read whole and checked as Rust's
 * reader does, so that whoever reads elements by it stays within the file.
 *
 *     8 bytes     the header's length n, little-endian
 *     n bytes     { "weight": { "dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24] }, … }
 *     the rest    elements; offsets count from here
 */
import { describeValue } from "../core/describe.js";
import { nameOf, takeTyped } from "../ndarray/typed.js";
import { BITS, type StoredDType } from "./dtypes.js";
import { SafetensorError } from "./error.js";
import { checkKeys, quoted } from "./keys.js";

/** safetensors itself refuses longer headers. */
const LONGEST_HEADER = 100_000_000;
/** As many dimensions as tensors and NumPy have. */
const MOST_DIMENSIONS = 64;
/** The key that is no tensor. */
export const METADATA = "__metadata__";

/** What a header says of a tensor. */
export interface TensorInfo {
  /** The format's name of the dtype, which tensors here may lack. */
  readonly dtype: StoredDType;
  /** The sizes of its dimensions. */
  readonly shape: readonly number[];
  /** Where its elements begin and end, in bytes behind the header. */
  readonly dataOffsets: readonly [begin: number, end: number];
}

/** What a header says. */
export interface Header {
  /** Texts that were saved along; null where there are none. */
  readonly metadata: Readonly<Record<string, string>> | null;
  /** The tensors by their names, in the order in which their elements lie. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** How many bytes come before the elements. */
  readonly dataStart: number;
  /** How many bytes the elements take. */
  readonly dataLength: number;
}

/**
 * How long the header of a file is that begins with these 8 bytes or more; they are not counted.
 *
 * @throws SafetensorError for fewer bytes, and for a length that safetensors does not allow;
 *   TypeError for what are no bytes
 * @example
 * safetensors.headerLength(safetensors.save({ x: tensor([1]) })); // 56
 */
export function headerLength(bytes: Uint8Array): number {
  const file = takeBytes("headerLength", bytes);
  if (file.length < 8) {
    throw new SafetensorError(`not a safetensors file: expected at least 8 bytes, got ${file.length}`);
  }
  const length = new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true);
  if (length <= LONGEST_HEADER) return Number(length);
  throw new SafetensorError(`expected a header of at most ${LONGEST_HEADER} bytes, got ${length}`);
}

/**
 * What the header of a file says, of which these are the first bytes or all. So metadata are read,
 * and the places of tensors in a file that is read piece by piece.
 *
 * Elements lie without holes and overlaps from the end of the header on, so that `dataLength` is the
 * end of the last.
 *
 * @throws SafetensorError where the header is not there whole, where it is no JSON, and where it
 *   says what cannot be: a key twice, an unknown dtype, offsets that do not fit their shape, or
 *   tensors that overlap or leave holes; TypeError for what are no bytes
 * @example
 * const bytes = safetensors.save({ x: tensor([1, 2]) }, { metadata: { format: "pt" } });
 * const { metadata, tensors } = safetensors.readHeader(bytes);
 * metadata; // { format: "pt" }
 * tensors.get("x"); // { dtype: "F32", shape: [2], dataOffsets: [0, 8] }
 */
export function readHeader(bytes: Uint8Array): Header {
  const file = takeBytes("readHeader", bytes);
  const length = headerLength(file);
  if (file.length < 8 + length) {
    throw new SafetensorError(
      `truncated in its header: expected ${length} bytes of it, got ${file.length - 8}`,
    );
  }
  // A copy: no text is decoded from memory that threads share.
  const entries = parse(file.slice(8, 8 + length));
  const metadata = entries.find(([key]) => key === METADATA);
  const infos = entries
    .filter((entry) => entry !== metadata)
    .map(([name, value]): [string, TensorInfo] => [name, readInfo(name, value)]);
  infos.sort(([, { dataOffsets: a }], [, { dataOffsets: b }]) => a[0] - b[0] || a[1] - b[1]);
  return {
    metadata: metadata ? readMetadata(metadata[1]) : null,
    tensors: new Map(infos),
    dataStart: 8 + length,
    dataLength: endOf(infos),
  };
}

/** The bytes as they are now, in a view of the engine's own class. */
export function takeBytes(caller: string, bytes: unknown): Uint8Array {
  if (nameOf(bytes) === "Uint8Array") return takeTyped(caller, "bytes", bytes as Uint8Array) as never;
  throw new TypeError(`${caller}: expected a Uint8Array, got ${describeValue(bytes)}`);
}

/** The entries of the header, in JSON. */
function parse(bytes: Uint8Array): [key: string, value: unknown][] {
  const unreadable = (what: string): SafetensorError =>
    new SafetensorError(`a header that cannot be read: ${what}`);
  let header: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    checkKeys(text, unreadable);
    header = JSON.parse(text);
  } catch (error) {
    throw error instanceof SafetensorError ? error : unreadable((error as Error).message);
  }
  if (bytes[0] === 0x7b) return Object.entries(header as object);
  throw unreadable("expected an object in JSON");
}

function readMetadata(value: unknown): Record<string, string> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (isObject && Object.values(value).every((text) => typeof text === "string"))
    return value as Record<string, string>;
  throw new SafetensorError(`expected ${METADATA} to be an object of texts`);
}

function readInfo(name: string, value: unknown): TensorInfo {
  const fail = (what: string): SafetensorError => new SafetensorError(`${titleOf(name)}: ${what}`);
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(BITS, dtype)) {
    const got = typeof dtype === "string" ? quoted(dtype) : describeValue(dtype);
    throw fail(`dtype ${got}; expected one of ${Object.keys(BITS).join(", ")}`);
  }
  if (!isList(shape) || shape.length > MOST_DIMENSIONS)
    throw fail(`expected a shape of up to ${MOST_DIMENSIONS} lengths below 2^53`);
  if (!isList(offsets) || offsets.length !== 2 || offsets[0] > offsets[1])
    throw fail("expected data_offsets of a beginning and an end");
  const [begin, end] = offsets;
  const needed = bytesOf(dtype as StoredDType, shape);
  if (end - begin !== needed) {
    throw fail(
      `expected ${needed} bytes for shape [${shape.join(", ")}] of ${dtype}, got data_offsets of ${end - begin}`,
    );
  }
  return { dtype: dtype as StoredDType, shape, dataOffsets: [begin, end] };
}

/** How messages call a tensor. */
export const titleOf = (name: string): string => `tensor ${quoted(name)}`;

function isList(value: unknown): value is number[] {
  return (
    Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && !(one < 0 || isMinus0(one)))
  );
}

const isMinus0 = (value: unknown): boolean => Object.is(value, -0);

/** What elements take; inexact, and then no difference of offsets, from 2^53 on. */
function bytesOf(dtype: StoredDType, shape: readonly number[]): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((product, length) => product * length, BITS[dtype] / 8);
}

/** Where the last tensor ends; throws where one does not begin at the end of the one before. */
function endOf(infos: readonly (readonly [string, TensorInfo])[]): number {
  return infos.reduce((expected, [name, { dataOffsets }]) => {
    if (dataOffsets[0] === expected) return dataOffsets[1];
    throw new SafetensorError(
      `${titleOf(name)}: expected data_offsets without holes and overlaps, from ${expected} on, got ${dataOffsets[0]}`,
    );
  }, 0);
}
