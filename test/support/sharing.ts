/** What memory the engine has beside the plain one. */
import { moduleFor } from "../../src/core/binary.js";
import { canShare } from "../../src/core/memory.js";

function hasSharedMemory(): boolean {
  try {
    return moduleFor(true) !== null && !!new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  } catch {
    return false;
  }
}

/**
 * Whether there is shared memory, be it that it cannot be handed to a worker, as in a page that is
 * not isolated.
 */
export const HAS_SHARED_MEMORY = hasSharedMemory();
/** Whether tensors lie in it, so that threads can share their work. */
export const CAN_SHARE = HAS_SHARED_MEMORY && canShare();
/**
 * Buffers of shared memory; a page that is not isolated has none, and plain ones stand in for them.
 */
export const SharedBuffer = typeof SharedArrayBuffer === "function" ? SharedArrayBuffer : ArrayBuffer;
