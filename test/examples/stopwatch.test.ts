import { expect, test } from "vitest";
import { stopwatch } from "../../examples/support/stopwatch.js";

function busy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test("the median is that of one call, for slow work and for quick work", () => {
  for (const milliseconds of [0.02, 4]) {
    const seconds = stopwatch.medianSeconds(() => {
      busy(milliseconds);
    });
    expect(seconds).toBeGreaterThanOrEqual(milliseconds / 1000);
    // Loose above, since other work may share the processor.
    expect(seconds).toBeLessThan((5 * milliseconds) / 1000);
  }
});

test("work that is slow now and then does not move the median", () => {
  let calls = 0;
  const seconds = stopwatch.medianSeconds(() => {
    busy(++calls % 5 === 0 ? 40 : 2);
  });
  expect(seconds).toBeLessThan(0.02);
});

test("warming up takes at least 20 ms, and one call where one is slower", () => {
  let calls = 0;
  const start = performance.now();
  stopwatch.warmUp(() => {
    calls++;
    busy(1);
  });
  expect(performance.now() - start).toBeGreaterThanOrEqual(20);
  expect(calls).toBeLessThanOrEqual(20);

  calls = 0;
  stopwatch.warmUp(() => {
    calls++;
    busy(25);
  });
  expect(calls).toBe(1);
});
