// The matcher of lossgrad/compare/matchers in Jest, which runs ES modules in contexts of its own, and in
// both kinds of its types.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { commandOf } from "../../scripts/packages.mjs";
import { appFolder, run } from "./support/apps.mjs";

test("Jest takes the matcher", () => {
  const folder = appFolder("jest");
  // Its exports leave out the program, but not package.json beside it.
  const jest = join(
    dirname(createRequire(`${folder}/package.json`).resolve("jest/package.json")),
    "bin/jest.js",
  );
  const result = JSON.parse(run(folder, "--experimental-vm-modules", jest, "--json"));
  expect(result).toMatchObject({ success: true, numPassedTests: 2 });
});

const MODES = ["--module", "nodenext", "--target", "es2022", "--lib", "es2022,esnext.disposable,dom"];

test("its types know the matcher, by the global expect and by the one that is imported", () => {
  const args = ["--ignoreConfig", "--noEmit", "--strict", "--types", "jest,node", ...MODES];
  const files = ["globals.ts", "imported.ts"];
  expect(run(appFolder("jest"), commandOf("typescript", "tsc"), ...args, ...files)).toBe("");
});
