/** A user's typed array, or one number repeated, as an operand: no storage, no strides, nothing to dispose. */
import type { LinearMemory } from "../core/memory.js";
import { type DType, dtypes } from "./dtype.js";

/** What holds a user's numbers; for halves, their bits in any array of two bytes an element. */
export interface NumberView extends ArrayBufferView {
  readonly length: number;
}

export class ForeignArray {
  readonly contiguous = true;
  /** Where the elements lie if they lie in `memory`; null if they have to pass through its windows. */
  private readonly place: number | null;

  constructor(
    readonly data: NumberView | number,
    readonly dtype: DType,
    readonly numel: number,
    /** The memory whose kernels compute. */
    readonly memory: LinearMemory,
  ) {
    const inside = typeof data !== "number" && memory.owns(data.buffer);
    this.place = inside ? data.byteOffset : null;
  }

  address(): number | null {
    return this.place;
  }

  /** Whether all elements are one number. */
  get constant(): boolean {
    return typeof this.data === "number";
  }

  /** Puts elements [start, start + n) at `address`. */
  copyTo(address: number, start: number, n: number): void {
    const { data, memory } = this;
    if (typeof data === "number") {
      const { array } = dtypes[this.dtype];
      new array(memory.buffer, address, n).fill(data as never);
    } else {
      memory.bytes.set(this.bytesOf(data, start, n), address);
    }
  }

  /** Takes elements [start, start + n) from `address`. */
  copyFrom(address: number, start: number, n: number): void {
    const bytes = this.bytesOf(this.data as NumberView, start, n);
    bytes.set(this.memory.bytes.subarray(address, address + bytes.length));
  }

  private bytesOf(data: NumberView, start: number, n: number): Uint8Array {
    const { size } = dtypes[this.dtype];
    return new Uint8Array(data.buffer, data.byteOffset + start * size, n * size);
  }
}
