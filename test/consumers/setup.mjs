// Runs once before the tests: packs the library and installs the tarball as a stranger would, in
// new folders outside the checkout, where nothing of the checkout can be found by accident.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages, npmCommand } from "../../scripts/packages.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "../..");

/** Runs npm in `folder`; returns what it prints. */
function npm(folder, ...args) {
  const [command, all] = npmCommand(
    ...args,
    "--ignore-scripts",
    "--loglevel=error",
    "--no-audit",
    "--no-fund",
  );
  return execFileSync(command, all, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** Installs the tarball into an empty project, with what it depends on and nothing else. */
function installAlone(folder, tarball) {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  npm(folder, "install", "--prefer-offline", tarball);
}

/** Beside the same installation, the bundlers of this folder. */
function addBundlers(folder, alone) {
  cpSync(join(HERE, "node_modules"), join(folder, "node_modules"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  for (const name of readdirSync(join(alone, "node_modules")).filter((name) => !name.startsWith("."))) {
    cpSync(join(alone, "node_modules", name), join(folder, "node_modules", name), { recursive: true });
  }
  // A lockfile marks the root of a workspace, which Next looks for.
  for (const name of ["package.json", "package-lock.json"]) cpSync(join(HERE, name), join(folder, name));
}

export default function setup(project) {
  installPackages(HERE, "bundlers and checkers of packages (0.5 GB, once)");
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "lossgrad-package-")));
  const [packed] = JSON.parse(npm(ROOT, "pack", "--json", "--pack-destination", folder));
  const tarball = join(folder, packed.filename);
  const [alone, bundled] = [join(folder, "alone"), join(folder, "bundled")];
  installAlone(alone, tarball);
  addBundlers(bundled, alone);
  for (const to of [alone, bundled]) cpSync(join(HERE, "apps"), join(to, "apps"), { recursive: true });
  const files = packed.files.map(({ path, size }) => ({ path, size }));
  project.provide("package", {
    tarball,
    files,
    size: packed.size,
    unpackedSize: packed.unpackedSize,
    shasum: packed.shasum,
  });
  project.provide("projects", { alone, bundled });
  return () => rm(folder, { recursive: true, force: true });
}
