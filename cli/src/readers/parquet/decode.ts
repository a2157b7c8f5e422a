import { readDataPage } from "hyparquet/src/datapage.js";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { readPlain } from "hyparquet/src/plain.js";
import type { Batch } from "../columns/batches.js";
import type { Labels } from "../columns/labels.js";
import { bytesOf, type Dtype, STORED_ARRAYS } from "../dtypes.js";
import type { SchemaElement } from "./footer.js";
import { decompress } from "./decompress.js";
import type { Page, PageHeader } from "./pages.js";
import { checkDeltas, checkRuns, PageError } from "./runs.js";
import { forEachText, TextDictionary, type TextEncoding } from "./texts.js";
import { type Levels, type Physical, PHYSICAL } from "./types.js";

/** Encodings by their numbers in parquet.thrift, as hyparquet calls those that we have need of. */
const ENCODINGS = new Map([
  [0, "PLAIN"],
  [2, "PLAIN_DICTIONARY"],
  [3, "RLE"],
  [5, "DELTA_BINARY_PACKED"],
  [6, "DELTA_LENGTH_BYTE_ARRAY"],
  [7, "DELTA_BYTE_ARRAY"],
  [8, "RLE_DICTIONARY"],
  [9, "BYTE_STREAM_SPLIT"],
] as const);
type Encoding = typeof ENCODINGS extends Map<number, infer Name> ? Name : never;

type StoredArray = InstanceType<(typeof STORED_ARRAYS)[Dtype]>;

/** A value as hyparquet decodes it. */
type Value = number | bigint | boolean | Uint8Array;
type Values = ArrayLike<Value>;

/** What is known of the column, all its pages alike. */
export interface DecodedColumn {
  readonly element: SchemaElement;
  readonly dtype: Dtype;
  readonly levels: Levels;
  readonly codec: number;
  /** How many elements each list has; undefined for a column without lists. */
  readonly length?: number;
  /** What texts are places in, which are decoded as int32. */
  readonly texts?: Labels;
}

/** Decodes the pages of a column in one row group, one after another. */
export class PageDecoder {
  readonly #physical: Physical;
  #dictionary: Values | TextDictionary | undefined;
  /** How many elements of a list came at the end of the page before; of none at first. */
  #inList: number;

  constructor(private readonly column: DecodedColumn) {
    const { element, length } = column;
    this.#physical = PHYSICAL[element.type!];
    this.#inList = length ?? 0;
  }

  /** The elements of a page of data; null for any other. @throws PageError for what is damaged */
  async decode({ header, bytes }: Page): Promise<Batch | null> {
    if (header.type === 2) {
      this.#dictionary = await this.#dictionaryOf(header, bytes);
      return null;
    }
    if (header.type !== 0 && header.type !== 3) return null;
    const encoding = ENCODINGS.get(header.encoding as 0);
    if (encoding === undefined || !this.#mayHave(encoding))
      throw new PageError(`encoding ${header.encoding} of ${this.#physical}, which is not read`);
    const parts =
      header.type === 0 ? await this.#version1(header, bytes) : await this.#version2(header, bytes);
    const { maxRepetition, maxDefinition } = this.column.levels;
    const repetition = readLevels(parts.repetition, maxRepetition, header.values);
    const definition = readLevels(parts.definition, maxDefinition, header.values);
    const isThere = (count: number, level: number): number => count + Number(level === maxDefinition);
    const count = definition?.reduce(isThere, 0) ?? header.values;
    const isWhole = count === header.values;
    const levels = { repetition, definition: isWhole ? null : definition };
    return this.#batchOf(header.values, this.#valuesOf(parts.values, encoding, count), levels);
  }

  /** Whether the last list had all its elements, and so each of them. */
  get isComplete(): boolean {
    return this.#inList === (this.column.length ?? 0);
  }

  #mayHave(encoding: Encoding): boolean {
    if (encoding.endsWith("BYTE_ARRAY")) return this.#physical === "BYTE_ARRAY";
    if (this.#physical === "BYTE_ARRAY") return encoding === "PLAIN" || encoding.endsWith("DICTIONARY");
    if (encoding === "RLE") return this.#physical === "BOOLEAN";
    if (encoding === "DELTA_BINARY_PACKED") return this.#physical === "INT32" || this.#physical === "INT64";
    return this.#physical !== "BOOLEAN" || encoding === "PLAIN";
  }

  async #dictionaryOf(
    { values, uncompressed }: PageHeader,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<Values | TextDictionary> {
    const page = await decompress(this.column.codec, bytes, uncompressed);
    if (this.column.texts) return new TextDictionary(page, values);
    const reader = { view: new DataView(page.buffer), offset: 0 };
    return readPlain(reader, this.#physical, values, this.column.element.typeLength) as Values;
  }

  /** Levels stand behind their length, and are compressed with the values. */
  async #version1(header: PageHeader, bytes: Uint8Array<ArrayBuffer>): Promise<Parts> {
    const { codec, levels } = this.column;
    const page = await decompress(codec, bytes, header.uncompressed);
    let at = 0;
    const [repetition, definition] = [levels.maxRepetition, levels.maxDefinition].map((most) => {
      if (most === 0) return NOTHING;
      const begin = at + 4;
      at = begin + wordAt(page, at);
      if (at > page.length) throw new PageError("it ends too early");
      return page.subarray(begin, at);
    });
    return { repetition, definition, values: page.subarray(at) };
  }

  /** The header says how long the levels are; only the values are compressed. */
  async #version2(header: PageHeader, bytes: Uint8Array<ArrayBuffer>): Promise<Parts> {
    const { repetitionBytes, definitionBytes, uncompressed, isCompressed } = header;
    const begin = repetitionBytes + definitionBytes;
    if (this.column.levels.maxDefinition === 0 && definitionBytes > 0)
      throw new PageError("it has levels that the schema has not");
    const codec = isCompressed ? this.column.codec : 0;
    return {
      repetition: bytes.subarray(0, repetitionBytes),
      definition: bytes.subarray(repetitionBytes, begin),
      values: await decompress(codec, bytes.slice(begin), uncompressed - begin),
    };
  }

  /** The values that are there. */
  #valuesOf(bytes: Uint8Array, encoding: Encoding, count: number): Values {
    if (count === 0) return NOTHING;
    checkValues(bytes, encoding, count);
    const { texts, element } = this.column;
    if (texts && !encoding.endsWith("DICTIONARY")) {
      const codes = new Int32Array(count);
      forEachText(bytes, encoding as TextEncoding, count, (text, i) => (codes[i] = texts.codeOfBytes(text)));
      return codes;
    }
    const head = { num_values: count, encoding } as never;
    const column = { type: this.#physical, element: { type_length: element.typeLength }, schemaPath: [] };
    const values = readDataPage(bytes, head, column as never).dataPage as Values;
    return encoding.endsWith("DICTIONARY") ? this.#lookUp(values as number[]) : values;
  }

  #lookUp(places: ArrayLike<number>): Values {
    const dictionary = this.#dictionary;
    if (!dictionary) throw new PageError("it refers to a dictionary that is not there");
    const { length } = dictionary;
    const check = (place: number): number => {
      if (place < length) return place;
      throw new PageError("it refers to a value beyond its dictionary");
    };
    if (dictionary instanceof TextDictionary)
      return Int32Array.from(places, (place) => dictionary.codeAt(check(place), this.column.texts!));
    const values = ArrayBuffer.isView(dictionary)
      ? new (dictionary.constructor as typeof Float64Array)(places.length)
      : new Array<Value>(places.length);
    for (let i = 0; i < values.length; i++) values[i] = dictionary[check(places[i])];
    return values;
  }

  /** Without levels of definition, all values are there. */
  #batchOf(count: number, values: Values, { definition, repetition }: LevelsOfPage): Batch {
    const { maxDefinition, element } = this.column.levels;
    const direct =
      !definition && this.column.length === undefined ? asStored(values, this.column.dtype) : null;
    if (direct?.length === count) return { stored: bytesOf(direct), missing: [] };
    const stored = new STORED_ARRAYS[this.column.dtype](count);
    const missing: number[] = [];
    const put = putterOf(this.column.dtype, stored);
    let next = 0;
    for (let i = 0; i < count; i++) {
      const level = definition ? definition[i] : maxDefinition;
      if (this.column.length !== undefined) this.#countList(repetition?.[i] ?? 0, level >= element);
      if (level !== maxDefinition) missing.push(i);
      else if (next < values.length) put(i, values[next++]);
      else throw new PageError(`expected more than ${values.length} values, got no more`);
    }
    return { stored: new Uint8Array(stored.buffer), missing };
  }

  /** Each list ends before the next one begins, or with the last page. */
  #countList(repetition: number, hasElement: boolean): void {
    const length = this.column.length ?? 0;
    if (!hasElement) throw new PageError(`expected lists of ${length}, got an empty or a missing one`);
    if ((repetition === 0) !== this.isComplete)
      throw new PageError(`expected lists of ${length}, got one of another length`);
    this.#inList = repetition === 0 ? 1 : this.#inList + 1;
  }
}

/** What a page has, without compression. */
interface Parts {
  readonly repetition: Uint8Array;
  readonly definition: Uint8Array;
  readonly values: Uint8Array;
}

/** Null where they say nothing. */
interface LevelsOfPage {
  readonly repetition: Uint8Array | null;
  readonly definition: Uint8Array | null;
}

const NOTHING = new Uint8Array(0);

/** Levels up to `most`; null where there are none. */
function readLevels(bytes: Uint8Array, most: number, count: number): Uint8Array | null {
  if (most === 0) return null;
  const width = 32 - Math.clz32(most);
  const seen = checkRuns(bytes, { at: 0, end: bytes.length, width }, count);
  if (seen < count) throw new PageError(`expected ${count} levels, got ${seen}`);
  const levels = new Uint8Array(count);
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  readRleBitPackedHybrid(reader, width, levels, bytes.length);
  return levels;
}

/** Decoded values that lie in memory as they are stored; null where they do not. */
function asStored(values: Values, dtype: Dtype): StoredArray | null {
  const kind = DIRECT[dtype];
  return kind && values instanceof kind ? values : null;
}

/** Arrays that hyparquet makes of dtypes; unsigned integers come as signed ones of the same bits. */
const DIRECT: Readonly<Partial<Record<Dtype, new (length: number) => StoredArray>>> = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Int32Array,
  int64: BigInt64Array,
  uint64: BigInt64Array,
};

function putterOf(dtype: Dtype, stored: StoredArray): (place: number, value: Value) => void {
  const to = stored as Float64Array & BigInt64Array;
  if (dtype === "float16") {
    return (place, value) => {
      const [low, high] = value as Uint8Array;
      to[place] = (low | (high << 8)) as never;
    };
  }
  if (dtype === "bool") return (place, value) => (to[place] = (value ? 1 : 0) as never);
  if (!/^u?int(8|16)$/.test(dtype)) return (place, value) => (to[place] = value as never);
  return (place, value) => {
    to[place] = value as never;
    // Unsigned ones are stored as they are, or by the bits of a signed one.
    if (to[place] !== value) throw new PageError(`${String(value)}, which is no ${dtype}`);
  };
}

/** There are `count` values at most. hyparquet sees the end of the bytes itself. */
function checkValues(data: Uint8Array, encoding: Encoding, count: number): void {
  const end = data.length;
  if (end === 0) return;
  if (encoding === "DELTA_BINARY_PACKED") checkDeltas(data, count);
  else if (encoding === "RLE") checkRuns(data, { at: 4, end, width: 1 }, count);
  else if (encoding.endsWith("DICTIONARY")) checkRuns(data, { at: 1, end, width: data[0] }, count);
}

function wordAt(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw new PageError("it ends too early");
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}
