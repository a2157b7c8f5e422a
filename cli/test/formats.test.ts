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
