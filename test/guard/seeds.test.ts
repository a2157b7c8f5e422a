/** A guard against tests that fail by chance: the random numbers of a suite are the same each time. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** What the suites import of the library, in one statement. */
const IMPORTS = /import \{([^}]*)\} from "lossgrad"/g;
const DRAWN = /\b(?:rand|randn|randint|randperm)\(/;
const SEEDED = /\b(?:manualSeed|Generator)\b/;

const files = ["test", "cli/test"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`),
);

it("every file of tests that imports random tensors seeds them", () => {
  const drawing = files.filter((file) => {
    const text = readFileSync(file, "utf8");
    const names = [...text.matchAll(IMPORTS)].map(([, list]) => list).join();
    return /\brand/.test(names) && DRAWN.test(text) && !SEEDED.test(names);
  });
  expect(files.length).toBeGreaterThan(100);
  expect(drawing).toEqual([]);
});

it("no suite that decides about a commit draws its numbers by Math.random", () => {
  const drawing = files.filter((file) => readFileSync(file, "utf8").includes("Math.random" + "("));
  // These compare with PyTorch itself, with other numbers each time they are run by hand; CI sets
  // LOSSGRAD_SEED.
  expect(drawing.filter((file) => !file.startsWith("test/torch/"))).toEqual([]);
});
