// An app of Next: computed on the server, where there is no window, then again where the page is
// hydrated.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { appFolder, build, EXPECTED, LARGE } from "./support/apps.mjs";
import { launch, NO_BROWSER, open, shown } from "./support/browser.mjs";

/** Starts the built app on a free port; its output is read to the end: Next dies of a closed pipe. */
async function start() {
  const program = join(inject("projects").bundled, "node_modules/next/dist/bin/next");
  const server = spawn(process.execPath, [program, "start", "--port", "0", "--hostname", "localhost"], {
    cwd: appFolder("next"),
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  return new Promise((resolve, reject) => {
    server.stdout.setEncoding("utf8").on("data", (text) => {
      said += text;
      const [url] = /http:\/\/localhost:\d+/.exec(said) ?? [];
      if (url && said.includes("Ready")) resolve({ server, url });
    });
    server.once("error", reject);
    server.once("exit", (status) =>
      reject(new Error(`next start: expected an address, got exit status ${status}\n${said}`)),
    );
  });
}

describe("Next", () => {
  let server, url;
  beforeAll(async () => {
    build("next");
    ({ server, url } = await start());
  });
  afterAll(() => server?.kill());

  test("renders on the server what it computes there", async () => {
    expect(await (await fetch(url)).text()).toContain(`<output>${EXPECTED}</output>`);
  });

  describe.skipIf(NO_BROWSER)(`in a page${NO_BROWSER ? ` (skipped: ${NO_BROWSER})` : ""}`, () => {
    let browser;
    beforeAll(async () => (browser = await launch()));
    afterAll(() => browser?.close());

    test("hydrates, and computes again on a click", async () => {
      const view = await open(browser, url);
      expect(await shown(view)).toBe(EXPECTED);
      await view.page.getByRole("button").click();
      await view.page.getByRole("button", { name: `1 ${EXPECTED}` }).waitFor();
      expect(view.noise).toEqual([]);
    });

    test("takes URLs of the binary and the worker, and computes on two threads", async () => {
      const view = await open(browser, `${url}/slim`);
      expect({ text: await shown(view), noise: view.noise }).toEqual({
        text: `${EXPECTED} ${LARGE} on 2`,
        noise: [],
      });
    });
  });
});
