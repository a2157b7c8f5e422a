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

/** Writes `export const WASM_BASE64`, the bytes of `wasmFile`, into `sourceFile`. */
export function inlineWasm(wasmFile, sourceFile) {
  const base64 = readFileSync(wasmFile).toString("base64");
  mkdirSync(dirname(sourceFile), { recursive: true });
  writeFileSync(
    sourceFile,
    `// Written by scripts/inline-wasm.mjs from ${wasmFile}.\nexport const WASM_BASE64 = "${base64}";\n`,
  );
}
