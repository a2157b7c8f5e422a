// The engines beside each other: the ones of npm lie in this folder's node_modules, browsers come
// with the system.
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGES = fileURLToPath(new URL("./node_modules", import.meta.url));
const NODES = [20, 22, 24, 26];
const SUFFIX = process.platform === "win32" ? ".exe" : "";

/** The first of `names` that is a file in a folder of PATH; undefined if none is. */
export function onPath(...names) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name + SUFFIX)))
    .find((file) => existsSync(file));
}

/**
 * The binary `file` of whichever package of `scope` npm chose for this machine: no install script
 * had to run.
 */
function ofScope(scope, file) {
  const folder = join(PACKAGES, scope);
  const packages = existsSync(folder) ? readdirSync(folder) : [];
  return packages.map((name) => join(folder, name, file + SUFFIX)).find((path) => existsSync(path));
}

function nodeOf(major) {
  const system = process.platform === "win32" ? "win" : process.platform;
  const file = join(PACKAGES, `node${major}-${system}-${process.arch}`, "bin", `node${SUFFIX}`);
  return existsSync(file) ? file : undefined;
}

const npmLacks = `npm has no package of it for ${process.platform} ${process.arch}, or could not install it`;

/**
 * One row an engine: where its program is, undefined if it is not here and then `absent` says why;
 * the arguments before the script, for what runs a script; for a browser, puppeteer's name of it,
 * and whether its page is isolated from other origins. `alone` where memory cannot be shared, and
 * so nothing is shared out to threads.
 */
export function engines() {
  const chromium = onPath("chromium", "chromium-browser", "google-chrome-stable", "google-chrome");
  const firefox = onPath("firefox", "firefox-esr");
  const browser = (name, kind, program, absent, isolated) => ({
    name: `${name}, ${isolated ? "isolated page" : "plain page"}`,
    kind,
    program,
    absent,
    isolated,
    alone: !isolated,
  });
  const noChromium = "no chromium or google-chrome on the PATH (Debian: apt-get install chromium)";
  const noFirefox = "no firefox or firefox-esr on the PATH (Debian: apt-get install firefox-esr)";
  return [
    ...NODES.map((major) => ({ name: `Node ${major}`, program: nodeOf(major), args: [], absent: npmLacks })),
    { name: "Bun", program: ofScope("@oven", "bin/bun"), args: [], absent: npmLacks },
    { name: "Deno", program: ofScope("@deno", "deno"), args: ["run", "--no-prompt"], absent: npmLacks },
    browser("Chromium", "chrome", chromium, noChromium, true),
    browser("Chromium", "chrome", chromium, noChromium, false),
    browser("Firefox", "firefox", firefox, noFirefox, true),
    browser("Firefox", "firefox", firefox, noFirefox, false),
    {
      name: "workerd",
      kind: "workerd",
      program: ofScope("@cloudflare", "bin/workerd"),
      absent: npmLacks,
      alone: true,
    },
  ];
}
