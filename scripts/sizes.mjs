// The table of sizes in README.md: what a bundler makes of each entry, minified, and gzipped as a
// server sends it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const README = join(ROOT, "README.md");
const WRITTEN = /(<!-- sizes -->\n)([^]*?)(<!-- end -->)/;
/** How far the table may be from what is measured. */
const TOLERANCE = 0.03;
/** What is imported of which file of dist/, and how the table calls it. */
const IMPORTS = [
  ["`lossgrad`: tensors, autograd, all losses", "index.js", "*"],
  ["`lossgrad/arrays`: the losses of arrays and `fuse`", "arrays.js", "*"],
  ["`lossgrad/arrays`: `l1Loss` alone", "arrays.js", "{ l1Loss }"],
  ["`lossgrad/metrics`: all metrics", "metrics.js", "*"],
  ["`lossgrad/compare`: `compare`, which needs no binary", "compare/index.js", "*"],
  ["`lossgrad/slim`: as `lossgrad`, without the binary", "slim/index.js", "*"],
  ["`lossgrad/slim/arrays`: as `lossgrad/arrays`, without the binary", "slim/arrays.js", "*"],
  ["`lossgrad/slim/arrays`: `init` and `l1Loss` alone", "slim/arrays.js", "{ init, l1Loss }"],
  ["`lossgrad/slim/arrays`: those and `fuse`", "slim/arrays.js", "{ fuse, init, l1Loss }"],
  ["`lossgrad/slim/metrics`: as `lossgrad/metrics`, without the binary", "slim/metrics.js", "*"],
];
const BINARIES = ["lossgrad.wasm", "lossgrad.threads.wasm"];

/** Everything that an import brings into a page, minified. */
async function bundle(file, names) {
  const path = JSON.stringify(join(ROOT, "dist", file));
  const contents =
    names === "*" ? `import * as all from ${path}; console.log(all);` : `export ${names} from ${path};`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  return outputFiles[0].contents;
}

const rowOf = (name, bytes) => ({ name, minified: bytes.length, gzipped: gzipSync(bytes).length });

/** The rows of the table, in bytes. */
export async function measureSizes() {
  const rows = [];
  for (const [name, file, names] of IMPORTS) rows.push(rowOf(name, await bundle(file, names)));
  for (const file of BINARIES)
    rows.push(rowOf(`\`lossgrad/${file}\``, readFileSync(join(ROOT, "dist", file))));
  return rows;
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

function markdown(rows) {
  const cells = rows.map(({ name, minified, gzipped }) => [name, kilobytes(minified), kilobytes(gzipped)]);
  return [["what is loaded", "minified", "gzipped"], ["---", "--:", "--:"], ...cells]
    .map((row) => `| ${row.join(" | ")} |\n`)
    .join("");
}

/** Where the README's table differs from what was measured, in words; nothing where it does not. */
export function differences(readme, rows) {
  const lines = (WRITTEN.exec(readme)?.[2] ?? "").split("\n").filter((line) => /^\| `/.test(line));
  const table = new Map(lines.map((line) => [line.split(" | ")[0].slice(2), line.match(/[\d.]+(?= kB)/g)]));
  const known = rows.map(({ name }) => name);
  const others = [...table.keys()].filter((name) => !known.includes(name));
  const off = rows.flatMap(({ name, minified, gzipped }) => {
    const stated = table.get(name);
    if (stated?.length !== 2) return [`${name}: expected a row with two sizes`];
    return [minified, gzipped].flatMap((bytes, i) =>
      Math.abs(Number(stated[i]) * 1000 - bytes) <= bytes * TOLERANCE
        ? []
        : [`${name}: ${stated[i]} kB is stated, ${kilobytes(bytes)} measured`],
    );
  });
  return [...others.map((name) => `${name}: nothing of that name is measured`), ...off];
}

/** Writes the table into the README, or checks it; returns the exit status. */
export async function run(write) {
  const rows = await measureSizes();
  const readme = readFileSync(README, "utf8");
  if (write) {
    writeFileSync(
      README,
      readme.replace(WRITTEN, (_, begin, __, end) => begin + markdown(rows) + end),
    );
    return 0;
  }
  const wrong = differences(readme, rows);
  for (const line of wrong) console.error(`README.md: ${line}; npm run size -- --write`);
  return wrong.length > 0 ? 1 : 0;
}
