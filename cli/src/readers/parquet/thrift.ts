/**
 * Thrift's compact protocol, which Parquet's headers are written in. A header may lie: every length
 * is compared with the bytes that are there, nothing is made for what nobody asks for, and structs
 * lie in one another no deeper than Parquet has them.
 */

/** A header that is not one. */
export class ThriftError extends Error {}

/** The bytes end before the header does: more of them may help. */
export class EndOfBytes extends ThriftError {
  constructor() {
    super("it ends too early");
  }
}

const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I32 = 5;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const MAP = 11;
const STRUCT = 12;
const UUID = 13;

const DEEPEST = 32;

/** What to do with the fields of a struct, by their numbers. All others are passed over. */
export type Fields = Readonly<Record<number, (type: number) => void>>;

/** Goes through a header from its beginning. */
export class Thrift {
  at = 0;
  #depth = 0;

  constructor(private readonly bytes: Uint8Array) {}

  struct(fields: Fields): void {
    if (++this.#depth > DEEPEST) throw new ThriftError("structs lie too deep in one another");
    for (let id = 0; ;) {
      const byte = this.#byte();
      const type = byte & 15;
      if (type === 0) break;
      id = byte >> 4 === 0 ? this.#zigzag() : id + (byte >> 4);
      // A number of a field can be none of ours.
      const take = Object.hasOwn(fields, id) ? fields[id] : undefined;
      if (take) take(type);
      else this.#skip(type);
    }
    this.#depth--;
  }

  /** The struct that a field has. */
  nested(type: number, fields: Fields): void {
    expectType(type, STRUCT);
    this.struct(fields);
  }

  /** Structs of a list, one after another. */
  structs(type: number, take: (index: number) => Fields): number {
    return this.#list(type, STRUCT, (index) => {
      this.struct(take(index));
    });
  }

  integer(type: number): number {
    if (type === BYTE) return (this.#byte() << 24) >> 24;
    if (type !== I16 && type !== I32 && type !== I64) expectType(type, I32);
    return this.#zigzag();
  }

  boolean(type: number): boolean {
    if (type !== TRUE && type !== FALSE) expectType(type, TRUE);
    return type === TRUE;
  }

  text(type: number): string {
    expectType(type, BINARY);
    const length = this.#length();
    return new TextDecoder().decode(this.bytes.subarray(this.at, (this.at += length)));
  }

  /** Whether a field is there, and a struct, of which nothing is read. */
  present(type: number): true {
    this.#skip(type);
    return true;
  }

  #list(type: number, of: number, take: (index: number) => void): number {
    expectType(type, LIST);
    const { size, element } = this.#listHead();
    if (size > 0) expectType(element, of);
    for (let i = 0; i < size; i++) take(i);
    return size;
  }

  #listHead(): { size: number; element: number } {
    const byte = this.#byte();
    const size = byte >> 4 === 15 ? this.#varint() : byte >> 4;
    // Each element takes a byte at least.
    if (size > this.bytes.length - this.at) throw new EndOfBytes();
    return { size, element: byte & 15 };
  }

  #skip(type: number): void {
    if (type === TRUE || type === FALSE) return;
    if (type === STRUCT) this.struct({});
    else if (type === LIST || type === SET) this.#skipList();
    else if (type === MAP) this.#skipMap();
    else if (type === BINARY) this.#pass(this.#length());
    else if (type === I16 || type === I32 || type === I64) this.#varint();
    else if (type === BYTE) this.#pass(1);
    else if (type === DOUBLE) this.#pass(8);
    else if (type === UUID) this.#pass(16);
    else throw new ThriftError(`a field of type ${type}, which there is not`);
  }

  #skipList(): void {
    const { size, element } = this.#listHead();
    this.#skipElements(size, [element]);
  }

  #skipMap(): void {
    const size = this.#varint();
    if (size === 0) return;
    if (size > this.bytes.length - this.at) throw new EndOfBytes();
    const types = this.#byte();
    this.#skipElements(size, [types >> 4, types & 15]);
  }

  #skipElements(size: number, types: readonly number[]): void {
    if (++this.#depth > DEEPEST) throw new ThriftError("lists lie too deep in one another");
    for (let i = 0; i < size; i++) {
      // In a list, a boolean has a byte of its own.
      for (const type of types) this.#skip(type === TRUE || type === FALSE ? BYTE : type);
    }
    this.#depth--;
  }

  #length(): number {
    const length = this.#varint();
    if (length > this.bytes.length - this.at) throw new EndOfBytes();
    return length;
  }

  #pass(count: number): void {
    if (count > this.bytes.length - this.at) throw new EndOfBytes();
    this.at += count;
  }

  #byte(): number {
    if (this.at >= this.bytes.length) throw new EndOfBytes();
    return this.bytes[this.at++];
  }

  #zigzag(): number {
    const folded = this.#varint();
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  /** Beyond 2^53, of which no length or place is, the nearest float64. */
  #varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 70; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new ThriftError("a number of more than 10 bytes");
  }
}

function expectType(type: number, expected: number): void {
  if (type !== expected) throw new ThriftError(`expected a field of type ${expected}, got type ${type}`);
}
