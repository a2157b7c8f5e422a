import { execFile } from "node:child_process";
import { closeSync, openSync, statSync, truncateSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { temporary } from "../../test/support/temporary.js";
import { npyOf } from "./support/npy.js";

const { file } = temporary("lossgrad-memory-");

/** Runs the built command, and says on standard error how much memory it took at most. */
const MEASURED = `
process.on("exit", () => console.error(process.resourceUsage().maxRSS / 1024));
await import(${JSON.stringify(new URL("../dist/main.js", import.meta.url).href)});
`;

/** An .npy file of zeros, most of them in a hole of the file. */
function zeros(name: string, descr: string, size: number, shape: readonly number[]): string {
  const header = npyOf(new Uint8Array(0), shape, { descr });
  const path = file(name, header);
  truncateSync(path, header.length + size * shape.reduce((a, b) => a * b, 1));
  return path;
}

/** Writes numbers at places of a file of float32. */
function plant(path: string, header: number, numbers: ReadonlyMap<number, number>): void {
  const descriptor = openSync(path, "r+");
  for (const [place, number] of numbers)
    writeSync(descriptor, Float32Array.of(number), 0, 4, header + 4 * place);
  closeSync(descriptor);
}

async function measured(...args: string[]): Promise<{ report: unknown; megabytes: number }> {
  const all = ["--input-type=module", "--eval", MEASURED, "lossgrad", "evaluate", ...args, "--json"];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, all);
  return { report: JSON.parse(stdout), megabytes: Number(stderr) };
}

test("1 GiB of float32 against 2 GiB of float64 take less than 250 MB", async () => {
  const shape = [2 ** 28];
  const files = [zeros("p.npy", "<f4", 4, shape), zeros("t.npy", "<f8", 8, shape)];
  const { report, megabytes } = await measured(...files, "--threads", "1");
  expect(report).toMatchObject({ elements: 2 ** 28, results: { mae: 0, r2: 1 } });
  expect(megabytes).toBeGreaterThan(30);
  expect(megabytes).toBeLessThan(250);
});

test("two files of 4 GiB take less than 250 MB, and no number is lost at any place of them", async () => {
  const n = 2 ** 30;
  const files = [zeros("a.npy", "<f4", 4, [n]), zeros("b.npy", "<f4", 4, [n])];
  const header = statSync(files[0]).size - 4 * n;
  // Beyond 2^31 and 2^32 bytes, at the ends, and where chunks meet.
  const places = [0, 2 ** 19 - 1, 2 ** 19, 2 ** 29 - 1, 2 ** 29, 777_777_777, n - 1];
  const numbers = new Map(places.map((place, i) => [place, 2 ** i]));
  plant(files[0], header, numbers);
  const { report, megabytes } = await measured(
    ...files,
    "--metric",
    "mae,max",
    "--worst",
    "2",
    "--threads",
    "1",
  );
  expect(report).toMatchObject({
    elements: n,
    results: { mae: 127 / n, max: { value: 64, index: [n - 1] } },
    worst: [
      { index: [n - 1], error: 64 },
      { index: [777_777_777], error: 32 },
    ],
  });
  expect(megabytes).toBeLessThan(250);
});
