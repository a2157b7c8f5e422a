/**
 * The Python that imports what is asked for: the tests' and the benchmarks' PyTorch is found in the
 * same way.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Importing torch takes seconds; minutes on a machine that is busy. */
const START_MS = 120_000;
const TORCH_ROOT = fileURLToPath(new URL("../../scripts/torch.sh", import.meta.url));

/**
 * The command of the first Python that imports all `modules`, or null. LOSSGRAD_PYTHON is asked
 * alone where it is set; else the newest PyTorch that scripts/torch.sh has laid, the system's own,
 * whatever is on the path.
 */
export function pythonWith(...modules: readonly string[]): string[] | null {
  const named = process.env.LOSSGRAD_PYTHON;
  const candidates = named ? [[named]] : [[TORCH_ROOT, "python"], ["/usr/bin/python3"], ["python3"]];
  const imports = ([command, ...args]: string[]): boolean => {
    const program = [...args, "-c", `import ${modules.join()}`];
    return spawnSync(command, program, { timeout: START_MS }).status === 0;
  };
  return candidates.find(imports) ?? null;
}
