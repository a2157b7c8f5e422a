/** What a run found, as Markdown: it reads the same in a terminal and in bench/RESULTS.md. */
import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from "node:os";
import Table from "cli-table3";
import type { Case, Pass } from "./contest.js";

/** One rival in one case at one size. */
export interface Entry {
  readonly pass: Pass;
  readonly elements: number;
  readonly rival: string;
  /** Of one run: one number a round. */
  readonly seconds: readonly number[];
  /** Error of the mean, in units in the last place of float32. */
  readonly ulps: number;
}

export interface RivalInfo {
  readonly name: string;
  readonly about: string;
}

export type Machine = ReturnType<typeof describeMachine>;

export function describeMachine() {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return {
    date: new Date().toISOString().slice(0, 10),
    lossgrad: version,
    node: process.version,
    v8: process.versions.v8,
    system: `${platform()} ${arch()}`,
    cpu: cpus()[0].model.trim(),
    cores: availableParallelism(),
    gibibytes: Math.round(totalmem() / 2 ** 30),
    loadBefore: loadavg()[0],
  };
}

export function formatReport(
  machine: Machine,
  rivals: readonly RivalInfo[],
  cases: readonly Case[],
  entries: readonly Entry[],
): string {
  const tables = cases.map((each) => {
    const own = entries.filter(({ pass }) => pass === each.pass);
    return `## ${each.title}\n\n${caseTable(each, rivals, own)}\n\n${summary(each, rivals, own)}`;
  });
  return `# L1 in float32: measured

\`npm run bench\` repeats this; \`npm run bench -- --write\` also rewrites this file. PyTorch takes part where a Python imports it
(\`LOSSGRAD_PYTHON\`, else \`/usr/bin/python3\`, else \`python3\`; on Debian 12: \`apt-get install python3-torch\`).

- **Machine**: ${machine.cpu}, ${machine.cores} cores, ${machine.gibibytes} GiB, ${machine.system}, Node ${machine.node} (V8 ${machine.v8}); ${machine.date}, lossgrad ${machine.lossgrad}.
- **Trust the ratios first.** Where a machine is shared with other work, times wander from run to run; the load was
  ${machine.loadBefore.toFixed(1)} at the start. Rivals take turns within each of ${entries[0].seconds.length} rounds; a ratio is taken within its round.
- **Numbers** are medians, with first and third quartile in brackets. A rival's "×" is its time over lossgrad's: above 1, lossgrad is faster.
  "API" is what lossgrad takes beyond the kernel alone: checks, tensors, tape, memory, and exact sums across blocks.
- **Data**: uniform in [0, 1), the same for all; every result is checked before it is timed.

${rivalTable(rivals, entries)}

${tables.join("\n\n")}
`;
}

function rivalTable(rivals: readonly RivalInfo[], entries: readonly Entry[]): string {
  const rows = rivals.map(({ name, about }) => {
    const ulps = entries.filter(({ rival }) => rival === name).map((entry) => entry.ulps);
    return [name, about, Math.max(...ulps).toFixed(2)];
  });
  return table(
    ["rival", "what is timed", "largest error of the mean, float32 ULP"],
    ["left", "left", "right"],
    rows,
  );
}

/** The first rival is lossgrad, the second its kernel alone. */
function caseTable(
  { bytes }: Case,
  [ours, kernel, ...others]: readonly RivalInfo[],
  entries: readonly Entry[],
): string {
  const rows = sizesOf(entries).map((n) => {
    const own = secondsOf(entries, n, ours);
    const perSecond = n / quartiles(own)[1];
    const api = secondsOf(entries, n, kernel).map((seconds, round) => own[round] - seconds);
    return [
      formatSize(n),
      spread(own.map((seconds) => seconds * 1e6)),
      digits(perSecond / 1e9),
      digits((perSecond * bytes) / 1e9),
      spread(api.map((seconds) => seconds * 1e6)),
      ...others.map((rival) => `${spread(ratios(entries, n, rival, ours))} ×`),
    ];
  });
  const head = [
    "elements",
    `${ours.name}, µs`,
    "G elements/s",
    "GB/s",
    "of it API, µs",
    ...others.map(({ name }) => name),
  ];
  return table(
    head,
    head.map(() => "right"),
    rows,
  );
}

/** What there is to say of a case, and where lossgrad does worst. */
function summary(
  { note }: Case,
  [ours, , ...others]: readonly RivalInfo[],
  entries: readonly Entry[],
): string {
  const least = others.map((rival) => {
    const medians = sizesOf(entries).map((n) => [quartiles(ratios(entries, n, rival, ours))[1], n]);
    const [ratio, n] = medians.reduce((a, b) => (b[0] < a[0] ? b : a));
    return `${rival.name} ${digits(ratio)} × at ${formatSize(n)}`;
  });
  return `${note} Smallest ratios measured: ${least.join(", ")}.`;
}

function sizesOf(entries: readonly Entry[]): number[] {
  return [...new Set(entries.map(({ elements }) => elements))];
}

function secondsOf(entries: readonly Entry[], n: number, { name }: RivalInfo): readonly number[] {
  return entries.find(({ elements, rival }) => elements === n && rival === name)!.seconds;
}

/** Time of `rival` over that of `ours`, round by round. */
function ratios(entries: readonly Entry[], n: number, rival: RivalInfo, ours: RivalInfo): number[] {
  const own = secondsOf(entries, n, ours);
  return secondsOf(entries, n, rival).map((seconds, round) => seconds / own[round]);
}

/** First quartile, median, third quartile. */
function quartiles(values: readonly number[]): [number, number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  return [at(0.25), at(0.5), at(0.75)];
}

function spread(values: readonly number[]): string {
  const [first, median, third] = quartiles(values).map(digits);
  return `${median} (${first}–${third})`;
}

/** Three significant digits, never in scientific notation. */
function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function formatSize(n: number): string {
  if (n >= 2 ** 20) return `${n / 2 ** 20} Mi`;
  return n >= 2 ** 10 ? `${n / 2 ** 10} Ki` : String(n);
}

/** A Markdown table with aligned columns. */
function table(head: string[], aligns: ("left" | "right")[], rows: string[][]): string {
  const none = [
    "top",
    "top-mid",
    "top-left",
    "top-right",
    "bottom",
    "bottom-mid",
    "bottom-left",
    "bottom-right",
  ].concat("mid", "mid-mid", "left-mid", "right-mid");
  const chars = { ...Object.fromEntries(none.map((name) => [name, ""])), left: "|", middle: "|", right: "|" };
  const lines = new Table({ head, colAligns: aligns, chars, style: { head: [], border: [] } });
  lines.push(
    aligns.map((align) => (align === "left" ? ":---" : "---:")),
    ...rows,
  );
  return lines.toString();
}
