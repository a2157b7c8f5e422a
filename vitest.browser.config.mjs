import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { ANYWHERE, OF_NODE } from "./scripts/engines/anywhere.mjs";
import { browsers } from "./scripts/engines/browsers.mjs";
import { openFirefox } from "./scripts/engines/firefox.mjs";
import { pageProvider } from "./scripts/engines/provider.mjs";
import { openWebKit } from "./scripts/engines/webkit.mjs";
import base, { ALONE } from "./vitest.base.config.ts";

/** What makes a page isolated from other origins, so that it may share memory with its workers. */
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** As root, which containers often are, Chromium starts without its sandbox only. */
const SANDBOX = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

const PROVIDERS = {
  chromium: ({ program }) =>
    playwright({
      launchOptions: { executablePath: program, args: [...SANDBOX, "--js-flags=--expose-gc"] },
    }),
  firefox: (browser) => pageProvider("firefox", (url) => openFirefox(browser, url)),
  webkit: (browser) => pageProvider("webkit", (url) => openWebKit(browser, url)),
};

/**
 * What need not be tried in both kinds of page. Isolated ones have threads, and memory that is not
 * replaced when it grows; what works by tensors and knows neither is tried in plain ones alone. Both
 * kinds would try the same binary's kernels (see test/support/kernels.ts), and npm run reproduce has
 * the bits of sums in both.
 */
const foldersOf = (names) => names.map((name) => `test/${name}/**`);
const LEFT_OUT = {
  isolated: foldersOf(["autograd", "compare", "metrics", "nn", "optim", "tensor"]),
  plain: foldersOf(["assembly", "exactness"]),
};

/**
 * The suite in one browser's pages, which are isolated from other origins or not: those that need a
 * page for each file, or the others, which share pages, since to load the library again for each
 * file took a third of the time.
 */
function project(browser, isolated, alone) {
  const page = isolated ? "isolated" : "plain";
  return {
    resolve: base.resolve,
    // WebKit does not know `using` yet.
    oxc: { target: "es2022" },
    server: { headers: isolated ? ISOLATION : {} },
    test: {
      ...base.test,
      name: `${browser.kind}-${page}-${alone ? "alone" : "together"}`,
      include: alone ? ALONE : ANYWHERE,
      exclude: [...base.test.exclude, ...LEFT_OUT[page], ...(alone ? OF_NODE : ALONE)],
      setupFiles: [...base.test.setupFiles, ...(isolated ? [] : ["test/support/room.ts"])],
      // Other browsers do not collect garbage when they are told to (test/support/room.ts).
      isolate: alone || browser.kind !== "chromium",
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: PROVIDERS[browser.kind](browser),
        instances: [{ browser: browser.kind }],
      },
    },
  };
}

/** Isolated pages and plain ones, as `npm run test:browser` counts them. */
const projectsOf = (browser) =>
  [true, false].flatMap((isolated) => [true, false].map((alone) => project(browser, isolated, alone)));

export default defineConfig({
  test: {
    projects: browsers()
      .filter(({ program }) => program)
      .flatMap(projectsOf),
  },
});
