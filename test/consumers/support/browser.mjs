// A page of the Chromium that the system has, over folders served on a port of their own, and all
// that its console says.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import sirv from "sirv";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const PROGRAM = NAMES.flatMap((name) =>
  (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)),
).find((file) => existsSync(file));

/** Why tests that need a browser are skipped; false where they are not. */
export const NO_BROWSER = PROGRAM
  ? false
  : "no chromium or google-chrome on the PATH (Debian: apt-get install chromium)";
if (NO_BROWSER && process.env.LOSSGRAD_REQUIRE_BROWSER === "1") throw new Error(NO_BROWSER);

/** What makes a page isolated from other origins, so that it may share memory with its workers. */
export const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** The strictest policy that the library works under. */
export const STRICT = {
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'",
};

export function launch(...args) {
  return chromium.launch({
    executablePath: PROGRAM,
    args: [
      "--no-first-run",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      ...args,
    ],
    // As root, which containers often are, Chromium starts without its sandbox only.
    chromiumSandbox: process.getuid?.() !== 0,
  });
}

/**
 * Chromium with tabs that know which of them is in front: Playwright lets every tab of its own
 * believe that it is.
 */
export async function launchWithTabs() {
  const port = await freePort();
  const launched = await launch(`--remote-debugging-port=${port}`);
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
  return { context: browser.contexts()[0], close: () => launched.close() };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

/** Serves `folder` with `headers`, on a port of its own. */
export async function serve(folder, headers = {}) {
  const files = sirv(folder, {
    dev: true,
    setHeaders: (response) =>
      Object.entries(headers).forEach(([name, value]) => response.setHeader(name, value)),
  });
  const server = createServer((request, response) => {
    // Browsers ask for an icon of their own accord.
    if (request.url === "/favicon.ico") response.writeHead(204).end();
    else files(request, response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://localhost:${server.address().port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * A new page at `url`, in a profile of its own unless a context is given; `noise` collects what its
 * console says, its uncaught errors and rejections included.
 */
export async function open(browser, url, context) {
  context ??= await browser.newContext();
  const page = await context.newPage();
  const noise = [];
  page.on("console", (message) => noise.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => noise.push(`uncaught: ${error.stack ?? error}`));
  context.on("serviceworker", (worker) =>
    worker.on("console", (message) => noise.push(`${message.type()}: ${message.text()}`)),
  );
  await page.goto(url);
  return { page, noise, context };
}

/** What the app in `page` shows in its first <output>, once it does. */
export async function shown({ page, noise }) {
  try {
    return await page.locator("output", { hasText: /./ }).first().textContent({ timeout: 60_000 });
  } catch (error) {
    throw new Error([`expected the page to show a result, got none`, ...noise].join("\n"), { cause: error });
  }
}

/** What the page at `path` of `folder`, served with `headers`, shows, and what its console says. */
export async function visit(browser, folder, path, headers) {
  const server = await serve(folder, headers);
  try {
    const view = await open(browser, server.url + path);
    const text = await shown(view);
    await view.context.close();
    return { text, noise: view.noise };
  } finally {
    server.close();
  }
}
