// `npm run size`: the gzipped sizes of what a browser would load, against the limits of test/consumers/.size-limit.mjs;
// then the table of sizes in README.md, against what is measured.
//
//     -- --write        writes the table instead
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages, runScript } from "./packages.mjs";
import { run } from "./sizes.mjs";

const FOLDER = fileURLToPath(new URL("../test/consumers", import.meta.url));

const write = process.argv.includes("--write");
if (!write) {
  installPackages(FOLDER, "bundlers and checkers of packages (0.5 GB, once)");
  process.chdir(FOLDER);
  runScript(join(FOLDER, "node_modules/size-limit/bin.js"), process.argv.slice(2));
}
process.exitCode = await run(write);
