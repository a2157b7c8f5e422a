// Runs the set in a page of a browser that is installed: Chromium by its own protocol, Firefox by
// WebDriver BiDi.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

/** What makes a page isolated from other origins, so that it may share memory with its workers. */
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** A server of an empty page and of the bundle, on a port of its own. */
async function serve(bundle, isolated) {
  const server = createServer((request, response) => {
    const script = request.url === "/set.mjs";
    response.writeHead(200, {
      "content-type": script ? "text/javascript" : "text/html",
      ...(isolated ? ISOLATION : {}),
    });
    response.end(script ? readFileSync(bundle) : "<!doctype html><title>lossgrad</title>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** What the bundle reports in a page, with the browser's version. */
export async function runInBrowser({ kind, program, isolated }, bundle, threads, limit) {
  const { default: puppeteer } = await import("puppeteer-core");
  const server = await serve(bundle, isolated);
  const browser = await puppeteer.launch({
    browser: kind,
    executablePath: program,
    headless: true,
    protocolTimeout: limit,
    // As root, which containers often are, Chromium starts without its sandbox only.
    args: kind === "chrome" && process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const runs = await page.evaluate(async (counts) => (await import("/set.mjs")).reproduce(counts), threads);
    return { version: (await browser.version()).replace(/^.*\//, ""), runs };
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
  }
}
