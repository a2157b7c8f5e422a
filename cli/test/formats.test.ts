/** Tables and images as the command reads them, one format against another. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporary } from "../../test/support/temporary.js";
import { npyOf } from "./support/npy.js";
import { json, lossgrad } from "./support/program.js";
import { values } from "./support/tables.js";

const { file } = temporary("lossgrad-formats-");
const path = (name: string) => fileURLToPath(new URL(`../../test/fixtures/tables/${name}`, import.meta.url));

test("two columns of one file, and one column of several formats", async () => {
  const found = await json("evaluate", path("none.parquet"), "--prediction", "few", "--target", "bool");
  expect(found).toMatchObject({ prediction: { format: "parquet", shape: [100] }, elements: 100 });
  const few = Float32Array.from(
    values.few.data,
    (bits) => new Float32Array(Uint32Array.of(Number(bits)).buffer)[0],
  );
  const files = {
    "few.npy": npyOf(few),
    "few.csv": `few\n${few.join("\n")}\n`,
    "few.jsonl": Array.from(few, (value) => `{"few":${value}}\n`).join(""),
  };
  const all = [
    path("none.parquet"),
    path("lz4.arrow"),
    path("pyarrow.arrows"),
    ...Object.entries(files).map(([name, content]) => file(name, content)),
  ];
  for (const [i, one] of all.entries()) {
    const args = [one, all[(i + 1) % all.length], "--column", "few", "--metric", "mae,max"];
    expect(await json("evaluate", ...args)).toMatchObject({ results: { mae: 0 }, elements: 100 });
  }
});

test("masks and weights by columns, of the predictions' file or of another", async () => {
  const text = "p,t,keep,w\n1,2,True,1\n5,5,FALSE,1\n3,6,1,3\n";
  const [csv, mask] = [file("all.csv", text), file("mask.jsonl", '{"m":true}\n{"m":0}\n{"m":1}\n')];
  const run = (...args: string[]) =>
    json("evaluate", csv, "--prediction", "p", "--target", "t", "--metric", "mae", ...args);
  expect(await run("--mask-column", "keep")).toMatchObject({ results: { mae: 2 }, counts: { masked: 1 } });
  expect(await run("--mask", mask)).toMatchObject({ results: { mae: 2 }, counts: { masked: 1 } });
  expect(await run("--mask", mask, "--mask-column", "m", "--weight-column", "w")).toMatchObject({
    results: { mae: 10 / 4 },
  });
  const halves = file("halves.npy", npyOf(Uint16Array.of(0x3c00, 0, 0x3c00), [3], { descr: "<f2" }));
  expect(await run("--mask", halves)).toMatchObject({ results: { mae: 2 } });
});

test("a mask of other numbers than 0 and 1 is refused", async () => {
  const [p, mask] = [file("p.npy", npyOf(Float32Array.of(1, 2))), file("m.csv", "1\n0.5\n")];
  const { code, err } = await lossgrad(["evaluate", p, p, "--mask", mask]);
  expect([code, err]).toEqual([1, `lossgrad: ${mask}: expected a mask of 0 and 1, got 0.5 at [1]`]);
});

test("missing cells, and NaN, are left out of pairs", async () => {
  const args = ["evaluate", path("pyarrow.parquet"), "--prediction", "nullable", "--target", "float64"];
  const { code, err } = await lossgrad(args);
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(/column "nullable": expected a number, got null at \[6\]; --nan/),
  ]);
  const found = await json(...args, "--nan", "omit", "--metric", "mae,bias");
  const missing = values.nullable.data.filter((one) => one === null).length;
  // One value is infinite in both columns, so that their difference is NaN.
  expect(found).toMatchObject({ elements: 100, counts: { masked: 0 }, results: { bias: "NaN" } });
  expect(found.notes).toContainEqual(expect.stringContaining(`${missing} cells are missing`));
});
