/** Images: dropped, chosen, samples, and what is no image. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInChromium, expectQuiet, linkOf, tableOf } from "./chromium.js";

interface Drawn {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** One colour all over; null for a file that is no image. */
  readonly color: string | null;
}

/** Drops files made in the page on its panel. */
async function drop(page: Page, files: readonly Drawn[]): Promise<void> {
  const transfer = await page.evaluateHandle(async (all: readonly Drawn[]) => {
    const data = new DataTransfer();
    for (const { name, width, height, color } of all) {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d")!;
      context.fillStyle = color ?? "red";
      context.fillRect(0, 0, width, height);
      const content = color === null ? new Blob(["not an image"]) : await canvas.convertToBlob();
      data.items.add(new File([content], name, { type: "image/png" }));
    }
    return data;
  }, files);
  await page.dispatchEvent("#panel-images", "drop", { dataTransfer: transfer });
}

const image = (name: string, color: string, width = 8, height = 6): Drawn => ({ name, width, height, color });

describeInChromium("images", (site) => {
  it("that are dropped are compared channel by channel", async () => {
    const watched = await site.open("images");
    const { page } = watched;
    await drop(page, [image("a.png", "rgb(10, 200, 30)"), image("b.png", "rgb(15, 100, 30)")]);
    await page.waitForSelector("#panel-images tbody tr");
    expect(await tableOf(page, "images")).toEqual([
      ["red", "5"],
      ["green", "100"],
      ["blue", "0"],
      ["alpha", "0"],
      ["red, green and blue", "35"],
      ["largest error of a byte", "100"],
    ]);
    const pixel = await page
      .locator(".map canvas")
      .evaluate((canvas) => [
        ...(canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, 1, 1).data,
      ]);
    // 35 × 8 is beyond the end of the scale.
    expect(pixel).toEqual([252, 255, 164, 255]);
    await page.getByText("by channel").click();
    await linkOf(page, /view=color/);
    await expectQuiet(watched);
  });

  it.each([
    [
      "of different sizes",
      [image("a.png", "red"), image("b.png", "red", 9)],
      "a.png is 8 × 6 pixels, b.png 9 × 6",
    ],
    [
      "more than two",
      [image("a.png", "red"), image("b.png", "red"), image("c.png", "red")],
      "3 were dropped",
    ],
    [
      "that are none",
      [{ ...image("note.png", ""), color: null }],
      "note.png (image/png) could not be decoded",
    ],
    ["none at all", [], "holds no file"],
  ] as const)("%s get a clear message", async (_, files, message) => {
    const watched = await site.open("images");
    await drop(watched.page, files);
    await watched.page.waitForSelector("#panel-images .notice:visible");
    expect(await watched.page.textContent("#panel-images .notice")).toContain(message);
    await expectQuiet(watched);
  });

  it("can be chosen by a file input, one after the other", async () => {
    const watched = await site.open("images");
    const { page } = watched;
    // The smallest PNG: one pixel.
    const bytes =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    const file = { name: "dot.png", mimeType: "image/png", buffer: Buffer.from(bytes, "base64") };
    for (const label of ["Choose first image", "Choose second image"])
      await page.getByLabel(label).setInputFiles(file);
    await page.waitForSelector("#panel-images tbody tr");
    expect((await tableOf(page, "images"))[4]).toEqual(["red, green and blue", "0"]);
    await expectQuiet(watched);
  });

  it("come as samples by a button, and by a link", async () => {
    const watched = await site.open("images");
    const { page } = watched;
    await page.getByRole("button", { name: "Show two samples" }).click();
    await linkOf(page, /sample=1/);
    const rows = await tableOf(page, "images");
    await page.reload();
    await page.waitForSelector("#panel-images tbody tr");
    expect(await tableOf(page, "images")).toEqual(rows);
    expect(Number(rows[5][1])).toBeGreaterThan(20);
    expect(watched.noise).toEqual([]);
    await page.close();
  });
});
