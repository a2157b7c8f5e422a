import { InputError } from "../input-error.js";
import { readBytes, type Source } from "../sources/source.js";
import {
  bytesOf,
  countRounded,
  type Dtype,
  type Elements,
  type Held,
  storedAs,
  swapBytes,
} from "./dtypes.js";
import { type ArrayReader, bracketed, numelOf, roundedNote } from "./reader.js";

/** Where the elements of an array lie in a file, one beside the other. */
export interface Layout {
  readonly name: string;
  readonly format: string;
  readonly dtype: Dtype;
  /** Null where the end of the file tells how many there are. */
  readonly shape: readonly number[] | null;
  readonly order?: "C" | "F";
  readonly bigEndian?: boolean;
  /** The place of the first element in the file. */
  readonly offset: number;
  /** Whether other data may follow the last element. */
  readonly more?: boolean;
}

/** Elements as npy, safetensors and raw files have them: bytes, one element after another. */
export class BinaryReader implements ArrayReader {
  readonly name: string;
  readonly format: string;
  readonly dtype: Dtype;
  readonly held: Held;
  readonly shape: readonly number[] | null;
  readonly order: "C" | "F";
  readonly #size: 1 | 2 | 4 | 8;
  readonly #numel: number;
  /** How many bytes the elements take; null where the end tells. */
  readonly #byteLength: number | null;
  /** How many elements were read or passed over, and how many of them passed over. */
  #at = 0;
  #skipped = 0;
  /** How many numbers are none of float64. */
  #rounded = 0;
  #scratch = new Uint8Array(0);

  /** @throws InputError for a file whose size is not that of the elements */
  constructor(
    private readonly source: Source,
    private readonly layout: Layout,
  ) {
    const { size, held } = storedAs(layout.dtype);
    ({ name: this.name, format: this.format, dtype: this.dtype, shape: this.shape } = layout);
    this.held = held;
    this.order = layout.order ?? "C";
    this.#size = size;
    this.#numel = this.shape ? numelOf(this.shape) : Infinity;
    this.#byteLength = this.shape ? this.#numel * size : null;
    if (this.#byteLength === null) return;
    if (!Number.isSafeInteger(layout.offset + this.#byteLength)) {
      throw new InputError(`${this.name}: expected less than 2^53 bytes, got ${this.#what}`);
    }
    if (source.size !== null) this.#checkSize(source.size - layout.offset);
  }

  async read(into: Elements): Promise<number> {
    const { convert } = storedAs(this.dtype);
    const wanted = Math.min(into.length, this.#numel - this.#at) * this.#size;
    const room = convert ? this.#room(into.length * this.#size) : bytesOf(into);
    const place = this.#at * this.#size;
    const got = await this.source.read(this.layout.offset + place, room.subarray(0, wanted));
    if (got < wanted) this.#checkSize(place + got);
    const [stored, count] = [room.subarray(0, got), got / this.#size];
    this.#at += count;
    if (count < into.length) await this.#checkEnd();
    if (this.layout.bigEndian) swapBytes(stored, this.#size);
    this.#rounded += countRounded(this.dtype, stored);
    if (convert) convert(stored, prefixOf(into, count));
    return count;
  }

  get leaps(): boolean {
    return this.source.seekable;
  }

  skip(count: number): Promise<void> {
    const skipped = Math.min(count, this.#numel - this.#at);
    this.#at += skipped;
    this.#skipped += skipped;
    return Promise.resolve();
  }

  get notes(): readonly string[] {
    return this.#rounded === 0 ? [] : [roundedNote(this.#rounded)];
  }

  get bytesRead(): number {
    return (this.#at - this.#skipped) * this.#size;
  }

  close(): Promise<void> {
    return this.source.close();
  }

  get #what(): string {
    return `shape ${bracketed(this.shape ?? [])} of ${this.dtype}`;
  }

  /** Throws unless there are so many bytes as the elements need. */
  #checkSize(there: number): void {
    const needed = this.#byteLength;
    if (needed === null) {
      if (there % this.#size === 0) return;
      throw new InputError(
        `${this.name}: expected elements of ${this.#size} bytes, got ${there} bytes: of another dtype, or truncated`,
      );
    }
    if (there < needed) {
      throw new InputError(
        `${this.name}: truncated: ${this.#what} needs ${needed} bytes, ${Math.max(there, 0)} are there`,
      );
    }
    if (there > needed && !this.layout.more) {
      throw new InputError(`${this.name}: more bytes follow the last element of ${this.#what}`);
    }
  }

  /** The size of a stream shows at its end. */
  async #checkEnd(): Promise<void> {
    if (this.source.size !== null || this.layout.more || this.#byteLength === null) return;
    const rest = await readBytes(this.source, this.layout.offset + this.#byteLength, 1);
    this.#checkSize(this.#byteLength + rest.length);
  }

  #room(length: number): Uint8Array {
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(length);
    return this.#scratch;
  }
}

function prefixOf(elements: Elements, length: number): Elements {
  return (elements as Float32Array).subarray(0, length);
}
