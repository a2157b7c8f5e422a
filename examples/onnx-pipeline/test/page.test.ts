import { existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { score } from "../detector.js";
import { inspect, type Findings } from "../main.js";
import { buildPage, pageFolder } from "../page.js";
import { serve } from "../serve.js";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const executablePath = (process.env.PATH ?? "")
  .split(delimiter)
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find((file) => existsSync(file));
const needed = process.env.LOSSGRAD_REQUIRE_BROWSER === "1";
/** Where the pictures go: a person should look at them. */
const pictures = fileURLToPath(new URL("../../output/", import.meta.url));
const patience = { timeout: 60_000 };

/** A page, what it complained of, and what it asked others than its own server for. */
interface Visit {
  readonly page: Page;
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

describe.skipIf(executablePath === undefined && !needed)(
  "the page in Chromium (skipped where no chromium is on the PATH; Debian: apt-get install chromium)",
  () => {
    let browser: Browser;
    let findings: Findings;
    /** Loading takes the longest, so that most tests start one page over. */
    let visit: Visit;
    let page: Page;

    beforeAll(async () => {
      findings = await inspect(() => undefined);
      await buildPage(() => undefined);
      mkdirSync(pictures, { recursive: true });
      const quiet = ["disable-gpu", "disable-quic", "no-first-run", "disable-background-networking"];
      const switches = [...quiet, "disable-component-update", "disable-sync"].map((name) => `--${name}`);
      // As root, which containers often are, Chromium starts without its sandbox only.
      const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
      browser = await chromium.launch({ executablePath, args: [...switches, ...sandbox] });
      visit = await open(true);
      ({ page } = visit);
    });

    beforeEach(async () => {
      await page.click("#restart");
      await frameIs(page, 1);
    });

    afterAll(async () => {
      await visit.close();
      await browser.close();
    });

    async function open(isolated: boolean): Promise<Visit> {
      const served = await serve(pageFolder, { isolated });
      const page = await browser.newPage({ viewport: { width: 1180, height: 1000 } });
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("request", (request) => {
        const own = [served.url, "data:"].some((start) => request.url().startsWith(start));
        if (!own) complaints.push(request.url());
      });
      await page.goto(served.url);
      await page.waitForSelector("body[data-state=paused]", patience);
      const close = async () => {
        await page.close();
        served.close();
      };
      return { page, complaints, close };
    }

    async function frameIs(page: Page, frame: number): Promise<void> {
      const shown = (text: string) => document.getElementById("frame-number")!.textContent.startsWith(text);
      await page.waitForFunction(shown, `${frame} of`, patience);
    }

    async function stepTo(page: Page, frame: number): Promise<void> {
      const from = Number.parseInt((await page.textContent("#frame-number"))!, 10);
      for (let i = from + 1; i <= frame; i++) {
        await page.click("#step");
        await frameIs(page, i);
      }
    }

    /** Node's findings in the first frames, which the page has to come to as well. */
    async function expectNodesScore(page: Page, frames: number): Promise<void> {
      const seen = findings.frames.slice(0, frames).flatMap(({ seen }) => seen);
      const { hits, alarms, anomalies } = score(seen, findings.threshold);
      expect(await page.textContent("#precision small")).toBe(`${hits} of ${alarms} alarms`);
      expect(await page.textContent("#recall small")).toBe(`${hits} of ${anomalies} anomalies`);
    }

    async function expectNodesFrame(page: Page, frame: number): Promise<void> {
      const { error, seen } = findings.frames[frame - 1];
      expect(await page.textContent("#frame-error")).toBe(error.toFixed(4));
      for (const [image, { error, truth }] of seen.entries()) {
        const alarm =
          error > findings.threshold ? `image ${image + 1} at ${error.toFixed(3)} (${truth!})` : "";
        expect(await page.textContent("#alarms")).toContain(alarm);
      }
    }

    test("in an isolated page it finds what Node found, frame by frame", async () => {
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      await stepTo(page, 10);
      await expectNodesFrame(page, 10);
      await expectNodesScore(page, 10);
    });

    test("in a page that is not isolated it finds the same, and complains of nothing", async () => {
      const { page, complaints, close } = await open(false);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
      await stepTo(page, 10);
      await expectNodesFrame(page, 10);
      await expectNodesScore(page, 10);
      expect(complaints).toEqual([]);
      await close();
    });

    test("it plays to the end without a network, and every number is Node's", async () => {
      await page.context().setOffline(true);
      await page.click("#play");
      await page.waitForSelector("body[data-state=done]", patience);
      await page.context().setOffline(false);
      await expectNodesScore(page, findings.frames.length);
      expect(await page.isDisabled("#step")).toBe(true);
      for (const id of ["#inference", "#loss"]) expect(await page.textContent(id)).toMatch(/^[1-9]\d* µs/);
    });

    test("pausing holds the frame", async () => {
      await page.click("#play");
      await frameIs(page, 3);
      await page.click("#play");
      const frame = await page.textContent("#frame-number");
      await page.waitForTimeout(600);
      expect(await page.textContent("#frame-number")).toBe(frame);
    });

    test("by the keyboard, a lower threshold gives more alarms and a higher one fewer", async () => {
      await stepTo(page, 12);
      const alarms = async () =>
        Number.parseInt((await page.textContent("#precision small"))!.split(" of ")[1], 10);
      const before = await alarms();
      await page.focus("#share");
      await page.keyboard.press("Home");
      expect(await page.textContent("#share-text")).toBe("90.0 %");
      expect(await alarms()).toBeGreaterThan(before);
      await page.keyboard.press("End");
      expect(await page.textContent("#share-text")).toBe("100.0 %");
      expect(await alarms()).toBeLessThan(before);
      await page.fill("#share", "995");
    });

    test.each([
      ["light", "light", 1180],
      ["dark", "dark", 1180],
      ["phone", "light", 390],
    ] as const)("it fits a %s window, of which a picture is taken", async (name, colorScheme, width) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 1000 });
      await stepTo(page, 10);
      const overflow = () => document.documentElement.scrollWidth - window.innerWidth;
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
      await page.screenshot({ path: join(pictures, `onnx-page-${name}.png`), fullPage: true });
    });

    test("in all of this the page complained of nothing and asked nobody else", () => {
      expect(visit.complaints).toEqual([]);
    });

    test("a file that is missing is said in the page", async () => {
      const served = await serve(pageFolder);
      const page = await browser.newPage();
      await page.route("**/autoencoder.onnx", (route) => route.fulfill({ status: 404 }));
      await page.goto(served.url);
      await page.waitForSelector("#problem:not([hidden])", patience);
      const text = await page.textContent("#problem");
      expect(text).toContain("autoencoder.onnx: expected a file, got status 404");
      await page.close();
      served.close();
    });
  },
);
