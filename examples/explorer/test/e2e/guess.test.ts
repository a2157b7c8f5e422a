/** The guessing game: by step, by play, by link, and off the board. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInChromium, drawn, expectQuiet, linkOf } from "./chromium.js";

const statuses = (page: Page): Promise<string[]> => page.locator(".lane .status").allTextContents();
const stepsOf = (page: Page): Promise<number> =>
  statuses(page).then(([text]) => Number(/After (\d+)/.exec(text)![1]));

describeInChromium("the guessing game", (site) => {
  it("goes step by step: L1's steps stay, MSE's shrink", async () => {
    const watched = await site.open("guess");
    const { page } = watched;
    await page.getByRole("button", { name: "Step", exact: true }).click();
    expect(await statuses(page)).toEqual([
      "After 1 step: loss 38.33, last step 0.333 · 0.333 · 0.333.",
      "After 1 step: loss 174.6, last step 32 · 18 · 27.3.",
    ]);
    await page.getByRole("button", { name: "Step", exact: true }).click();
    expect(await statuses(page)).toEqual([
      "After 2 steps: loss 38, last step 0.333 · 0.333 · 0.333.",
      "After 2 steps: loss 19.4, last step 10.7 · 6 · 9.11.",
    ]);
    expect(await page.textContent("[aria-live=polite].unseen")).toContain("MSE: After 2 steps");
    await expectQuiet(watched);
  });

  it("plays, pauses and goes back to the start", async () => {
    const watched = await site.open("guess?speed=60");
    const { page } = watched;
    await page.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => stepsOf(page)).toBeGreaterThan(5);
    await page.getByRole("button", { name: "Pause" }).click();
    await drawn(page);
    const at = await stepsOf(page);
    await page.waitForTimeout(300);
    expect(await stepsOf(page)).toBe(at);
    await linkOf(page, new RegExp(`steps=${at}`));
    await page.getByRole("button", { name: "Reset" }).click();
    await expect.poll(() => stepsOf(page)).toBe(0);
    await expectQuiet(watched);
  });

  it("stops by itself when all have arrived or diverged, and draws what left the board", async () => {
    const watched = await site.open("guess?lr=10&losses=mse&speed=60");
    const { page } = watched;
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByRole("button", { name: "Play" }).waitFor();
    await expect.poll(() => statuses(page).then(([text]) => text)).toContain("Diverged");
    await page.getByRole("button", { name: "Step", exact: true }).click();
    await expectQuiet(watched);
  });

  it("shows a thousand steps of a link, beyond infinity too", async () => {
    const watched = await site.open("guess?lr=10&steps=1000&losses=l1,mse,huber,smoothL1,bad");
    const all = await statuses(watched.page);
    expect(all).toHaveLength(5);
    expect(all[0]).toContain("Swings about the answers");
    expect(all[1]).toContain("loss NaN");
    expect(all[1]).toContain("Diverged");
    expect(all[4]).toContain("After 1000 steps: loss −3340");
    await expectQuiet(watched);
  });

  it("moves answers by drag and by arrow keys, and starts again", async () => {
    const watched = await site.open("guess?steps=5");
    const { page } = watched;
    const answer = page.getByRole("slider", { name: "answer 2" }).first();
    await answer.focus();
    await page.keyboard.press("ArrowRight");
    expect(await linkOf(page, /answers=2,78,91/)).not.toContain("steps");
    const box = (await answer.locator(".caption").boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x - 60, y, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => answer.getAttribute("aria-valuenow").then(Number)).toBeLessThan(70);
    await expectQuiet(watched);
  });

  it("takes typed numbers, but not what is no number of the board", async () => {
    const watched = await site.open("guess");
    const { page } = watched;
    await page.getByLabel("First guesses 1").fill("20");
    await page.keyboard.press("Tab");
    await linkOf(page, /guesses=20,50,50/);
    await page.getByLabel("First guesses 1").fill("2000");
    await page.keyboard.press("Tab");
    await page.waitForTimeout(500);
    expect(page.url()).toContain("guesses=20,50,50");
    await expectQuiet(watched);
  });
});
