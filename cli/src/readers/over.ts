import type { Dtype, Elements, Held } from "./dtypes.js";
import type { ArrayReader } from "./reader.js";

/** A reader that changes what another one reads, and tells the same of it but for that. */
export abstract class ReaderOver<From extends ArrayReader = ArrayReader> implements ArrayReader {
  constructor(protected readonly from: From) {}

  get name(): string {
    return this.from.name;
  }
  get format(): string {
    return this.from.format;
  }
  get dtype(): Dtype {
    return this.from.dtype;
  }
  get held(): Held {
    return this.from.held;
  }
  get shape(): From["shape"] {
    return this.from.shape;
  }
  get order(): "C" | "F" {
    return this.from.order;
  }
  get bytesRead(): number {
    return this.from.bytesRead;
  }
  get notes(): readonly string[] {
    return this.from.notes;
  }

  abstract read(into: Elements): Promise<number>;

  close(): Promise<void> {
    return this.from.close();
  }
}
