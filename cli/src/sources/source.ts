import { InputError } from "../input-error.js";

/** The bytes of a file, of a page's Blob, of a web resource or of a pipe. */
export interface Source {
  /** What messages call it. */
  readonly name: string;
  /** How many bytes there are; null where only their end tells. */
  readonly size: number | null;
  /** Whether bytes can be read in any order. A stream goes forward only, its beginning apart. */
  readonly seekable: boolean;
  /** Fills `into` with the bytes from `offset` on, and says how many: fewer only at the end. */
  read(offset: number, into: Uint8Array): Promise<number>;
  /** Gives back what it holds, also in the middle. */
  close(): Promise<void>;
}

/** The bytes from `offset` on: `length` of them, or as many as there are. */
export async function readBytes(source: Source, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, await source.read(offset, bytes));
}

const PIECE = 2 ** 18;

/** All bytes in their order, piece by piece. A piece is the reader's own. */
export async function* piecesOf(source: Source): AsyncGenerator<Uint8Array> {
  for (let offset = 0; ;) {
    const piece = await readBytes(source, offset, PIECE);
    if (piece.length > 0) yield piece;
    if (piece.length < PIECE) return;
    offset += piece.length;
  }
}

/** So much of a stream can be read again: what tells the format. */
const KEPT = 2 ** 12;

/** Bytes that come one after another: of a pipe, or of an answer without ranges. */
export class StreamSource implements Source {
  readonly size = null;
  readonly seekable = false;
  readonly #pieces: AsyncIterator<Uint8Array>;
  /** The beginning of the stream, as far as it was read. */
  #head: Uint8Array = new Uint8Array(0);
  /** What came and was not read yet, and where it lies. */
  #pending: Uint8Array = new Uint8Array(0);
  #position = 0;

  constructor(
    readonly name: string,
    pieces: AsyncIterable<Uint8Array>,
    private readonly end: () => void | Promise<void> = () => undefined,
  ) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    const again = this.#head.subarray(Math.min(offset, this.#head.length)).subarray(0, into.length);
    into.set(again);
    let length = again.length;
    if (length < into.length) await this.#skipTo(offset + length);
    while (length < into.length && (await this.#fill())) {
      length += this.#take(into.subarray(length));
    }
    return length;
  }

  async close(): Promise<void> {
    await this.end();
    await this.#pieces.return?.();
  }

  async #skipTo(offset: number): Promise<void> {
    if (offset < this.#position) {
      throw new InputError(
        `${this.name}: expected data that can be read in any order, got a stream; write it into a file first`,
      );
    }
    while (this.#position < offset && (await this.#fill())) {
      this.#take(new Uint8Array(Math.min(offset - this.#position, this.#pending.length)));
    }
  }

  /** Whether there is something to take. */
  async #fill(): Promise<boolean> {
    while (this.#pending.length === 0) {
      const next = await this.#pieces.next();
      if (next.done) return false;
      this.#pending = next.value;
    }
    return true;
  }

  #take(into: Uint8Array): number {
    const taken = this.#pending.subarray(0, into.length);
    into.set(taken);
    if (this.#position < KEPT) this.#keep(taken.subarray(0, KEPT - this.#position));
    this.#pending = this.#pending.subarray(taken.length);
    this.#position += taken.length;
    return taken.length;
  }

  #keep(bytes: Uint8Array): void {
    const head = new Uint8Array(this.#head.length + bytes.length);
    head.set(this.#head);
    head.set(bytes, this.#head.length);
    this.#head = head;
  }
}
