// Runs the suite on one engine, and says what came of it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = join(ROOT, "build/engines");
const VITEST = join(ROOT, "node_modules/vitest/vitest.mjs");
/** Milliseconds after which a suite hangs: it takes 3 to 5 minutes. */
const LONGEST = 1_800_000;
/** Characters of what vitest printed that are shown where it gave no report. */
const SHOWN = 4000;

/** What vitest's JSON reporter wrote; an error with its output where there is none. */
async function report({ name, command, config, project }) {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${name.toLowerCase().replaceAll(/\W+/g, "-")}.json`);
  rmSync(file, { force: true });
  const options = ["--config", config, "--reporter=json", `--outputFile=${file}`];
  if (project) options.push("--project", project);
  const [program, ...args] = command;
  const child = spawn(program, [...args, VITEST, "run", ...options], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LONGEST,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const [status] = await once(child, "close");
  try {
    return { ...JSON.parse(readFileSync(file, "utf8")), status, output };
  } catch {
    throw new Error(`vitest gave no report, and status ${status}:\n${output.slice(-SHOWN)}`);
  }
}

/** How many tests of each file were left out: the engine lacks what they need. */
function leftOut(files) {
  const counts = files.map(({ name, assertionResults }) => [
    relative(ROOT, name),
    assertionResults.filter(({ status }) => status === "skipped" || status === "pending").length,
  ]);
  return Object.fromEntries(counts.filter(([, count]) => count > 0).sort());
}

/** Failed tests, and files that could not even be loaded. */
function failures(files) {
  return files.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === "failed");
    const lines = failed.map((test) => `${test.fullName}: ${test.failureMessages[0]?.split("\n")[0]}`);
    if (status === "failed" && failed.length === 0) lines.push(message);
    return lines.map((line) => `${relative(ROOT, name)}: ${line}`);
  });
}

/** Numbers of tests, and what is wrong, in words. */
export async function runSuite(engine) {
  const start = performance.now();
  try {
    const { testResults, numPassedTests, status, output } = await report(engine);
    const wrong = failures(testResults);
    // Errors outside of tests, such as a page that went away.
    if (status !== 0 && wrong.length === 0) wrong.push(`status ${status}:\n${output.slice(-SHOWN)}`);
    if (numPassedTests === 0) wrong.push("expected tests to run, got none");
    return {
      passed: numPassedTests,
      failed: wrong.length,
      leftOut: leftOut(testResults),
      wrong,
      seconds: (performance.now() - start) / 1000,
    };
  } catch (error) {
    return { passed: 0, failed: 1, leftOut: {}, wrong: [String(error.message)], seconds: 0 };
  }
}
