/** `lossgrad bench`. */
import { expect, test, vi } from "vitest";
import { benchmark } from "../src/benchmark/benchmark.js";
import { medianSeconds } from "../src/benchmark/measure.js";
import { benchLines } from "../src/commands/bench.js";
import { lossgrad } from "./support/program.js";

test("measures each loss and the metrics, of each length", () => {
  const measured = benchmark([3, 64], 1e-4);
  expect(measured.map(({ name, pairs }) => `${name} ${pairs}`)).toEqual(
    [3, 64].flatMap((n) => ["l1", "mse", "smooth-l1", "huber", "metrics"].map((name) => `${name} ${n}`)),
  );
  for (const { seconds, bytesPerSecond, pairs } of measured) {
    expect(seconds).toBeGreaterThan(0);
    expect(bytesPerSecond).toBeCloseTo((8 * pairs) / seconds, -2);
  }
});

test("the median is that of one call, whatever happens now and then", () => {
  let [clock, calls] = [0, 0];
  const now = vi.spyOn(performance, "now").mockImplementation(() => clock);
  const busy = () => void (clock += ++calls % 5 === 0 ? 40 : 2);
  expect(medianSeconds(busy, 0.2)).toBeCloseTo(0.002, 10);
  now.mockRestore();
});

test("is a table of times, rates and ratios", () => {
  const machine = { node: "v20.19.0", platform: "linux x64", processor: "P\x1b", cores: 2, threads: 1 };
  const row = { seconds: 1e-6, secondsWithGradient: 2e-6, secondsOfLoop: 5e-6, bytesPerSecond: 8e9 };
  const [head, table] = benchLines(machine, [{ name: "l1", pairs: 1000, ...row }]);
  expect(head).toBe("Node v20.19.0 on linux x64, P\\x1b, 2 cores, up to 1 threads");
  expect(table).toMatch(/│ l1 +│ 1,000 │ +1 µs │ +2 µs │ 8 GB\/s │ +5 │/);
});

test("explains itself", async () => {
  const { code, out } = await lossgrad(["bench", "--help"]);
  expect([code, out.includes("Measures the losses of lossgrad")]).toEqual([0, true]);
});
