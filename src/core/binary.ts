/**
 * Where the kernels' binary comes from: inlined (inlined.ts), or supplied by the caller (init.ts).
 * Compiled when it is first needed.
 */
import { runtime } from "./runtime.js";

export interface Binary {
  /**
   * The module that imports such a memory: one that imports shared memory refuses the other kind.
   * Null where it was not supplied.
   */
  module(shared: boolean): WebAssembly.Module | null;
  /** Its bytes; null where only modules were supplied. */
  bytes(): Uint8Array | null;
}

/** The first binary stays. */
export function provide(binary: Binary): void {
  runtime.binary ??= binary;
}

export function isProvided(): boolean {
  return runtime.binary !== null;
}

export function moduleFor(shared: boolean): WebAssembly.Module | null {
  const { binary } = runtime;
  if (binary) return binary.module(shared);
  throw new Error(
    "lossgrad/slim: expected `await init(source)` before anything is computed, got no binary; source is the URL, the bytes or the " +
      'compiled module of "lossgrad/lossgrad.wasm" ("lossgrad" itself comes with its binary)',
  );
}

/** The bytes of the binary; null where they are not at hand. */
export function binaryBytes(): Uint8Array | null {
  return runtime.binary?.bytes() ?? null;
}
