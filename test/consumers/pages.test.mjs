// Pages and workers that use the package in other ways than a bundled page does.
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { appFolder, build, EXPECTED, LARGE } from "./support/apps.mjs";
import { ISOLATED, launch, NO_BROWSER, STRICT, visit } from "./support/browser.mjs";

describe.skipIf(NO_BROWSER)(`pages and workers${NO_BROWSER ? ` (skipped: ${NO_BROWSER})` : ""}`, () => {
  let browser;
  beforeAll(async () => (browser = await launch()));
  afterAll(() => browser?.close());

  test("a page without a bundler imports it by an import map", async () => {
    const seen = await visit(browser, inject("projects").alone, "apps/page/");
    expect(seen).toEqual({ text: EXPECTED, noise: [] });
  });

  test("a page without a bundler takes the binary from a URL that the import map gives, and the worker", async () => {
    const seen = await visit(browser, inject("projects").alone, "apps/page/slim.html", ISOLATED);
    expect(seen).toEqual({ text: `${EXPECTED} ${LARGE} on 2`, noise: [] });
  });

  test("a page without a bundler takes modules that it compiled while they were loading", async () => {
    const seen = await visit(browser, inject("projects").alone, "apps/page/compiled.html", ISOLATED);
    expect(seen).toEqual({ text: `${EXPECTED} ${LARGE} on 2`, noise: [] });
  });

  test("a web worker computes", async () => {
    build("worker");
    expect(await visit(browser, appFolder("worker/dist"), "", STRICT)).toEqual({ text: EXPECTED, noise: [] });
  });

  test("a service worker answers with what it computes", async () => {
    build("service-worker");
    const headers = { ...STRICT, "service-worker-allowed": "/" };
    expect(await visit(browser, appFolder("service-worker"), "", headers)).toEqual({
      text: EXPECTED,
      noise: [],
    });
  });
});
