import { InputError } from "../../input-error.js";
import { readBytes, type Source } from "../../sources/source.js";
import { type Fields, Thrift, ThriftError } from "./thrift.js";

/** The footer is held whole while it is read. */
const LONGEST_FOOTER = 2 ** 26;
const MOST_COLUMNS = 2 ** 18;
/** As many as columns lie in one another. */
const DEEPEST = 64;

/** What a Parquet file says of a column or of a group of columns. */
export interface SchemaElement {
  readonly name: string;
  /** The physical type, of a column only: the number in parquet.thrift. */
  readonly type?: number;
  readonly typeLength: number;
  /** 0 required, 1 optional, 2 repeated. */
  readonly repetition: number;
  readonly children: number;
  readonly converted?: number;
  readonly logical?: LogicalType;
}

/** The number of a logical type in parquet.thrift, and what an integer says of itself. */
export interface LogicalType {
  readonly id: number;
  readonly bits?: number;
  readonly signed?: boolean;
}

/** A column: the elements of its path without the root. */
export type Leaf = readonly SchemaElement[];

/** Where the pages of a column lie, of one row group. */
export interface Chunk {
  readonly rows: number;
  /** With the missing ones, and those of lists. */
  readonly values: number;
  readonly codec: number;
  readonly begin: number;
  readonly end: number;
}

export class Footer {
  constructor(
    private readonly name: string,
    private readonly bytes: Uint8Array,
    /** Where the footer begins: all pages lie before it. */
    private readonly place: number,
  ) {}

  /** The columns of the table, as they lie in the file. */
  leaves(): Leaf[] {
    const elements: SchemaElement[] = [];
    this.#read((thrift) => ({
      2: (type) => {
        thrift.structs(type, () => {
          if (elements.length > MOST_COLUMNS) throw new ThriftError(`more than ${MOST_COLUMNS} columns`);
          const element: Writable<SchemaElement> = { name: "", typeLength: 0, repetition: 0, children: 0 };
          elements.push(element);
          return elementFields(thrift, element);
        });
      },
    }));
    return this.#leavesOf(elements);
  }

  /** The pages of one column. */
  chunks(leaf: number, { type }: SchemaElement): Chunk[] {
    const found: Found[] = [];
    this.#read((thrift) => ({
      4: (list) => {
        thrift.structs(list, () => {
          const group: Found = { rows: -1, columns: 0 };
          found.push(group);
          return {
            1: (columns) => {
              group.columns = thrift.structs(columns, (i) => (i === leaf ? chunkFields(thrift, group) : {}));
            },
            3: (rows) => (group.rows = thrift.integer(rows)),
          };
        });
      },
    }));
    return found.flatMap((group, i) => {
      const chunk = this.#chunkOf(group, `row group ${i}`, type);
      return chunk.rows === 0 ? [] : [chunk];
    });
  }

  #read(fields: (thrift: Thrift) => Fields): void {
    const thrift = new Thrift(this.bytes);
    try {
      thrift.struct(fields(thrift));
    } catch (error) {
      throw error instanceof ThriftError ? this.#fail(error.message) : error;
    }
  }

  #fail(what: string): InputError {
    return new InputError(`${this.name}: a Parquet footer that cannot be read: ${what}`);
  }

  /** The elements come as a tree does when it is walked, each with the number of its children. */
  #leavesOf(elements: readonly SchemaElement[]): Leaf[] {
    const leaves: Leaf[] = [];
    let at = 0;
    const walk = (path: Leaf): void => {
      if (at >= elements.length) throw this.#fail("fewer columns than its schema counts");
      const element = elements[at++];
      const here = [...path, element];
      if (here.length > DEEPEST) throw this.#fail(`columns lie more than ${DEEPEST} deep in one another`);
      if (element.children === 0 && element.type !== undefined) leaves.push(here.slice(1));
      for (let i = 0; i < element.children; i++) walk(here);
    };
    walk([]);
    if (at < elements.length) throw this.#fail("more columns than its schema counts");
    return leaves;
  }

  #chunkOf(found: Found, where: string, type: number | undefined): Chunk {
    const { rows, values, codec, size, data, dictionary = 0, path } = found;
    if (path !== undefined) throw this.#fail(`${where} lies in another file, ${path}`);
    if (![rows, values, codec, size, data, dictionary].every(isPlace))
      throw this.#fail(`${where} does not say where the column lies`);
    if (found.type !== type) throw this.#fail(`${where} has the column in another type than the schema`);
    const begin = dictionary > 0 ? Math.min(dictionary, data!) : data!;
    const end = begin + size!;
    if (begin < 4 || end > this.place) throw this.#fail(`${where} lies outside of the file`);
    return { rows, values: values!, codec: codec!, begin, end };
  }
}

/** What a row group says, as far as it does. */
interface Found {
  rows: number;
  columns: number;
  path?: string;
  type?: number;
  codec?: number;
  values?: number;
  size?: number;
  data?: number;
  dictionary?: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function elementFields(thrift: Thrift, element: Writable<SchemaElement>): Fields {
  return {
    1: (type) => (element.type = thrift.integer(type)),
    2: (type) => (element.typeLength = thrift.integer(type)),
    3: (type) => (element.repetition = thrift.integer(type)),
    4: (type) => (element.name = thrift.text(type)),
    5: (type) => (element.children = thrift.integer(type)),
    6: (type) => (element.converted = thrift.integer(type)),
    10: (type) => {
      thrift.nested(type, logicalFields(thrift, element));
    },
  };
}

const INTEGER = 10;
/** More than parquet.thrift has so far. */
const MOST_LOGICAL = 32;

/** A union: the number of the one field that is there tells the type. */
function logicalFields(thrift: Thrift, element: Writable<SchemaElement>): Fields {
  const logical: Writable<LogicalType> = { id: 0 };
  element.logical = logical;
  const fields: Record<number, (type: number) => void> = {};
  for (let id = 1; id <= MOST_LOGICAL; id++) {
    fields[id] = (type) => {
      logical.id = id;
      if (id !== INTEGER) thrift.present(type);
      else {
        thrift.nested(type, {
          1: (bits) => (logical.bits = thrift.integer(bits)),
          2: (signed) => (logical.signed = thrift.boolean(signed)),
        });
      }
    };
  }
  return fields;
}

function chunkFields(thrift: Thrift, group: Found): Fields {
  return {
    1: (type) => (group.path = thrift.text(type)),
    3: (meta) => {
      thrift.nested(meta, {
        1: (type) => (group.type = thrift.integer(type)),
        4: (type) => (group.codec = thrift.integer(type)),
        5: (type) => (group.values = thrift.integer(type)),
        7: (type) => (group.size = thrift.integer(type)),
        9: (type) => (group.data = thrift.integer(type)),
        11: (type) => (group.dictionary = thrift.integer(type)),
      });
    },
  };
}

function isPlace(value: number | undefined): boolean {
  return Number.isSafeInteger(value) && value! >= 0;
}

/** Whether a file begins as Parquet does; PARE where its footer is encrypted. */
export function isParquet(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x41 && head[2] === 0x52 && (head[3] === 0x31 || head[3] === 0x45);
}

/** Reads the footer, at the end of the file. */
export async function readFooter(source: Source): Promise<Footer> {
  const { name, size, seekable } = source;
  const fail = (what: string) => new InputError(`${name}: ${what}`);
  if (!seekable || size === null)
    throw fail("expected Parquet as a file of its own, got it in a stream; write it into a file first");
  if (size < 12) throw fail(`truncated: Parquet has at least 12 bytes, ${size} are there`);
  const tail = await readBytes(source, size - 8, 8);
  if (!isParquet(tail.subarray(4))) throw fail("truncated: expected Parquet's mark at its end");
  if (tail[7] === 0x45) throw fail("expected Parquet without encryption, got an encrypted footer");
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  if (length > size - 12) throw fail(`expected a footer within the file, got one of ${length} bytes`);
  if (length > LONGEST_FOOTER) {
    throw fail(`expected a footer of at most ${LONGEST_FOOTER} bytes, got one of ${length}`);
  }
  const place = size - 8 - length;
  const bytes = await readBytes(source, place, length);
  if (bytes.length < length) throw fail("truncated while it was read");
  return new Footer(name, bytes, place);
}
