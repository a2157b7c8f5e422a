// The whole build: AssemblyScript -> build/*.wasm -> src/core/generated/binary.ts -> dist/. Steps whose output is newer than their sources are skipped.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { assertOnlyMemoryImported, inlineWasm } from "./inline-wasm.mjs";
import { reportSizes } from "./size.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const BINARY_SOURCE = "src/core/generated/binary.ts";
const require = createRequire(import.meta.url);

/** Modification time of the newest file under `path` (0 when there is none). */
function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** True when every output exists and none is older than any of the inputs. */
function upToDate(outputs, inputs) {
  const changed = Math.max(...inputs.map(newest));
  return outputs.every((output) => existsSync(output) && statSync(output).mtimeMs >= changed);
}

/** Runs a package's command-line script with this Node; a failure ends the build with the same status. */
function runScript(script, args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

function compileKernels(target, wasmFile) {
  if (upToDate([wasmFile], ["assembly", "asconfig.json", "package-lock.json"])) return;
  const asc = join(dirname(require.resolve("assemblyscript/package.json")), "bin/asc.js");
  runScript(asc, ["--config", "asconfig.json", "--target", target]);
  if (target !== "debug") assertOnlyMemoryImported(wasmFile);
}

async function compileLibrary() {
  if (upToDate(["dist/index.js"], ["src", "tsconfig.json", "tsconfig.build.json", "package-lock.json"])) return;
  // A source file that was removed must not live on in the package.
  rmSync("dist", { recursive: true, force: true });
  runScript(join(dirname(require.resolve("typescript/package.json")), "bin/tsc"), ["-p", "tsconfig.build.json"]);
  await reportSizes("build/lossgrad.wasm", "dist/index.js");
}

process.chdir(ROOT);
if (process.argv.includes("--debug")) {
  compileKernels("debug", "build/lossgrad.debug.wasm");
} else {
  compileKernels("release", "build/lossgrad.wasm");
  compileKernels("threads", "build/lossgrad.threads.wasm");
  if (!upToDate([BINARY_SOURCE], ["build/lossgrad.wasm"])) inlineWasm("build/lossgrad.wasm", BINARY_SOURCE);
  await compileLibrary();
}
