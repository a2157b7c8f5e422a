/**
 * The pipeline in the browser: writes build/onnx-page, a folder that any server can host, and
 * serves it.
 *
 *     npm run example -- onnx-page [port]
 */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { loadDigits } from "../support/digits.js";
import { InputError } from "../../cli/src/input-error.js";
import { isMain } from "../support/main.js";
import { vegaPath } from "../support/vega.js";
import type { Log } from "../support/print.js";
import { loadModel } from "./model.js";
import { serve } from "./serve.js";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
export const pageFolder = here("../../build/onnx-page");

/** Writes all that the page loads; nothing comes from elsewhere. */
export async function buildPage(log: Log): Promise<void> {
  const digits = loadDigits();
  const model = loadModel(digits, log);
  rmSync(pageFolder, { recursive: true, force: true });
  mkdirSync(pageFolder, { recursive: true });
  await build({
    entryPoints: { app: here("page/app.ts") },
    tsconfig: here("tsconfig.json"),
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    outdir: pageFolder,
    logLevel: "warning",
  });
  const runtime = "ort-wasm-simd-threaded.wasm";
  const files = {
    "index.html": here("page/index.html"),
    "style.css": here("page/style.css"),
    "volcano.json": vegaPath("volcano.json"),
    [runtime]: createRequire(import.meta.url).resolve(`onnxruntime-web/${runtime}`),
  };
  for (const [name, file] of Object.entries(files)) copyFileSync(file, join(pageFolder, name));
  writeFileSync(join(pageFolder, "autoencoder.onnx"), model);
  writeFileSync(join(pageFolder, "validation.bin"), digits.validation);
  writeFileSync(join(pageFolder, "unseen.bin"), digits.unseen);
  log("wrote build/onnx-page");
}

function readPort(text = "8080"): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65536) return port;
  throw new InputError(`onnx-page: expected a port from 0 to 65535, got ${text}`);
}

if (isMain(import.meta.url)) {
  try {
    const port = readPort(process.argv[2]);
    await buildPage(console.log);
    const { url } = await serve(pageFolder, { port });
    console.log(`open ${url} (Ctrl+C ends)`);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
