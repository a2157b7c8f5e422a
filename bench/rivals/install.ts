/**
 * Installs the rivals' packages. Their install scripts are not run: what those would fetch is not
 * needed.
 */
import { spawnSync } from "node:child_process";

/** Tells of a failure and goes on: what is not installed is left out. */
export function installRivals(): void {
  const { status } = spawnSync(
    "npm",
    ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"],
    {
      cwd: new URL("./", import.meta.url),
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" },
      stdio: ["ignore", "ignore", "inherit"],
      shell: process.platform === "win32",
    },
  );
  if (status !== 0)
    console.error("bench/rivals: npm could not install the packages (above); what is missing is left out");
}
