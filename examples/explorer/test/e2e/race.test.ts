/** The race: isolated and plain, offline, with tfjs, stopped; and the hash. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInChromium, expectQuiet, photograph, tableOf } from "./chromium.js";

/** Runs the race to its end, and gives its last words. */
async function race(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Start the race" }).click();
  await page.waitForFunction(
    () => document.querySelector("#panel-race .status")!.textContent.startsWith("Done"),
    null,
    {
      timeout: 100_000,
    },
  );
  return (await page.textContent("#panel-race .status"))!;
}

describeInChromium("the race", (site) => {
  it("has the hash of the reproducibility set: the same bits as Node", { timeout: 240_000 }, async () => {
    const watched = await site.open("race");
    const { page } = watched;
    await page.getByRole("button", { name: "Compute the hash" }).click();
    await page.waitForSelector(".bits code", { timeout: 220_000 });
    expect(await page.textContent(".bits strong")).toMatch(
      /^same bits as Node \(\d+ threads?; arrays foreign and in place\)$/,
    );
    await photograph(page, "race-hash");
    await expectQuiet(watched);
  });

  it("runs without network in an isolated page, on one thread and on more", async () => {
    const watched = await site.open("race?most=14");
    const { page } = watched;
    await page.context().setOffline(true);
    expect(await race(page)).toContain("lossgrad, 1 thread off by at most");
    const rows = await tableOf(page, "race");
    expect(rows.map(([size]) => size)).toEqual(["1 Ki", "4 Ki", "16 Ki"]);
    expect(rows.flat().filter((text) => text === "–")).toEqual([]);
    expect(await page.locator(".absences li").allTextContents()).toEqual([]);
    await photograph(page, "race-run");
    await expectQuiet(watched);
  });

  it("runs with gradients in a plain page, and says that there is one thread", async () => {
    const watched = await site.open("race?most=12&pass=gradient", { server: "plain" });
    const { page } = watched;
    expect(await page.textContent("#panel-race .hint")).toContain("not isolated");
    expect(await race(page)).toMatch(/lossgrad, 1 thread off by at most [\d.]+ ulp\.$/);
    await expectQuiet(watched);
  });

  it("loads tfjs when it is ticked, not before", async () => {
    const watched = await site.open("race?most=12&entrants=loop");
    const { page, requests } = watched;
    await page.getByLabel("tfjs, wasm").check();
    expect(requests).toEqual([]);
    expect(await race(page)).toContain("tfjs, wasm off by at most");
    expect(requests.every((url) => url.includes("tfjs"))).toBe(true);
    expect(requests.length).toBeGreaterThan(0);
    expect(watched.noise).toEqual([]);
    await page.close();
  });

  it("says that tfjs could not be loaded, and goes on with the others", async () => {
    const watched = await site.open("race?most=12&entrants=loop,tfjs");
    const { page } = watched;
    await page.route("**/tfjs*", (route) => route.fulfill({ status: 404 }));
    expect(await race(page)).toContain("JS loop off by at most");
    expect(await page.textContent(".absences")).toContain("tfjs, wasm left the race");
    await page.close();
  });

  it("stops when it is told to", async () => {
    const watched = await site.open("race?most=24");
    const { page } = watched;
    await page.getByRole("button", { name: "Start the race" }).click();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForFunction(() =>
      document.querySelector("#panel-race .status")!.textContent.startsWith("Stopped"),
    );
    await page.getByRole("button", { name: "Start the race" }).waitFor();
    await expectQuiet(watched);
  });
});
