/**
 * Large data in a process of little memory: what is made of it goes straight to where it belongs.
 */
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

/** The output of a program that may use 64 MB for objects of JavaScript's own. */
function run(program: string): string {
  const { stdout, stderr, signal } = spawnSync(
    process.execPath,
    [
      "--max-old-space-size=64",
      "--input-type=module",
      "--eval",
      `import * as l from "./dist/index.js"; ${program}`,
    ],
    { encoding: "utf8" },
  );
  return stdout + stderr.slice(0, 300) + (signal ?? "");
}

it("a tensor of more numbers than an array of them could be held there", () => {
  const rows = "const row = Array.from({ length: 1e6 }, (_, i) => i);";
  expect(
    run(
      `${rows} const x = l.tensor(Array(20).fill(row), { dtype: "float64" }); console.log(x.shape, x.sum().item());`,
    ),
  ).toBe("[ 20, 1000000 ] 9999990000000\n");
}, 60_000);
