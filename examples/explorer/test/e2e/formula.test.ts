/** A formula that is typed: its curve, its link, and what is said of one that is none. */
import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInChromium, linkOf, photograph, tableOf } from "./chromium.js";

const FIELD = "Your own loss, a formula of p and t";
/** The row of the formula in the table, once it is there. */
async function ownRow(page: Page): Promise<string[]> {
  await page.locator("#panel-curves tbody th", { hasText: "your formula" }).waitFor();
  return (await tableOf(page, "curves")).at(-1)!;
}

/** What is said of the formula, once something is. */
async function complaintOf(page: Page): Promise<string> {
  await page.waitForFunction(
    () => document.querySelector("#panel-curves .text-field .problem")!.textContent !== "",
  );
  return (await page.textContent("#panel-curves .text-field .problem"))!;
}

describeInChromium("a formula", (site) => {
  it("is drawn with its gradient once it was typed, and kept in the link", async () => {
    const watched = await site.open("curves?show=l1");
    const { page, requests } = watched;
    await page.getByLabel(FIELD).focus();
    await page.keyboard.type("0.5*(p - t)^2 ");
    await page.keyboard.press("Enter");
    expect(await ownRow(page)).toEqual(["your formula", "4.5", "4.5", "0", "3"]);
    const link = await linkOf(page, /formula=/);
    expect(new URLSearchParams(link.split("?")[1]).get("formula")).toBe("0.5*(p - t)^2");
    // The parser comes with the first formula, not with the page.
    expect(requests).toHaveLength(1);
    await page.reload();
    expect(await ownRow(page)).toEqual(["your formula", "4.5", "4.5", "0", "3"]);
    expect(await page.getByLabel(FIELD).inputValue()).toBe("0.5*(p - t)^2");
    expect(await page.locator("#panel-curves .canvas").first().getAttribute("aria-label")).toContain(
      "your formula 4.5",
    );
    expect(watched.noise).toEqual([]);
    await page.close();
  });

  it("can be begun with one of the examples, alone if the losses are not ticked", async () => {
    const watched = await site.open("curves?show=l1");
    const { page } = watched;
    await page.getByRole("button", { name: "pinball" }).click();
    expect((await ownRow(page))[4]).toBe("0.20000000298023224");
    await page.getByLabel("L1: |d|", { exact: true }).click();
    await linkOf(page, /show=&/);
    expect(await tableOf(page, "curves")).toHaveLength(1);
    await photograph(page, "curves-formula-alone");
    // Without it, there would be nothing left.
    await page.getByLabel(FIELD).fill("");
    await expect.poll(() => tableOf(page, "curves")).toHaveLength(5);
    expect(watched.noise).toEqual([]);
    await page.close();
  });

  it("is told what is wrong with it, while the page goes on", async () => {
    const watched = await site.open("curves");
    const { page } = watched;
    const field = page.getByLabel(FIELD);
    await field.fill("abs(p - t");
    expect(await complaintOf(page)).toBe("Expected ) at character 10.");
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await tableOf(page, "curves")).toHaveLength(5);
    await field.fill("p - mean(p)");
    await expect
      .poll(() => page.textContent("#panel-curves .text-field .problem"))
      .toContain("around the whole");
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(),
    );
    expect(violations.map(({ id, help }) => [id, help])).toEqual([]);
    await photograph(page, "curves-formula-wrong");
    await field.fill("abs(p - t)");
    await ownRow(page);
    expect(await page.textContent("#panel-curves .text-field .problem")).toBe("");
    expect(watched.noise).toEqual([]);
    await page.close();
  });

  it("may have poles, and no gradient", async () => {
    const watched = await site.open("curves?target=5&formula=1/(p-t)");
    expect((await ownRow(watched.page)).slice(0, 2)).toEqual(["your formula", "∞"]);
    await watched.page.getByLabel(FIELD).fill("p > t");
    await expect.poll(() => ownRow(watched.page)).toEqual(["your formula", "0", "0", "0", "0"]);
    expect(watched.noise).toEqual([]);
    await watched.page.close();
  });

  it("says that its parser could not be loaded, and tries again", async () => {
    const watched = await site.open("curves");
    const { page } = watched;
    await page.context().setOffline(true);
    await page.getByLabel(FIELD).fill("p - t");
    expect(await complaintOf(page)).toContain("could not be loaded");
    await page.context().setOffline(false);
    await page.getByLabel(FIELD).fill("p - t - 1");
    expect((await ownRow(page))[1]).toBe("2");
    await page.close();
  });

  it("is computed in every dtype and in a plain page", async () => {
    const watched = await site.open("curves?formula=sqrt(square(p-t)%2B0.1)&dtype=float16", {
      server: "plain",
    });
    expect((await ownRow(watched.page))[1]).toBe("3.017578125");
    await photograph(watched.page, "curves-formula");
    expect(watched.noise).toEqual([]);
    await watched.page.close();
  });
});
