// `npm run test:engines`: the tests that need neither files nor processes, on every engine that is here or that npm installs. Nothing is
// installed for Chromium alone, which is `npm run test:browser`.
//
//     -- --only NAME    only engines whose name contains NAME
//     -- --write        writes the engines and their versions into docs/engines.md, if none failed
//
// Exit status 1 if a test fails; with LOSSGRAD_REQUIRE_BROWSER=1 also if one of the engines is
// absent.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { list } from "./engines/list.mjs";
import { runSuite } from "./engines/suite.mjs";
import { tryInstallPackages } from "./packages.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DOCUMENT = join(ROOT, "docs/engines.md");
const WRITTEN = /(<!-- engines -->\n)[^]*(<!-- end -->)/;
const PLAIN = {
  style: { head: [], border: [] },
  chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
};

function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : (process.argv[at + 1] ?? "");
}

/** What npm has of the engines; one that cannot be installed is skipped. */
function install() {
  const folders = {
    reproduce: "Node, Bun and Deno (about 1 GB, once)",
    engines: "workerd (about 250 MB, once)",
  };
  for (const [folder, what] of Object.entries(folders)) {
    tryInstallPackages(join(ROOT, "scripts", folder), what);
  }
}

const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);
const HEAD = ["engine", "version", "passed", "failed", "left out"];

function rowOf({ name, version }, { passed, failed, leftOut }) {
  return [name, version, passed, failed, sum(leftOut)].map(String);
}

/** The engines and versions as a table of the document: how many tests there are grows all the time. */
function markdown(rows) {
  const all = [HEAD, HEAD.map(() => "---"), ...rows];
  return all.map((cells) => `| ${cells.slice(0, 2).join(" | ")} |`).join("\n");
}

/** What was left out, by file: the engines that lack what its tests need. */
function printLeftOut(results) {
  const files = new Map();
  for (const [{ name }, { leftOut }] of results) {
    for (const [file, count] of Object.entries(leftOut)) {
      files.set(file, [...(files.get(file) ?? []), `${name} ${count}`]);
    }
  }
  for (const [file, names] of files) console.log(`left out of ${file}: ${names.join("; ")}`);
}

const only = option("--only") ?? "";
if (only !== "Chromium") install();
const asked = list().filter(({ name }) => name.includes(only));
const results = new Map();
for (const engine of asked.filter(({ command }) => command)) {
  const result = await runSuite(engine);
  results.set(engine, result);
  console.log(
    `${engine.name}: ${result.passed} tests passed, ${result.failed} failed, ${result.seconds.toFixed(0)} s`,
  );
}

const rows = [...results].map(([engine, result]) => rowOf(engine, result));
const table = new Table({ head: HEAD, ...PLAIN });
table.push(...rows);
console.log(table.toString());
printLeftOut(results);
for (const [{ name }, { wrong }] of results) for (const line of wrong) console.error(`${name}: ${line}`);
const absent = asked.filter(({ command }) => !command);
for (const engine of absent) console.log(`${engine.name}: skipped: ${engine.absent}`);

const failed = [...results.values()].some(({ wrong }) => wrong.length > 0);
if (process.argv.includes("--write") && !failed) {
  writeFileSync(
    DOCUMENT,
    readFileSync(DOCUMENT, "utf8").replace(WRITTEN, (_, begin, end) => `${begin}${markdown(rows)}\n${end}`),
  );
}
const required = process.env.LOSSGRAD_REQUIRE_BROWSER === "1" && absent.length > 0;
process.exit(failed || required || results.size === 0 ? 1 : 0);
