/** Instantiates the inlined binary: synchronous, on first use, without fetch or file access. */
import { instantiateSync } from "@assemblyscript/loader";
import { WASM_BASE64 } from "./generated/binary.js";
import type { Kernels } from "./kernels.js";

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The kernels over `memory`, which must be large enough for the module's declared initial size. */
export function instantiate(memory: WebAssembly.Memory): Kernels {
  const { exports } = instantiateSync(decodeBase64(WASM_BASE64), { env: { memory } });
  return exports as unknown as Kernels;
}
