/**
 * The terms of a program as elements that are computed when they are read: a sum goes over them as
 * over an array, though none has all of them. What the program stores besides is written as its
 * block is read, so that gradients come along in the same pass.
 */
import type { LinearMemory } from "../core/memory.js";
import { dtypes } from "../ndarray/dtype.js";
import type { Elements } from "../ndarray/window.js";
import { Pass, type Run } from "./pass.js";
import { type TermsKernel, termsFor } from "./provider.js";

export class Terms implements Elements {
  readonly dtype: "float32" | "float64";
  readonly numel: number;
  readonly memory: LinearMemory;
  readonly contiguous = true;
  readonly constant = false;
  private pass: Pass | null = null;
  private kernel: TermsKernel | null = null;

  constructor(
    private readonly run: Run,
    /** The first slot of the program's windows. */
    private readonly slot: number,
  ) {
    this.dtype = dtypes[run.program.dtype].compute === "f64" ? "float64" : "float32";
    ({ memory: this.memory, numel: this.numel } = run.operands[0]);
  }

  /**
   * They lie nowhere. Whoever asks is about to read them, in the operation under way: what they are
   * made of is pinned.
   */
  address(): null {
    this.pass = Pass.of(this.run, this.slot);
    this.kernel = termsFor(this.run.program, this.memory);
    return null;
  }

  copyTo(address: number, start: number, n: number): void {
    const { pass, kernel } = this;
    kernel!.terms(pass!.begin(start, n), n, pass!.numbers, address);
    pass!.end(start, n);
  }

  copyFrom(): never {
    throw new Error("internal: terms are computed, and cannot be written");
  }
}
