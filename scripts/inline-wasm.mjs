// Writes the release binary as base64 into src/core/generated/binary.ts, so that the library loads without fetch or file access.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Throws unless the module in `wasmFile` imports its memory and nothing else. */
export function assertOnlyMemoryImported(wasmFile) {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(wasmFile)));
  const names = imports.map(({ module, name }) => `${module}.${name}`);
  if (names.join() !== "env.memory") {
    throw new Error(`${wasmFile}: expected env.memory as the only import, got ${names.join(", ") || "none"}`);
  }
}

/** Where the binary for shared memory differs from the plain one, and what stands there. Throws unless it is that one byte. */
function sharedMemoryByte(plain, shared) {
  const places = [...plain.keys()].filter((i) => plain[i] !== shared[i]);
  if (plain.length !== shared.length || places.length !== 1) {
    throw new Error(`expected binaries that differ in the flags of their memory, got ${places.length} bytes`);
  }
  return [places[0], shared[places[0]]];
}

/** Writes the bytes of `wasmFile`, how it becomes `sharedFile`, and the names of its functions, as a type, into `sourceFile`. */
export function inlineWasm(wasmFile, sharedFile, sourceFile) {
  const bytes = readFileSync(wasmFile);
  const [place, flags] = sharedMemoryByte(bytes, readFileSync(sharedFile));
  const kernels = WebAssembly.Module.exports(new WebAssembly.Module(bytes)).filter(
    ({ kind }) => kind === "function",
  );
  mkdirSync(dirname(sourceFile), { recursive: true });
  const lines = [
    `// Written by scripts/inline-wasm.mjs from ${wasmFile}.`,
    `export const WASM_BASE64 = "${bytes.toString("base64")}";`,
    `export const MEMORY_FLAGS = ${place};`,
    `export const SHARED_MEMORY = ${flags};`,
    `export type KernelName =\n${kernels.map(({ name }) => `  | "${name}"`).join("\n")};`,
  ];
  writeFileSync(sourceFile, `${lines.join("\n")}\n`);
}
