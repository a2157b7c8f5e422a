/**
 * Flatbuffers, which Arrow's messages begin with. A message may lie: every place is compared with
 * the bytes that are there, and tables lie in one another no deeper than Arrow has them.
 */

/** A message that is not one. */
export class MessageError extends Error {}

const DEEPEST = 64;

/** A table of fields, which are known by their numbers. A field that is not there has its default. */
export class Table {
  readonly #view: DataView;
  readonly #fields: number;
  readonly #size: number;

  private constructor(
    private readonly bytes: Uint8Array,
    private readonly place: number,
    private readonly depth: number,
  ) {
    if (depth > DEEPEST) throw new MessageError("tables lie too deep in one another");
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fields = place - this.#int32(place);
    this.#size = this.#int16(this.#fields);
  }

  /** The table that a message begins with. */
  static root(bytes: Uint8Array): Table {
    return new Table(bytes, Table.#reference(bytes, 0), 0);
  }

  int8(field: number, otherwise = 0): number {
    const at = this.#at(field, 1);
    return at === null ? otherwise : this.#view.getInt8(at);
  }

  int16(field: number, otherwise = 0): number {
    const at = this.#at(field, 2);
    return at === null ? otherwise : this.#int16(at);
  }

  int32(field: number, otherwise = 0): number {
    const at = this.#at(field, 4);
    return at === null ? otherwise : this.#int32(at);
  }

  /** A place or a length. */
  int64(field: number): number {
    const at = this.#at(field, 8);
    return at === null ? 0 : this.#int64(at);
  }

  text(field: number): string {
    const at = this.#at(field, 4);
    if (at === null) return "";
    const begin = Table.#reference(this.bytes, at);
    const length = this.#length(begin, 1);
    return new TextDecoder().decode(this.bytes.subarray(begin + 4, begin + 4 + length));
  }

  table(field: number): Table | null {
    const at = this.#at(field, 4);
    return at === null ? null : new Table(this.bytes, Table.#reference(this.bytes, at), this.depth + 1);
  }

  tables(field: number): Table[] {
    const vector = this.#vector(field, 4);
    const begin = vector?.begin ?? 0;
    return Array.from(
      { length: vector?.length ?? 0 },
      (_, i) => new Table(this.bytes, Table.#reference(this.bytes, begin + 4 * i), this.depth + 1),
    );
  }

  /** Structs of two numbers of 64 bits. */
  pairs(field: number): [number, number][] {
    const vector = this.#vector(field, 16);
    const begin = vector?.begin ?? 0;
    return Array.from({ length: vector?.length ?? 0 }, (_, i) => {
      const at = begin + 16 * i;
      return [this.#int64(at), this.#int64(at + 8)];
    });
  }

  /** Numbers of 64 bits. */
  longs(field: number): number[] {
    const vector = this.#vector(field, 8);
    const begin = vector?.begin ?? 0;
    return Array.from({ length: vector?.length ?? 0 }, (_, i) => this.#int64(begin + 8 * i));
  }

  /** Structs of a file's footer: where a message lies, how long it is, and how long its body. */
  blocks(field: number): { place: number; head: number; body: number }[] {
    const vector = this.#vector(field, 24);
    const begin = vector?.begin ?? 0;
    return Array.from({ length: vector?.length ?? 0 }, (_, i) => {
      const at = begin + 24 * i;
      return { place: this.#int64(at), head: this.#int32(at + 8), body: this.#int64(at + 16) };
    });
  }

  #vector(field: number, size: number): { begin: number; length: number } | null {
    const at = this.#at(field, 4);
    if (at === null) return null;
    const begin = Table.#reference(this.bytes, at);
    return { begin: begin + 4, length: this.#length(begin, size) };
  }

  /** The number of elements of `size` bytes that stands before them. */
  #length(at: number, size: number): number {
    const length = this.#int32(at);
    if (length < 0 || length * size > this.bytes.length - at - 4)
      throw new MessageError("a list goes beyond its end");
    return length;
  }

  /** Where a field lies; null where it is not there. */
  #at(field: number, size: number): number | null {
    const slot = 4 + 2 * field;
    const offset = slot + 2 <= this.#size ? this.#int16(this.#fields + slot) & 0xffff : 0;
    if (offset === 0) return null;
    if (this.place + offset + size > this.bytes.length) throw new MessageError("a field lies beyond its end");
    return this.place + offset;
  }

  /** What lies as far on as the number at a place says. */
  static #reference(bytes: Uint8Array, at: number): number {
    if (at + 4 > bytes.length) throw new MessageError("it ends too early");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return at + view.getUint32(at, true);
  }

  #int16(at: number): number {
    return this.#view.getInt16(this.#within(at, 2), true);
  }

  #int32(at: number): number {
    return this.#view.getInt32(this.#within(at, 4), true);
  }

  #int64(at: number): number {
    const value = Number(this.#view.getBigInt64(this.#within(at, 8), true));
    if (!Number.isSafeInteger(value) || value < 0) throw new MessageError("a length of 2^53 or more");
    return value;
  }

  #within(at: number, size: number): number {
    if (at < 0 || at + size > this.bytes.length) throw new MessageError("it ends too early");
    return at;
  }
}
