/** Gradient descent as it is taught: the gradient points uphill, and a step goes against it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

/** Sentences that have it backwards. */
const BACKWARDS =
  /the way (its|the|a) gradients? points?|gradients? (says?|tells?|shows?) (which|what|the) (way|direction) is better|(along|follow)\w* (its|the) gradient/i;

/** Files of a folder with their text, comments and strings joined across lines. */
function textsOf(folder: string): { file: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|md|html)$/.test(file) && !/node_modules|generated|\bdist\b|docs.api/.test(file))
    .map((file) => join(folder, file))
    .map((file) => ({ file, text: readFileSync(file, "utf8").replace(/"? ?\+?\n[ */]*"?/g, " ") }));
}

it("no text of the source, the examples or the documents has it backwards", () => {
  const texts = [
    ...["src", "examples", "docs"].flatMap(textsOf),
    { file: "README.md", text: readFileSync("README.md", "utf8").replaceAll("\n", " ") },
  ];
  expect(texts.length).toBeGreaterThan(100);
  expect(texts.filter(({ text }) => BACKWARDS.test(text)).map(({ file }) => file)).toEqual([]);
});

it.each(["curves", "guess"])(
  "the explorer's %s say that it points uphill, and a step goes the other way",
  (panel) => {
    const text = readFileSync(`examples/explorer/src/panels/${panel}/controls.ts`, "utf8").replace(
      /" \+\n\s*"/g,
      "",
    );
    expect(text).toMatch(/points uphill[^"]* goes the other way/);
  },
);
