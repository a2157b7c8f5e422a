/**
 * lossgrad against rivals.
 *
 *     npm run bench                       lossgrad and the JavaScript loop, in seconds
 *     npm run bench:rivals                and every rival of bench/rivals.ts that can be had here, in minutes
 *     npm run bench:rivals -- --write     and writes bench/RESULTS.md with its figures
 *     ... -- --rounds 3                   fewer rounds: sooner, and noisier
 *     ... -- --contests l1,pinball        some of bench/contests.ts, by their ids
 *
 * Each run writes all its samples to bench/results/latest.json.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { SingleBar } from "cli-progress";
import { contestsWith } from "./contests.js";
import { drawFigures } from "./figures.js";
import { formatGoals } from "./goals.js";
import { describeMachine } from "./machine.js";
import { Measurement } from "./measure.js";
import { formatAbsences, formatContests, formatIntroduction, formatRivals } from "./report.js";
import { type Run, withoutCode } from "./results.js";
import { type Absence, type Outsiders, startOutsiders } from "./rivals.js";
import { installRivals } from "./rivals/install.js";

const { values: options } = parseArgs({
  options: {
    rivals: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    rounds: { type: "string" },
    contests: { type: "string" },
  },
});
if (options.write && (!options.rivals || options.contests !== undefined))
  throw new Error("bench: --write is for npm run bench:rivals, with all contests");
const rounds = Number(options.rounds ?? (options.rivals ? 21 : 5));
if (!(Number.isInteger(rounds) && rounds > 0))
  throw new Error(`bench: expected a number of rounds, got ${options.rounds!}`);

const folder = new URL("./", import.meta.url);

function save(path: string, text: string): void {
  const file = new URL(path, folder);
  mkdirSync(new URL("./", file), { recursive: true });
  writeFileSync(file, text);
}

async function measure(absences: Absence[]): Promise<Run> {
  const machine = describeMachine();
  const absent = (absence: Absence) => void absences.push(absence);
  let outsiders: Outsiders = { single: [], threaded: [] };
  if (options.rivals) {
    installRivals();
    outsiders = await startOutsiders(absent);
  }
  const wanted = options.contests?.split(",");
  const contests = contestsWith(outsiders).filter(({ id }) => wanted?.includes(id) ?? true);
  const bar = new SingleBar({ format: "{bar} {percentage} % | {label}", clearOnComplete: true });
  bar.start(1, 0, { label: "" });
  const progress = (share: number, label: string) => bar.update(share, { label });
  const measurement = new Measurement(contests, rounds, absent, progress);
  await measurement.run();
  bar.stop();
  for (const rival of [...outsiders.single, ...outsiders.threaded]) rival.close();
  return { machine, absences, contests: contests.map(withoutCode), entries: measurement.entries };
}

const run = await measure([]);
save("results/latest.json", JSON.stringify(run));
const body = [formatGoals(run), formatRivals(run), formatAbsences(run), formatContests(run)]
  .filter((text) => text !== "")
  .join("\n\n");
console.log(body);
if (options.write) {
  // They show contests that a run of some of them may lack.
  const figures = drawFigures(run);
  for (const [name, svg] of figures) save(`figures/${name}.svg`, svg);
  save("RESULTS.md", `${formatIntroduction(run, [...figures.keys()])}\n\n${body}\n`);
}
