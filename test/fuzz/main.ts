/**
 * Random public calls against a model in plain JavaScript, for as long as it is told to: `npm run
 * fuzz -- --seconds 60 --seed 1`. Each memory, shared with threads and unshared, has a process of
 * its own, so that a crash is a finding like any other.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setNumThreads } from "lossgrad";
import { runRounds, type Tally } from "./rounds.js";

const USAGE =
  "npm run fuzz -- [--seconds S] [--seed N] [--memory shared|unshared] [--round R] [--without CALL,CALL]";
const MEMORIES = ["shared", "unshared"] as const;
type Memory = (typeof MEMORIES)[number];

function refuse(message: string): never {
  console.error(`fuzz: ${message}\n${USAGE}`);
  process.exit(2);
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        seconds: { type: "string", default: "60" },
        seed: { type: "string", default: String(Date.now() % 1_000_000) },
        memory: { type: "string" },
        round: { type: "string" },
        without: { type: "string", default: "" },
        child: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

const values = readArguments();

function whole(name: "seconds" | "seed" | "round", text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  return refuse(`expected --${name} to be a whole number, got ${JSON.stringify(text)}`);
}

const seconds = whole("seconds", values.seconds);
const seed = whole("seed", values.seed);
const round = values.round === undefined ? null : whole("round", values.round);

/** In a process of its own: the rounds over one memory. */
async function work(memory: Memory): Promise<void> {
  if (memory === "unshared") setNumThreads(1);
  const end = round === null ? Date.now() + 1000 * seconds : Infinity;
  const goOn = (at: number): boolean => {
    process.send!(at);
    return round === null ? Date.now() < end : at === round;
  };
  const tally = await runRounds({
    seed,
    first: round ?? 0,
    shared: memory === "shared",
    without: values.without.split(","),
    goOn,
    end,
  });
  process.send!(tally, () => process.exit(0));
}

/** A crash is reported as a failure of the round that was under way. */
function run(memory: Memory, share: number): Promise<Tally> {
  const args = ["--child", "--memory", memory, "--seed", String(seed), "--seconds", String(share)];
  if (values.without) args.push("--without", values.without);
  if (round !== null) args.push("--round", String(round));
  const child = fork(fileURLToPath(import.meta.url), args, {
    execArgv: [...process.execArgv, "--expose-gc"],
  });
  let last = 0;
  let tally: Tally | null = null;
  child.on("message", (message: number | Tally) => {
    if (typeof message === "number") last = message;
    else tally = message;
  });
  return new Promise((resolve) =>
    child.on("exit", (code, signal) =>
      resolve(
        tally ?? {
          calls: 0,
          rounds: last,
          failure: { round: last, message: `the process ended with ${signal ?? `code ${code}`}`, log: [] },
        },
      ),
    ),
  );
}

function report(memory: Memory, { calls, rounds, failure }: Tally): void {
  console.log(
    `${memory} memory: ${calls} calls in ${rounds} rounds, ${failure ? "1 failure" : "no failure"}`,
  );
  if (!failure) return;
  console.log(failure.message);
  for (const line of failure.log) console.log(`  ${line}`);
  const again = `npm run fuzz -- --seed ${seed} --memory ${memory} --round ${failure.round}`;
  console.log(
    `To repeat this round: ${again}\nIf it passes alone: the same with --seconds instead of --round.`,
  );
}

const asked = MEMORIES.filter((memory) => values.memory === undefined || values.memory === memory);
if (asked.length === 0) {
  console.error(
    `fuzz: expected --memory to be shared or unshared, got ${JSON.stringify(values.memory)}\n${USAGE}`,
  );
  process.exit(2);
}
if (values.child) await work(asked[0]);
else {
  console.log(`seed ${seed}, ${seconds} s`);
  const tallies = await Promise.all(asked.map((memory) => run(memory, seconds)));
  asked.forEach((memory, i) => report(memory, tallies[i]));
  const failed = tallies.filter(({ failure }) => failure).length;
  console.log(`${tallies.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
