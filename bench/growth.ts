/**
 * How time and memory grow with the work: L1 and its gradient by tensors, on one thread, from 64 to
 * 128 Mi elements.
 *
 *     npm run bench:growth     needs 2 GiB; prints a table
 *
 * Past the caches, time should be proportional to the elements, and memory should hold the operands
 * and one gradient, nothing else.
 */
import { empty, F, memoryStats, setNumThreads, type Tensor } from "lossgrad";
import { digits, formatSize, median, table } from "./format.js";

const SIZES = [6, 9, 12, 15, 18, 20, 22, 23, 24, 25, 26, 27].map((exponent) => 2 ** exponent);
/** Past the last cache of the machines at hand. */
const PAST_CACHE = 2 ** 24;
const SAMPLES = 9;
const SAMPLE_SECONDS = 0.02;

/** `n` numbers in [0, 1) that no branch predictor knows by heart. */
function operand(n: number, seed: number): Tensor {
  const x = empty([n]);
  const array = x.array();
  const period = Math.min(n, 2 ** 16);
  let state = seed;
  for (let i = 0; i < period; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    array[i] = (state >>> 8) / 2 ** 24;
  }
  for (let filled = period; filled < n; filled *= 2) array.copyWithin(filled, 0, filled);
  return x;
}

/** Seconds of one call, the median of some samples. */
function timeOf(work: () => void): number {
  const sample = (repeats: number) => {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) work();
    return (performance.now() - start) / 1000;
  };
  let repeats = 1;
  while (sample(repeats) < SAMPLE_SECONDS) repeats *= 2;
  return median(Array.from({ length: SAMPLES }, () => sample(repeats) / repeats));
}

interface Row {
  readonly n: number;
  readonly value: number;
  readonly gradient: number;
  /** Bytes that the linear memory grew to, beyond the two operands and the gradient. */
  readonly excess: number;
}

function measure(n: number): Row {
  const target = operand(n, 1);
  const input = operand(n, 2).requiresGrad_();
  const detached = input.detach();
  const value = timeOf(() => void F.l1Loss(detached, target).item());
  const gradient = timeOf(() => {
    input.grad = null;
    F.l1Loss(input, target).backward();
  });
  const excess = memoryStats().bytesReserved - 3 * 4 * n;
  for (const tensor of [input, target, input.grad]) tensor?.dispose();
  return { n, value, gradient, excess };
}

/** How far the times of an element lie apart, past the caches. */
function spreadOf(rows: readonly Row[], pass: "value" | "gradient"): string {
  const times = rows.filter(({ n }) => n >= PAST_CACHE).map((row) => row[pass] / row.n);
  return `${((Math.max(...times) / Math.min(...times) - 1) * 100).toFixed(1)} %`;
}

// The first tensor settles what memory there is; threads are another matter.
empty([1]).dispose();
setNumThreads(1);
measure(2 ** 12);
const rows = SIZES.map(measure);
const cells = rows.map(({ n, value, gradient, excess }) => [
  formatSize(n),
  digits(value * 1e6),
  ((value / n) * 1e9).toFixed(3),
  digits(gradient * 1e6),
  ((gradient / n) * 1e9).toFixed(3),
  (excess / 2 ** 20).toFixed(2),
]);
const head = [
  "elements",
  "loss, µs",
  "ns an element",
  "and gradient, µs",
  "ns an element",
  "MiB beyond operands and gradient",
];
console.log(table(head, 0, cells));
console.log(
  `\nFrom ${formatSize(PAST_CACHE)} up, the time of an element varies by ${spreadOf(rows, "value")}; with the gradient by ${spreadOf(rows, "gradient")}.`,
);
