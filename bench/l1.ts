/**
 * L1 in float32, the value alone and with its gradient, against rivals.
 *
 *     npm run bench               prints the tables, writes bench/results/latest.json
 *     npm run bench -- --write    and bench/RESULTS.md
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Case, check, type Rival, run, warmUp } from "./contest.js";
import { localRivals } from "./local.js";
import { Operands } from "./operands.js";
import { describeMachine, type Entry, formatReport } from "./report.js";
import { startTorch } from "./torch.js";

/** `bytes` is what must move for each element: two inputs are read, a gradient is written. */
const cases: readonly Case[] = [
  {
    pass: "value",
    title: "L1 mean",
    bytes: 8,
    note: "Prototypes promised 3 times the speed of torch, and in cache 4 times that of the JS loop.",
  },
  {
    pass: "gradient",
    title: "L1 mean and its gradient, forward and backward",
    bytes: 12,
    note: "Prototypes promised 8 times the speed of torch. lossgrad uses a gradient's memory again when nobody has read `grad`.",
  },
  {
    pass: "read",
    title: "The same, and the gradient is read",
    bytes: 12,
    note: "lossgrad cannot tell whether a gradient that was read is still held: it keeps a copy for the garbage collector.",
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

/** Readies every rival for operands of `n` elements, for the time of `work`. */
async function withOperands<T>(
  rivals: readonly Rival[],
  n: number,
  work: (operands: Operands) => Promise<T>,
): Promise<T> {
  const operands = new Operands(n);
  for (const rival of rivals) await rival.prepare(operands);
  const result = await work(operands);
  operands.dispose();
  return result;
}

/** Times every rival in one case. */
async function measure(
  rivals: readonly Rival[],
  { pass, title }: Case,
  operands: Operands,
): Promise<Entry[]> {
  process.stderr.write(`${title}: ${operands.n} elements\n`);
  const ulps = await check(rivals, pass, operands);
  const seconds = await run(rivals, pass);
  return rivals.map(({ name }, i) => ({
    pass,
    elements: operands.n,
    rival: name,
    seconds: seconds[i],
    ulps: ulps[i],
  }));
}

const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });
const machine = describeMachine();
const rivals = await allRivals();
const entries: Entry[] = [];
await withOperands(rivals, sizes[0], async () => {
  for (const { pass } of cases) await warmUp(rivals, pass);
});
for (const n of sizes) {
  await withOperands(rivals, n, async (operands) => {
    for (const each of cases) entries.push(...(await measure(rivals, each, operands)));
  });
}
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
