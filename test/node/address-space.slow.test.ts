/**
 * Under a limit on address space: a result, or an error that can be caught and says what to do, but
 * no end of the process.
 */
import { spawnSync } from "node:child_process";
import { platform } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { BLOCK } from "../../src/core/block.js";

const SCRIPT = `
  const { F, ones, setNumThreads } = await import(${JSON.stringify(pathToFileURL(join(process.cwd(), "dist/index.js")).href)});
  const { l1Loss } = await import(${JSON.stringify(pathToFileURL(join(process.cwd(), "dist/arrays.js")).href)});
  setNumThreads(4);
  try {
    const x = ones([${16 * BLOCK}]), y = x.mul(3);
    for (let i = 0; i < 20; i++) {
      if (F.l1Loss(x, y).item() !== 2) throw new Error("wrong");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    console.log(l1Loss(new Float64Array(100_000), 2));
  } catch (error) {
    console.log(String(error));
  }`;

/**
 * What a process may take, in KiB: what Node itself does, some more, and what a memory of V8's
 * wants.
 */
const LIMITS = [1_500_000, 2_500_000, 4_000_000, 11_900_000, 12_300_000];

function run(limit: number, flags: string): { stdout: string; stderr: string; status: number | null } {
  const command = `ulimit -v ${limit}; exec "${process.execPath}" ${flags} --input-type=module -e "$SCRIPT"`;
  return spawnSync("bash", ["-c", command], { encoding: "utf8", env: { ...process.env, SCRIPT } });
}

describe.skipIf(platform() !== "linux")("a process that may have little address space", () => {
  it.each(LIMITS)(
    "gives results with as many threads as fit, or says why it has no memory: %i KiB",
    (limit) => {
      const { stdout, status } = run(limit, "");
      expect(status).toBe(0);
      if (stdout.trim() === "2") return;
      expect(stdout).toMatch(/^RangeError: lossgrad: expected address space for \d+ bytes of memory, got/);
      expect(stdout).toContain("raise the limit (ulimit -v), or start Node with --disable-wasm-trap-handler");
    },
  );

  it.each(LIMITS)("gives results in any case without the traps that take 10 GiB: %i KiB", (limit) => {
    const { stdout, status } = run(limit, "--disable-wasm-trap-handler");
    expect([stdout.trim(), status]).toEqual(["2", 0]);
  });

  it("says once when there is no room for another thread", () => {
    const { stdout, stderr } = run(1_500_000, "--disable-wasm-trap-handler");
    expect(stdout.trim()).toBe("2");
    expect(
      stderr.match(/UserWarning: lossgrad: expected 512 MiB of address space for a worker/g),
    ).toHaveLength(1);
  });
});
