// The package is the same bytes wherever it is built: the one that the other tests use, from the
// checkout, and one that is built anew in another folder from the sources alone.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { npmCommand } from "../../scripts/packages.mjs";
import { run } from "./support/apps.mjs";

const ROOT = join(import.meta.dirname, "../..");
const SOURCES = ["assembly", "scripts", "src", "asconfig.json", "package.json", "package-lock.json"];
const CONFIGURATION = ["tsconfig.json", "tsconfig.build.json", "README.md", "LICENSE", "CHANGELOG.md"];
const BINARIES = ["lossgrad.wasm", "lossgrad.threads.wasm"];

const sha256 = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

/**
 * Builds a copy of the sources in `folder`; what it has are digests of the binaries, and of the
 * tarball.
 */
function buildIn(folder) {
  mkdirSync(folder, { recursive: true });
  const filter = (from) => !/[\\/](generated|node_modules)$/.test(from);
  for (const name of [...SOURCES, ...CONFIGURATION]) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true, filter });
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  run(folder, "scripts/build.mjs");
  const [command, args] = npmCommand("pack", "--json", "--dry-run", "--ignore-scripts", "--loglevel=error");
  const [{ shasum }] = JSON.parse(execFileSync(command, args, { cwd: folder, encoding: "utf8" }));
  const digests = BINARIES.map((name) => [name, sha256(join(folder, "dist", name))]);
  return { digests: Object.fromEntries(digests), shasum };
}

let folder, anew;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lossgrad-reproducible-"));
  anew = buildIn(join(folder, "a/folder with another name"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(BINARIES)("%s is the same from two folders", (name) => {
  const packed = sha256(join(inject("projects").alone, "node_modules/lossgrad/dist", name));
  expect(anew.digests[name]).toBe(packed);
  console.log(`${name}: sha256 ${packed} from both folders`);
});

test("the whole tarball is the same from two folders", () => {
  expect(anew.shasum).toBe(inject("package").shasum);
});
