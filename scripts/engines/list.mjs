// The engines that run the suite, one row each: how vitest is started for it, and where that is not
// possible, why.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { engines } from "../reproduce/engines.mjs";
import { browsers } from "./browsers.mjs";

const WORKERD = fileURLToPath(new URL("./node_modules/workerd/package.json", import.meta.url));
const NAMES = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKitGTK" };

/** The first number with dots that a program prints. */
function versionOf(program, args = ["--version"]) {
  const { stdout } = spawnSync(program, args, { encoding: "utf8" });
  return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? "unknown";
}

/** Engines that run vitest themselves. */
function hosts() {
  const args = { Deno: ["run", "--allow-all", "--v8-flags=--expose-gc"], Bun: ["--bun"] };
  return engines()
    .filter(({ kind }) => !kind)
    .map(({ name, program, absent }) => ({
      name,
      absent,
      version: program && versionOf(program),
      command: program && [program, ...(args[name] ?? [])],
      config: "vitest.anywhere.config.mjs",
    }));
}

/** Browsers in whose pages vitest, on this Node, runs the suite. */
function pages() {
  return browsers().flatMap(({ kind, program, absent, about = [program] }) =>
    ["isolated", "plain"].map((page) => ({
      name: `${NAMES[kind]}, ${page} page`,
      absent,
      version: program && versionOf(...about),
      command: program && [process.execPath],
      config: "vitest.browser.config.mjs",
      project: `${kind}-${page}-*`,
    })),
  );
}

function workerd() {
  const installed = existsSync(WORKERD);
  return {
    name: "workerd",
    absent: "npm could not install @cloudflare/vitest-plugin",
    version: installed && JSON.parse(readFileSync(WORKERD, "utf8")).version,
    command: installed && [process.execPath],
    config: "scripts/engines/workerd.config.mjs",
  };
}

export function list() {
  return [...hosts(), ...pages(), workerd()];
}
