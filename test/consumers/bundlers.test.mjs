// Pages built by bundlers as their users build them, under a strict policy and without a word on the console.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appFolder, build, EXPECTED } from "./support/apps.mjs";
import { launch, NO_BROWSER, open, serve, shown, STRICT } from "./support/browser.mjs";

/** Where under apps/ the page lies: built by the bundler, or naming what it built. */
const BUNDLERS = {
  vite: "vite/dist",
  webpack: "webpack",
  esbuild: "esbuild",
  rollup: "rollup",
  rolldown: "rolldown",
};

describe.skipIf(NO_BROWSER)(`bundlers${NO_BROWSER ? ` (skipped: ${NO_BROWSER})` : ""}`, () => {
  let browser;
  beforeAll(async () => (browser = await launch()));
  afterAll(() => browser?.close());

  test.each(Object.entries(BUNDLERS))(
    "a page built by %s computes losses and gradients",
    async (app, folder) => {
      build(app);
      const server = await serve(appFolder(folder), STRICT);
      try {
        const view = await open(browser, server.url);
        expect(await shown(view)).toBe(EXPECTED);
        expect(view.noise).toEqual([]);
        await view.context.close();
      } finally {
        server.close();
      }
    },
  );
});
