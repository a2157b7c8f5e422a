/** 100,000 damaged headers, and tables of a million columns. */
import { describe, expect, test } from "vitest";
import { Random } from "../../test/support/random.js";
import { temporary } from "../../test/support/temporary.js";
import { InputError } from "../src/input-error.js";
import { readerOf, type ReadOptions } from "../src/readers/open.js";
import { memorySource } from "./support/arrays.js";
import { mutated } from "./support/damage.js";
import { FILES } from "./support/files.js";
import { lossgrad } from "./support/program.js";

const { file } = temporary("lossgrad-damaged-");
const TIMES = 10_000;
const HEADS = [
  "npy",
  "arrow of many columns",
  "safetensors",
  "parquet with zstd",
  "parquet of booleans",
  "arrow with zstd",
  "arrow with a dictionary",
  "arrow as a stream",
  "rgb.jpg",
  "JSON lines",
];

/** Opens a file, which reads its headers. */
async function opened(bytes: Uint8Array, options: ReadOptions): Promise<void> {
  try {
    await (await readerOf(memorySource(bytes), options)).close();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}

describe.each(HEADS)("%s", (name) => {
  test(`${TIMES.toLocaleString("en")} times changed by chance, is opened or refused`, async () => {
    const random = new Random(12);
    const { bytes, options } = FILES[name];
    // Parquet has its headers at the end, all others at the beginning.
    const length = Math.min(bytes.length, 2048);
    const isEnd = name.startsWith("parquet");
    for (let i = 0; i < TIMES; i++) {
      const part = mutated(isEnd ? bytes.subarray(bytes.length - length) : bytes.subarray(0, length), random);
      const rest = isEnd ? bytes.subarray(0, bytes.length - length) : bytes.subarray(length);
      await opened(Uint8Array.from(Buffer.concat(isEnd ? [rest, part] : [part, rest])), options);
    }
  });
});

test("a column of a million, by its name and by its place", async () => {
  const row = (what: (i: number) => string | number) =>
    Array.from({ length: 1e6 }, (_, i) => what(i)).join(",");
  const path = file("wide.csv", `${row((i) => `x${i}`)}\n${row((i) => i)}\n`);
  const args = ["--prediction", "x999999", "--target", "#1000000", "--json", "--metric", "mae,max"];
  const { code, out } = await lossgrad(["evaluate", path, ...args]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ elements: 1, results: { mae: 0 } });
  const { err } = await lossgrad(["evaluate", path, path]);
  expect(err).toMatch(
    /expected one column, got 1000000: "x0", .* and 999,990 more; choose one with --column/,
  );
});
