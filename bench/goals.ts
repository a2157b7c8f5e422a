/** What was promised, beside what was measured. */
import { ADAM_NAME } from "./adam.js";
import { type Pass, PASSES } from "./contest.js";
import { formatSize, median, table } from "./format.js";
import type { FusedName } from "./formulas.js";
import { FUSED_NAME, FUSED_TITLES, firstCalls, LOOP_NAME } from "./fused.js";
import { accumulators, byArrays, losses, nameOfThreads, newModule, parts, shortCall } from "./local.js";
import { TORCH_CONTESTS, TORCH_NAME } from "./of-torch.js";
import { COMPILED_TORCH } from "./rivals.js";
import { PASS_TITLES } from "./report.js";
import { ratios, type Run, select } from "./results.js";

/** The time of `slow` over that of `fast` is at least `ratio` at every size from `from` to `to`. */
interface Goal {
  readonly contest: string;
  readonly pass: Pass;
  readonly slow: string;
  readonly fast: string;
  readonly from: number;
  readonly to: number;
  readonly ratio: number;
}

/** The time of one call is at most so long. */
interface Limit {
  readonly contest: string;
  readonly pass: Pass;
  readonly rival: string;
  readonly elements: number;
  readonly microseconds: number;
}

const KI = 2 ** 10;
const MI = 2 ** 20;

function torchGoal(pass: Pass, ratio: number): Goal {
  return { contest: "l1", pass, slow: "PyTorch", fast: "lossgrad, tensors", from: 64, to: 16 * MI, ratio };
}

/** In cache the ratios to the loop, and no slower than it anywhere. */
function arrayGoals(pass: Pass, ...least: readonly number[]): Goal[] {
  return byArrays.flatMap(({ name }, i) => {
    const goal = { contest: "l1", pass, slow: "JS loop", fast: name };
    return [
      { ...goal, from: KI, to: 256 * KI, ratio: least[i] },
      { ...goal, from: 32, to: 16 * MI, ratio: 1 },
    ];
  });
}

function threadGoals(pass: Pass): Goal[] {
  const goal = { contest: "threads", pass, slow: nameOfThreads(1), fast: nameOfThreads(2) };
  return [
    { ...goal, from: 64 * KI, to: 64 * KI, ratio: 1.8 },
    { ...goal, from: 256 * KI, to: MI, ratio: 1.95 },
    { ...goal, from: 16 * KI, to: 16 * MI, ratio: 1 },
  ];
}

/** No loss takes more than 1.25 times as long as L1. */
function lossGoals(pass: Pass): Goal[] {
  const [l1, ...others] = losses.map(({ name }) => name);
  return others.map((name) => {
    return { contest: "losses", pass, slow: l1, fast: name, from: KI, to: 16 * MI, ratio: 1 / 1.25 };
  });
}

/**
 * Of losses that users write: against a loop by hand, PyTorch's compiler, and the other libraries.
 */
function fusedGoals(contest: string): Goal[] {
  return PASSES.flatMap((pass) => {
    const goal = { contest, pass, fast: FUSED_NAME, from: 16 * KI, to: 4 * MI };
    const isValue = pass === "value";
    return [
      { ...goal, slow: LOOP_NAME, from: 4 * KI, to: 256 * KI, ratio: isValue ? 4 : 5 },
      { ...goal, slow: COMPILED_TORCH, ratio: isValue ? 2.5 : 5 },
      { ...goal, slow: "jax-js, wasm", ratio: 5 },
      { ...goal, slow: "tfjs, wasm", ratio: 5 },
    ];
  });
}

/** Parts of a loss take at most 1.3 times as long as the whole, columns twice as long. */
function partGoals(): Goal[] {
  const [whole, rows, masked, columns] = parts.map(({ name }) => name);
  const goal = { contest: "parts", pass: "value" as const, slow: whole, ratio: 1 / 1.3 };
  return [
    { ...goal, fast: rows, from: MI, to: MI },
    { ...goal, fast: masked, from: 64 * KI, to: 64 * KI },
    { ...goal, fast: columns, from: MI, to: MI, ratio: 1 / 2 },
  ];
}

/** Losses of torch.nn against PyTorch: those of rows have kernels with AVX-512 there. */
function torchGoals(): Goal[] {
  return TORCH_CONTESTS.flatMap(({ name, sizes }) =>
    PASSES.map((pass): Goal => {
      const [value, gradient] = name.startsWith("crossEntropy") ? [1.5, 2] : [2, 4];
      const [from, to] = [Math.min(...sizes), Math.max(...sizes)];
      const ratio = pass === "value" ? value : gradient;
      return { contest: name, pass, slow: "PyTorch", fast: TORCH_NAME, from, to, ratio };
    }),
  );
}

const goals: readonly Goal[] = [
  torchGoal("value", 3.4),
  torchGoal("gradient", 9),
  ...arrayGoals("value", 5, 2.5),
  ...arrayGoals("gradient", 8, 5),
  ...PASSES.flatMap(threadGoals),
  ...PASSES.flatMap(lossGoals),
  ...Object.keys(FUSED_TITLES).flatMap(fusedGoals),
  ...partGoals(),
  ...torchGoals(),
  { contest: "adam", pass: "step", slow: "PyTorch", fast: ADAM_NAME, from: MI, to: MI, ratio: 1.5 },
];

const [first, later] = firstCalls;
const [accumulator] = accumulators;
/** 0.7 G elements a second. */
const accumulated = (elements: number): number => elements / 700;

const limits: readonly Limit[] = [
  { contest: "small", pass: "value", rival: shortCall.name, elements: 64, microseconds: 0.5 },
  { contest: "small", pass: "gradient", rival: shortCall.name, elements: 64, microseconds: 1.5 },
  ...PASSES.map((pass) => ({ contest: "first", pass, rival: first.name, elements: 64, microseconds: 3000 })),
  { contest: "first", pass: "value", rival: later.name, elements: 64, microseconds: 300 },
  ...[64 * KI, 256 * KI].map((elements): Limit => {
    const microseconds = accumulated(elements);
    return { contest: "accumulate", pass: "value", rival: accumulator.name, elements, microseconds };
  }),
  { contest: "small", pass: "value", rival: newModule.name, elements: 64, microseconds: 0.7 },
  { contest: "small", pass: "gradient", rival: newModule.name, elements: 64, microseconds: 2 },
];

/** The goals that the run has figures for, with the worst figure of each. */
export function formatGoals(run: Run): string {
  const rows = [
    ...goals.flatMap((goal) => goalRow(run, goal)),
    ...limits.flatMap((limit) => limitRow(run, limit)),
  ];
  return table(["promised", "elements", "goal", "measured", ""], 2, rows);
}

function isFused(contest: string): contest is FusedName {
  return Object.hasOwn(FUSED_TITLES, contest);
}

function goalRow(run: Run, { contest, pass, slow, fast, from, to, ratio }: Goal): string[][] {
  const found = select(run, { contest, pass, rival: slow })
    .filter(({ elements }) => elements >= from && elements <= to)
    .map(({ elements }) => ({ elements, values: ratios(run, { contest, pass, elements }, slow, fast) }))
    .filter(({ values }) => values.length > 0)
    .map(({ elements, values }) => ({ elements, ratio: median(values) }));
  if (found.length === 0) return [];
  const worst = found.reduce((a, b) => (b.ratio < a.ratio ? b : a));
  const sizes = from === to ? formatSize(from) : `${formatSize(from)} … ${formatSize(to)}`;
  const measured = `${worst.ratio.toFixed(2)} × at ${formatSize(worst.elements)}`;
  const title = isFused(contest)
    ? FUSED_TITLES[contest]
    : TORCH_CONTESTS.find(({ name }) => name === contest)?.title;
  const what = title
    ? `${title}, ${PASS_TITLES[pass]}`
    : pass === "step"
      ? "a step of Adam"
      : PASS_TITLES[pass];
  const name = `${what}: time of ${slow} over that of ${fast}`;
  return [
    [name, sizes, `≥ ${Number(ratio.toFixed(2))} ×`, measured, worst.ratio >= ratio ? "met" : "missed"],
  ];
}

function limitRow(run: Run, { contest, pass, rival, elements, microseconds }: Limit): string[][] {
  return select(run, { contest, pass, rival, elements }).map((entry) => {
    const time = median(entry.seconds) * 1e6;
    const verdict = time <= microseconds ? "met" : "missed";
    const name = `${PASS_TITLES[pass]}: ${rival}`;
    return [
      name,
      formatSize(elements),
      `≤ ${Number(microseconds.toFixed(1))} µs`,
      `${time.toFixed(2)} µs`,
      verdict,
    ];
  });
}
