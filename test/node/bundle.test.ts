/**
 * What a bundle has that imports one loss of arrays: that loss, and neither tensors nor threads nor
 * the other losses. `npm run size` says how much that is.
 */
import { build } from "esbuild";
import { expect, it } from "vitest";
import { formulaLosses } from "../../src/loss/formulas.js";

/** The minified text of a program that imports `names`, and the files that are in it. */
async function bundle(...names: string[]): Promise<{ text: string; files: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `export { ${names.join(", ")} } from "./src/slim/arrays.ts";`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    metafile: true,
    write: false,
  });
  const [{ inputs }] = Object.values(metafile.outputs);
  const files = Object.keys(inputs).filter((file) => inputs[file].bytesInOutput > 0);
  return { text: outputFiles[0].text, files };
}

const one = await bundle("l1Loss");

it("l1Loss alone brings no tensors, no autograd, no strided arrays and no storages", () => {
  expect(one.files).toContain("src/typed/losses.ts");
  const others =
    /^src\/(tensor|autograd)\/|\/(ndarray|elementwise|operations|functional|gradient|storage)\.ts$/;
  expect(one.files.filter((file) => others.test(file))).toEqual([]);
});

it("l1Loss alone brings no threads; allocate does, whose arrays they work on", async () => {
  const team = "src/core/threads/team.ts";
  expect(one.files).not.toContain(team);
  expect((await bundle("l1Loss", "allocate")).files).toContain(team);
});

it("l1Loss alone brings nothing of the other losses", () => {
  expect(one.text).toContain("l1_cpu");
  for (const word of ["mse_cpu", "MseLoss", "SmoothL1Loss", "HuberLoss", "huber_loss"])
    expect(one.text).not.toContain(word);
});

it("fuse brings no tensors, no names of the tape, and no losses", async () => {
  const { text, files } = await bundle("fuse");
  expect(files).toContain("src/formula/lower.ts");
  const others = /^src\/(tensor|nn)\/|\/(ndarray|operations|functional|gradient|storage|apply|replay)\.ts$/;
  expect(files.filter((file) => others.test(file))).toEqual([]);
  // The algebra of derivatives is all that it has of autograd.
  expect(files.filter((file) => file.startsWith("src/autograd/"))).toEqual(["src/autograd/elementwise.ts"]);
  expect(text).not.toContain("Backward0");
});

it("l1Loss alone brings no names of the tape", () => {
  expect(one.text).not.toContain("Backward0");
});

it("l1Loss alone brings no accumulator", async () => {
  const accumulator = "src/typed/accumulator.ts";
  expect(one.files).not.toContain(accumulator);
  expect(one.files.filter((file) => /exact-value|ndarray\/exact|accumulator/.test(file))).toEqual([]);
  expect((await bundle("l1Loss", "LossAccumulator")).files).toContain(accumulator);
});

it("a loss that is a formula brings none of the others", async () => {
  const rows = Object.values(formulaLosses).map(({ module }) => module);
  for (const [name, module] of [
    ["softMarginLoss", "SoftMarginLoss"],
    ["quantileLoss", "QuantileLoss"],
  ]) {
    const { text } = await bundle(name);
    expect(rows.filter((row) => text.includes(`"${row}"`))).toEqual([module]);
  }
});
