import { tensor, type Tensor } from "lossgrad";
import { describe, expect, test } from "vitest";
import { entrants, showDocument } from "../../examples/custom-loss.js";
import { printRace, race } from "../../examples/support/fusion-race.js";
import type { Stopwatch } from "../../examples/support/stopwatch.js";
import { loadDays } from "../../examples/support/weather.js";

/** A stopwatch that runs nothing: what it shows grows from call to call. */
function counting(): Stopwatch {
  let shown = 0;
  return { warmUp: () => undefined, medianSeconds: () => (shown += 1e-6) };
}

function printed(run: (log: (line: string) => void) => void): string {
  const lines: string[] = [];
  run((line) => lines.push(line));
  return lines.join("\n");
}

test("the document's losses print what PyTorch printed", () => {
  const lines = printed(showDocument).split("\n");
  expect(lines[0].split("tensor(3., dtype=float16)")).toHaveLength(4);
  expect(lines[1]).toContain("tensor(0., dtype=float64, gradFn=<MyBadLossBackward0>)");
  expect(lines[2]).toContain("tensor([0.3333, 0.3333, 0.3333], dtype=float64)");
});

describe("the race", () => {
  test("has a row for each loss and size, whose fused function gave the same bits", () => {
    const heats = race(entrants(loadDays()), [7, 2000], counting());
    expect(heats.map(({ name, elements }) => `${name} ${elements}`)).toEqual([
      "Charbonnier 7",
      "pinball 7",
      "Gaussian 7",
      "Charbonnier 2000",
      "pinball 2000",
      "Gaussian 2000",
    ]);
    const text = printed((log) => printRace(heats.slice(0, 1), log));
    expect(text).toMatch(
      /│ Charbonnier │ 7 +│ 1\.00 µs │ 2\.00 µs │ 0\.5 × │ +3\.00 µs │ +4\.00 µs │ 0\.8 × │/,
    );
  });

  test("is not run with a fused function of other bits", () => {
    const [charbonnier] = entrants(loadDays());
    const others = [
      { ...charbonnier, fused: (x: Tensor, y: Tensor) => charbonnier.fused(x, y).mul(2) },
      // The same value with another gradient.
      {
        ...charbonnier,
        fused: (x: Tensor, y: Tensor) => charbonnier.fused(x, y).add(x.sub(x.detach()).sum()),
      },
    ];
    for (const other of others) {
      expect(() => race([other], [64], counting())).toThrow("Charbonnier: the fused loss has other bits");
    }
  });

  test("runs on real numbers: today's temperatures against tomorrow's", () => {
    const [{ operands }] = entrants(loadDays());
    expect(operands[0].slice(1)).toEqual(operands[1].slice(0, -1));
    expect(tensor([...operands[0]]).numel()).toBe(1460);
  });
});
