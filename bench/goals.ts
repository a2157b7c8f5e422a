/** What was promised, beside what was measured. */
import type { Pass } from "./contest.js";
import { digits, formatSize, median, table } from "./format.js";
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

const MI = 2 ** 20;

const goals: readonly Goal[] = [
  {
    contest: "l1",
    pass: "value",
    slow: "PyTorch",
    fast: "lossgrad, tensors",
    from: 64,
    to: 16 * MI,
    ratio: 3.4,
  },
  {
    contest: "l1",
    pass: "gradient",
    slow: "PyTorch",
    fast: "lossgrad, tensors",
    from: 64,
    to: 16 * MI,
    ratio: 9,
  },
];

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
        `${digits(ratio)} ×`,
        `${digits(least.ratio)} × at ${formatSize(least.elements)}`,
        least.ratio >= ratio ? "met" : "missed",
      ],
    ];
  });
  return table(["goal", "elements", "at least", "smallest measured", ""], 2, rows);
}
