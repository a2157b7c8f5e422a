import { InputError } from "../../input-error.js";
import { readBytes, type Source } from "../../sources/source.js";
import { MessageError, Table } from "./flatbuffer.js";

/** What a message is, by its number in Message.fbs. */
const SCHEMA = 1;
const DICTIONARY = 2;
const RECORDS = 3;

/** The beginning of a message is held whole: of some 100,000 columns. */
const LONGEST_HEAD = 2 ** 24;
const MOST_BATCHES = 2 ** 20;
const MARK = [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31];
/** Stands before the length of a message; before Arrow 0.15 nothing did. */
const CONTINUED = 0xffffffff;
/** Versions of Arrow's format: 3 is V4, since Arrow 0.8. */
const OLDEST = 3;

export interface Message {
  readonly kind: "schema" | "dictionary" | "records" | "other";
  readonly head: Table;
  /** Where it begins. */
  readonly place: number;
  /** Where its buffers lie in the file, and how long they are together. */
  readonly body: number;
  readonly bodyLength: number;
  /** Where the next message begins. */
  readonly next: number;
}

/** Whether bytes begin as a file of Arrow, also named Feather. */
export function isArrowFile(head: Uint8Array): boolean {
  return MARK.every((byte, i) => head[i] === byte);
}

/** Whether bytes begin as a stream of Arrow: with the length of a message, which names its table. */
export function isArrowStream(head: Uint8Array): boolean {
  if (head.length < 16) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const [length, root] = [view.getInt32(4, true), view.getUint32(8, true)];
  return view.getUint32(0, true) === CONTINUED && length >= 16 && root >= 4 && root < length;
}

/** The messages of a file, one after another. The first is the schema. */
export class Messages {
  readonly #fail: (place: number, what: string) => InputError;
  /** Whether the bytes just ended, which the format allows: they may as well have been cut there. */
  lacksEnd = false;

  constructor(private readonly source: Source) {
    this.#fail = (place, what) =>
      new InputError(`${source.name}: the message at byte ${place} cannot be read: ${what}`);
  }

  /** Messages as they follow one another: of a stream, and of a file that cannot be read in any order. */
  async *following(begin: number): AsyncGenerator<Message> {
    for (let place = begin; ;) {
      const message = await this.at(place);
      if (!message) return;
      yield message;
      place = message.next;
    }
  }

  /** Those of a file, as its footer lists them. */
  async *listed(): AsyncGenerator<Message> {
    const schema = await this.#expected(8);
    yield schema;
    const places = await this.#footer();
    for (const { place, body } of places) {
      const message = await this.#expected(place);
      if (message.bodyLength !== body) throw this.#fail(place, "the file's footer has it in another length");
      yield message;
    }
  }

  async #expected(place: number): Promise<Message> {
    const message = await this.at(place);
    if (!message) throw this.#fail(place, "it ends too early");
    return message;
  }

  /** The message at a place; null where the stream ends. */
  async at(place: number): Promise<Message | null> {
    const start = await readBytes(this.source, place, 8);
    if (start.length === 0) {
      this.lacksEnd = true;
      return null;
    }
    if (start.length < 4) throw this.#fail(place, "it ends too early");
    const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
    const isContinued = view.getUint32(0, true) === CONTINUED;
    if (isContinued && start.length < 8) throw this.#fail(place, "it ends too early");
    const length = view.getUint32(isContinued ? 4 : 0, true);
    if (length === 0) return null;
    const begin = place + (isContinued ? 8 : 4);
    if (length > LONGEST_HEAD)
      throw this.#fail(place, `expected a head of at most ${LONGEST_HEAD} bytes, got ${length}`);
    const head = await readBytes(this.source, begin, length);
    if (head.length < length) throw this.#fail(place, "it ends too early");
    return this.read(place, () => this.#message(head, { place, body: begin + length }));
  }

  #message(bytes: Uint8Array, { place, body }: { place: number; body: number }): Message {
    const table = Table.root(bytes);
    const version = table.int16(0);
    if (version < OLDEST || version > OLDEST + 1)
      throw new MessageError(`version ${version + 1} of Arrow's format; expected 4 or 5`);
    const type = table.int8(1);
    const kind =
      type === SCHEMA
        ? "schema"
        : type === DICTIONARY
          ? "dictionary"
          : type === RECORDS
            ? "records"
            : "other";
    const head = table.table(2);
    const bodyLength = table.int64(3);
    if (!head) throw new MessageError("it is of no kind");
    const next = body + bodyLength;
    if (this.source.size !== null && next > this.source.size)
      throw new MessageError("it goes beyond the end of the file");
    return { kind, head, place, body, bodyLength, next };
  }

  /** What reads a message, of which errors tell the place. */
  read<T>(place: number, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw error instanceof MessageError ? this.#fail(place, error.message) : error;
    }
  }

  /** Where dictionaries and record batches lie, in the order of the file. */
  async #footer(): Promise<{ place: number; body: number }[]> {
    const { source } = this;
    const size = source.size!;
    const tail = await readBytes(source, Math.max(8, size - 10), 10);
    if (!isArrowFile(tail.subarray(4)))
      throw new InputError(`${source.name}: truncated: expected Arrow's mark at its end`);
    const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
    const place = size - 10 - length;
    if (length > LONGEST_HEAD || place < 8)
      throw new InputError(`${source.name}: expected a footer within the file, got one of ${length} bytes`);
    const bytes = await readBytes(source, place, length);
    return this.read(place, () => {
      const footer = Table.root(bytes);
      // The schema is that of the first message.
      const blocks = [...footer.blocks(2), ...footer.blocks(3)];
      if (blocks.length > MOST_BATCHES) throw new MessageError(`more than ${MOST_BATCHES} batches`);
      return blocks;
    });
  }
}
