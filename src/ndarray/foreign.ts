/**
 * A user's typed array, or one number repeated, as an operand: no storage, no strides, nothing to
 * dispose.
 */
import type { LinearMemory } from "../core/memory.js";
import { type DType, dtypes } from "./dtype.js";
import type { TakenData } from "./typed.js";

export class ForeignArray {
  readonly contiguous = true;
  /**
   * Where the elements lie if they lie in `memory`; null if they have to pass through its windows.
   */
  private readonly place: number | null;

  constructor(
    /** The numbers; for halves, their bits in any array of two bytes an element. */
    readonly data: TakenData | number,
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
    const { data, memory, place } = this;
    const { array, size } = dtypes[this.dtype];
    if (typeof data === "number") {
      new array(memory.buffer, address, n).fill(data as never);
    } else if (place === null) {
      memory.bytes.set(this.bytesOf(data, start, n), address);
    } else {
      // Growth may have detached the view since: the place stays.
      memory.copy(address, place + start * size, n * size);
    }
  }

  /** Takes elements [start, start + n) from `address`. */
  copyFrom(address: number, start: number, n: number): void {
    const { data, memory, place } = this;
    const { size } = dtypes[this.dtype];
    const end = address + n * size;
    if (place === null) this.bytesOf(data as TakenData, start, n).set(memory.bytes.subarray(address, end));
    else memory.copy(place + start * size, address, n * size);
  }

  private bytesOf(data: TakenData, start: number, n: number): Uint8Array {
    const { size } = dtypes[this.dtype];
    return new Uint8Array(data.buffer, data.byteOffset + start * size, n * size);
  }
}
