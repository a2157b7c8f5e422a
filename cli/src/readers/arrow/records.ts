import { CompressionError } from "../../compression/limits.js";
import { lz4Frame } from "../../compression/lz4.js";
import { zstd } from "../../compression/zstd.js";
import { readBytes, type Source } from "../../sources/source.js";
import type { Batch } from "../columns/batches.js";
import type { Labels } from "../columns/labels.js";
import { type Dtype, storedAs } from "../dtypes.js";
import { MessageError, type Table } from "./flatbuffer.js";
import { listKind, type Part } from "./schema.js";

/** What is compressed, and what tells the missing ones, is held whole. */
const LONGEST_HELD = 2 ** 26;
/** So many elements are read at once where they are not compressed. */
const PIECE = 2 ** 18;
/** Of texts, which have up to some thousand bytes. */
const PIECE_OF_TEXTS = 2 ** 14;

/** Values that a dictionary has. */
export interface Dictionary {
  readonly batch: Batch;
  /** Of texts that of their places. */
  readonly dtype: Dtype;
}

/** How a column's elements are read. */
interface Way {
  /** The length of its lists. */
  readonly length?: number;
  readonly dictionary?: Dictionary;
  /** What texts become places in. */
  readonly texts?: Labels;
}

/** A record batch: where its buffers lie. */
export class Records {
  readonly rows: number;
  readonly #nodes: readonly (readonly [number, number])[];
  readonly #buffers: readonly (readonly [number, number])[];
  readonly #views: readonly number[];
  readonly #codec: number | null;

  constructor(
    private readonly source: Source,
    head: Table,
    private readonly body: { readonly begin: number; readonly length: number },
  ) {
    this.rows = head.int64(0);
    this.#nodes = head.pairs(1);
    this.#buffers = head.pairs(2);
    const compression = head.table(3);
    this.#codec = compression ? compression.int8(0) : null;
    if (compression && compression.int8(1) !== 0) throw new MessageError("compressed in an unknown way");
    this.#views = head.longs(4);
  }

  /** The elements of a column, in pieces. */
  async *elements(path: readonly Part[], { length, dictionary, texts }: Way): AsyncGenerator<Batch> {
    let range = { begin: 0, count: this.rows };
    let missing: Mask = null;
    for (const part of path.slice(0, -1)) {
      missing = either(missing, await this.#missingOf(part, range));
      const each = listKind(part.field) === null ? 1 : length!;
      range = await this.#within(part, range, each);
      missing = spread(missing, each);
    }
    const leaf = path[path.length - 1];
    missing = either(missing, await this.#missingOf(leaf, range));
    const { type } = leaf.field;
    const index = leaf.field.dictionary?.index;
    const areTexts = !index && texts && type.textOffset;
    const dtype = areTexts ? "int32" : (index ?? type).dtype!;
    const values = areTexts
      ? this.#texts(leaf, type.textOffset, range, texts)
      : this.#values(leaf, dtype, range);
    for await (const { from, stored } of values) {
      const batch = { stored, missing: placesOf(missing, from, stored.length / storedAs(dtype).size) };
      yield dictionary ? lookUp(batch, dtype, dictionary) : batch;
    }
  }

  /** The length of the first list, which all others shall have; null where there is none. */
  async firstLength(path: readonly Part[]): Promise<number | null> {
    const part = path.find(({ field }) => listKind(field) !== null)!;
    const kind = listKind(part.field);
    if (kind === "fixed") return part.field.type.length!;
    if (this.rows === 0) return null;
    const [first, second] = await this.#offsets(part, kind!, { begin: 0, count: 1 });
    return second - first;
  }

  /** Which elements of the range are missing. */
  async #missingOf(part: Part, { begin, count }: Range): Promise<Mask> {
    const [length, nulls] = part.node < this.#nodes.length ? this.#nodes[part.node] : [-1, 0];
    if (begin + count > length)
      throw new MessageError(`expected ${begin + count} rows, got ${length} of the column`);
    if (nulls === 0) return null;
    const bits = await this.#buffer(part, 0);
    if (bits.length === 0) return null;
    if (bits.length * 8 < begin + count) throw new MessageError("what tells the missing ones is too short");
    checkHeld(count);
    return Uint8Array.from({ length: count }, (_, i) => (bitAt(bits, begin + i) ? 0 : 1));
  }

  /** The range of what lies within a group or lists. */
  async #within(part: Part, range: Range, length: number): Promise<Range> {
    const kind = listKind(part.field);
    if (kind === null) return range;
    const { begin, count } = range;
    if (kind === "fixed") return { begin: begin * length, count: count * length };
    if (count === 0) return { begin: 0, count: 0 };
    const offsets = await this.#offsets(part, kind, range);
    const odd = offsets.findIndex((offset, i) => i > 0 && offset - offsets[i - 1] !== length);
    if (odd > 0)
      throw new MessageError(
        `expected lists of one length, got ${length} and ${offsets[odd] - offsets[odd - 1]}`,
      );
    return { begin: offsets[0], count: count * length };
  }

  async #offsets(part: Part, size: 4 | 8, { begin, count }: Range): Promise<number[]> {
    const bytes = await this.#buffer(part, 1);
    if (bytes.length < (begin + count + 1) * size)
      throw new MessageError("the offsets of lists are too short");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: count + 1 }, (_, i) => {
      const at = (begin + i) * size;
      return size === 4 ? view.getInt32(at, true) : Number(view.getBigInt64(at, true));
    });
  }

  async *#values(part: Part, dtype: Dtype, { begin, count }: Range): AsyncGenerator<Piece> {
    if (count === 0) return;
    const { size } = storedAs(dtype);
    if (dtype === "bool" || this.#codec !== null) {
      const bytes = await this.#buffer(part, 1);
      const needed = dtype === "bool" ? Math.ceil((begin + count) / 8) : (begin + count) * size;
      if (bytes.length < needed)
        throw new MessageError(`expected ${needed} bytes of values, got ${bytes.length}`);
      if (dtype === "bool")
        yield {
          from: 0,
          stored: Uint8Array.from({ length: count }, (_, i) => (bitAt(bytes, begin + i) ? 1 : 0)),
        };
      else yield { from: 0, stored: bytes.subarray(begin * size, needed) };
      return;
    }
    const { place, length } = this.#region(part, 1);
    const needed = (begin + count) * size;
    if (length < needed) throw new MessageError(`expected ${needed} bytes of values, got ${length}`);
    for (let from = 0; from < count; from += PIECE) {
      const bytes = Math.min(PIECE, count - from) * size;
      const stored = await readBytes(this.source, place + (begin + from) * size, bytes);
      if (stored.length < bytes) throw new MessageError("it ends too early");
      yield { from, stored };
    }
  }

  /** Texts, as their places in labels. */
  async *#texts(part: Part, size: 4 | 8, range: Range, labels: Labels): AsyncGenerator<Piece> {
    const { place, length } = this.#region(part, 2);
    const held = this.#codec === null ? null : await this.#buffer(part, 2);
    for (let from = 0; from < range.count; from += PIECE_OF_TEXTS) {
      const count = Math.min(PIECE_OF_TEXTS, range.count - from);
      const offsets = await this.#offsets(part, size, { begin: range.begin + from, count });
      const [first, last] = [offsets[0], offsets[count]];
      const isOrdered = offsets.every((offset, i) => i === 0 || offset >= offsets[i - 1]);
      if (!isOrdered || first < 0 || last > (held?.length ?? length))
        throw new MessageError("a text goes beyond its end");
      checkHeld(last - first);
      const bytes =
        held?.subarray(first, last) ?? (await readBytes(this.source, place + first, last - first));
      if (bytes.length < last - first) throw new MessageError("it ends too early");
      const codes = Int32Array.from({ length: count }, (_, i) =>
        labels.codeOfBytes(bytes.subarray(offsets[i] - first, offsets[i + 1] - first)),
      );
      yield { from, stored: new Uint8Array(codes.buffer) };
    }
  }

  #region({ buffer, views }: Part, own: number): { place: number; length: number } {
    const at = buffer + own + this.#views.slice(0, views).reduce((sum, count) => sum + count, 0);
    if (at >= this.#buffers.length) throw new MessageError("it has fewer buffers than the schema");
    const [offset, length] = this.#buffers[at];
    if (offset + length > this.body.length) throw new MessageError("a buffer goes beyond its end");
    return { place: this.body.begin + offset, length };
  }

  /** A buffer, whole, and as it was before it was compressed. */
  async #buffer(part: Part, own: number): Promise<Uint8Array> {
    const { place, length } = this.#region(part, own);
    checkHeld(length);
    const bytes = await readBytes(this.source, place, length);
    if (bytes.length < length) throw new MessageError("it ends too early");
    return this.#codec === null || length === 0 ? bytes : decompressed(bytes, this.#codec);
  }
}

/** Some elements of a range, from one of its places on. */
interface Piece {
  readonly from: number;
  readonly stored: Uint8Array;
}

interface Range {
  readonly begin: number;
  readonly count: number;
}

/** The length before it was compressed stands first; -1 where it was not. */
function decompressed(bytes: Uint8Array, codec: number): Uint8Array {
  if (bytes.length < 8) throw new MessageError("a compressed buffer is too short");
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true));
  if (length === -1) return bytes.slice(8);
  if (length < 0) throw new MessageError("a compressed buffer of a negative length");
  checkHeld(length);
  const decode = codec === 0 ? lz4Frame : codec === 1 ? zstd : null;
  if (!decode) throw new MessageError(`compressed by codec ${codec}, which is not known`);
  try {
    return decode(bytes.subarray(8), length);
  } catch (error) {
    throw error instanceof CompressionError ? new MessageError(error.message) : error;
  }
}

function bitAt(bits: Uint8Array, at: number): boolean {
  return ((bits[at >> 3] >> (at & 7)) & 1) === 1;
}

/** 1 for what is missing; null where nothing is. */
type Mask = Uint8Array | null;

function either(one: Mask, other: Mask): Mask {
  if (!one || !other) return one ?? other;
  return one.map((gone, i) => gone | other[i]);
}

/** Of each of them, `each` elements. */
function spread(mask: Mask, each: number): Mask {
  if (!mask || each === 1) return mask;
  checkHeld(mask.length * each);
  return Uint8Array.from({ length: mask.length * each }, (_, i) => mask[Math.floor(i / each)]);
}

function placesOf(mask: Mask, from: number, count: number): number[] {
  const places: number[] = [];
  if (mask) for (let i = 0; i < count; i++) if (mask[from + i] === 1) places.push(i);
  return places;
}

function checkHeld(bytes: number): void {
  if (bytes <= LONGEST_HELD) return;
  throw new MessageError(
    `expected at most ${LONGEST_HELD} bytes at once, got ${bytes}; save it in shorter batches`,
  );
}

const INDICES = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
} as const;

/** The values that places in a dictionary stand for. */
function lookUp({ stored, missing }: Batch, index: Dtype, { batch, dtype }: Dictionary): Batch {
  if (!(index in INDICES)) throw new MessageError(`a dictionary with places of ${index}`);
  const { size } = storedAs(dtype);
  const places = new INDICES[index as keyof typeof INDICES](
    stored.buffer as ArrayBuffer,
    stored.byteOffset,
    stored.length / storedAs(index).size,
  );
  const values = new Uint8Array(places.length * size);
  const [gone, none] = [new Set(missing), new Set(batch.missing)];
  places.forEach((place: number, i: number) => {
    if (gone.has(i)) return;
    if (place < 0 || place >= batch.stored.length / size)
      throw new MessageError("it refers to a value beyond its dictionary");
    if (none.has(place)) gone.add(i);
    values.set(batch.stored.subarray(place * size, (place + 1) * size), i * size);
  });
  return { stored: values, missing: [...gone].sort((a, b) => a - b) };
}

/** A dictionary with more values behind those that it has. */
export function joined(one: Batch, other: Batch, { size }: { size: number }): Batch {
  const stored = new Uint8Array(one.stored.length + other.stored.length);
  if (stored.length > LONGEST_HELD) throw new MessageError(`a dictionary of more than ${LONGEST_HELD} bytes`);
  stored.set(one.stored);
  stored.set(other.stored, one.stored.length);
  const count = one.stored.length / size;
  return { stored, missing: [...one.missing, ...other.missing.map((at) => at + count)] };
}
