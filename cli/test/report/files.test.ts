import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporary } from "../../../test/support/temporary.js";
import { lossgrad } from "../support/program.js";
import { npyOf } from "../support/npy.js";

const { file, folder } = temporary("lossgrad-");

const numbers = (scale: number): Float32Array =>
  Float32Array.from({ length: 500 }, (_, i) => Math.sin(i) * 10 + scale * Math.cos(i * i));
const files = (name = "p"): [string, string] => [
  file(`${name}.npy`, npyOf(numbers(1))),
  file("t.npy", npyOf(numbers(0))),
];

/** Runs an evaluation that writes a file, and reads what it wrote. */
async function written(option: string, name: string, inputs = files()): Promise<Buffer> {
  const path = join(folder(), name);
  const { code, err } = await lossgrad(["evaluate", ...inputs, option, path]);
  expect([code, err]).toEqual([0, `wrote ${path}`]);
  return readFileSync(path);
}

describe("--report", () => {
  test("writes a page with the metrics and five plots", async () => {
    const html = (await written("--report", "r.html")).toString();
    expect(html).toMatch(/<td>mae<\/td><td>0\.\d+<\/td>/);
    expect(html).toContain("500 pairs, shape [500]");
    expect(html.match(/<figure>/g)).toHaveLength(5);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("needs no network and no script", async () => {
    const html = (await written("--report", "r.html")).toString();
    expect(html.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|<script|url\(|@import/);
  });

  test("shows names as they are, and never as HTML", async () => {
    const html = (await written("--report", "r.html", files("<img src=x>"))).toString();
    expect(html).toContain("&lt;img src=x&gt;.npy");
    expect(html).not.toContain("<img");
  });

  test.each([
    ["equal arrays", Float32Array.of(1, 2, 3), Float32Array.of(1, 2, 3)],
    ["one pair", Float32Array.of(1), Float32Array.of(2)],
    ["zeros", new Float32Array(9), new Float32Array(9)],
    ["an outlier", Float32Array.of(...numbers(1), 3e38), Float32Array.of(...numbers(0), 0)],
  ])("draws %s", async (_, p, t) => {
    const inputs: [string, string] = [file("p.npy", npyOf(p)), file("t.npy", npyOf(t))];
    const html = (await written("--report", "r.html", inputs)).toString();
    expect(html.match(/<figure>/g)).toHaveLength(5);
    const drawn = html.slice(html.indexOf("<figure>"));
    expect(drawn).not.toMatch(/NaN|undefined/);
  });

  test("draws where in images the errors are, and says what a place stands for", async () => {
    const images = (scale: number) =>
      npyOf(
        Float32Array.from({ length: 3072 }, (_, i) => i * scale),
        [2, 16, 32, 3],
      );
    const inputs: [string, string] = [file("p.npy", images(1)), file("t.npy", images(2))];
    const html = (await written("--report", "r.html", inputs)).toString();
    expect(html.match(/<figure>/g)).toHaveLength(6);
    expect(html).toContain("The mean |error| at each place of 32 × 16 pixels, over 2 images and 3 channels.");
    expect(html.match(/href="data:image\/png;base64,/g)).toHaveLength(2);
    expect((await written("--plot", "p.svg", inputs)).toString().match(/<svg /g)).toHaveLength(7);
  });

  test("draws no map of what no pair tells", async () => {
    const image = npyOf(new Float32Array(192), [8, 8, 3]);
    const mask = file("m.npy", npyOf(new Uint8Array(192), [8, 8, 3]));
    const path = join(folder(), "masked.html");
    const inputs = [file("p.npy", image), file("t.npy", image), "--mask", mask];
    expect((await lossgrad(["evaluate", ...inputs, "--report", path])).code).toBe(0);
    expect(readFileSync(path, "utf8")).not.toContain("<figure>");
  });

  test("says so where nothing is finite", async () => {
    const nans = Float32Array.of(NaN, NaN);
    const inputs: [string, string] = [file("p.npy", npyOf(nans)), file("t.npy", npyOf(nans))];
    const html = (await written("--report", "r.html", inputs)).toString();
    expect(html).toContain("Not drawn: 2 pairs that are not finite.");
    expect(html).not.toContain("<figure>");
  });
});

describe("--plot", () => {
  test("writes the plots as SVG", async () => {
    const svg = (await written("--plot", "p.svg")).toString();
    expect(svg.startsWith("<svg ")).toBe(true);
    expect(svg.match(/<svg /g)).toHaveLength(6);
    expect(svg).not.toContain("var(--");
  });

  test("writes them as PNG", async () => {
    const png = await written("--plot", "p.png");
    expect(png.subarray(0, 4).toString("latin1")).toBe("\x89PNG");
    expect(png.readUInt32BE(16)).toBe(2 * 1032);
  });
});

describe("what is refused", () => {
  test.each([
    ["--report", "r.pdf", "--report: expected the name of an .html file, got r.pdf"],
    ["--plot", "p.gif", "--plot: expected the name of an .svg or .png file, got p.gif"],
  ])("%s %s, before anything is read", async (option, name, message) => {
    const { code, err } = await lossgrad(["evaluate", "nowhere.npy", "nowhere.npy", option, name]);
    expect([code, err]).toEqual([2, `lossgrad: ${message}`]);
  });
});

describe("the report of diff", () => {
  const reference = (): string => file("r.npy", npyOf(Float32Array.of(1, 2, 3, 4), [2, 2]));
  const candidate = (): string => file("c.npy", npyOf(Float32Array.of(2, 1, 4, 3), [2, 2]));

  test("has the verdict, the diagnosis and the plots", async () => {
    const path = join(folder(), "d.html");
    const { code, err } = await lossgrad(["diff", reference(), candidate(), "--axis", "1", "--report", path]);
    expect([code, err]).toEqual([1, `wrote ${path}`]);
    const html = readFileSync(path, "utf8");
    expect(html).toContain("DIFFERENT: 4 of 4 pairs");
    expect(html).toContain("diagnosis: ");
    expect(html.match(/<figure>/g)).toHaveLength(2);
    expect(html).not.toMatch(/NaN|undefined/);
  });

  test("of layers has a table of all, and tells of the first that departs", async () => {
    const [a, b] = ["a", "b"].map((name) => mkdtempSync(join(folder(), name)));
    for (const into of [a, b]) writeFileSync(join(into, "1.npy"), npyOf(Float32Array.of(1)));
    writeFileSync(join(a, "2.npy"), npyOf(Float32Array.of(1, 2)));
    writeFileSync(join(b, "2.npy"), npyOf(Float32Array.of(1, 3)));
    const path = join(folder(), "layers.html");
    const { code } = await lossgrad(["diff", a, b, "--report", path]);
    expect(code).toBe(1);
    const html = readFileSync(path, "utf8");
    expect(html).toContain("2 layers, 1 differ");
    expect(html).toContain("The first that departs is 2:");
    expect(html).toContain("<td>first →</td><td>2</td>");
  });

  test("of equal arrays has no plot of what there is not", async () => {
    const path = join(folder(), "equal.html");
    expect((await lossgrad(["diff", reference(), reference(), "--report", path])).code).toBe(0);
    expect(readFileSync(path, "utf8")).toContain("EQUAL: all 4 pairs");
  });
});
