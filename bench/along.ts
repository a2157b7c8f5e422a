/**
 * Reductions along one dimension of a matrix, against plain loops in the best order, on one thread.
 *
 *     npm run bench:along     takes half a minute; prints a table
 *
 * Rivals take turns, and a ratio is that of the medians. Time is the process's own, which other
 * work on the machine disturbs less. Every result is compared with the loop's before it is timed.
 */
import { manualSeed, rand, setNumThreads, type Tensor } from "lossgrad";
import { digits, median, table } from "./format.js";

const SHAPES: readonly (readonly [rows: number, columns: number])[] = [
  [8, 125_000],
  [125_000, 8],
  [1000, 1000],
];
const DTYPES = ["float32", "float64"] as const;
const OPERATIONS = ["sum", "mean", "amax"] as const;
const ROUNDS = 15;
const REPEATS = 3;

type Numbers = Float32Array | Float64Array;
/** Reduces x to `out`, by way of `sums`, which is as long. */
type Loop = (x: Numbers, rows: number, columns: number, out: Numbers, sums: Float64Array) => void;

const sumOfRows: Loop = (x, rows, columns, out) => {
  for (let r = 0, i = 0; r < rows; r++) {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += x[i++];
    out[r] = sum;
  }
};

/** Row after row, as they lie in memory. */
const sumOfColumns: Loop = (x, rows, columns, out, sums) => {
  sums.fill(0);
  for (let r = 0, i = 0; r < rows; r++) for (let c = 0; c < columns; c++) sums[c] += x[i++];
  out.set(sums);
};

/** Column after column: the better order where there are few rows, or few columns. */
const sumByColumns: Loop = (x, rows, columns, out) => {
  for (let c = 0; c < columns; c++) {
    let sum = 0;
    for (let r = 0, i = c; r < rows; r++, i += columns) sum += x[i];
    out[c] = sum;
  }
};

const largestOfRows: Loop = (x, rows, columns, out) => {
  for (let r = 0, i = 0; r < rows; r++) {
    let largest = -Infinity;
    for (let c = 0; c < columns; c++, i++) if (x[i] > largest) largest = x[i];
    out[r] = largest;
  }
};

const largestOfColumns: Loop = (x, rows, columns, out) => {
  out.fill(-Infinity);
  for (let r = 0, i = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, i++) if (x[i] > out[c]) out[c] = x[i];
};

function loopsFor(operation: (typeof OPERATIONS)[number], dim: number): readonly Loop[] {
  if (operation === "amax") return [dim === 1 ? largestOfRows : largestOfColumns];
  return dim === 1 ? [sumOfRows] : [sumOfColumns, sumByColumns];
}

/** Milliseconds of one run of each, the medians of interleaved rounds. */
function times(works: readonly (() => void)[]): number[] {
  const samples = works.map((): number[] => []);
  for (let round = -3; round < ROUNDS; round++) {
    works.forEach((work, i) => {
      work();
      const before = process.cpuUsage();
      for (let repeat = 0; repeat < REPEATS; repeat++) work();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) samples[i].push((user + system) / 1000 / REPEATS);
    });
  }
  return samples.map(median);
}

function check(name: string, result: Tensor, expected: Numbers, divisor: number): void {
  const found = result.array();
  expected.forEach((value, i) => {
    const error = Math.abs(found[i] - value / divisor);
    if (!(error <= 1e-4)) throw new Error(`${name}: expected ${value / divisor} at ${i}, got ${found[i]}`);
  });
}

const rows: string[][] = [];
setNumThreads(1);
manualSeed(20);
for (const dtype of DTYPES) {
  for (const [m, n] of SHAPES) {
    const x = rand([m, n], { dtype }).mul(2).sub(1);
    const numbers = x.array().slice() as Numbers;
    for (const dim of [1, 0]) {
      const length = dim === 1 ? m : n;
      const out = dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
      const sums = new Float64Array(length);
      for (const operation of OPERATIONS) {
        const loops = loopsFor(operation, dim).map((loop) => () => {
          loop(numbers, m, n, out, sums);
        });
        loops[0]();
        check(operation, x[operation]({ dim }), out, operation === "mean" ? (m * n) / length : 1);
        const [own, ...plain] = times([
          () => {
            x[operation]({ dim }).dispose();
          },
          ...loops,
        ]);
        const best = Math.min(...plain);
        const name = `${operation}({ dim: ${dim} }) of [${m}, ${n}]`;
        rows.push([name, dtype, `${digits(best)} ms`, `${digits(own)} ms`, `${digits(best / own)} ×`]);
      }
    }
    x.dispose();
  }
}
console.log(table(["reduction", "dtype", "plain loop", "lossgrad", "ratio"], 2, rows));
