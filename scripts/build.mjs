// The whole build: AssemblyScript -> build/*.wasm -> src/core/generated/ -> dist/, and cli/dist/ over it.
// A step whose output is newer than its sources is skipped, so that every command may build first.
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { assertOnlyMemoryImported, inlineWasm, shipWasm } from "./inline-wasm.mjs";
import { inlineWorker } from "./inline-worker.mjs";
import { nameClasses } from "./name-classes.mjs";
import { commandOf, runScript } from "./packages.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const RELEASE_WASM = "build/lossgrad.wasm";
const THREADS_WASM = "build/lossgrad.threads.wasm";
const WORKER_ENTRY = "src/core/threads/worker.ts";
const WORKER_SOURCE = "src/core/generated/worker.ts";
const WORKER_FILE = "build/worker.js";
/** What the bundle of the worker is made of. */
const WORKER_INPUTS = [
  dirname(WORKER_ENTRY),
  "src/core/block.ts",
  "scripts/inline-worker.mjs",
  "tsconfig.json",
  "package-lock.json",
];
const BINARY_SOURCE = "src/core/generated/binary.ts";
const BINARY_FACTS = "src/core/generated/kernels.ts";

/**
 * Modification time of the newest file under `path`, the folders included: removing a file changes
 * its folder.
 */
function newest(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** True when `output` exists and is not older than any of the inputs. */
function upToDate(output, inputs) {
  return existsSync(output) && statSync(output).mtimeMs >= Math.max(...inputs.map(newest));
}

function compileKernels(target, wasmFile) {
  if (upToDate(wasmFile, ["assembly", "asconfig.json", "package-lock.json"])) return;
  runScript(commandOf("assemblyscript", "asc"), ["--config", "asconfig.json", "--target", target]);
}

/**
 * The maps of scripts whose sources the package does not have: debuggers and bundlers would warn of
 * them.
 */
function dropMaps(folder) {
  for (const file of readdirSync(folder).map((name) => join(folder, name))) {
    if (file.endsWith(".map")) rmSync(file);
    else writeFileSync(file, readFileSync(file, "utf8").replace(/^\/\/# sourceMappingURL=.*\n?/m, ""));
  }
}

/** What the library is made of, beside the binary and the worker. */
const LIBRARY_INPUTS = [
  "src",
  "scripts/name-classes.mjs",
  "tsconfig.json",
  "tsconfig.build.json",
  "package-lock.json",
];
/** Where the classes are that print their names. */
const NAMED = ["dist/nn", "dist/optim", "dist/typed/accumulator.js"];

function compileLibrary() {
  if (upToDate("dist/index.js", LIBRARY_INPUTS)) return;
  // A source file that was removed must not live on in the package.
  rmSync("dist", { recursive: true, force: true });
  runScript(commandOf("typescript", "tsc"), ["-p", "tsconfig.build.json"]);
  nameClasses(...NAMED);
  dropMaps("dist/core/generated");
  shipWasm(RELEASE_WASM, THREADS_WASM, "dist/lossgrad.wasm", "dist/lossgrad.threads.wasm");
  copyFileSync(WORKER_FILE, "dist/worker.js");
}

/** What Node begins with: the command, and what its threads run. */
const COMMAND_ENTRIES = ["cli/src/main.ts", "cli/src/shards/thread.ts"];

/**
 * The workspace of the command line, which finds the library as its users do. Both are bundled,
 * since finding and opening some two hundred small files took two thirds of the command's start;
 * what only some commands need stays in files of its own, and packages stay outside.
 */
function compileCommand() {
  const inputs = ["cli/src", "cli/package.json", "dist/index.js", "scripts/build.mjs", "package-lock.json"];
  if (!existsSync("cli") || upToDate("cli/dist/main.js", inputs)) return;
  rmSync("cli/dist", { recursive: true, force: true });
  const { dependencies } = JSON.parse(readFileSync("cli/package.json", "utf8"));
  buildSync({
    entryPoints: COMMAND_ENTRIES,
    outbase: "cli/src",
    outdir: "cli/dist",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // Names stay, for whoever reads a stack.
    minifySyntax: true,
    minifyWhitespace: true,
    external: Object.keys(dependencies),
    // The library's sources are not what its users find.
    tsconfigRaw: {},
    logLevel: "warning",
  });
}

process.chdir(ROOT);
if (process.argv.includes("--debug")) {
  compileKernels("debug", "build/lossgrad.debug.wasm");
} else {
  compileKernels("release", RELEASE_WASM);
  compileKernels("threads", THREADS_WASM);
  if (!upToDate(BINARY_SOURCE, [RELEASE_WASM, THREADS_WASM, "scripts/inline-wasm.mjs"])) {
    assertOnlyMemoryImported(RELEASE_WASM);
    assertOnlyMemoryImported(THREADS_WASM);
    inlineWasm(RELEASE_WASM, THREADS_WASM, BINARY_FACTS, BINARY_SOURCE);
  }
  if (!upToDate(WORKER_FILE, WORKER_INPUTS) || !existsSync(WORKER_SOURCE)) {
    inlineWorker(WORKER_ENTRY, WORKER_SOURCE, WORKER_FILE);
  }
  compileLibrary();
  compileCommand();
}
