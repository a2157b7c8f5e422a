// `npm run size`: the gzipped sizes of what a browser would load, against the limits of test/consumers/.size-limit.mjs.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages, runScript } from "./packages.mjs";

const FOLDER = fileURLToPath(new URL("../test/consumers", import.meta.url));

installPackages(FOLDER, "bundlers and checkers of packages (0.5 GB, once)");
process.chdir(FOLDER);
runScript(join(FOLDER, "node_modules/size-limit/bin.js"), process.argv.slice(2));
