/**
 * L1 in float32, the value alone and with its gradient, against rivals.
 *
 *     npm run bench               prints the tables, writes bench/results/latest.json
 *     npm run bench -- --write    and bench/RESULTS.md
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { check, type Case, type Rival, run } from "./contest.js";
import { localRivals } from "./local.js";
import { Operands } from "./operands.js";
import { describeMachine, type Entry, formatReport } from "./report.js";
import { startTorch } from "./torch.js";

/**
 * `bytes` is what must move for each element: two inputs are read, a gradient is written. `expected` is what prototypes
 * promised before the library was written.
 */
const cases: readonly Case[] = [
  {
    pass: "value",
    title: "L1 mean",
    bytes: 8,
    expected: "3 times as fast as torch on one thread; in cache, 4 times as fast as the JS loop",
  },
  {
    pass: "gradient",
    title: "L1 mean and its gradient, forward and backward",
    bytes: 12,
    expected: "8 times as fast as torch on one thread",
  },
];

const sizes = [6, 8, 10, 12, 14, 16, 18, 20, 22, 24].map((exponent) => 2 ** exponent);

/** The first is what the others are compared with. */
async function allRivals(): Promise<Rival[]> {
  const torch = await startTorch();
  if (!torch)
    console.log("torch: left out, no Python here imports it (set LOSSGRAD_PYTHON to one that does)\n");
  return [...localRivals, ...(torch ? [torch] : [])];
}

/** Times every rival in every case at one size. */
async function measure(rivals: readonly Rival[], n: number): Promise<Entry[]> {
  const operands = new Operands(n);
  for (const rival of rivals) await rival.prepare(operands);
  const entries: Entry[] = [];
  for (const each of cases) {
    process.stderr.write(`${each.title}: ${n} elements\n`);
    const errors = await check(rivals, each.pass, operands);
    const seconds = await run(rivals, each.pass);
    rivals.forEach(({ name }, i) =>
      entries.push({ pass: each.pass, elements: n, rival: name, seconds: seconds[i], ulps: errors[i] }),
    );
  }
  operands.dispose();
  return entries;
}

const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });
const machine = describeMachine();
const rivals = await allRivals();
const entries: Entry[] = [];
for (const n of sizes) entries.push(...(await measure(rivals, n)));
for (const rival of rivals) rival.close?.();

const folder = new URL("./results/", import.meta.url);
mkdirSync(folder, { recursive: true });
const about = rivals.map(({ name, about }) => ({ name, about }));
writeFileSync(
  new URL("latest.json", folder),
  JSON.stringify({ machine, rivals: about, cases, entries }, null, 1),
);
const report = formatReport(machine, about, cases, entries);
console.log(report);
if (values.write) writeFileSync(new URL("./RESULTS.md", import.meta.url), report);
