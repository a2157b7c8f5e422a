// The release binaries as the package has them: stamped with what they are, as files beside the
// library and, as base64, in its source, so that it loads without fetch or file access.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
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

/**
 * Where the binary for shared memory differs from the plain one. Throws unless it is in one byte.
 */
function memoryFlags(plain, shared) {
  const places = [...plain.keys()].filter((i) => plain[i] !== shared[i]);
  if (plain.length !== shared.length || places.length !== 1) {
    throw new Error(`expected binaries that differ in the flags of their memory, got ${places.length} bytes`);
  }
  return places[0];
}

/** What tells this binary from those of other versions: a digest of the plain one. */
function idOf(plain) {
  return createHash("sha256").update(plain).digest("hex").slice(0, 16);
}

/** The binary with a custom section at its end, named "lossgrad", that holds the id. */
function stamped(bytes, id) {
  const name = Buffer.from("lossgrad");
  const content = Buffer.concat([Buffer.from([name.length]), name, Buffer.from(id)]);
  return Buffer.concat([bytes, Buffer.from([0, content.length]), content]);
}

function write(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** Both binaries, stamped with their id. */
function stampBoth(plainFile, sharedFile) {
  const [plain, shared] = [plainFile, sharedFile].map((file) => readFileSync(file));
  const id = idOf(plain);
  return { id, flags: memoryFlags(plain, shared), plain: stamped(plain, id), shared: stamped(shared, id) };
}

/**
 * Writes what the library must know of the binaries into `factsFile`, and the plain one as base64
 * into `sourceFile`.
 */
export function inlineWasm(plainFile, sharedFile, factsFile, sourceFile) {
  const { id, flags, plain, shared } = stampBoth(plainFile, sharedFile);
  const kernels = WebAssembly.Module.exports(new WebAssembly.Module(plain)).filter(
    ({ kind }) => kind === "function",
  );
  const head = `// Written by scripts/inline-wasm.mjs from ${plainFile}.`;
  const facts = [
    head,
    `export const BINARY_ID = "${id}";`,
    `export const MEMORY_FLAGS = ${flags};`,
    `export const PLAIN_MEMORY = ${plain[flags]};`,
    `export const SHARED_MEMORY = ${shared[flags]};`,
    `export type KernelName =\n${kernels.map(({ name }) => `  | "${name}"`).join("\n")};`,
  ];
  write(factsFile, `${facts.join("\n")}\n`);
  write(sourceFile, `${head}\nexport const WASM_BASE64 = "${plain.toString("base64")}";\n`);
}

/** Writes the stamped binaries as files of the package. */
export function shipWasm(plainFile, sharedFile, plainTarget, sharedTarget) {
  const { plain, shared } = stampBoth(plainFile, sharedFile);
  write(plainTarget, plain);
  write(sharedTarget, shared);
}
