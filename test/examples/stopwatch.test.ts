import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stopwatch } from "../../examples/support/stopwatch.js";

// The clock goes as the work says: another process's share of the processor would else be measured.
let clock = 0;
beforeEach(() => {
  vi.spyOn(performance, "now").mockImplementation(() => clock);
});
afterEach(() => {
  vi.restoreAllMocks();
});

function busy(milliseconds: number): void {
  clock += milliseconds;
}

test.each([0.02, 4, 300])("the median is that of one call of %d ms", (milliseconds) => {
  const seconds = stopwatch.medianSeconds(() => {
    busy(milliseconds);
  });
  expect(seconds).toBeCloseTo(milliseconds / 1000, 10);
});

test("work that is slow now and then does not move the median", () => {
  let calls = 0;
  const seconds = stopwatch.medianSeconds(() => {
    busy(++calls % 5 === 0 ? 40 : 2);
  });
  expect(seconds).toBeCloseTo(0.002, 10);
});

test("warming up takes at least 20 ms, and one call where one is slower", () => {
  let calls = 0;
  const start = clock;
  stopwatch.warmUp(() => {
    calls++;
    busy(1);
  });
  expect(clock - start).toBeGreaterThanOrEqual(20);
  expect(calls).toBeLessThanOrEqual(20);

  calls = 0;
  stopwatch.warmUp(() => {
    calls++;
    busy(25);
  });
  expect(calls).toBe(1);
});
