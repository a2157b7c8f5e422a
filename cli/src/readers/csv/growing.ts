/**
 * A typed array that numbers are appended to: 8 bytes each, where an array of strings takes 50.
 */
export class Growing {
  #room = new Float64Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @throws RangeError when the engine has no memory for more */
  push(value: number): void {
    if (this.#length === this.#room.length) {
      const wider = new Float64Array(2 * this.#room.length);
      wider.set(this.#room);
      this.#room = wider;
    }
    this.#room[this.#length++] = value;
  }

  /** What was appended, without a copy: nothing may be appended after it. */
  take(): Float64Array {
    return this.#room.subarray(0, this.#length);
  }
}
