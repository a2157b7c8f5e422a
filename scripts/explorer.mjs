// The loss explorer of examples/explorer: installs what it is built with, builds it, serves it,
// tests it.
//
//     npm run explorer                       builds the page and serves it, isolated from other origins (COOP and COEP)
//     npm run explorer -- --plain            the same without those headers, as most servers do
//     npm run explorer -- --port 8080        on a port of your choice
//     npm run explorer:build                 a static folder, examples/explorer/dist, for any server and any path
//     npm run test:explorer                  types, lint, unit tests, and the page in Chromium
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { commandOf, installPackages, runScript } from "./packages.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const HERE = join(ROOT, "examples/explorer");
const VITE = join(HERE, "node_modules/vite/bin/vite.js");

function buildPage() {
  runScript(VITE, ["build", HERE, "--logLevel", "warn"]);
}

function serve(args) {
  const { values } = parseArgs({
    args,
    options: { plain: { type: "boolean", default: false }, port: { type: "string", default: "4173" } },
  });
  if (values.plain) process.env.LOSSGRAD_PLAIN = "1";
  console.log(
    values.plain ? "a plain page: one thread" : "a page isolated from other origins: threads are possible",
  );
  runScript(VITE, ["preview", HERE, "--port", values.port, "--strictPort"]);
}

function test(args) {
  runScript(commandOf("typescript", "tsc"), ["-p", HERE]);
  runScript(commandOf("eslint", "eslint"), ["--max-warnings", "0", HERE]);
  runScript(commandOf("vitest", "vitest"), ["run", "--config", join(HERE, "vitest.config.ts"), ...args]);
}

const [task, ...rest] = process.argv.slice(2);
process.chdir(ROOT);
installPackages(HERE, "what the explorer is built with");
buildPage();
if (task === "serve") serve(rest);
if (task === "test") test(rest);
