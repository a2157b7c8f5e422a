// Where the command-line scripts of installed packages lie, so that they run with this Node and
// without a shell.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** Path of the command `name` that `packageName` declares in its `bin`. */
export function commandOf(packageName, name) {
  const manifest = require.resolve(`${packageName}/package.json`);
  const { bin } = require(manifest);
  return join(dirname(manifest), typeof bin === "string" ? bin : bin[name]);
}

/**
 * Runs a Node script to its end with this process's standard streams; a failure ends this process
 * with the same status.
 */
export function runScript(script, args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Program and arguments of an npm command: npm tells its scripts where it lies; called by hand, it
 * is on the path.
 */
export function npmCommand(...args) {
  const npm = process.env.npm_execpath;
  return npm ? [process.execPath, [npm, ...args]] : ["npm", args];
}

/**
 * Installs the packages of `folder`, once for each lockfile and without their scripts; `what` says
 * to the reader what they are. Where there is no lockfile, package.json names exact versions.
 */
export function installPackages(folder, what) {
  const lock = statSync(join(folder, "package-lock.json"), { throwIfNoEntry: false });
  const asked = lock ?? statSync(join(folder, "package.json"));
  const installed = statSync(join(folder, "node_modules/.package-lock.json"), { throwIfNoEntry: false });
  if (installed && installed.mtimeMs >= asked.mtimeMs) return;
  console.log(`installing ${what} ...`);
  const way = lock ? ["ci"] : ["install", "--no-package-lock"];
  const [command, args] = npmCommand(...way, "--ignore-scripts", "--loglevel=error");
  const { status } = spawnSync(command, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) {
    throw new Error(`npm ${way[0]} in ${folder}: expected it to succeed, got status ${status}`);
  }
}

/**
 * The same for what may be absent: where npm cannot install it, says why, and whoever needs it is
 * skipped.
 */
export function tryInstallPackages(folder, what) {
  try {
    installPackages(folder, what);
  } catch (error) {
    console.error(error.message);
  }
}
