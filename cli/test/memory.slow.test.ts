import { execFile } from "node:child_process";
import { truncateSync } from "node:fs";
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

test("1 GiB of float32 against 2 GiB of float64 take less than 250 MB", async () => {
  const shape = [2 ** 28];
  const files = [zeros("p.npy", "<f4", 4, shape), zeros("t.npy", "<f8", 8, shape)];
  const args = ["--input-type=module", "--eval", MEASURED, "lossgrad", "evaluate", ...files, "--json"];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toMatchObject({ elements: 2 ** 28, results: { mae: 0, r2: 1 } });
  expect(Number(stderr)).toBeGreaterThan(30);
  expect(Number(stderr)).toBeLessThan(250);
});
