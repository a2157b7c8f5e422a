// AssemblyScript's compiler as linter: whatever it has to say about the kernels, its pedantic
// remarks included, is a failure.
import { spawnSync } from "node:child_process";
import { commandOf } from "./packages.mjs";

// The debug target compiles the same program as the others and leaves out the optimizer, which has
// no remarks to make.
const args = ["--config", "asconfig.json", "--target", "debug", "--noEmit", "--pedantic"];
const asc = commandOf("assemblyscript", "asc");
const { status, stdout, stderr } = spawnSync(process.execPath, [asc, ...args], { encoding: "utf8" });
const remarks = stdout + stderr;
if (remarks !== "") console.error(remarks);
process.exitCode = status === 0 && remarks === "" ? 0 : 1;
