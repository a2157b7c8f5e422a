// Bundles the worker's program into one text: in src/core/generated/worker.ts, so that a worker starts without fetch or file access, and as
// a file of the package, for pages whose Content-Security-Policy wants one.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { buildSync } from "esbuild";

function bundle(entry) {
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0].text;
}

export function inlineWorker(entry, sourceFile) {
  mkdirSync(dirname(sourceFile), { recursive: true });
  writeFileSync(
    sourceFile,
    `// Written by scripts/inline-worker.mjs from ${entry}.\nexport const WORKER_SOURCE = ${JSON.stringify(bundle(entry))};\n`,
  );
}

export function shipWorker(entry, target) {
  writeFileSync(target, bundle(entry));
}
