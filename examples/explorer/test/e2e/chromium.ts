/** Chromium of the system, the two servers, and a page that is watched. */
import { existsSync, mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { preview } from "vite";
import { afterAll, beforeAll, describe, expect } from "vitest";

const HERE = fileURLToPath(new URL("../..", import.meta.url));
const DIST = join(HERE, "dist");
const SHOTS = join(HERE, "screenshots");

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
export const program = NAMES.flatMap((name) =>
  (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)),
).find((file) => existsSync(file));

const ABSENT = "no chromium or google-chrome on the PATH (Debian: apt-get install chromium)";
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const TYPES: Partial<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

/**
 * A server that knows nothing of the page: the static folder at /some/folder/, no isolation, other
 * headers as told.
 */
async function serveFolder(headers: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const inside = normalize(path).replace(/^\/some\/folder\//, "") || "index.html";
    readFile(join(DIST, inside)).then(
      (bytes) => {
        response.writeHead(200, { "content-type": TYPES[extname(inside)] ?? "text/plain", ...headers });
        response.end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/folder/`;
}

/** A page and what happened in it besides what it was asked for. */
export interface Watched {
  readonly page: Page;
  /** Errors and warnings on the console, uncaught errors, failed requests. */
  readonly noise: string[];
  /** Requests to a server since the page was loaded. */
  readonly requests: string[];
}

export interface OpenOptions {
  readonly server?: "isolated" | "plain" | "strict";
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** Run before the page's own scripts. */
  readonly before?: string;
}

export class Site {
  private browser!: Browser;
  private readonly servers: Server[] = [];
  private readonly origins: Record<string, string> = {};

  async start(): Promise<void> {
    const isolated = await preview({ root: HERE, preview: { port: 0, host: "127.0.0.1" }, logLevel: "warn" });
    this.servers.push(isolated.httpServer as Server);
    this.origins.isolated = `http://127.0.0.1:${(isolated.httpServer.address() as AddressInfo).port}/`;
    for (const [name, headers] of [
      ["plain", {}],
      ["strict", { "content-security-policy": "script-src 'self'" }],
    ] as const) {
      const server = await serveFolder(headers);
      this.servers.push(server);
      this.origins[name] = addressOf(server);
    }
    // As root, which containers often are, Chromium starts without its sandbox only.
    const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    this.browser = await chromium.launch({ executablePath: program, args: [...FLAGS, ...sandbox] });
  }

  async stop(): Promise<void> {
    await this.browser.close();
    for (const server of this.servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  /** Opens the page at a link such as "curves?target=3". */
  async open(link = "", options: OpenOptions = {}): Promise<Watched> {
    const { server = "isolated", width = 1280, height = 900, dark = false, before } = options;
    const page = await this.browser.newPage({
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
    });
    page.setDefaultTimeout(30_000);
    const [noise, requests]: string[][] = [[], []];
    page.on("console", (message) => noise.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => noise.push(String(error)));
    page.on("requestfailed", (request) => noise.push(`failed: ${request.url()}`));
    if (before !== undefined) await page.addInitScript(before);
    await page.goto(`${this.origins[server]}${link === "" ? "" : `#${link}`}`);
    await page.waitForSelector("#app > *:not(noscript)");
    page.on("request", (request) => {
      if (/^https?:/.test(request.url())) requests.push(request.url());
    });
    return { page, noise, requests };
  }
}

/**
 * A suite that needs Chromium. Where there is none it is skipped by name; CI says that there must
 * be one.
 */
export function describeInChromium(name: string, suite: (site: Site) => void): void {
  if (program === undefined && process.env.LOSSGRAD_REQUIRE_BROWSER === "1") throw new Error(ABSENT);
  describe.skipIf(program === undefined)(program === undefined ? `${name} (${ABSENT})` : name, () => {
    const site = new Site();
    beforeAll(() => site.start());
    afterAll(() => site.stop());
    suite(site);
  });
}

/** Nothing was asked of a server after loading, and nothing went wrong. Closes the page. */
export async function expectQuiet({ page, noise, requests }: Watched): Promise<void> {
  expect(noise, "console, errors and failed requests").toEqual([]);
  expect(requests, "requests after loading").toEqual([]);
  await page.close();
}

/** Saves what a person would see. */
export async function photograph(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

/**
 * Waits until the page has drawn what was done to it: panels do so in the next animation frame,
 * which a busy machine may be late with.
 */
export async function drawn(page: Page): Promise<void> {
  const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
  // A frame that was asked for before this one is called before it; what it asks for, in the second.
  for (let frames = 0; frames < 2; frames++) await page.evaluate(frame);
}

/** What the address says after the "#", once the page has written it and drawn what it says. */
export async function linkOf(page: Page, has: RegExp): Promise<string> {
  await page.waitForURL((url) => has.test(url.hash));
  await drawn(page);
  return new URL(page.url()).hash;
}

/** The rows of the panel's table as it is drawn, their cells as text. */
export async function tableOf(page: Page, panel: string): Promise<string[][]> {
  await drawn(page);
  return page
    .locator(`#panel-${panel} tbody tr`)
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
}
