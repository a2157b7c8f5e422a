// The package in Node and for TypeScript, installed alone: what it needs beside itself must be
// among its dependencies.
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { commandOf } from "../../scripts/packages.mjs";
import { EXPECTED, LARGE, run } from "./support/apps.mjs";

/** Module settings under which types are read: Node's own rules and a bundler's. */
const MODES = { nodenext: ["nodenext", "nodenext"], bundler: ["esnext", "bundler"] };

const folder = (...names) => join(inject("projects").alone, "apps", ...names);

test("Node imports it", () => {
  expect(run(folder("node"), "imported.mjs")).toBe(EXPECTED);
});

test("Node takes the binary of the slim entries from its file", () => {
  expect(run(folder("node"), "slim.mjs")).toBe(`${EXPECTED} ${LARGE} on 2`);
});

test("Node takes compiled modules and starts workers from their file", () => {
  expect(run(folder("node"), "compiled.mjs")).toBe(`${EXPECTED} ${LARGE} on 2`);
});

test("Node requires it", () => {
  expect(run(folder("node"), "required.cjs")).toBe(
    `2 1.5 ${run(folder("node"), "-p", "require('lossgrad/package.json').version")}`,
  );
});

/**
 * Compiles `file` of apps/types in the mode of TypeScript that is named, and runs what comes out.
 */
function compileAndRun(mode, file, output) {
  const [module, resolution] = MODES[mode];
  const modes = ["--module", module, "--moduleResolution", resolution, "--target", "es2022"];
  const args = ["--ignoreConfig", "--strict", "--lib", "es2022,esnext.disposable,dom", "--outDir", mode];
  run(folder("types"), commandOf("typescript", "tsc"), ...args, ...modes, file);
  return run(folder("types"), join(mode, output));
}

test.each(Object.keys(MODES))("a TypeScript program compiles in %s mode and runs", (mode) => {
  expect(compileAndRun(mode, "main.ts", "main.js")).toBe(
    "0.5 function function function 2 2\n1.5 -1 -1 4 function object",
  );
});

test("a TypeScript program that is a CommonJS module compiles in nodenext mode and runs", () => {
  expect(compileAndRun("nodenext", "required.cts", "required.cjs")).toBe("1.5 1.5");
});
