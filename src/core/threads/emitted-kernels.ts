/** A worker's kernels of emitted modules, which it compiles when it first sees them. */
import { type Control, MODULE, MODULE_LENGTH } from "./control.js";
import type { AnyKernel } from "./work.js";

/** Kernels that a worker keeps; one that was forgotten is compiled again. */
const MOST_KERNELS = 256;

export class EmittedKernels {
  /** By the module's number, the oldest first; null for one that cannot be had here. */
  private readonly kernels = new Map<number, AnyKernel | null>();

  constructor(private readonly memory: WebAssembly.Memory) {}

  /** The kernel of the open job's module; null where this thread is refused to compile it. */
  kernelOf({ words, module }: Control): AnyKernel | null {
    const id = words[MODULE];
    let kernel = this.kernels.get(id);
    if (kernel !== undefined) return kernel;
    kernel = this.compile(module.slice(0, words[MODULE_LENGTH]));
    if (this.kernels.size >= MOST_KERNELS) this.kernels.delete(this.kernels.keys().next().value!);
    this.kernels.set(id, kernel);
    return kernel;
  }

  private compile(bytes: Uint8Array<ArrayBuffer>): AnyKernel | null {
    try {
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
        env: { memory: this.memory },
      });
      return exports.run as AnyKernel;
    } catch {
      return null;
    }
  }
}
