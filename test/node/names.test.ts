/** The names of classes in what is published, where a bundler has shortened them. */
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import * as lossgrad from "../../src/index.js";

type Namespace = Readonly<Record<string, unknown>>;

/** A minified bundle of the published scripts. */
async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    write: false,
  });
  return outputFiles[0].text;
}

const source = await bundle(`
  export { nn, optim } from "./dist/slim/index.js";
  export { LossAccumulator } from "./dist/slim/arrays.js";
`);
const url = `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`;
const shortened = (await import(/* @vite-ignore */ url)) as Namespace;
const nn = shortened.nn as Namespace;
const optim = shortened.optim as Namespace;
const NAMESPACES: Readonly<Record<string, [Namespace, Namespace]>> = {
  nn: [lossgrad.nn, nn],
  optim: [lossgrad.optim, optim],
  "optim.lrScheduler": [lossgrad.optim.lrScheduler, optim.lrScheduler as Namespace],
};

/** The names of the classes among what a namespace exports. */
function classesIn(namespace: Namespace): string[] {
  const isClass = (x: unknown): boolean =>
    typeof x === "function" && /^class\b/.test(Function.prototype.toString.call(x));
  return Object.keys(namespace).filter((name) => isClass(namespace[name]));
}

describe.each(Object.entries(NAMESPACES))("%s", (_, [sources, published]) => {
  it.each(classesIn(sources))("%s has its name when a bundler has shortened names", (name) => {
    expect((published[name] as { name: string }).name).toBe(name);
  });
});

it("the accumulator of typed arrays has its name when a bundler has shortened names", () => {
  expect((shortened.LossAccumulator as { name: string }).name).toBe("LossAccumulator");
});

it("a class that is made of one of them has its own name", () => {
  const { L1Loss } = nn as { L1Loss: typeof lossgrad.nn.L1Loss };
  class Mine extends L1Loss {}
  expect(String(new Mine())).toBe("Mine()");
});

it("a module brings its own name into a bundle, and that of no other loss", async () => {
  const text = await bundle('export { L1Loss } from "./dist/nn/index.js";');
  const names = [...text.matchAll(/static get name\(\)\{return"(\w+)"\}/g)].map(([, name]) => name);
  expect(names.filter((name) => name.endsWith("Loss"))).toEqual(["Loss", "L1Loss"]);
});
