/**
 * How far the kernels are from what the machine allows, on one thread: ratios of speed, each from
 * interleaved rounds.
 *
 *     npm run bench:limits               prints the table
 *     npm run bench:limits -- --write    and writes bench/LIMITS.md and bench/results/limits.json
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { formatSize, median, spread, table } from "./format.js";
import { type Goal, type Row, rows, type Runner, SIZES } from "./limits/rows.js";
import { Stage } from "./limits/stage.js";
import { describeMachine } from "./machine.js";

const ROUNDS = 31;
/** Long against the clock's resolution and a timer interrupt. */
const SAMPLE_MS = 2;
/** For the optimizing compiler. */
const WARM_UP_MS = 100;

interface Result extends Row {
  /** The runner's speed over the other's, by size, one number a round. */
  readonly ratios: readonly (readonly number[])[];
}

/** Doubles until a sample is long enough. */
function repeatsFor(stage: Stage, runner: Runner, n: number): number {
  let repeats = 1;
  while (stage.time(runner, n, repeats) < SAMPLE_MS) repeats *= 2;
  return repeats;
}

function warmUp(stage: Stage, runner: Runner): void {
  const repeats = repeatsFor(stage, runner, SIZES[0]);
  for (let spent = 0; spent < WARM_UP_MS;) spent += stage.time(runner, SIZES[0], repeats);
}

/** Ratios of speed in rounds; the two take turns in beginning. */
function compare(stage: Stage, { runner, against }: Row, n: number): number[] {
  const pair = [runner, against];
  const repeats = pair.map((each) => repeatsFor(stage, each, n));
  return Array.from({ length: ROUNDS }, (_, round) => {
    const times = [0, 0];
    for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) {
      times[i] = stage.time(pair[i], n, repeats[i]) / repeats[i];
    }
    return times[1] / times[0];
  });
}

function measure(stage: Stage): Result[] {
  return rows.map((row, i) => {
    process.stderr.write(`${i + 1}/${rows.length} ${row.what}\n`);
    warmUp(stage, row.runner);
    warmUp(stage, row.against);
    return { ...row, ratios: SIZES.map((n) => compare(stage, row, n)) };
  });
}

function formatGoal({ least, sizes }: Goal): string {
  return `≥ ${least.toFixed(2)} at ${sizes.map(formatSize).join(", ")}`;
}

function verdict({ goals, ratios }: Result): string {
  const missed = goals.flatMap(({ least, sizes }) =>
    sizes.filter((n) => median(ratios[(SIZES as readonly number[]).indexOf(n)]) < least),
  );
  if (goals.length === 0) return "";
  return missed.length === 0 ? "met" : `missed at ${missed.map(formatSize).join(", ")}`;
}

function formatTable(results: readonly Result[]): string {
  const head = ["what", "goal", ...SIZES.map((n) => `${formatSize(n)} elements`), ""];
  const lines = results.map((result) => [
    result.what,
    result.goals.map(formatGoal).join("; "),
    ...result.ratios.map(spread),
    verdict(result),
  ]);
  return table(head, 2, lines);
}

const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });
const machine = describeMachine();
const results = measure(Stage.open());
const report = `# The kernels against what the machine allows

\`npm run bench:limits -- --write\` repeats this and rewrites this file, in two or three minutes. It calls the kernels themselves, in one binary
with two floors compiled with the same options: one reads two streams and does nothing, one writes a third besides.

- **Machine**: ${machine.cpu}, ${machine.cores} cores, ${machine.gibibytes} GiB, ${machine.system}, Node ${machine.node} (V8 ${machine.v8}); ${machine.date}, lossgrad ${machine.lossgrad}; load ${machine.loadBefore.toFixed(1)} at the start.
- **Numbers** are speeds as multiples of the other's, in CPU time: medians of ${ROUNDS} interleaved rounds with first and third quartile. The sizes
  lie in the caches L1, L2, L3 and past them. Where a goal is missed at a median, the last column says so.

${formatTable(results)}

What the misses in cache come from, by the instructions a vector takes beside its loads: L1's value 3, Huber's and SmoothL1's 7, with another beta
a division besides; float16 needs 5 to become float32, and 2 to look for Inf and NaN. Sixteen vectors added up before
the wide sums gained 4 to 9 % in L1 where that was tried, at the cost of exactness: eight are kept.
`;
console.log(report);
if (values.write) {
  const folder = new URL("./results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL("limits.json", folder), JSON.stringify({ machine, sizes: SIZES, results }, null, 1));
  writeFileSync(new URL("./LIMITS.md", import.meta.url), report);
}
