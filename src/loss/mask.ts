/** Masks of a loss: one bool or byte for each element, which counts where it is not 0. */
import type { FloatTag } from "../core/kernels.js";
import type { LinearMemory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { dtypes, isFloating } from "../ndarray/dtype.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { type Elements, inBlocks, inRows, Source, Target } from "../ndarray/window.js";

/** Windows behind those of a loss's operands and results. */
const MASK_SLOT = 5;
const FIRST_MASKED = 12;
const COUNTS = 9;

type Size = 2 | 4 | 8;
const SIZES: Readonly<Record<FloatTag, Size>> = { f16: 2, bf16: 2, f32: 4, f64: 8 };

function keep(memory: LinearMemory, size: Size, mask: number, x: number, out: number, n: number): void {
  memory.kernels[`masked_${size}`](mask, x, out, n);
}

/** A mask as the kernels read it, within an operation. */
export class MaskSource {
  readonly source: Source;
  private readonly memory: LinearMemory;
  private start = -1;
  private length = 0;
  private address = 0;

  constructor(mask: Elements) {
    this.memory = mask.memory;
    this.source = new Source(mask, dtypes[mask.dtype].storage, MASK_SLOT);
  }

  /**
   * Where the bytes of elements [start, start + n) lie; several operands of one block ask for them.
   */
  read(start: number, n: number): number {
    if (start === this.start && n <= this.length) return this.address;
    this.start = start;
    this.length = n;
    return (this.address = this.source.read(start, n));
  }

  /** out = x where the mask holds, else 0; x has the elements [start, start + n). */
  keep(size: Size, x: number, out: number, start: number, n: number): void {
    keep(this.memory, size, this.read(start, n), x, out, n);
  }

  /** Sets what a kernel wrote at `address` to +0 where the mask does not hold. */
  keepWritten(tag: FloatTag, address: number, start: number, n: number): void {
    this.keep(SIZES[tag], address, address, start, n);
  }
}

/**
 * An operand of halves that is read as 0 where its mask does not hold: NaN and infinities there
 * meet no kernel.
 */
export class MaskedSource {
  readonly direct = false;
  private readonly window: number;

  constructor(
    private readonly source: Source,
    private readonly mask: MaskSource,
    private readonly tag: FloatTag,
    slot: number,
  ) {
    this.window = source.memory.window(FIRST_MASKED + slot);
  }

  read(start: number, n: number): number {
    this.mask.keep(SIZES[this.tag], this.source.read(start, n), this.window, start, n);
    return this.window;
  }

  /** The elements as numbers of another type, also where the mask does not hold. */
  readAs(tag: FloatTag, start: number, n: number): number {
    return this.source.readAs(tag, start, n);
  }
}

/** Sets the elements of `x` to +0 where `mask`, of its shape, does not hold. */
export function keepMasked(x: NdArray, mask: Elements): NdArray {
  copyKept(x, mask, x);
  return x;
}

/** out = x where `mask` holds, else 0; all of one shape. */
export function copyKept(x: Elements, mask: Elements, out: Elements): void {
  const { storage, compute } = dtypes[x.dtype];
  // Bytes and the like have no kernel of their own.
  const tag = isFloating(x.dtype) ? storage : compute;
  const size = tag in SIZES ? SIZES[tag as FloatTag] : 8;
  operate(() => {
    const bytes = new MaskSource(mask);
    const source = new Source(x, tag, 0);
    const target = new Target(out, tag, 1);
    inBlocks(x.numel, (start, n) => {
      bytes.keep(size, source.read(start, n), target.begin(start), start, n);
      target.end(start, n);
    });
  });
}

/** How many elements of each row of `length` elements the mask keeps. */
export function countKept(mask: Elements, rows: number, length: number): Float64Array {
  const counts = new Float64Array(rows);
  operate(() => {
    const { memory } = mask;
    const source = new Source(mask, dtypes[mask.dtype].storage, MASK_SLOT);
    const window = memory.window(COUNTS);
    const { kernels } = memory;
    const count = (start: number, many: number, n: number): Float64Array => {
      kernels.counts_u8(source.read(start, many * n), window, many, n);
      return memory.f64.subarray(window >> 3, (window >> 3) + many);
    };
    inRows(rows, length, {
      rows: (first, many) => counts.set(count(first * length, many, length), first),
      piece: (row, start, n) => (counts[row] += count(start, 1, n)[0]),
    });
  });
  return counts;
}
