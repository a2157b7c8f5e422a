import { crc32 } from "../../compression/crc32.js";
import { InputError } from "../../input-error.js";
import type { Source } from "../../sources/source.js";
import type { Chunk } from "./footer.js";
import { EndOfBytes, Thrift, ThriftError } from "./thrift.js";

/** What the header of a page says. */
export interface PageHeader {
  /** 0 data, 1 index, 2 dictionary, 3 data of version 2. */
  type: number;
  uncompressed: number;
  compressed: number;
  crc?: number;
  /** With the missing ones. */
  values: number;
  /** The number in parquet.thrift. */
  encoding: number;
  /** Of version 2. */
  nulls: number;
  definitionBytes: number;
  repetitionBytes: number;
  isCompressed: boolean;
}

export interface Page {
  readonly header: PageHeader;
  /** As the file has them. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the page begins in the file. */
  readonly place: number;
}

/** A page is held whole; writers make them of 1 MB. */
const LONGEST_PAGE = 2 ** 26;
const MOST_VALUES = 2 ** 24;
/** So much is asked for at once. */
const WINDOW = 2 ** 20;
const SHORTEST_TRY = 2 ** 12;

/** The pages of a column in one row group, one after another. */
export async function* pagesOf(source: Source, name: string, chunk: Chunk): AsyncGenerator<Page> {
  const window = new Window(source, chunk.begin, chunk.end);
  while (window.place < chunk.end) {
    const place = window.place;
    const fail = (what: string) =>
      new InputError(`${name}: the page at byte ${place} cannot be read: ${what}`);
    const header = await headerFrom(window, fail);
    checkSizes(header, fail);
    const bytes = await window.take(header.compressed);
    if (bytes.length < header.compressed) throw fail("it goes beyond the end of the column");
    if (header.crc !== undefined && crc32(bytes) !== header.crc >>> 0)
      throw fail("its checksum is another: the file is damaged");
    yield { header, bytes, place };
  }
}

type Fail = (what: string) => InputError;

async function headerFrom(window: Window, fail: Fail): Promise<PageHeader> {
  for (let length = SHORTEST_TRY; ; length *= 16) {
    const bytes = await window.peek(length);
    try {
      const thrift = new Thrift(bytes);
      const header = readHeader(thrift);
      window.pass(thrift.at);
      return header;
    } catch (error) {
      if (error instanceof EndOfBytes && bytes.length >= length && length < WINDOW) continue;
      throw error instanceof ThriftError ? fail(error.message) : error;
    }
  }
}

function readHeader(thrift: Thrift): PageHeader {
  const header: PageHeader = {
    type: -1,
    uncompressed: -1,
    compressed: -1,
    values: 0,
    encoding: -1,
    nulls: 0,
    definitionBytes: 0,
    repetitionBytes: 0,
    isCompressed: true,
  };
  const values = (type: number) => (header.values = thrift.integer(type));
  const encoding = (type: number) => (header.encoding = thrift.integer(type));
  const nested =
    (fields: Record<number, (type: number) => void>) =>
    (type: number): void => {
      thrift.nested(type, fields);
    };
  thrift.struct({
    1: (type) => (header.type = thrift.integer(type)),
    2: (type) => (header.uncompressed = thrift.integer(type)),
    3: (type) => (header.compressed = thrift.integer(type)),
    4: (type) => (header.crc = thrift.integer(type)),
    5: nested({ 1: values, 2: encoding }),
    7: nested({ 1: values, 2: encoding }),
    8: nested({
      1: values,
      2: (type) => (header.nulls = thrift.integer(type)),
      4: encoding,
      5: (type) => (header.definitionBytes = thrift.integer(type)),
      6: (type) => (header.repetitionBytes = thrift.integer(type)),
      7: (type) => (header.isCompressed = thrift.boolean(type)),
    }),
  });
  return header;
}

function checkSizes(header: PageHeader, fail: Fail): void {
  const { uncompressed, compressed, values, nulls, definitionBytes, repetitionBytes } = header;
  const levels = definitionBytes + repetitionBytes;
  const sizes = [uncompressed, compressed, values, nulls, definitionBytes, repetitionBytes];
  if (!sizes.every((size) => Number.isSafeInteger(size) && size >= 0)) throw fail("it does not say its size");
  if (Math.max(uncompressed, compressed) > LONGEST_PAGE) {
    throw fail(`expected at most ${LONGEST_PAGE} bytes, got ${Math.max(uncompressed, compressed)}`);
  }
  if (values > MOST_VALUES) throw fail(`expected at most ${MOST_VALUES} values, got ${values}`);
  if (nulls > values || levels > compressed || levels > uncompressed)
    throw fail("its header says two things of its size");
}

/** A part of a file, read forwards. */
class Window {
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly source: Source,
    /** Where the next byte lies in the file. */
    public place: number,
    private readonly end: number,
  ) {}

  /** The next bytes, which stay where they are: `length` of them, or as many as there are. */
  async peek(length: number): Promise<Uint8Array> {
    const wanted = Math.min(length, this.end - this.place);
    if (this.#bytes.length < wanted) {
      const more = Math.min(Math.max(wanted, WINDOW), this.end - this.place);
      const bytes = new Uint8Array(more);
      bytes.set(this.#bytes);
      const had = this.#bytes.length;
      this.#bytes = bytes.subarray(0, had + (await this.source.read(this.place + had, bytes.subarray(had))));
    }
    return this.#bytes.subarray(0, wanted);
  }

  pass(length: number): void {
    this.#bytes = this.#bytes.subarray(length);
    this.place += length;
  }

  /** The next bytes, in a buffer of their own. */
  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = (await this.peek(length)).slice();
    this.pass(bytes.length);
    return bytes;
  }
}
