/** What was promised, beside what was measured. */
import { type Pass, PASSES } from "./contest.js";
import { formatSize, median, table } from "./format.js";
import { byArrays, nameOfThreads } from "./local.js";
import { ratios, type Run, select } from "./results.js";

/** The time of `slow` over that of `fast` is at least `ratio` at every size from `from` to `to`. */
export interface Goal {
  readonly contest: string;
  readonly pass: Pass;
  readonly slow: string;
  readonly fast: string;
  readonly from: number;
  readonly to: number;
  readonly ratio: number;
}

const KI = 2 ** 10;
const MI = 2 ** 20;

const goals: readonly Goal[] = [
  ...torchGoals("value", 3.4),
  ...torchGoals("gradient", 9),
  ...arrayGoals("value", { inPlace: 5, foreign: 2.5 }),
  ...arrayGoals("gradient", { inPlace: 8, foreign: 5 }),
  ...PASSES.flatMap((pass): Goal[] => {
    const goal = { contest: "threads", pass, slow: nameOfThreads(1), fast: nameOfThreads(2) };
    return [
      { ...goal, from: 64 * KI, to: 64 * KI, ratio: 1.8 },
      { ...goal, from: 256 * KI, to: MI, ratio: 1.95 },
      { ...goal, from: 16 * KI, to: 16 * MI, ratio: 1 },
    ];
  }),
];

function arrayGoals(pass: Pass, ratio: { inPlace: number; foreign: number }): Goal[] {
  const [inPlace, foreign] = byArrays.map(({ name }) => ({
    contest: "l1",
    pass,
    slow: "JS loop",
    fast: name,
  }));
  return [
    { ...inPlace, from: KI, to: 256 * KI, ratio: ratio.inPlace },
    { ...foreign, from: KI, to: 256 * KI, ratio: ratio.foreign },
    { ...inPlace, from: 32, to: 16 * MI, ratio: 1 },
    { ...foreign, from: 32, to: 16 * MI, ratio: 1 },
  ];
}

function torchGoals(pass: Pass, ratio: number): Goal[] {
  return [{ contest: "l1", pass, slow: "PyTorch", fast: "lossgrad, tensors", from: 64, to: 16 * MI, ratio }];
}

/** The goals that the run has figures for: the smallest ratio of each. */
export function formatGoals(run: Run): string {
  const rows = goals.flatMap((goal) => {
    const { contest, pass, slow, fast, from, to, ratio } = goal;
    const entries = select(run, { contest, pass, rival: slow });
    const least = entries
      .filter(({ elements }) => elements >= from && elements <= to)
      .map(({ elements }) => ({
        elements,
        ratio: median(ratios(run, { contest, pass, elements }, slow, fast)),
      }))
      .reduce((a, b) => (b.ratio < a.ratio ? b : a), { elements: 0, ratio: Infinity });
    if (least.elements === 0) return [];
    return [
      [
        `${slow} over ${fast}, ${pass}`,
        `${formatSize(from)} … ${formatSize(to)}`,
        `${ratio} ×`,
        `${least.ratio.toFixed(2)} × at ${formatSize(least.elements)}`,
        least.ratio >= ratio ? "met" : "missed",
      ],
    ];
  });
  return table(["goal", "elements", "at least", "smallest measured", ""], 2, rows);
}
