/**
 * Which elements belong to which output: an operand is [outer, outputs, inner], row-major, and an
 * output has outer · inner of its elements.
 */
import type { LinearMemory } from "../core/memory.js";
import { type DType, dtypes } from "../ndarray/dtype.js";
import type { ForeignArray } from "../ndarray/foreign.js";
import type { TakenData } from "../ndarray/typed.js";
import type { Elements } from "../ndarray/window.js";

export interface Columns {
  readonly outputs: number;
  /** Elements of one output that follow each other. */
  readonly inner: number;
  /** Elements of one output. */
  readonly length: number;
}

/** Where element `i` of output `output` stands among all elements. */
export function positionOf({ outputs, inner }: Columns, output: number, i: number): number {
  const run = Math.floor(i / inner);
  return (run * outputs + output) * inner + (i - run * inner);
}

/** The elements of one output. */
export function columnOf(x: ForeignArray, columns: Columns, output: number): Elements {
  const isWhole = columns.outputs === 1 || x.constant || x.numel === columns.length;
  return isWhole ? x : new Column(x, columns, output);
}

type Numbers = Record<number, number>;
const BY_SIZE = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: Float64Array };

class Column implements Elements {
  readonly contiguous = false;
  readonly constant = false;
  readonly dtype: DType;
  readonly numel: number;
  readonly memory: LinearMemory;

  constructor(
    private readonly x: ForeignArray,
    private readonly columns: Columns,
    private readonly output: number,
  ) {
    this.dtype = x.dtype;
    this.memory = x.memory;
    this.numel = columns.length;
  }

  /** None: elements are gathered. */
  address(): null {
    return null;
  }

  copyTo(address: number, start: number, n: number): void {
    const { columns, output, x } = this;
    if (columns.inner === 1) {
      this.gather(address, start, n);
      return;
    }
    const { size } = dtypes[this.dtype];
    for (let done = 0; done < n;) {
      const left = columns.inner - ((start + done) % columns.inner);
      const run = Math.min(left, n - done);
      x.copyTo(address + done * size, positionOf(columns, output, start + done), run);
      done += run;
    }
  }

  /** Single elements at equal distances. */
  private gather(address: number, start: number, n: number): void {
    const { memory, output } = this;
    const { outputs } = this.columns;
    const from = this.numbers();
    const to = this.numbersIn(memory.buffer, address, n);
    let at = start * outputs + output;
    for (let i = 0; i < n; i++, at += outputs) to[i] = from[at];
  }

  /** All elements as numbers of their size, whatever they mean. */
  private numbers(): Numbers {
    const { x, memory } = this;
    const place = x.address();
    if (place !== null) return this.numbersIn(memory.buffer, place, x.numel);
    const { buffer, byteOffset } = x.data as TakenData;
    return this.numbersIn(buffer, byteOffset, x.numel);
  }

  private numbersIn(buffer: ArrayBufferLike, at: number, n: number): Numbers {
    const array = BY_SIZE[dtypes[this.dtype].size as keyof typeof BY_SIZE];
    return new array(buffer as ArrayBuffer, at, n);
  }

  copyFrom(): void {
    throw new Error("internal: an output's elements are written");
  }
}
