// Does what CONTRIBUTING.md says, in a temporary copy of the repository: adds the loss, builds,
// type-checks, tests and uses it; then takes the row away, which the type check must notice, and its
// line of the table, which the tests must.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { commandOf } from "./packages.mjs";

const GUIDE = "CONTRIBUTING.md";
const HEADING = "## How to add a loss\n";
const LOSS = "insensitiveLoss";
/** The tests of what the guide adds, and where they lie. */
const TESTS = ["test/nn/formulas.test.ts", "test/typed/formulas.test.ts"];
const TESTS_BY_NAME = [
  "test/autograd/higher-order.test.ts",
  "test/autograd/versions.test.ts",
  "test/core/threads/same-bits.test.ts",
  "test/exactness/",
  "test/nn/hostile.test.ts",
];

/** A block of code, with the words before it that say where it goes. */
const STEP =
  /(?:[Nn]ew\sfile\s`(?<created>[^`]+)`|[Ii]n\s`(?<edited>[^`]+)`,\s(?:(?<side>before|after)\sthe\sline\s`(?<anchor>[^`]+)`|at\sthe\send)):\n\n```ts\n(?<code>[\s\S]*?)^```$|^```sh\n(?<command>[\s\S]*?)^```$|^```js\n(?<program>[\s\S]*?)^```$/gm;

function fail(message) {
  throw new Error(`${GUIDE}: ${message}`);
}

/** The guide's steps in order. Throws when one of its blocks of code is none. */
function stepsOf(text) {
  const part = text.slice(text.indexOf(HEADING));
  const steps = [...part.matchAll(STEP)].map(({ groups }) => groups);
  const blocks = part.match(/^```\w+$/gm) ?? [];
  if (steps.length === 0 || steps.length !== blocks.length) {
    fail(`expected every block of code to say where it goes, got ${steps.length} of ${blocks.length}`);
  }
  return steps;
}

/** `text` with the step's code beside the one line that is its anchor, or at the end. */
function inserted(text, { edited, side, anchor, code }) {
  if (anchor === undefined) return text + code;
  const lines = text.split("\n");
  const places = [...lines.keys()].filter((i) => lines[i].trim() === anchor);
  if (places.length !== 1) fail(`expected "${anchor}" once in ${edited}, got it ${places.length} times`);
  lines.splice(places[0] + (side === "after" ? 1 : 0), 0, code.trimEnd());
  return lines.join("\n");
}

/** Writes what a step says; a program is for later. */
function perform(step, folder) {
  if (step.command) {
    execFileSync("bash", ["-euc", step.command], { cwd: folder, stdio: "inherit" });
  } else if (step.code) {
    const file = join(folder, step.created ?? step.edited);
    writeFileSync(file, step.created ? step.code : inserted(readFileSync(file, "utf8"), step));
  }
}

/** Copies what git would commit of the library and its tests, and links the installed packages. */
function copyRepository(folder) {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  const files = listed
    .toString()
    .split("\0")
    .filter((file) => /^(assembly|src|scripts|test)\/|^[^/]+$/.test(file));
  for (const file of files.filter(Boolean)) cpSync(file, join(folder, file));
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction");
}

/** Runs a Node script in the copy; throws when it fails. */
function run(folder, ...args) {
  execFileSync(process.execPath, args, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
}

function runTests(folder, ...args) {
  run(folder, commandOf("vitest", "vitest"), "run", "--reporter", "dot", ...args);
}

/** Runs a program of the guide, and compares what it prints with its comments. */
function checkProgram(folder, program) {
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    cwd: folder,
    encoding: "utf8",
  });
  const expected = [...program.matchAll(/; +\/\/ (.*)$/gm)].map(([, text]) => text).join("\n");
  if (printed.trimEnd() !== expected) fail(`expected the program to print\n${expected}\ngot\n${printed}`);
}

/** The loss and its gradient against the plain formula, on seeded numbers, by each reduction. */
const COMPARISON = `
import { F, linspace, manualSeed, ones, rand } from "lossgrad";
manualSeed(1);
const x = linspace(-3, 3, 1001, { dtype: "float64", requiresGrad: true });
const y = rand([1001], { dtype: "float64" });
const d = x.sub(y).tolist();
const values = d.map((v) => Math.max(Math.abs(v) - 0.4, 0));
const slopes = d.map((v) => (Math.abs(v) >= 0.4 ? Math.sign(v) : 0));
const total = values.reduce((sum, v) => sum + v, 0);
const check = (found, expected, words) => {
  if (!(Math.abs(found - expected) <= 1e-12 * (1 + Math.abs(expected)))) throw new Error(words + ": " + found + ", not " + expected);
};
for (const [reduction, expected, n] of [["none", values, 1], ["sum", [total], 1], ["mean", [total / 1001], 1001]]) {
  x.grad = null;
  const loss = F.${LOSS}(x, y, { reduction, epsilon: 0.4 });
  loss.detach().reshape(-1).tolist().forEach((v, i) => check(v, expected[i], reduction));
  loss.backward(ones(loss.shape, { dtype: "float64" }));
  x.grad.tolist().forEach((v, i) => check(v, slopes[i] / n, "gradient of " + reduction));
}
`;

/** Type-checks the copy's sources and what of its tests the guide changes. */
function typeErrors(folder) {
  const config = {
    extends: "./tsconfig.json",
    include: ["src", ...TESTS, "test/support/raw.d.ts"],
  };
  writeFileSync(join(folder, "tsconfig.contributing.json"), JSON.stringify(config));
  const args = [commandOf("typescript", "tsc"), "-p", "tsconfig.contributing.json"];
  return spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" }).stdout.trim();
}

/**
 * Expects that the copy does not pass the type check once `pattern` is taken out of `file`, which
 * is then put back.
 */
function expectNoticed(folder, file, pattern, words) {
  const path = join(folder, file);
  const text = readFileSync(path, "utf8");
  if (!pattern.test(text)) throw new Error(`${file}: expected ${pattern}`);
  writeFileSync(path, text.replace(pattern, ""));
  const errors = typeErrors(folder);
  if (!errors.includes(words)) fail(`expected the type check to say ${words}, got "${errors}"`);
  writeFileSync(path, text);
  console.log(`noticed: ${words}`);
}

/** Expects that the test of names fails once the row is not in the table any more. */
function expectNamed(folder) {
  const path = join(folder, "src/loss/formulas.ts");
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace(`  ${LOSS},\n`, ""));
  const args = [commandOf("vitest", "vitest"), "run", "-t", "name what F", "test/nn/functional.test.ts"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  if (status === 0 || !`${stdout}${stderr}`.includes(LOSS)) {
    fail("expected the test of names to miss the row, got no failure");
  }
  writeFileSync(path, text);
  console.log("noticed: the row is not in the table");
}

const folder = mkdtempSync(join(tmpdir(), "lossgrad-contributing-"));
try {
  copyRepository(folder);
  const steps = stepsOf(readFileSync(GUIDE, "utf8"));
  for (const step of steps) perform(step, folder);
  const files = steps.flatMap(({ created, edited }) => created ?? edited ?? []);
  run(folder, commandOf("prettier", "prettier"), "--check", "--log-level", "warn", ...new Set(files));
  run(folder, "scripts/build.mjs");
  const errors = typeErrors(folder);
  if (errors !== "") fail(`expected the result to pass the type check, got\n${errors}`);
  for (const { program } of steps.filter((step) => step.program)) checkProgram(folder, program);
  run(folder, "--input-type=module", "-e", COMPARISON);
  runTests(folder, ...TESTS);
  runTests(folder, "-t", "insensitive", ...TESTS_BY_NAME);
  const row = /export const insensitiveLoss[\s\S]*?\n\}\);\n/;
  expectNoticed(folder, "src/loss/formulas.ts", row, "'insensitiveLoss'");
  expectNamed(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
