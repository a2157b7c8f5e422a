/**
 * The robust line: what outliers do, points that are moved and added, a hundred thousand of them.
 */
import type { Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInChromium, expectQuiet, linkOf, photograph, tableOf } from "./chromium.js";

/** Slopes by loss. */
async function slopes(page: Page): Promise<Record<string, number>> {
  const rows = await tableOf(page, "line");
  return Object.fromEntries(
    rows.map(([name, line]) => {
      const [, sign, slope] = /([+−]) ([\d.e−]+) x/.exec(line) ?? ["", "", "NaN"];
      return [name, (sign === "−" ? -1 : 1) * Number(slope.replace("−", "-"))];
    }),
  );
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Of a point of the chart, on the screen. */
async function placeOf(over: Locator, x: number, y: number): Promise<Place> {
  const box = (await over.boundingBox())!;
  return { x: box.x + (x / 10) * box.width, y: box.y + ((14 - y) / 18) * box.height };
}

const overOf = (page: Page): Locator => page.locator("#panel-line .u-over");

describeInChromium("the robust line", (site) => {
  it("is turned by outliers where MSE fits it, not where L1 does", async () => {
    const watched = await site.open("line");
    const { page } = watched;
    await expect
      .poll(() => slopes(page).then(({ L1 }) => Math.abs(L1 - 0.85)), { timeout: 30_000 })
      .toBeLessThan(0.1);
    await expect.poll(() => slopes(page).then(({ MSE }) => MSE), { timeout: 30_000 }).toBeLessThan(0.5);
    await expectQuiet(watched);
  });

  it("moves a point that is dragged, and finds it again by the link", async () => {
    const watched = await site.open("line?outliers=0&added=5:-2");
    const { page } = watched;
    await page.waitForSelector("#panel-line tbody td");
    const [from, to] = [await placeOf(overOf(page), 5, -2), await placeOf(overOf(page), 8, -3)];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 6 });
    await page.mouse.up();
    expect(await linkOf(page, /added=(7\.9|8)/)).toMatch(/added=(7\.9\d*|8(\.0\d*)?):-(2\.9\d*|3(\.0\d*)?)$/);
    await page.reload();
    await page.waitForSelector("#panel-line tbody td");
    expect(page.url()).toMatch(/added=(7\.9|8)/);
    expect(watched.noise).toEqual([]);
    await page.close();
  });

  it("adds an outlier by a click, and takes it away by another", async () => {
    const watched = await site.open("line?outliers=0");
    const { page } = watched;
    await page.waitForSelector("#panel-line tbody td");
    const at = await placeOf(overOf(page), 9, -3);
    await page.mouse.click(at.x, at.y);
    await linkOf(page, /added=/);
    expect(await page.textContent(".pace")).toContain("101 points");
    await page.mouse.click(at.x, at.y);
    await page.waitForURL((url) => !url.hash.includes("added"));
    await expectQuiet(watched);
  });

  it("moves, adds and undoes by keys, and tells a screen reader", async () => {
    const watched = await site.open("line?outliers=0");
    const { page } = watched;
    const told = (): Promise<string | null> => page.textContent("[aria-live=polite].unseen");
    await overOf(page).focus();
    await page.keyboard.press("PageDown");
    expect(await told()).toMatch(/^Point \d+: x [\d.]+, y [−\d.]+\.$/);
    await page.keyboard.press("Shift+ArrowUp");
    expect(await told()).toMatch(/moved to x/);
    await linkOf(page, /moved=\d+:/);
    await page.keyboard.press("Delete");
    await page.waitForURL((url) => !url.hash.includes("moved"));
    await page.keyboard.press("Enter");
    expect(await told()).toMatch(/^Point 101: outlier added/);
    await page.keyboard.press("Delete");
    expect(await told()).toBe("Outlier taken away.");
    await expectQuiet(watched);
  });

  it.each(["isolated", "plain"] as const)(
    "fits 100,000 points, %s, and goes on after memory grew",
    async (server) => {
      const watched = await site.open("line", { server });
      const { page } = watched;
      await page.getByText("100,000").click();
      await linkOf(page, /n=100000/);
      await expect.poll(() => page.textContent(".pace")).toMatch(/100,000 points.*frames a second/);
      await page.click("#tab-guess");
      await page.click("#tab-line");
      await page.getByRole("button", { name: "Fit anew" }).click();
      await expect
        .poll(() => slopes(page).then(({ L1 }) => Math.abs(L1 - 0.85)), { timeout: 40_000 })
        .toBeLessThan(0.1);
      console.log(`${server}: ${await page.textContent(".pace")}`);
      await photograph(page, `line-100000-${server}`);
      await expectQuiet(watched);
    },
  );

  it("shows divergence without breaking", async () => {
    const watched = await site.open("line?lr=1.2");
    await expect
      .poll(() => slopes(watched.page).then(({ MSE }) => Math.abs(MSE)), { timeout: 30_000 })
      .toBeGreaterThan(100);
    await expectQuiet(watched);
  });
});
