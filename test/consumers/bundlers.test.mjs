// Pages built by bundlers as their users build them, under a strict policy and without a word on
// the console.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appFolder, build, EXPECTED, LARGE } from "./support/apps.mjs";
import { ISOLATED, launch, NO_BROWSER, STRICT, visit } from "./support/browser.mjs";

/** Where under apps/ the pages lie: built by the bundler, or naming what it built. */
const BUNDLERS = {
  vite: "vite/dist",
  webpack: "webpack",
  esbuild: "esbuild",
  rollup: "rollup",
  rolldown: "rolldown",
};

describe.skipIf(NO_BROWSER)(`pages built by bundlers${NO_BROWSER ? ` (skipped: ${NO_BROWSER})` : ""}`, () => {
  let browser;
  beforeAll(async () => (browser = await launch()));
  afterAll(() => browser?.close());

  describe.each(Object.entries(BUNDLERS))("%s", (app, folder) => {
    beforeAll(() => build(app));

    test("the page that imports lossgrad and lossgrad/arrays computes", async () => {
      expect(await visit(browser, appFolder(folder), "", STRICT)).toEqual({ text: EXPECTED, noise: [] });
    });

    test("the page that imports the slim entries, and has URLs of the binary and the worker, computes on two threads", async () => {
      const headers = { ...STRICT, ...ISOLATED };
      expect(await visit(browser, appFolder(folder), "slim.html", headers)).toEqual({
        text: `${EXPECTED} ${LARGE} on 2`,
        noise: [],
      });
    });
  });
});
