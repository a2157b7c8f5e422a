/**
 * The page around the panels: where it is served, its links, its widths and colours, and places
 * that are hostile to it.
 */
import axe from "axe-core";
import { expect, it } from "vitest";
import { describeInChromium, expectQuiet, photograph } from "./chromium.js";

const PANELS = ["curves", "guess?steps=8", "line", "race", "images?sample=1"];
const nameOf = (link: string): string => link.split("?")[0];

/** A page that axe was put into. */
interface Checked {
  axe: typeof axe;
}

describeInChromium("the page", (site) => {
  it("says that it is isolated, and how many threads there are", async () => {
    const watched = await site.open();
    expect(await watched.page.textContent(".environment summary")).toMatch(/^isolated page · \d+ threads?$/);
    await expectQuiet(watched);
  });

  it("works on any server in any folder, and says that it is not isolated", async () => {
    const watched = await site.open("", { server: "plain" });
    expect(await watched.page.textContent(".environment summary")).toBe("plain page · 1 thread");
    await expectQuiet(watched);
  });

  it("does its work without SharedArrayBuffer", async () => {
    const watched = await site.open("guess?steps=1", { before: "delete globalThis.SharedArrayBuffer" });
    expect(await watched.page.textContent(".environment summary")).toBe("isolated page · 1 thread");
    expect(await watched.page.textContent(".lane .status")).toContain("After 1 step: loss 38.33");
    await expectQuiet(watched);
  });

  it("says what is missing without WebAssembly", async () => {
    const watched = await site.open("", { before: "delete globalThis.WebAssembly" });
    expect(await watched.page.textContent(".fatal")).toContain("no WebAssembly");
    await expectQuiet(watched);
  });

  it("says what to do where a policy forbids compiling", async () => {
    const { page } = await site.open("", { server: "strict" });
    expect(await page.textContent(".fatal")).toContain("'wasm-unsafe-eval'");
    await page.close();
  });

  it("goes from panel to panel by arrow keys, and back by the browser's button", async () => {
    const watched = await site.open();
    const { page } = watched;
    await page.focus("#tab-curves");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("End");
    expect(await page.getAttribute("#tab-images", "aria-selected")).toBe("true");
    expect(await page.isVisible("#panel-images")).toBe(true);
    await page.goBack();
    await page.waitForSelector("#panel-guess:visible");
    expect(await page.isVisible("#panel-images")).toBe(false);
    await expectQuiet(watched);
  });

  it("takes initial values for nonsense in a link, and says so", async () => {
    const nonsense = "curves?target=NaN&delta=-1&dtype=float8&zoom=1e99&show=l1,l7&beta=%00&what=ever";
    const watched = await site.open(nonsense);
    const notice = await watched.page.textContent(".notice");
    for (const part of ["target=NaN", "delta=-1", "dtype=float8", "zoom=1e99", "show=l1,l7", '"what"']) {
      expect(notice).toContain(part);
    }
    expect(await watched.page.getAttribute(".handle.target", "aria-valuenow")).toBe("2");
    await expectQuiet(watched);
  });

  it("shows the first panel for a panel that does not exist", async () => {
    const watched = await site.open("nowhere?%E0%A4%A");
    expect(await watched.page.textContent(".notice")).toContain('no panel "nowhere"');
    expect(await watched.page.isVisible("#panel-curves")).toBe(true);
    await expectQuiet(watched);
  });

  it.each(PANELS)("fits a phone: %s", async (link) => {
    const watched = await site.open(link, { width: 360, height: 740 });
    const { page } = watched;
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await photograph(page, `${nameOf(link)}-phone`);
    await expectQuiet(watched);
  });

  it.each(PANELS)("follows the system's colours while it is open: %s", async (link) => {
    const watched = await site.open(link);
    const { page } = watched;
    const background = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.waitForTimeout(1200);
    await photograph(page, `${nameOf(link)}-light`);
    const light = await background();
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(background).not.toBe(light);
    await page.waitForTimeout(400);
    await photograph(page, `${nameOf(link)}-dark`);
    await expectQuiet(watched);
  });

  it.each(PANELS.flatMap((link) => [false, true].map((dark) => [link, dark ? "dark" : "light"] as const)))(
    "has nothing that axe finds wrong for assistive technology: %s, %s",
    async (link, colours) => {
      const watched = await site.open(link, { dark: colours === "dark" });
      const { page } = watched;
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() => (globalThis as unknown as Checked).axe.run());
      const found = violations.map(({ id, help, nodes }) => [id, help, nodes.map(({ html }) => html)]);
      expect(found).toEqual([]);
      await expectQuiet(watched);
    },
  );

  it.each(PANELS)("names everything that can have the focus: %s", async (link) => {
    const watched = await site.open(link);
    const unnamed = await watched.page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("button, input, summary, [tabindex='0']")]
        .filter((each) => each.checkVisibility())
        .filter((each) => {
          const labels = each instanceof HTMLInputElement ? [...(each.labels ?? [])] : [];
          const texts = [
            each.getAttribute("aria-label"),
            each.textContent,
            ...labels.map((label) => label.textContent),
          ];
          return texts.every((text) => (text ?? "").trim() === "");
        })
        .map((each) => each.outerHTML.slice(0, 120)),
    );
    expect(unnamed).toEqual([]);
    await expectQuiet(watched);
  });
});
