/** Growth of memory at its worst. */
import { LinearMemory } from "../../src/core/memory.js";
import { spillWhile } from "../../src/core/storage.js";

const methods = Object.getOwnPropertyDescriptors(LinearMemory.prototype);
const window = methods.window.value!;
const allocate = methods.allocate.value!;

/**
 * Runs `run` while each window that is asked for, and each block, detaches the views of a memory that
 * is not shared, as what lets the memory grow does; and results that no operation uses are moved out
 * before. Whoever read a view before shows: what is written to it is lost, or an error.
 */
export function whileDetaching<T>(run: () => T): T {
  LinearMemory.prototype.window = function (index) {
    detach(this);
    return window.call(this, index);
  };
  LinearMemory.prototype.allocate = function (bytes) {
    spillWhile(() => true);
    detach(this);
    return allocate.call(this, bytes);
  };
  try {
    return run();
  } finally {
    Object.assign(LinearMemory.prototype, { window, allocate });
  }
}

function detach(linear: LinearMemory): void {
  if (linear.shared) return;
  linear.wasm.grow(0);
  (linear as unknown as { renewViews: () => void }).renewViews();
}
