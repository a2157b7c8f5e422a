/**
 * The recordings that test/examples/walkthroughs.test.ts compares with are what PyTorch prints
 * today.
 */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { programOf, recordedLines } from "../support/walkthroughs.js";
import { pythonWithTorch } from "./process.js";

const python = pythonWithTorch();

test.skipIf(python === null).each(["l1_loss", "l1_notebook"])(
  "%s prints what is recorded (skipped where no Python has torch)",
  (name) => {
    const [command, ...args] = python!;
    const { stderr, stdout } = spawnSync(command, [...args, programOf(name)], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout.trimEnd().split("\n")).toEqual(recordedLines(name));
  },
);
