/**
 * Functions of the library's binary, to be copied. Those that calculate with vectors alone
 * (`fn_exp_f32` and its like) call nothing and touch no memory, so that their code is the same in
 * any module, and each formula stands once.
 */

/** Numbers of sections. */
const EXPORTS = 7;
const CODE = 10;
/** The kind of an export that is a function. */
const FUNCTION = 0;
const HEADER = 8;

/** Reads a binary, or a part of it, byte by byte. */
export class Reader {
  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
  ) {}

  get position(): number {
    return this.at;
  }

  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++];
  }

  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  take(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/** Where the contents of sections begin. */
function sectionsOf(bytes: Uint8Array): Map<number, number> {
  const sections = new Map<number, number>();
  const reader = new Reader(bytes, HEADER);
  while (!reader.atEnd) {
    const id = reader.byte();
    const length = reader.number();
    sections.set(id, reader.position);
    reader.take(length);
  }
  return sections;
}

/** The functions that a binary exports, by name: locals and instructions. It imports none. */
class Library {
  private readonly bodies: Uint8Array[] = [];
  private readonly indices = new Map<string, number>();

  constructor(bytes: Uint8Array) {
    const sections = sectionsOf(bytes);
    const exported = new Reader(bytes, sections.get(EXPORTS)!);
    for (let left = exported.number(); left > 0; left--) {
      const name = new TextDecoder().decode(exported.take(exported.number()));
      const kind = exported.byte();
      const index = exported.number();
      if (kind === FUNCTION) this.indices.set(name, index);
    }
    const code = new Reader(bytes, sections.get(CODE)!);
    for (let left = code.number(); left > 0; left--) this.bodies.push(code.take(code.number()));
  }

  function(name: string): Uint8Array | null {
    const index = this.indices.get(name);
    return index === undefined ? null : this.bodies[index];
  }
}

const read = new WeakMap<Uint8Array, Library>();

/** The exported function `name` of the binary `bytes`; null where there is none. */
export function functionOf(bytes: Uint8Array, name: string): Uint8Array | null {
  let library = read.get(bytes);
  if (!library) read.set(bytes, (library = new Library(bytes)));
  return library.function(name);
}
