// Bundles the worker's program into one text: in src/core/generated/worker.ts, so that a worker
// starts without fetch or file access, and as a file of the package, for pages whose
// Content-Security-Policy wants one.
//
// The program knows its own digest, WORKER_ID, by which it refuses to work for another version of
// the library.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { buildSync } from "esbuild";

/** Stands in the text where the digest of the text itself will be. */
const PLACE = "0".repeat(16);

function bundle(entry) {
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    write: false,
    logLevel: "silent",
    define: { WORKER_ID: JSON.stringify(PLACE) },
  });
  const [{ text }] = outputFiles;
  if (!text.includes(PLACE)) throw new Error(`${entry}: expected a place for WORKER_ID, got none`);
  const id = createHash("sha256").update(text).digest("hex").slice(0, PLACE.length);
  return { id, text: text.replaceAll(PLACE, id) };
}

/** Writes both from one bundle: the library refuses any other. */
export function inlineWorker(entry, sourceFile, file) {
  const { id, text } = bundle(entry);
  for (const path of [sourceFile, file]) mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    sourceFile,
    `// Written by scripts/inline-worker.mjs from ${entry}.\n` +
      `export const WORKER_ID = ${JSON.stringify(id)};\nexport const WORKER_SOURCE = ${JSON.stringify(text)};\n`,
  );
  writeFileSync(file, text);
}
