// AssemblyScript's compiler as linter: whatever it has to say about the kernels, its pedantic remarks included, is a failure.
import { spawnSync } from "node:child_process";
import { commandOf } from "./packages.mjs";

for (const target of ["release", "threads"]) {
  const args = ["--config", "asconfig.json", "--target", target, "--noEmit", "--pedantic"];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [commandOf("assemblyscript", "asc"), ...args],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0 || stdout + stderr !== "") {
    console.error(`asc, target ${target}:\n${stdout}${stderr}`);
    process.exitCode = 1;
  }
}
