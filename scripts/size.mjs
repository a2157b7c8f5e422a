// Gzipped sizes of what a browser would load. A report, not a gate.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const GOAL = 20_000;

const gzippedSize = (bytes) => gzipSync(bytes, { level: 9 }).length;
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/** The library as one minified file, without the inlined binary when `withBinary` is false. */
async function bundle(entry, withBinary) {
  const emptyBinary = {
    name: "empty-binary",
    setup(context) {
      context.onLoad({ filter: /generated[\\/]binary\.js$/ }, () => ({
        contents: 'export const WASM_BASE64 = "", MEMORY_FLAGS = 0, SHARED_MEMORY = 0, WORKER_SOURCE = "";',
      }));
    },
  };
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    external: ["node:*"],
    write: false,
    logLevel: "silent",
    plugins: withBinary ? [] : [emptyBinary],
  });
  return outputFiles[0].contents;
}

/** Prints the gzipped size of the release binary and of the minified library, alone and with the binary inlined. */
export async function reportSizes(wasmFile, entry) {
  const wasm = gzippedSize(readFileSync(wasmFile));
  const [script, whole] = (await Promise.all([bundle(entry, false), bundle(entry, true)])).map(gzippedSize);
  console.log(
    `gzipped: ${wasmFile} ${kilobytes(wasm)} + minified JS ${kilobytes(script)} = ${kilobytes(wasm + script)}` +
      ` (goal ${kilobytes(GOAL)}); as one file with the binary inlined ${kilobytes(whole)}`,
  );
}
