/** Growth of memory at its worst. */
import { LinearMemory } from "../../src/core/memory.js";

/**
 * Runs `run` while each window that is asked for detaches the views of a memory that is not shared, as
 * one does that is made and lets the memory grow. Whoever reads a view before shows: what is written
 * to it is lost, or an error.
 */
export function whileDetaching<T>(run: () => T): T {
  const { value: window } = Object.getOwnPropertyDescriptor(LinearMemory.prototype, "window")! as {
    value: LinearMemory["window"];
  };
  LinearMemory.prototype.window = function (index) {
    if (!this.shared) {
      this.wasm.grow(0);
      (this as unknown as { renewViews: () => void }).renewViews();
    }
    return window.call(this, index);
  };
  try {
    return run();
  } finally {
    LinearMemory.prototype.window = window;
  }
}
