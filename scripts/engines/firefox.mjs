// Firefox by WebDriver BiDi, through the puppeteer-core that scripts/reproduce installs.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const fromReproduce = createRequire(new URL("../reproduce/package.json", import.meta.url));

/** Opens a page at `url`. */
export async function openFirefox({ program }, url) {
  const { default: puppeteer } = await import(pathToFileURL(fromReproduce.resolve("puppeteer-core")).href);
  const browser = await puppeteer.launch({ browser: "firefox", executablePath: program, headless: true });
  const page = await browser.newPage();
  await page.goto(url);
  return { close: () => browser.close() };
}
