/** Compiles and instantiates the inlined binary: synchronous, on first use, without fetch or file access. */
import { instantiateSync } from "@assemblyscript/loader";
import { MEMORY_FLAGS, SHARED_MEMORY, WASM_BASE64 } from "./generated/binary.js";
import type { Kernels } from "./kernels.js";

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/**
 * The kernels as a module. A module says of the memory that it imports whether it is shared, and refuses the other kind; the code is the
 * same, so the two binaries differ in one byte (the build checks it) and one of them is enough.
 */
export function compile(shared: boolean): WebAssembly.Module {
  const bytes = decodeBase64(WASM_BASE64);
  if (shared) bytes[MEMORY_FLAGS] = SHARED_MEMORY;
  return new WebAssembly.Module(bytes);
}

/** The kernels over `memory`, which must be large enough for the module's declared initial size. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  const { exports } = instantiateSync(module, { env: { memory } });
  return exports as unknown as Kernels;
}
