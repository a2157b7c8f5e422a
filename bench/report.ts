/** What a run found, as Markdown: it reads the same in a terminal and in bench/RESULTS.md. */
import type { Pass } from "./contest.js";
import { formatError, formatSize, spread, table } from "./format.js";
import { type ContestInfo, ratios, type Run, select } from "./results.js";

export const PASS_TITLES: Readonly<Record<Pass, string>> = {
  value: "the loss",
  gradient: "the loss and its gradient",
  step: "a step",
};

/** How the run took place, who took part, and the figures at `figures`. */
export function formatIntroduction(run: Run, figures: readonly string[]): string {
  const { machine } = run;
  const rounds = Math.max(...run.entries.map(({ seconds }) => seconds.length));
  return `# Benchmark: the last run

\`npm run bench:rivals -- --write\` repeats this and rewrites this file, in half an hour; \`npm run bench\` measures lossgrad and
loops in JavaScript alone, in a minute. PyTorch and NumPy take part where a Python imports them: that of \`LOSSGRAD_PYTHON\`, else the
newest PyTorch, which \`scripts/torch.sh lay\` has laid, else \`/usr/bin/python3\` or \`python3\`. \`scripts/torch.sh compiler\` adds what
torch.compile needs. The packages of bench/rivals/package.json are installed there by npm.

- **Machine**: ${machine.cpu}, ${machine.cores} cores, ${machine.gibibytes} GiB, ${machine.system}, Node ${machine.node} (V8 ${machine.v8}); ${machine.date}, lossgrad ${machine.lossgrad}.
- **Trust the ratios first.** Where a machine is shared with other work, times wander from run to run; the load was
  ${machine.loadBefore.toFixed(1)} at the start. Rivals take turns within each of ${rounds} rounds; a ratio is taken within its round.
- **Numbers** are medians, with first and third quartile in brackets. One thread, unless a name says otherwise.
- **Data**: float32, uniform in [0, 1), the same bytes for all, in the form that a rival likes best before the clock starts. Every
  result is compared with the exact value before it is timed; who is wrong is timed all the same.

${figures.map((name) => `![${name.replaceAll("-", " ")}](figures/${name}.svg)`).join("\n\n")}`;
}

/** Who took part, and how exact they are. */
export function formatRivals(run: Run): string {
  const infos = new Map(run.contests.flatMap(({ rivals }) => rivals).map((info) => [info.name, info.about]));
  const rows = [...infos].flatMap(([name, about]) => {
    const entries = select(run, { rival: name });
    if (entries.length === 0) return [];
    const error = Math.max(...entries.map((entry) => entry.error));
    const wrong = Math.max(...entries.map((entry) => entry.wrongGradients));
    return [[name, about, formatError(error), String(wrong)]];
  });
  const head = [
    "rival",
    "what is timed",
    "largest relative error of a loss",
    "most wrong elements of a gradient",
  ];
  return table(head, 2, rows);
}

/** Who did not take part, or not at every size, and why. */
export function formatAbsences({ absences }: Run): string {
  return absences.map(({ name, reason }) => `- Left out: **${name}**. The reason: ${reason}.`).join("\n");
}

/** The tables of every contest. */
export function formatContests(run: Run): string {
  return run.contests
    .flatMap((contest) => [
      `## ${contest.title}`,
      contest.note,
      ...contest.passes.map((pass) => formatPass(run, contest, pass)),
    ])
    .filter((text) => text !== "")
    .join("\n\n");
}

/** Times of all rivals, and below them ratios to the first. */
function formatPass(run: Run, { id, sizes, rivals }: ContestInfo, pass: Pass): string {
  const [base, ...others] = rivals.filter(
    ({ name }) => select(run, { contest: id, pass, rival: name }).length > 0,
  );
  const head = sizes.map(formatSize);
  const cells = (cell: (elements: number) => readonly number[]) =>
    sizes.map(cell).map((values) => (values.length > 0 ? spread(values) : ""));
  const times = [base, ...others].map(({ name }) => [
    name,
    ...cells((elements) =>
      select(run, { contest: id, pass, elements, rival: name }).flatMap(({ seconds }) =>
        seconds.map((s) => s * 1e6),
      ),
    ),
  ]);
  const over = others.map(({ name }) => [
    name,
    ...cells((elements) => ratios(run, { contest: id, pass, elements }, name, base.name)),
  ]);
  const tables = [`### ${PASS_TITLES[pass]}`, table(["µs; elements:", ...head], 1, times)];
  if (over.length > 0) tables.push(table([`time over that of ${base.name}`, ...head], 1, over));
  return tables.join("\n\n");
}
