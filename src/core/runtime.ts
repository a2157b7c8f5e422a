/**
 * What the library keeps from call to call, in one object. It comes about in this order:
 *
 *     binary     once, by the entry or by init(); the first stays
 *     mayShare   by setNumThreads, until the next is made: whether that may be shared with threads
 *     tensors    the memory that tensors lie in, made when it is first needed, and kept
 *     staging    the memory whose windows other operands pass through, made likewise
 *     shareOut   set when something is put into the memory of tensors
 *     threads    the team is made when a job is first shared out, and anew for another number of threads
 *
 * Only data: who makes what is in the files that have the types.
 */
import type { Binary } from "./binary.js";
import type { LinearMemory } from "./memory.js";
import type { ShareOut } from "./share.js";
import type { ThreadState } from "./threads/threads.js";

export interface Runtime {
  binary: Binary | null;
  mayShare: boolean;
  tensors: LinearMemory | null;
  staging: LinearMemory | null;
  shareOut: ShareOut;
  readonly threads: ThreadState;
}

export const runtime: Runtime = {
  binary: null,
  mayShare: true,
  tensors: null,
  staging: null,
  shareOut: () => false,
  threads: { asked: null, workerUrl: null, team: null },
};
