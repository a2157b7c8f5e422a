/** The table of rivals outside this process, and how they start. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { pythonWith } from "../test/support/python.js";
import { ProcessRival } from "./process.js";

interface Row {
  readonly name: string;
  /** Whether it may use all cores. */
  readonly threaded?: boolean;
  start(name: string): Promise<ProcessRival>;
}

export interface Outsiders {
  /** On one thread. */
  readonly single: readonly ProcessRival[];
  /** On all cores. */
  readonly threaded: readonly ProcessRival[];
}

/** A rival that does not take part, and why. */
export interface Absence {
  readonly name: string;
  readonly reason: string;
}

export const COMPILED_TORCH = "PyTorch, torch.compile";

const cores = String(availableParallelism());

const rows: readonly Row[] = [
  { name: "PyTorch", start: python("torch", "1") },
  { name: COMPILED_TORCH, start: python("torch", "1", "compile") },
  { name: "PyTorch, fused Adam", start: python("torch", "1", "fused") },
  { name: "NumPy", start: python("numpy") },
  { name: "onnxruntime-node", start: javascript("onnx", "onnxruntime-node", "1") },
  { name: "onnxruntime-web, wasm", start: javascript("onnx", "onnxruntime-web", "1") },
  { name: "tfjs, wasm", start: javascript("tfjs", "wasm") },
  { name: "tfjs, cpu", start: javascript("tfjs", "cpu") },
  { name: "jax-js, wasm", start: javascript("jax") },
  { name: "numpy-ts", start: javascript("numpy-ts") },
  { name: `PyTorch, ${cores} threads`, threaded: true, start: python("torch", cores) },
  {
    name: `onnxruntime-node, ${cores} threads`,
    threaded: true,
    start: javascript("onnx", "onnxruntime-node", cores),
  },
];

/** By this Node, with the loader that runs this file. */
function javascript(module: string, ...args: string[]): Row["start"] {
  const serve = fileURLToPath(new URL("rivals/serve.ts", import.meta.url));
  return (name) =>
    ProcessRival.start(name, process.execPath, ...process.execArgv, serve, `./${module}.js`, ...args);
}

/** By the first Python that imports the package, as the tests find it. */
function python(module: string, ...args: string[]): Row["start"] {
  const script = fileURLToPath(new URL("rivals/python.py", import.meta.url));
  return async (name) => {
    const found = pythonWith(...new Set(["numpy", module]));
    if (found === null) {
      throw new Error(
        `no Python here imports ${module} (run scripts/torch.sh lay, or set LOSSGRAD_PYTHON to one that does)`,
      );
    }
    const [command, ...before] = found;
    // Debian's build of torch 1.13 warns of its own imports.
    return ProcessRival.start(name, command, ...before, "-W", "ignore", script, module, ...args);
  };
}

/** Starts what can be started here; `absent` hears of the others. */
export async function startOutsiders(absent: (absence: Absence) => void): Promise<Outsiders> {
  const single: ProcessRival[] = [];
  const threaded: ProcessRival[] = [];
  for (const row of rows) {
    try {
      (row.threaded ? threaded : single).push(await row.start(row.name));
    } catch (error) {
      absent({ name: row.name, reason: (error as Error).message });
    }
  }
  return { single, threaded };
}
