import { readDataPage, readDataPageV2 } from "hyparquet/src/datapage.js";
import { readPlain } from "hyparquet/src/plain.js";
import type { Batch } from "../columns/batches.js";
import { bytesOf, type Dtype } from "../dtypes.js";
import type { SchemaElement } from "./footer.js";
import { decompress } from "./decompress.js";
import type { Page, PageHeader } from "./pages.js";
import { checkDeltas, checkRuns, PageError, type Runs } from "./runs.js";
import { type Levels, type Physical, PHYSICAL } from "./types.js";

/** Encodings by their numbers in parquet.thrift, as hyparquet calls those that we have need of. */
const ENCODINGS = new Map([
  [0, "PLAIN"],
  [2, "PLAIN_DICTIONARY"],
  [3, "RLE"],
  [5, "DELTA_BINARY_PACKED"],
  [8, "RLE_DICTIONARY"],
  [9, "BYTE_STREAM_SPLIT"],
] as const);
type Encoding = typeof ENCODINGS extends Map<number, infer Name> ? Name : never;

/** What arrays of a dtype's stored elements are made of. */
const STORED = {
  bool: Uint8Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
} as const;
type Storable = keyof typeof STORED;
type StoredArray = InstanceType<(typeof STORED)[Storable]>;

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
}

/** Decodes the pages of a column in one row group, one after another. */
export class PageDecoder {
  readonly #physical: Physical;
  #dictionary: Values | undefined;
  /** How many elements of a list came at the end of the page before; of none at first. */
  #inList: number;
  #schema: readonly { element: { repetition_type: string } }[];

  constructor(private readonly column: DecodedColumn) {
    const { element, levels, length } = column;
    this.#physical = PHYSICAL[element.type!];
    this.#inList = length ?? 0;
    this.#schema = schemaOf(levels);
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
    const page =
      header.type === 0
        ? await this.#version1(header, bytes, encoding)
        : await this.#version2(header, bytes, encoding);
    const values = encoding.endsWith("DICTIONARY") ? this.#lookUp(page.dataPage as number[]) : page.dataPage;
    return this.#batchOf(header.values, values, page);
  }

  /** Whether the last list had all its elements, and so each of them. */
  get isComplete(): boolean {
    return this.#inList === (this.column.length ?? 0);
  }

  #mayHave(encoding: Encoding): boolean {
    if (encoding === "RLE") return this.#physical === "BOOLEAN";
    if (encoding === "DELTA_BINARY_PACKED") return this.#physical === "INT32" || this.#physical === "INT64";
    return this.#physical !== "BOOLEAN" || encoding === "PLAIN";
  }

  async #dictionaryOf({ values, uncompressed }: PageHeader, bytes: Uint8Array<ArrayBuffer>): Promise<Values> {
    const page = await decompress(this.column.codec, bytes, uncompressed);
    const reader = { view: new DataView(page.buffer), offset: 0 };
    return readPlain(reader, this.#physical, values, this.column.element.typeLength) as Values;
  }

  async #version1(header: PageHeader, bytes: Uint8Array<ArrayBuffer>, encoding: Encoding): Promise<Decoded> {
    const { codec, levels } = this.column;
    const page = await decompress(codec, bytes, header.uncompressed);
    let at = 0;
    for (const most of [levels.maxRepetition, levels.maxDefinition]) {
      if (most === 0) continue;
      const end = at + 4 + wordAt(page, at);
      checkLevels(page, { at: at + 4, end, width: bitsOf(most) }, header.values);
      at = end;
    }
    checkValues(page.subarray(at), encoding, header.values);
    return readDataPage(page, { num_values: header.values, encoding } as never, this.#decoder);
  }

  async #version2(header: PageHeader, bytes: Uint8Array<ArrayBuffer>, encoding: Encoding): Promise<Decoded> {
    const { maxRepetition, maxDefinition } = this.column.levels;
    const { repetitionBytes, definitionBytes, values } = header;
    const page = await this.#levelsAndValues(header, bytes);
    const begin = repetitionBytes + definitionBytes;
    if (maxRepetition > 0)
      checkLevels(page, { at: 0, end: repetitionBytes, width: bitsOf(maxRepetition) }, values);
    if (maxDefinition > 0)
      checkLevels(page, { at: repetitionBytes, end: begin, width: bitsOf(maxDefinition) }, values);
    else if (definitionBytes > 0) throw new PageError("it has levels that the schema has not");
    checkValues(page.subarray(begin), encoding, values - header.nulls);
    const head = {
      num_values: values,
      num_nulls: header.nulls,
      encoding,
      definition_levels_byte_length: definitionBytes,
      repetition_levels_byte_length: repetitionBytes,
      is_compressed: false,
    };
    const whole = { uncompressed_page_size: page.length, data_page_header_v2: head };
    return readDataPageV2(page, whole as never, this.#decoder);
  }

  /** A page of version 2, of which only the values are compressed, without that. */
  async #levelsAndValues(header: PageHeader, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const { uncompressed, isCompressed } = header;
    const begin = header.repetitionBytes + header.definitionBytes;
    const codec = isCompressed ? this.column.codec : 0;
    const values = await decompress(codec, bytes.slice(begin), uncompressed - begin);
    const page = new Uint8Array(uncompressed);
    page.set(bytes.subarray(0, begin));
    page.set(values, begin);
    return page;
  }

  get #decoder(): never {
    const { element } = this.column;
    return {
      type: this.#physical,
      element: { type_length: element.typeLength },
      schemaPath: this.#schema,
      codec: "UNCOMPRESSED",
    } as never;
  }

  #lookUp(places: ArrayLike<number>): Values {
    const dictionary = this.#dictionary;
    if (!dictionary) throw new PageError("it refers to a dictionary that is not there");
    const { length } = dictionary;
    const values = ArrayBuffer.isView(dictionary)
      ? new (dictionary.constructor as typeof Float64Array)(places.length)
      : new Array<Value>(places.length);
    for (let i = 0; i < values.length; i++) {
      const place = places[i];
      if (!(place < length)) throw new PageError("it refers to a value beyond its dictionary");
      values[i] = dictionary[place];
    }
    return values;
  }

  #batchOf(count: number, values: Values, { definitionLevels, repetitionLevels }: Decoded): Batch {
    const { maxDefinition, element } = this.column.levels;
    const isWhole = !definitionLevels?.some((level) => level !== maxDefinition);
    const direct = isWhole && this.column.length === undefined ? asStored(values, this.column.dtype) : null;
    if (direct?.length === count) return { stored: bytesOf(direct), missing: [] };
    const stored = new STORED[this.column.dtype as Storable](count);
    const missing: number[] = [];
    const put = putterOf(this.column.dtype, stored);
    const defined = definitionLevels && definitionLevels.length > 0 ? definitionLevels : null;
    let next = 0;
    for (let i = 0; i < count; i++) {
      const level = defined ? defined[i] : maxDefinition;
      if (this.column.length !== undefined) this.#countList(repetitionLevels[i], level >= element);
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

interface Decoded {
  readonly definitionLevels: number[] | undefined;
  readonly repetitionLevels: number[];
  readonly dataPage: Values;
}

/** A path that has these levels, and says nothing else. */
function schemaOf({ maxDefinition, maxRepetition }: Levels): { element: { repetition_type: string } }[] {
  const types = Array.from({ length: maxDefinition }, (_, i) =>
    i < maxRepetition ? "REPEATED" : "OPTIONAL",
  );
  return ["REQUIRED", ...types].map((type) => ({ element: { repetition_type: type } }));
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

function checkLevels(page: Uint8Array, runs: Runs, count: number): void {
  const seen = checkRuns(page, runs, count);
  if (seen < count) throw new PageError(`expected ${count} levels, got ${seen}`);
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

function bitsOf(most: number): number {
  return 32 - Math.clz32(most);
}
