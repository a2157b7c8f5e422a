/** What scripts of test/fixtures recorded is what the Python that is there writes today. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { pythonWith } from "../support/python.js";

const pathOf = (file: string): string => fileURLToPath(new URL(`../fixtures/${file}`, import.meta.url));

/** What the script writes, and what it has recorded; null for a part that names versions. */
function twice(command: readonly string[], name: string): [today: unknown, recorded: unknown] {
  const [program, ...args] = [...command, pathOf(`${name}.py`)];
  const { stderr, stdout } = spawnSync(program, args, { encoding: "utf8" });
  expect(stderr).toBe("");
  const parse = (text: string): unknown => ({
    ...(JSON.parse(text) as object),
    torch: null,
    safetensors: null,
  });
  return [parse(stdout), parse(readFileSync(pathOf(`${name}.json`), "utf8"))];
}

const withSafetensors = pythonWith("torch", "safetensors.torch");

test.skipIf(withSafetensors === null)(
  "safetensors writes and refuses what is recorded (skipped where no Python has it)",
  () => {
    const [today, recorded] = twice(withSafetensors!, "state-dict");
    expect(today).toEqual(recorded);
  },
);
