type Growable = Float32Array | Float64Array | Uint32Array;

/**
 * A typed array that numbers are appended to: 4 or 8 bytes each, where an array of strings takes
 * 50.
 */
export class Growing<A extends Growable> {
  #room: A;
  #length = 0;
  readonly #make: new (length: number) => A;

  constructor(make: new (length: number) => A) {
    this.#make = make;
    this.#room = new make(1024);
  }

  get length(): number {
    return this.#length;
  }

  /** @throws RangeError when the engine has no memory for more */
  push(value: number): void {
    if (this.#length === this.#room.length) {
      const wider = new this.#make(2 * this.#room.length);
      wider.set(this.#room);
      this.#room = wider;
    }
    this.#room[this.#length++] = value;
  }

  /** What was appended, without a copy: nothing may be appended after it. */
  take(): A {
    return this.#room.subarray(0, this.#length) as A;
  }
}
