/**
 * `npm run bench:files -- A.npy B.npy [PYTHON...]`: the command line beside `cat` and NumPy, whole
 * processes each, by turns; medians, ratios and the most memory that each took.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROUNDS = 7;
const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const [a, b, ...python] = process.argv.slice(2);
if (!a || !b) throw new Error("expected two .npy files, got fewer");

const command = [
  process.execPath,
  pathOf("../cli/dist/main.js"),
  "evaluate",
  a,
  b,
  "--loss",
  "l1",
  "--quiet",
];
const contests: Record<string, readonly string[]> = {
  cat: ["sh", "-c", 'cat "$0" "$1" > /dev/null', a, b],
  "lossgrad, no worst pairs": [...command, "--worst", "0", "--threads", "1"],
  lossgrad: [...command, "--threads", "1"],
  "lossgrad, two threads": [...command, "--threads", "2"],
  ...(python.length > 0 ? { NumPy: [...python, pathOf("files.py"), a, b] } : {}),
};

/** Seconds, and megabytes at most, of one run: GNU time tells the latter. */
function measure([program, ...args]: readonly string[]): { seconds: number; megabytes: number } {
  const began = performance.now();
  const { status, stderr } = spawnSync("/usr/bin/time", ["-f", "%M", program, ...args], { encoding: "utf8" });
  const seconds = (performance.now() - began) / 1000;
  if (status !== 0) throw new Error(`${program}: expected it to succeed, got ${stderr}`);
  return { seconds, megabytes: Number(stderr.trim().split("\n").at(-1)) / 1024 };
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((x, y) => x - y)[numbers.length >> 1];
}

const runs = new Map(Object.keys(contests).map((name) => [name, [] as ReturnType<typeof measure>[]]));
for (let round = 0; round < ROUNDS; round++)
  for (const [name, args] of Object.entries(contests)) runs.get(name)!.push(measure(args));

const reference = median(runs.get("cat")!.map(({ seconds }) => seconds));
for (const [name, measured] of runs) {
  const seconds = median(measured.map((one) => one.seconds));
  const megabytes = Math.max(...measured.map((one) => one.megabytes));
  console.log(
    `${name.padEnd(26)} ${seconds.toFixed(3)} s, ${(seconds / reference).toFixed(2)} × cat, ${megabytes.toFixed(0)} MB at most`,
  );
}
