// The apps of apps/ as they lie in the project that the tarball was installed in.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { inject } from "vitest";
import { npmCommand } from "../../../scripts/packages.mjs";

/** What compute() of apps/compute.js returns. */
export const EXPECTED = "0.5 tensor([-0.2500,  0.2500,  0.0000, -0.2500]) 1.5 -0.5 0.5";

/** The loss that computeOnThreads() of apps/compute.js returns. */
export const LARGE = "1.5";

/** A folder under apps/, beside the bundlers. */
export function appFolder(...names) {
  return join(inject("projects").bundled, "apps", ...names);
}

/** Runs a program to its end in `folder`; returns what it prints. */
function execute(folder, command, args) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: "utf8", env });
  if (status !== 0)
    throw new Error(`${args.join(" ")}: expected status 0, got ${status}\n${stdout}${stderr}`);
  return stdout.trim();
}

/** Runs a Node script. */
export function run(folder, ...args) {
  return execute(folder, process.execPath, args);
}

/** Builds an app by its own build script, as its author would. */
export function build(app) {
  execute(appFolder(app), ...npmCommand("run", "--silent", "build"));
}
