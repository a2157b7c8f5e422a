/**
 * Every @example and every ```ts block in the source's comments is run, and its values compared
 * with those it states.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as lossgrad from "lossgrad";
import * as arrays from "lossgrad/arrays";
import * as comparing from "lossgrad/compare";
import * as matchers from "lossgrad/compare/matchers";
import * as metrics from "lossgrad/metrics";
import { afterEach, describe, expect, it } from "vitest";
import { runSnippet, snippetsOf, typeErrors } from "../support/snippets.js";

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.includes("generated"))
  .map((file) => join("src", file))
  .sort();
const snippets = files.flatMap((file) =>
  snippetsOf(file, readFileSync(file, "utf8")).map((snippet) => ({ ...snippet, file })),
);

const isOfArrays = ({ file }: { file: string }): boolean => /\b(typed|bridge)\b/.test(file);
const isOfComparing = ({ file }: { file: string }): boolean => /\bcompare\b/.test(file);
const isOfMetrics = ({ file }: { file: string }): boolean => /\bmetrics\b/.test(file);

afterEach(() => void lossgrad.onWarning(null));

describe("examples in comments", () => {
  it("are found", () => {
    expect(snippets.length).toBeGreaterThan(80);
  });

  it.each(snippets.map((snippet) => [snippet.place, snippet] as const))("%s", async (_, snippet) => {
    // What the file itself exports comes first: a storey's own functions are not all public.
    const own = (await import(/* @vite-ignore */ resolve(snippet.file))) as Record<string, unknown>;
    const onArrays = isOfArrays(snippet) || isOfMetrics(snippet);
    const names = onArrays ? { ...lossgrad, ...arrays } : { ...arrays, ...lossgrad };
    const { differences, compared } = runSnippet(snippet, { ...metrics, ...names, ...own });
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(0);
  });

  it("of the public names pass the type check", () => {
    const names = Object.keys(lossgrad).join(", ");
    const prelude = `import { ${names}, type Complex } from "lossgrad";`;
    const open = snippets.filter(
      ({ file }) => !/core.(?!warnings)|array|typed|bridge|metrics|compare|generator/.test(file),
    );
    expect(typeErrors(open, prelude)).toEqual([]);
    const ofArrays = `import { ${Object.keys(arrays).join(", ")} } from "lossgrad/arrays";`;
    expect(typeErrors(snippets.filter(isOfArrays), ofArrays)).toEqual([]);
    const ofMetrics = `import { ${Object.keys(metrics).join(", ")} } from "lossgrad/metrics";`;
    const fused = 'import { fuse } from "lossgrad/arrays";';
    expect(typeErrors(snippets.filter(isOfMetrics), `${ofMetrics} ${fused}`)).toEqual([]);
    const ofComparing = `import { ${Object.keys(comparing).join(", ")} } from "lossgrad/compare";`;
    const ofMatchers = `import { ${Object.keys(matchers).join(", ")} } from "lossgrad/compare/matchers";`;
    expect(typeErrors(snippets.filter(isOfComparing), `${ofComparing} ${ofMatchers}`)).toEqual([]);
  }, 60_000);
});
