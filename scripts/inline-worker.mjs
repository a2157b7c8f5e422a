// Bundles the worker's program into one text in src/core/generated/worker.ts, so that a worker starts without fetch or file access.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { buildSync } from "esbuild";

export function inlineWorker(entry, sourceFile) {
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  mkdirSync(dirname(sourceFile), { recursive: true });
  writeFileSync(
    sourceFile,
    `// Written by scripts/inline-worker.mjs from ${entry}.\nexport const WORKER_SOURCE = ${JSON.stringify(outputFiles[0].text)};\n`,
  );
}
