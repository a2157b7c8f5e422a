// Pages that refuse the library something: what it says, and that it goes on where it can. Most
// tests call functions of the window of one page, apps/hostile.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { appFolder, build, LARGE } from "./support/apps.mjs";
import {
  ISOLATED,
  launch,
  launchWithTabs,
  NO_BROWSER,
  open,
  serve,
  STRICT,
  visit,
} from "./support/browser.mjs";

const NO_WASM = {
  "content-security-policy": STRICT["content-security-policy"].replace(" 'wasm-unsafe-eval'", ""),
};

/** Milliseconds that workers get to start where they should, and where they cannot. */
const LONG = 60_000;
const SHORT = 2000;

describe.skipIf(NO_BROWSER)(`hostile pages${NO_BROWSER ? ` (skipped: ${NO_BROWSER})` : ""}`, () => {
  let browser;
  beforeAll(async () => {
    build("hostile");
    browser = await launch();
  });
  afterAll(() => browser?.close());

  /**
   * What the function `name` of the page's window returns in a page served with `headers`, what the
   * console says, and how many workers live.
   */
  async function call(headers, name, options) {
    const server = await serve(appFolder("hostile"), headers);
    try {
      const { page, noise, context } = await open(browser, server.url);
      const result = await callIn(page, name, options);
      const workers = page.workers().length;
      await context.close();
      return { result, noise, workers };
    } finally {
      server.close();
    }
  }

  function callIn(page, name, options) {
    return page.evaluate(([name, options]) => window[name](options), [name, options]);
  }

  test.each(["makeTensor", "initSlim"])(
    "a policy without 'wasm-unsafe-eval' is what the error of %s names",
    async (name) => {
      const { result, noise } = await call(NO_WASM, name);
      expect(result).toMatch(/^Error: lossgrad: expected .*'wasm-unsafe-eval'/);
      expect(noise).toEqual([]);
    },
  );

  test("under the strict policy threads start from a file", async () => {
    const options = { workerUrl: "./dist/worker.js", patience: LONG };
    const seen = await call({ ...STRICT, ...ISOLATED }, "computeOnThreads", options);
    expect(seen).toEqual({ result: `${LARGE} on 2`, noise: [], workers: 1 });
  });

  test("under the strict policy and without such a file one thread computes", async () => {
    const options = { patience: SHORT, threads: 8 };
    const { result, noise } = await call({ ...STRICT, ...ISOLATED }, "computeOnThreads", options);
    expect(result).toBe(`${LARGE} on 1`);
    // What the browser itself says of the one worker that was tried.
    expect(noise).toEqual([expect.stringMatching(/^error: Creating a worker from 'blob:/)]);
  });

  test.each(["gone.js", "index.html"])(
    "where the file for workers is %s, one thread computes",
    async (file) => {
      const options = { workerUrl: `./${file}`, patience: SHORT };
      const seen = await call(ISOLATED, "computeOnThreads", options);
      expect(seen).toEqual({ result: `${LARGE} on 1`, noise: [], workers: 0 });
    },
  );

  test("where the file for workers is of another version, one thread computes", async () => {
    const folder = join(appFolder("hostile"), "dist");
    const own = readFileSync(join(folder, "worker.js"), "utf8");
    // Its digest is the one string of 16 hexadecimal digits.
    writeFileSync(join(folder, "other.js"), own.replace(/"[0-9a-f]{16}"/, '"ffffffffffffffff"'));
    const options = { workerUrl: "./dist/other.js", patience: SHORT };
    const seen = await call(ISOLATED, "computeOnThreads", options);
    expect(seen).toEqual({ result: `${LARGE} on 1`, noise: [], workers: 0 });
  });

  test("a tab that goes into the background, is frozen there and comes back computes on", async () => {
    const server = await serve(appFolder("hostile"), ISOLATED);
    const tabs = await launchWithTabs();
    try {
      const { page, noise } = await open(null, server.url, tabs.context);
      const session = await tabs.context.newCDPSession(page);
      const compute = () => callIn(page, "computeOnThreads", { patience: LONG });
      const seen = [await compute()];
      await (await tabs.context.newPage()).bringToFront();
      seen.push(await page.evaluate(() => document.visibilityState), await compute());
      for (const state of ["frozen", "active"]) await session.send("Page.setWebLifecycleState", { state });
      seen.push(await compute());
      const loss = `${LARGE} on 2`;
      expect({ seen, noise }).toEqual({ seen: [loss, "hidden", loss, loss], noise: [] });
    } finally {
      await tabs.close();
      server.close();
    }
  });

  test("two copies of the library on one page compute side by side, and refuse each other's tensors", async () => {
    const { alone } = inject("projects");
    cpSync(join(alone, "node_modules/lossgrad"), join(alone, "again/lossgrad"), { recursive: true });
    const { text, noise } = await visit(browser, alone, "apps/two/");
    const [same, one, other, mixed, copied, mixedArrays] = text.split("\n");
    expect([same, one, other, copied]).toEqual(["false", "1.5", "1.5", "1.5"]);
    expect(mixed).toMatch(
      /expected target to be a Tensor, got one of another copy of lossgrad; make one with tensor/,
    );
    expect(mixedArrays).toMatch(
      /^TypeError: l1Loss: expected prediction to be a typed array, got a Tensor; use F.l1Loss/,
    );
    expect(noise).toEqual([]);
  });
});
