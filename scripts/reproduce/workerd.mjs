// Runs the set in workerd, which compiles modules before a worker starts and refuses to at run
// time: there, formulas are interpreted.
import { spawn } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What stands for "lossgrad" in the bundle: the library with the binary that workerd compiled. */
export const PRECOMPILED = fileURLToPath(new URL("../engines/precompiled.mjs", import.meta.url));
const BINARY = fileURLToPath(new URL("../../dist/lossgrad.wasm", import.meta.url));
const MANIFEST = new URL("./node_modules/workerd/package.json", import.meta.url);

const WORKER = `import { reproduce } from "./set.mjs";
export default {
  async fetch(request) {
    const counts = new URL(request.url).searchParams.getAll("threads").map(Number);
    return Response.json(await reproduce(counts));
  },
};
`;

/** One worker at a port that the system chooses. */
const configuration = (bundle) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [
      (name = "worker.mjs", esModule = embed "worker.mjs"),
      (name = "set.mjs", esModule = embed "${bundle}"),
      (name = "lossgrad.wasm", wasm = embed "lossgrad.wasm"),
    ],
    compatibilityDate = "2026-08-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;

/** The file that describes the worker, in `folder` beside the bundle. */
function writeWorker(folder, bundle) {
  copyFileSync(BINARY, join(folder, "lossgrad.wasm"));
  writeFileSync(join(folder, "worker.mjs"), WORKER);
  const file = join(folder, "worker.capnp");
  writeFileSync(file, configuration(bundle));
  return file;
}

/**
 * The port that workerd tells on its control stream; an error with what it printed where it ends
 * instead.
 */
function portOf(child) {
  return new Promise((resolve, reject) => {
    let [events, printed] = ["", ""];
    child.stderr.on("data", (text) => (printed += text));
    child.on("error", reject);
    child.on("close", (status) =>
      reject(new Error(`workerd ended with status ${status}: ${printed.trim()}`)),
    );
    child.stdio[3].on("data", (text) => {
      events += text;
      const line = events.split("\n").find((each) => each.includes('"listen"'));
      if (line) resolve(JSON.parse(line).port);
    });
  });
}

/** What the bundle in `folder` reports in workerd. */
export async function runInWorkerd({ program }, folder, bundle, threads, limit) {
  const args = ["serve", "--control-fd=3", writeWorker(folder, bundle)];
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  try {
    const port = await portOf(child);
    const query = threads.map((count) => `threads=${count}`).join("&");
    const response = await fetch(`http://127.0.0.1:${port}/?${query}`, {
      signal: AbortSignal.timeout(limit),
    });
    if (!response.ok)
      throw new Error(`workerd: expected hashes, got ${response.status} ${await response.text()}`);
    const { version } = JSON.parse(readFileSync(MANIFEST, "utf8"));
    return { version, runs: await response.json() };
  } finally {
    child.kill();
  }
}
