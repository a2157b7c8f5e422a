/** Compressed bytes that are not what they say: the caller tells where they lie. */
export class CompressionError extends Error {}

/** Joins pieces that come one after another into `length` bytes: neither more nor fewer. */
export class Filling {
  readonly bytes: Uint8Array<ArrayBuffer>;
  #at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }

  add(piece: Uint8Array): void {
    if (piece.length > this.bytes.length - this.#at)
      throw new CompressionError(`expected ${this.bytes.length} bytes, got more`);
    this.bytes.set(piece, this.#at);
    this.#at += piece.length;
  }

  finish(): Uint8Array<ArrayBuffer> {
    if (this.#at < this.bytes.length)
      throw new CompressionError(`expected ${this.bytes.length} bytes, got ${this.#at}`);
    return this.bytes;
  }
}
