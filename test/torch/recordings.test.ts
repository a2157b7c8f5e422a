/** What scripts of test/fixtures recorded is what the Python that is there writes today. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { pythonWith } from "../support/python.js";
import { pythonWithTorch } from "./process.js";

const pathOf = (file: string): string => fileURLToPath(new URL(`../fixtures/${file}`, import.meta.url));

/** What the script writes, and what it has recorded, but for the versions. */
function twice<T>(command: readonly string[], name: string): [today: T, recorded: T] {
  const [program, ...args] = [...command, pathOf(`${name}.py`)];
  const { stderr, stdout } = spawnSync(program, args, { encoding: "utf8" });
  expect(stderr).toBe("");
  const parse = (text: string): T => {
    const parts = Object.entries(JSON.parse(text) as object);
    return Object.fromEntries(parts.filter(([name]) => !/^(torch|safetensors)$/.test(name))) as T;
  };
  return [parse(stdout), parse(readFileSync(pathOf(`${name}.json`), "utf8"))];
}

const withTorch = pythonWithTorch();
const withSafetensors = pythonWith("torch", "safetensors.torch");

test.skipIf(withSafetensors === null)(
  "safetensors writes and refuses what is recorded (skipped where no Python has it)",
  () => {
    const [today, recorded] = twice<object>(withSafetensors!, "state-dict");
    expect(today).toEqual(recorded);
  },
);

test.skipIf(withTorch === null)(
  "the ported scripts print what is recorded, to four digits (skipped where no Python has torch)",
  () => {
    const [today, recorded] = twice<Record<string, { lines: string[] }>>(withTorch!, "ported");
    const short = (line: string): string => line.replace(/\d+\.\d{7,}/g, (x) => Number(x).toPrecision(4));
    const linesOf = (recording: typeof today): [string, string[]][] =>
      Object.entries(recording).map(([name, { lines }]) => [name, lines.map(short)]);
    expect(linesOf(today)).toEqual(linesOf(recorded));
  },
);
