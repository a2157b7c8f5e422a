// The matcher of lossgrad/compare/matchers in Jest, which runs ES modules in contexts of its own, and in
// both kinds of its types.
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { commandOf } from "../../scripts/packages.mjs";
import { appFolder, run } from "./support/apps.mjs";

test("Jest takes the matcher", () => {
  const folder = appFolder("jest");
  const jest = createRequire(`${folder}/package.json`).resolve("jest/bin/jest.js");
  const result = JSON.parse(run(folder, "--experimental-vm-modules", jest, "--json"));
  expect(result).toMatchObject({ success: true, numPassedTests: 2 });
});

const MODES = ["--module", "nodenext", "--target", "es2022", "--lib", "es2022,esnext.disposable,dom"];

test.each(["globals", "imported"])("its types know the matcher: %s", (file) => {
  const args = ["--ignoreConfig", "--noEmit", "--strict", "--types", "jest,node", ...MODES, `${file}.ts`];
  expect(run(appFolder("jest"), commandOf("typescript", "tsc"), ...args)).toBe("");
});
