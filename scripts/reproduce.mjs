// `npm run reproduce`: the set of test/reproducibility on every engine that is here or that npm installs, on 1, 2 and 8 threads, with foreign
// arrays and with arrays in place; each hash beside the recorded one of docs/REPRODUCIBILITY.md.
//
//     -- --only NAME         only engines whose name contains NAME
//     -- --except NAME,NAME  all engines but those of these names
//     -- --threads 8,1       other numbers of threads, from the largest on
//     -- --record            records anew what all of them agree on
//
// Exit status 1 if a hash differs or a run fails; with LOSSGRAD_REQUIRE_ENGINES=1 also if an engine
// other than Firefox is absent.
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import Table from "cli-table3";
import { build } from "esbuild";
import { runInBrowser } from "./reproduce/browsers.mjs";
import { engines } from "./reproduce/engines.mjs";
import { PRECOMPILED, runInWorkerd } from "./reproduce/workerd.mjs";
import { tryInstallPackages } from "./packages.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const HERE = join(ROOT, "scripts/reproduce");
const RECORD = join(ROOT, "docs/REPRODUCIBILITY.md");
const FOLDER = join(ROOT, "build/reproduce");
const BUNDLE = join(FOLDER, "set.mjs");
const WORKERD_BUNDLE = "workerd-set.mjs";
const LAUNCHER = join(FOLDER, "run.mjs");
/**
 * One process each: begun with one thread, the memory stays unshared, as it is where there can be
 * one thread only.
 */
const THREADS = [option("--threads")?.split(",").map(Number) ?? [8, 2, 1], [1]];
const THREADS_ALONE = [[8]];
/** Milliseconds for one engine. */
const LIMIT = 10 * 60_000;

/** The set and the built library as one script. */
function bundle(outfile, options) {
  return build({
    entryPoints: [join(ROOT, "test/reproducibility/main.ts")],
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    mainFields: ["module", "main"],
    outfile: join(FOLDER, outfile),
    logLevel: "warning",
    ...options,
  });
}

/** The scripts, and the program that runs one outside pages. */
async function bundleSet() {
  mkdirSync(FOLDER, { recursive: true });
  const dist = (file) => join(ROOT, "dist", file);
  await bundle("set.mjs", {
    alias: { lossgrad: dist("index.js"), "lossgrad/arrays": dist("arrays.js") },
  });
  await bundle(WORKERD_BUNDLE, {
    // The longer names by themselves: an alias also replaces the beginning of a name.
    alias: {
      lossgrad: PRECOMPILED,
      "lossgrad/arrays": dist("slim/arrays.js"),
      "lossgrad/slim": dist("slim/index.js"),
    },
    plugins: [BESIDE],
  });
  writeFileSync(
    LAUNCHER,
    'import { reproduce, versionHere } from "./set.mjs";\n' +
      "const runs = await reproduce(process.argv.slice(2).map(Number));\n" +
      "process.stdout.write(JSON.stringify({ version: versionHere(), runs }));\n",
  );
}

/** Leaves the binary to workerd, as a module beside the script. */
const BESIDE = {
  name: "binary beside the script",
  setup(builder) {
    builder.onResolve({ filter: /\.wasm$/ }, () => ({ path: "./lossgrad.wasm", external: true }));
  },
};

/** What an engine reports; an `error` if it fails. */
async function run(engine) {
  try {
    const reports = [];
    for (const threads of engine.alone ? THREADS_ALONE : THREADS)
      reports.push(await runOnce(engine, threads));
    return { version: reports[0].version, runs: reports.flatMap(({ runs }) => runs) };
  } catch (error) {
    return { version: "", runs: [], error: String(error.stderr || error.stack || error).trim() };
  }
}

function runOnce(engine, threads) {
  if (engine.kind === "workerd") return runInWorkerd(engine, FOLDER, WORKERD_BUNDLE, threads, LIMIT);
  return engine.kind ? runInBrowser(engine, BUNDLE, threads, LIMIT) : runProgram(engine, threads);
}

async function runProgram({ program, args }, threads) {
  const options = { timeout: LIMIT, maxBuffer: 1 << 24, encoding: "utf8" };
  const { stdout } = await promisify(execFile)(program, [...args, LAUNCHER, ...threads], options);
  return JSON.parse(stdout);
}

/** Runs `present` engines, a few side by side. */
async function runAll(present) {
  // In the order of the list, whoever is done first.
  const reports = new Map(present.map((engine) => [engine, null]));
  const waiting = [...present];
  const lane = async () => {
    for (let engine = waiting.shift(); engine; engine = waiting.shift()) {
      const start = Date.now();
      reports.set(engine, await run(engine));
      console.log(`${engine.name}: ${((Date.now() - start) / 1000).toFixed(0)} s`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane));
  return reports;
}

/** A table without colours and lines between rows. */
const PLAIN = {
  style: { head: [], border: [] },
  chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
};

/**
 * One row for each number of threads: whether the hashes of all places of arrays are the recorded
 * one.
 */
function printTable(reports, recorded) {
  const places = [...new Set([...reports.values()].flatMap(({ runs }) => runs.map(({ place }) => place)))];
  const head = [
    "engine",
    "version",
    "threads",
    "at work",
    "memory",
    ...places.map((place) => `arrays ${place}`),
  ];
  const table = new Table({ head, ...PLAIN });
  for (const [{ name }, { version, runs }] of reports) {
    for (let i = 0; i < runs.length; i += places.length) {
      const { threads, atWork, shared } = runs[i];
      const verdicts = runs
        .slice(i, i + places.length)
        .map(({ all }) => (all === recorded.all ? "equal" : `DIFFERS: ${all.slice(0, 16)}`));
      table.push([name, version, threads, atWork, shared ? "shared" : "unshared", ...verdicts]);
    }
  }
  console.log(table.toString());
}

/** What is wrong, in words. */
function complaints(list, reports, recorded) {
  return list.flatMap((engine) => {
    const report = reports.get(engine);
    if (!report) {
      const required = process.env.LOSSGRAD_REQUIRE_ENGINES === "1" && engine.kind !== "firefox";
      return required ? [`${engine.name}: expected to be here, got none: ${engine.absent}`] : [];
    }
    if (report.error) return [`${engine.name}: ${report.error}`];
    return report.runs.flatMap((run) =>
      wrongIn(run, engine, recorded).map(
        (line) => `${engine.name}, ${run.threads} threads, ${run.place}: ${line}`,
      ),
    );
  });
}

function wrongIn({ threads, atWork, all, groups }, engine, recorded) {
  const wrong = [];
  if (atWork < threads && !engine.alone) wrong.push(`expected ${threads} threads at work, got ${atWork}`);
  if (all !== recorded.all) {
    const names = Object.keys(groups).filter(
      (name) => !groups[name].startsWith(recorded.groups[name] ?? "none"),
    );
    wrong.push(`other bits in ${names.join(", ") || "none of the groups: some are missing"}`);
  }
  return wrong;
}

function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : (process.argv[at + 1] ?? "");
}

tryInstallPackages(HERE, "the engines that npm has (about 1 GB, once)");
await bundleSet();
const { readRecord, writeRecord } = await import(pathToFileURL(BUNDLE).href);
const except = option("--except")?.split(",") ?? [];
const list = engines().filter(({ name }) => name.includes(option("--only") ?? "") && !except.includes(name));
const reports = await runAll(list.filter(({ program }) => program));
const runs = [...reports.values()].flatMap((report) => report.runs);

if (process.argv.includes("--record")) {
  const found = new Set(runs.map(({ all }) => all));
  if (found.size !== 1)
    throw new Error(`--record: expected one hash, got ${[...found].join(", ") || "none"}`);
  writeFileSync(RECORD, writeRecord(readFileSync(RECORD, "utf8"), runs[0]));
}
const recorded = readRecord(readFileSync(RECORD, "utf8"));
printTable(reports, recorded);
for (const { name, program, absent } of list) if (!program) console.log(`${name}: skipped: ${absent}`);
const wrong = complaints(list, reports, recorded);
for (const line of wrong) console.error(line);
console.log(
  `recorded: ${recorded.all}; ${runs.length} runs, ${runs.filter(({ all }) => all === recorded.all).length} equal`,
);
// A worker or a browser that did not end must not hold this process.
process.exit(wrong.length > 0 || runs.length === 0 ? 1 : 0);
