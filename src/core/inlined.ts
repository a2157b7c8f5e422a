/**
 * Provides the binary that the build inlined: no fetch, no file access. Imported for that effect by
 * the entries that come with it.
 */
import { provide } from "./binary.js";
import { WASM_BASE64 } from "./generated/binary.js";
import { compile, forMemory } from "./load.js";

function decodeBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

let decoded: Uint8Array | null = null;

function bytes(): Uint8Array {
  return (decoded ??= decodeBase64(WASM_BASE64));
}

const modules = new Map<boolean, WebAssembly.Module>();

function moduleFor(shared: boolean): WebAssembly.Module {
  const module = modules.get(shared) ?? compile(forMemory(bytes(), shared));
  modules.set(shared, module);
  return module;
}

provide({ module: moduleFor, bytes });
