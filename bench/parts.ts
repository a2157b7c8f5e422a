/**
 * What masks and dimensions cost, and what fused formulas gain, on one thread.
 *
 *     npm run bench:parts     takes half a minute; prints a table
 *
 * Rivals take turns, and a ratio is that of the medians. Time is the process's own, which other
 * work on the machine disturbs less.
 */
import { F, fuse, manualSeed, ones, rand, setNumThreads, type Tensor, tidy } from "lossgrad";
import { digits, median, table } from "./format.js";
import { charbonnierAndGradient, charbonnierValue } from "./loops.js";

const ROUNDS = 31;
/** Seconds of a sample, long against the clock's resolution. */
const SAMPLE = 0.004;

interface Row {
  readonly name: string;
  /** What it is measured against. */
  readonly base: () => unknown;
  readonly work: () => unknown;
  /** Whether the goal is a time over that of the base, or a gain over it. */
  readonly goal: string;
}

/** Seconds of one run of each, the medians of interleaved rounds. */
function times(works: readonly (() => unknown)[]): number[] {
  const repeats = works.map((work) => {
    let count = 1;
    while (timeOf(work, count) < SAMPLE) count *= 2;
    return count;
  });
  const samples = works.map((): number[] => []);
  for (let round = -2; round < ROUNDS; round++) {
    works.forEach((work, i) => {
      const seconds = timeOf(work, repeats[i]) / repeats[i];
      if (round >= 0) samples[i].push(seconds);
    });
  }
  return samples.map(median);
}

function timeOf(work: () => unknown, count: number): number {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

type Loss = (x: Tensor, y: Tensor) => Tensor;

/** The value, or the value and its gradient for an upstream gradient of ones. */
function work(loss: Loss, x: Tensor, y: Tensor, shape: readonly number[] | null): () => unknown {
  const upstream = shape && ones([...shape]);
  return () =>
    tidy(() => {
      const value = loss(x, y);
      if (!x.requiresGrad) return;
      value.backward(upstream ?? undefined);
      x.grad!.dispose();
      x.grad = null;
    });
}

const charbonnier = fuse(
  (x, y, { eps }) =>
    x
      .sub(y)
      .square()
      .add(eps ** 2)
      .sqrt(),
  {
    name: "charbonnier",
    parameters: { eps: 1e-3 },
  },
);
const l1 = fuse((x, y) => x.sub(y).abs());
const mse = fuse((x, y) => x.sub(y).square());

setNumThreads(1);
manualSeed(3);
const rows: Row[] = [];
for (const requires of [false, true]) {
  const pass = requires ? "value and gradient" : "value";
  const operands = (...shape: number[]): [Tensor, Tensor] => [
    rand(shape).requiresGrad_(requires),
    rand(shape),
  ];
  const [x, y] = operands(4096, 256);
  const [a, b] = operands(2 ** 16);
  const mask = rand([2 ** 16]).gt(0.5);
  const weight = rand([2 ** 16]);
  const options = [
    ["per row of [4096, 256]", { dim: 1 }, x, y, [4096], "≤ 1.3"],
    ["per column of [4096, 256]", { dim: 0 }, x, y, [256], "≤ 2"],
    ["masked, 64 Ki", { mask }, a, b, null, "≤ 1.3"],
    ["weighted, 64 Ki", { weight }, a, b, null, ""],
  ] as const;
  const losses = [
    ["L1", F.l1Loss],
    ["MSE", F.mseLoss],
    ["fused L1", l1],
    ["fused Charbonnier", charbonnier],
  ] as const;
  for (const [what, given, u, v, shape, goal] of options) {
    for (const [name, loss] of losses) {
      rows.push({
        name: `${name}, ${what}, ${pass}`,
        base: work((x, y) => loss(x, y), u, v, null),
        work: work((x, y) => loss(x, y, given), u, v, shape),
        goal: goal && `${goal} × the time`,
      });
    }
  }
  for (const n of [4096, 2 ** 14, 2 ** 18]) {
    const [u, v] = operands(n);
    const [p, q] = [u, v].map((t) => t.detach().array().slice() as Float32Array);
    const out = new Float32Array(n);
    rows.push(
      {
        name: `fused L1 against F.l1Loss, ${n}, ${pass}`,
        base: work(F.l1Loss, u, v, null),
        work: work(l1, u, v, null),
        goal: "≤ 1.11 × the time",
      },
      {
        name: `fused MSE against F.mseLoss, ${n}, ${pass}`,
        base: work(F.mseLoss, u, v, null),
        work: work(mse, u, v, null),
        goal: "≤ 1.11 × the time",
      },
      {
        name: `fused Charbonnier against a loop, ${n}, ${pass}`,
        base: () => (requires ? charbonnierAndGradient(p, q, out, 1e-6) : charbonnierValue(p, q, 1e-6)),
        work: work(charbonnier, u, v, null),
        goal: requires ? "≤ 0.2 × the time" : "≤ 0.25 × the time",
      },
    );
  }
}
const only = process.argv[2];
const shown = rows
  .filter(({ name }) => !only || name.includes(only))
  .map(({ name, base, work, goal }) => {
    const [before, now] = times([base, work]);
    const ratio = now / before;
    return [name, `${digits(before * 1e6)} µs`, `${digits(now * 1e6)} µs`, ratio.toFixed(2), goal];
  });
console.log(table(["what", "base", "time", "ratio", "goal"], 1, shown));
