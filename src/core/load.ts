/** Compiles and instantiates the binary, and says why where a place refuses to. */
import { instantiateSync } from "@assemblyscript/loader";
import { MEMORY_FLAGS, PLAIN_MEMORY, SHARED_MEMORY } from "./generated/kernels.js";
import type { Kernels } from "./kernels.js";

/**
 * The binary for one kind of memory from that for any. A module says of the memory that it imports
 * whether it is shared; the code is the same, so the two binaries differ in one byte (the build
 * checks it).
 */
export function forMemory(bytes: Uint8Array, shared: boolean): Uint8Array<ArrayBuffer> {
  const own = new Uint8Array(bytes);
  own[MEMORY_FLAGS] = shared ? SHARED_MEMORY : PLAIN_MEMORY;
  return own;
}

/** Synchronous: the binary is small. */
export function compile(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw refusal(bytes, error);
  }
}

/** Why `bytes` were not compiled, for whoever can change it. */
export function refusal(bytes: Uint8Array<ArrayBuffer>, cause: unknown): Error {
  if (typeof WebAssembly !== "object") {
    return new Error("lossgrad: expected an engine with WebAssembly, got one without", { cause });
  }
  if (!WebAssembly.validate(bytes)) {
    return new Error(
      "lossgrad: expected an engine that takes the binary (WebAssembly with SIMD: browsers since 2021, Safari since 16.4), got one that " +
        "finds it invalid, or bytes that were damaged",
      { cause },
    );
  }
  return new Error(
    `lossgrad: expected to compile WebAssembly, got "${String(cause)}"; a Content-Security-Policy must have 'wasm-unsafe-eval' in its ` +
      "script-src; where compiling is not possible at all (Cloudflare Workers), init() of lossgrad/slim takes a compiled module",
    { cause },
  );
}

/** The kernels over `memory`, which must be large enough for the module's declared initial size. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  // The loader's own exports go through a function of JavaScript each, which takes as long as a
  // short kernel.
  return instantiateSync(module, { env: { memory } }).instance.exports as Kernels;
}
