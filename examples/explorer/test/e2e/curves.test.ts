/** Curves: dragging, keys, sliders, rounding, links. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInChromium, expectQuiet, linkOf, tableOf } from "./chromium.js";

async function dragBy(page: Page, selector: string, dx: number): Promise<void> {
  const box = (await page.locator(selector).boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + dx / 2, y, { steps: 4 });
  await page.mouse.move(x + dx, y, { steps: 4 });
  await page.mouse.up();
}

const now = (page: Page, handle: string): Promise<number> =>
  page.getAttribute(`.handle.${handle}`, "aria-valuenow").then(Number);

describeInChromium("curves", (site) => {
  it("show value and gradient of each loss at the prediction", async () => {
    const watched = await site.open("curves");
    await watched.page.waitForSelector("#panel-curves tbody tr");
    expect(await tableOf(watched.page, "curves")).toEqual([
      ["L1", "3", "3", "0", "1"],
      ["MSE", "9", "9", "0", "6"],
      ["Huber", "4", "4", "0", "2"],
      ["SmoothL1", "2.5", "2.5", "0", "1"],
      ["bad loss", "3", "3", "0", "1"],
    ]);
    await expectQuiet(watched);
  });

  it("follow a target that is dragged, and keep it in the link over a reload", async () => {
    const watched = await site.open("curves");
    const { page } = watched;
    await page.waitForSelector("#panel-curves tbody tr");
    const width = await page
      .locator("#panel-curves .u-over")
      .first()
      .evaluate((over) => over.clientWidth);
    await dragBy(page, ".handle.target .caption", -width / 4);
    // A quarter of the window of 20.
    await linkOf(page, /target=-(2\.9|3)/);
    const target = await now(page, "target");
    expect(target).toBeCloseTo(-3, 1);
    expect((await tableOf(page, "curves"))[0][1]).toBe(String(5 - target));
    await page.reload();
    await page.waitForSelector("#panel-curves tbody tr");
    expect(await now(page, "target")).toBe(target);
    expect(watched.noise).toEqual([]);
    await page.close();
  });

  it("move target and prediction by arrow keys", async () => {
    const watched = await site.open("curves");
    const { page } = watched;
    await page.waitForSelector("#panel-curves tbody tr");
    await page.focus(".handle.target");
    await page.keyboard.press("ArrowLeft");
    await linkOf(page, /target=1\.9/);
    await page.focus(".handle.prediction");
    await page.keyboard.press("Shift+ArrowRight");
    await linkOf(page, /prediction=6/);
    expect([await now(page, "target"), await now(page, "prediction")]).toEqual([1.9, 6]);
    await expectQuiet(watched);
  });

  it("put the prediction where the plot is pressed", async () => {
    const watched = await site.open("curves");
    const { page } = watched;
    await page.waitForSelector("#panel-curves tbody tr");
    const over = page.locator("#panel-curves .u-over").nth(1);
    const { width, height } = (await over.boundingBox())!;
    await over.click({ position: { x: width / 2, y: height / 2 } });
    await linkOf(page, /prediction=2(&|$|\.0)/);
    expect((await tableOf(page, "curves"))[0][1]).toBe("0");
    await expectQuiet(watched);
  });

  it("bend where the slider says", async () => {
    const watched = await site.open("curves?delta=1&beta=6");
    await watched.page.waitForSelector("#panel-curves tbody tr");
    const rows = await tableOf(watched.page, "curves");
    expect(rows[2]).toEqual(["Huber", "2.5", "2.5", "0", "1"]);
    expect(rows[3]).toEqual(["SmoothL1", "0.75", "0.75", "0", "0.5"]);
    await watched.page.getByLabel("δ of Huber").focus();
    await watched.page.keyboard.press("End");
    await linkOf(watched.page, /delta=8/);
    expect((await tableOf(watched.page, "curves"))[2][1]).toBe("4.5");
    await expectQuiet(watched);
  });

  it("show what float16 rounds, at the steps of its numbers", async () => {
    const watched = await site.open("curves?prediction=2.1");
    const { page } = watched;
    await page.getByText("float16", { exact: true }).click();
    await linkOf(page, /dtype=float16/);
    expect(await page.textContent("#panel-curves .note")).toContain("2.099609375 for the prediction 2.1");
    expect((await tableOf(page, "curves"))[0].slice(0, 3)).toEqual(["L1", "0.099609375", "0.1"]);
    await page.getByText("Show its rounding").click();
    expect(await linkOf(page, /zoom=/)).toMatch(/zoom=(9|10|11)(&|$)/);
    await page.getByText("float64", { exact: true }).click();
    await page.getByText("Show its rounding").click();
    expect(await linkOf(page, /zoom=5/)).toMatch(/dtype=float64/);
    await expectQuiet(watched);
  });

  it("take losses of the library's table, with their numbers", async () => {
    const watched = await site.open("curves?show=l1&more=binaryCrossEntropy");
    const { page } = watched;
    await page.waitForSelector("#panel-curves tbody tr");
    expect(await page.textContent(".more")).toContain("should be between 0 and 1");
    await page.getByText("Losses beyond PyTorch").click();
    await page.getByLabel("quantileLoss", { exact: true }).check();
    await page.getByText("target 0", { exact: true }).click();
    await linkOf(page, /more=binaryCrossEntropy,quantileLoss/);
    await page.getByLabel("quantile", { exact: true }).focus();
    await page.keyboard.press("End");
    expect(await linkOf(page, /with=/)).toContain("with=quantileLoss.quantile:1");
    await page.keyboard.press("Home");
    await linkOf(page, /quantile:0/);
    const rows = await tableOf(page, "curves");
    expect(rows.map(([name, value]) => [name, value])).toEqual([
      ["L1", "5"],
      ["binaryCrossEntropy", "NaN"],
      ["quantileLoss", "5"],
    ]);
    await expectQuiet(watched);
  });

  it("keep one loss at least", async () => {
    const watched = await site.open("curves?show=l1");
    await watched.page.waitForSelector("#panel-curves tbody tr");
    await watched.page.getByLabel("L1: |d|", { exact: true }).click();
    expect(await watched.page.getByLabel("L1: |d|", { exact: true }).isChecked()).toBe(true);
    expect(await tableOf(watched.page, "curves")).toHaveLength(1);
    await expectQuiet(watched);
  });

  it("follow the window's width", async () => {
    const watched = await site.open("curves");
    const { page } = watched;
    const width = (): Promise<number> =>
      page
        .locator("#panel-curves .u-over")
        .first()
        .evaluate((over) => over.clientWidth);
    await page.waitForSelector("#panel-curves tbody tr");
    const wide = await width();
    await page.setViewportSize({ width: 500, height: 800 });
    await expect.poll(width).toBeLessThan(wide);
    await page.setViewportSize({ width: 1280, height: 800 });
    await expect.poll(width).toBe(wide);
    await expectQuiet(watched);
  });
});
