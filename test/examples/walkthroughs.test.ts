import { expect, test } from "vitest";
import * as l1Loss from "../../examples/l1-loss.js";
import * as l1Notebook from "../../examples/l1-notebook.js";
import type { Log } from "../../examples/support/print.js";
import { recordedLines } from "../support/walkthroughs.js";

/** The documented renames: torch's names as this library spells them. */
function inOurNames(line: string): string {
  return line
    .replaceAll("torch.", "")
    .replaceAll("requires_grad", "requiresGrad")
    .replaceAll("grad_fn", "gradFn")
    .replaceAll("size_average", "sizeAverage")
    .replaceAll("=True", "=true")
    .replaceAll("=False", "=false");
}

function printedLines(run: (log: Log) => void): string[] {
  const text: string[] = [];
  run((line) => text.push(line));
  return text.join("\n").split("\n");
}

const programs = [
  ["l1_loss", "examples/l1-loss.ts", l1Loss.run],
  ["l1_notebook", "examples/l1-notebook.ts", (log: Log) => l1Notebook.run(log, () => undefined)],
] as const;

test.each(programs)("%s: %s prints every line that PyTorch printed", (name, _, run) => {
  expect(printedLines(run)).toEqual(recordedLines(name).map(inOurNames));
});

test("l1_notebook: draws the L1 loss, the bad loss, and both", () => {
  const figures = new Map<string, string>();
  l1Notebook.run(
    () => undefined,
    (name, svg) => figures.set(name, svg),
  );
  const dots = (name: string, color: string) =>
    new RegExp(`<g fill="${color}"[^>]*aria-label="dot"[^>]*>(.*?)</g>`, "s")
      .exec(figures.get(name) ?? "")?.[1]
      .match(/<circle/g)?.length;
  expect([...figures.keys()]).toEqual(["l1-loss", "bad-loss", "l1-and-bad-loss"]);
  expect(dots("l1-loss", "blue")).toBe(21);
  expect(dots("l1-loss", "red")).toBeUndefined();
  expect(dots("l1-and-bad-loss", "blue")).toBe(21);
  expect(dots("l1-and-bad-loss", "red")).toBe(21);
});
