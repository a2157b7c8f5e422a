/** The figures of a run, as SVG. */
import * as Plot from "@observablehq/plot";
import { drawFigure, type FigureOptions } from "../examples/support/figure.js";
import { type Pass, PASSES } from "./contest.js";
import { digits, formatSize, median, quartiles } from "./format.js";
import { nameOfThreads } from "./local.js";
import { lookOf } from "./palette.js";
import { PASS_TITLES } from "./report.js";
import { ratios, type Run, select } from "./results.js";

interface Point {
  readonly rival: string;
  readonly elements: number;
  readonly y: number;
}

const OWN = "lossgrad, tensors";
const OWN_COLOR = lookOf(OWN).color;

/** A wide figure with room for names on its right. */
const frame = { width: 900, height: 560, marginLeft: 76, marginRight: 220 };

export function drawFigures(run: Run): Map<string, string> {
  return new Map([
    ["ratios", drawRatios(run)],
    ["time-value", drawTimes(run, "value")],
    ["time-gradient", drawTimes(run, "gradient")],
    ["error", drawErrors(run)],
    ["threads", drawThreads(run)],
  ]);
}

/** "64", "1 Ki": every second power of two that was measured. */
function sizeAxis(points: readonly { elements: number }[]): FigureOptions["x"] {
  const sizes = points.map(({ elements }) => elements);
  const ticks = [...new Set(sizes)].filter((n) => Math.log2(n) % 2 === 0);
  const domain = [Math.min(...sizes), Math.max(...sizes)];
  return { type: "log", base: 2, domain, label: "elements of each operand", ticks, tickFormat: formatSize };
}

/**
 * Lines on a logarithmic scale, each with its name at its right end: 26 names fill the figure's
 * height.
 */
function namedLines(points: readonly Point[], domain: readonly number[]): Plot.Markish[] {
  const last = Math.max(...points.map(({ elements }) => elements));
  const ends = points.filter(({ elements }) => elements === last).sort((a, b) => a.y - b.y);
  const gap = Math.log(domain[1] / domain[0]) / 26;
  const places = spaced(
    ends.map(({ y }) => Math.log(y)),
    gap,
  );
  const labels = ends.map((end, i) => ({ ...end, at: Math.exp(places[i]) }));
  const color = ({ rival }: Point) => lookOf(rival).color;
  const lines = [...new Set(points.map(({ rival }) => rival))].map((name) => {
    const { color, dash, width } = lookOf(name);
    const own = points.filter(({ rival }) => rival === name);
    return Plot.line(own, {
      x: "elements",
      y: "y",
      stroke: color,
      strokeWidth: width,
      strokeDasharray: dash,
    });
  });
  return [
    // lossgrad's lines on top.
    ...lines.reverse(),
    Plot.link(labels, { x1: last, y1: "y", x2: 1.5 * last, y2: "at", stroke: color, strokeOpacity: 0.5 }),
    Plot.text(labels, {
      x: 1.7 * last,
      y: "at",
      text: "rival",
      textAnchor: "start",
      fill: color,
      fontWeight: "bold",
    }),
  ];
}

/** Moves ascending numbers as little as is needed for neighbours to be `gap` apart. */
export function spaced(numbers: readonly number[], gap: number): number[] {
  // Less i gaps, the numbers need but ascend: groups that do not are replaced by their mean
  // (isotonic regression).
  const groups: { sum: number; count: number }[] = [];
  const mean = ({ sum, count }: { sum: number; count: number }) => sum / count;
  numbers.forEach((number, i) => {
    let group = { sum: number - i * gap, count: 1 };
    while (groups.length > 0 && mean(groups[groups.length - 1]) > mean(group)) {
      const { sum, count } = groups.pop()!;
      group = { sum: sum + group.sum, count: count + group.count };
    }
    groups.push(group);
  });
  return groups
    .flatMap((group) => Array.from({ length: group.count }, () => mean(group)))
    .map((number, i) => number + i * gap);
}

const TIMES: readonly (readonly [number, string])[] = [
  [1e-8, "10 ns"],
  [1e-7, "100 ns"],
  [1e-6, "1 µs"],
  [1e-5, "10 µs"],
  [1e-4, "100 µs"],
  [1e-3, "1 ms"],
  [1e-2, "10 ms"],
  [1e-1, "100 ms"],
  [1, "1 s"],
  [10, "10 s"],
];

function drawTimes(run: Run, pass: Pass): string {
  const points = select(run, { contest: "l1", pass }).map(({ rival, elements, seconds }) => {
    return { rival, elements, y: median(seconds) };
  });
  const times = points.map(({ y }) => y);
  const domain = [Math.min(...times) / 1.5, Math.max(...times) * 2];
  const ticks = TIMES.filter(([seconds]) => seconds > domain[0] && seconds < domain[1]);
  return drawFigure({
    ...frame,
    title: `Time of one call: L1, ${PASS_TITLES[pass]}`,
    subtitle: "float32 on one CPU thread, medians; lower is better, both axes are logarithmic",
    x: sizeAxis(points),
    y: {
      type: "log",
      label: null,
      domain,
      ticks: ticks.map(([seconds]) => seconds),
      tickFormat: (seconds: number) => ticks.find(([tick]) => tick === seconds)![1],
    },
    marks: namedLines(points, domain),
  });
}

/** Below this, an error is shown as none. */
const NO_ERROR = 1e-10;
const FLOAT32_ROUNDING = 2 ** -24;

/** "1 %", "10⁻⁶". */
function powerOfTen(value: number): string {
  const exponent = Math.round(Math.log10(value));
  if (exponent >= -4) return `${10 ** (exponent + 2)} %`;
  return `10⁻${String(-exponent).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)])}`;
}

function drawErrors(run: Run): string {
  const points = select(run, { contest: "l1", pass: "value" }).map(({ rival, elements, error }) => {
    return { rival, elements, y: Math.max(error, NO_ERROR) };
  });
  const domain = [NO_ERROR / 3, 0.1];
  const ticks = [-10, -9, -8, -7, -6, -5, -4, -3, -2, -1].map((exponent) => 10 ** exponent);
  return drawFigure({
    ...frame,
    title: "How wrong the mean is",
    subtitle:
      "L1's mean of float32 data, relative to the exact one; lower is better. Grey: what rounding a right result to float32 may cost",
    x: sizeAxis(points),
    y: {
      type: "log",
      label: null,
      domain,
      ticks,
      tickFormat: (tick: number) => (tick < 2 * NO_ERROR ? "exact" : powerOfTen(tick)),
    },
    marks: [
      Plot.rectY([0], { y1: domain[0], y2: FLOAT32_ROUNDING, fill: "#e8e8e8" }),
      ...namedLines(points, domain),
    ],
  });
}

/** Sizes of which the bars tell: small, in cache, in memory. */
const BAR_SIZES = [2 ** 10, 2 ** 16, 2 ** 22];
const BAR_COLORS = ["#9ecae1", "#4292c6", "#084594"];

function drawRatios(run: Run): string {
  const rivals = run.contests[0].rivals.filter(
    ({ name }) => !name.startsWith("lossgrad") && select(run, { contest: "l1", rival: name }).length > 0,
  );
  const bars = PASSES.flatMap((pass) =>
    rivals.flatMap(({ name }) =>
      BAR_SIZES.flatMap((elements) => {
        const found = ratios(run, { contest: "l1", pass, elements }, name, OWN);
        if (found.length === 0) return [];
        return [{ pass: PASS_TITLES[pass], rival: name, elements, ratio: median(found) }];
      }),
    ),
  );
  const without = rivals
    .filter(({ passes }) => !passes.includes("gradient"))
    .map(({ name }) => ({ pass: PASS_TITLES.gradient, rival: name, elements: BAR_SIZES[1] }));
  const lengths = bars.map(({ ratio }) => ratio);
  const place = { fx: "pass", fy: "rival", y: "elements" };
  return drawFigure({
    ...frame,
    title: "Time of the others as a multiple of lossgrad's (tensors)",
    subtitle: "L1 of float32 on one CPU thread, for 1 Ki, 64 Ki and 4 Mi elements; above 1 × is slower",
    height: 130 + 46 * rivals.length,
    marginTop: 88,
    marginLeft: 250,
    marginRight: 64,
    x: {
      type: "log",
      label: null,
      // Room for the number at the longest bar.
      domain: [Math.min(0.7, ...lengths), 2 * Math.max(...lengths)],
      ticks: [1, 10, 100, 1000].filter((tick) => tick < Math.max(...lengths)),
      tickFormat: (ratio: number) => `${ratio} ×`,
    },
    y: { type: "band", domain: BAR_SIZES, axis: null, padding: 0.1 },
    fx: { domain: PASSES.map((pass) => PASS_TITLES[pass]), axis: null, padding: 0.12 },
    fy: { domain: rivals.map(({ name }) => name), axis: null, padding: 0.2 },
    color: { type: "ordinal", domain: BAR_SIZES, range: BAR_COLORS },
    marks: [
      Plot.axisFx({ anchor: "top", label: null, fontSize: 14, fontWeight: "bold" }),
      Plot.axisFy({ anchor: "left", label: null, dx: -44, fontWeight: "bold" }),
      Plot.axisY({ label: null, tickSize: 0, tickFormat: formatSize, fontSize: 11, fill: "#555" }),
      Plot.barX(bars, { ...place, x1: 1, x2: "ratio", fill: "elements" }),
      Plot.ruleX([1], { stroke: "#222" }),
      Plot.text(bars, {
        ...place,
        x: ({ ratio }: { ratio: number }) => Math.max(1, ratio),
        text: ({ ratio }: { ratio: number }) => `${digits(ratio)} ×`,
        dx: 4,
        fontSize: 11,
        textAnchor: "start",
      }),
      Plot.text(without, {
        ...place,
        x: () => 1,
        text: () => "has no gradients",
        dx: 6,
        textAnchor: "start",
        fill: "#777",
      }),
    ],
  });
}

function drawThreads(run: Run): string {
  const [most] = run.contests.find(({ id }) => id === "threads")!.rivals;
  const points = PASSES.flatMap((pass) =>
    select(run, { contest: "threads", pass, rival: most.name }).map(({ elements }) => {
      const found = ratios(run, { contest: "threads", pass, elements }, nameOfThreads(1), most.name);
      const [low, y, high] = quartiles(found);
      return { pass: PASS_TITLES[pass], elements, low, y, high };
    }),
  );
  const place = { fx: "pass", x: "elements", clip: true };
  return drawFigure({
    ...frame,
    title: `${most.name}: how many times as fast as one thread`,
    subtitle: "L1 of float32 tensors, medians and quartiles; higher is better",
    height: 440,
    marginRight: 30,
    marginTop: 88,
    x: sizeAxis(points),
    y: {
      label: null,
      domain: [0, run.machine.cores + 0.5],
      ticks: run.machine.cores + 1,
      tickFormat: (y: number) => `${y} ×`,
    },
    fx: { label: null, domain: PASSES.map((pass) => PASS_TITLES[pass]), padding: 0.12 },
    marks: [
      Plot.ruleY([1], { stroke: "#222" }),
      Plot.ruleX(points, { ...place, y1: "low", y2: "high", stroke: OWN_COLOR }),
      Plot.line(points, { ...place, y: "y", stroke: OWN_COLOR, strokeWidth: 3 }),
      Plot.dot(points, { ...place, y: "y", fill: OWN_COLOR }),
    ],
  });
}
